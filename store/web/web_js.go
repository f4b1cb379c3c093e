package web

import (
	"unsafe"

	"minipoly/store"
)

// waiting holds the continuations of calls by their number. A slice, because
// a map would cost the module 2 KB.
var waiting []func(store.Code)

// Call returns the number under which the host settles a call with k. Drivers
// bind k once and for all: the smallest module frees nothing, so what happens
// again and again must not allocate.
func Call(k func(store.Code)) int32 {
	for i, taken := range waiting {
		if taken == nil {
			waiting[i] = k
			return int32(i)
		}
	}
	waiting = append(waiting, k)
	return int32(len(waiting) - 1)
}

// Settle continues a call, once.
func Settle(call int32, code store.Code) {
	if k := waiting[call]; k != nil {
		waiting[call] = nil
		k(code)
	}
}

// The listing is what the host has found in a medium: positions with record
// ids, of which it can open those whose values have been read.

//go:wasmimport minipoly list_count
func listCount(space int32) int32

//go:wasmimport minipoly list_id
func listID(space, i int32) float64

//go:wasmimport minipoly record_open
func recordOpen(space, i int32) int32

//go:wasmimport minipoly record_header
func recordHeader(space int32, to uint32)

// IDs returns the ids of the listing in a buffer that is used again.
func IDs(space int32, buffer []store.RecordID) []store.RecordID {
	ids := buffer[:0]
	for i := range listCount(space) {
		ids = append(ids, store.RecordID(listID(space, i)))
	}
	return ids
}

const (
	unreadable  = -1 // what the host answers for a record that is none
	newerFormat = -2 // and for one of a later format
)

var header []byte

// Visit opens the records of the listing that are wanted.
func Visit(space int32, ids []store.RecordID, want func(store.RecordID) bool, visit func(store.RecordID, []byte)) store.Code {
	for i, id := range ids {
		if !want(id) {
			continue
		}
		n := recordOpen(space, int32(i))
		switch n {
		case newerFormat:
			return store.Newer
		case unreadable:
			visit(id, nil)
			continue
		}
		if int(n) > cap(header) {
			header = make([]byte, 2*n)
		}
		header = header[:n]
		recordHeader(space, Address(header))
		visit(id, header)
	}
	return store.OK
}

// Address returns where the bytes of a slice lie in linear memory.
func Address(b []byte) uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

// Parts returns where the slots and the header of a record lie.
func Parts(r *store.Record) (slots uint32, count int32, header uint32, headerLen int32) {
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(r.Slots)))), int32(len(r.Slots)), Address(r.Header), int32(len(r.Header))
}
