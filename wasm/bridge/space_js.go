package bridge

import (
	"unsafe"

	"minipoly/polyfill/catalogue"
	"minipoly/store"
	"minipoly/store/indexeddb"
	"minipoly/store/localstorage"
	"minipoly/store/web"
)

// spaces are named by their position; a closed one is nil and not used again.
var spaces []*store.Space

// The drivers as space_open takes them.
const (
	useMemory = iota
	useLocalStorage
	useIndexedDB
)

// space_new makes the space of a platform and returns its number.
//
//go:wasmexport space_new
func spaceNew(platform int32, node uint32) int32 {
	n := len(spaces)
	spaces = append(spaces, store.NewSpace(catalogue.StorageLimits[platform], host(n), host(n), node))
	return int32(n)
}

// space_open connects a space to a driver and loads it; host_opened is called
// with the outcome. journal says whether localStorage may be the journal of
// IndexedDB.
//
//go:wasmexport space_open
func spaceOpen(space, kind, journal int32) {
	s := spaces[space]
	opened := func(code store.Code) {
		if spaces[space] == s {
			hostOpened(space, int32(code))
		}
	}
	switch kind {
	case useLocalStorage:
		s.Open(localstorage.New(space), nil, true, opened)
	case useIndexedDB:
		driver := indexeddb.New(space)
		var j store.Journal
		if journal != 0 {
			j = localstorage.New(space)
		}
		driver.Connect(func(code store.Code) {
			if code != store.OK {
				opened(code)
				return
			}
			s.Open(driver, j, false, opened)
		})
	default:
		opened(store.OK)
	}
}

//go:wasmexport space_close
func spaceClose(space int32) {
	spaces[space].Close()
	spaces[space] = nil
}

// slot_new returns the slot for a key that has none; the caller has checked
// the key with key_error.
//
//go:wasmexport slot_new
func slotNew(space int32, keyUnits uint32) uint32 { return uint32(spaces[space].NewSlot(keyUnits)) }

//go:wasmexport slot_abandon
func slotAbandon(space int32, slot uint32) { spaces[space].Abandon(store.Slot(slot)) }

// put returns a store.Code. mode is a store.Mode, plus 4 for a sealed value.
//
//go:wasmexport put
func put(space int32, slot uint32, tag int32, units uint32, mode int32) int32 {
	return int32(spaces[space].Put(store.Slot(slot), store.Tag(tag), units, mode&4 != 0, store.Mode(mode&3)))
}

//go:wasmexport remove
func remove(space int32, slot uint32, mode int32) int32 {
	return boolean(spaces[space].Remove(store.Slot(slot), store.Mode(mode)))
}

//go:wasmexport clear
func clearSpace(space, mode int32) { spaces[space].Clear(store.Mode(mode)) }

// tag returns the type of the value in a slot, plus 16 when it is sealed.
//
//go:wasmexport tag
func tag(space int32, slot uint32) int32 {
	s := spaces[space]
	t := int32(s.Tag(store.Slot(slot)))
	if s.Sealed(store.Slot(slot)) {
		t |= 16
	}
	return t
}

//go:wasmexport version
func version(space int32, slot uint32) float64 {
	return float64(spaces[space].Version(store.Slot(slot)))
}

//go:wasmexport size
func size(space int32, slot uint32) float64 { return float64(spaces[space].Size(store.Slot(slot))) }

//go:wasmexport where
func where(space int32, slot uint32) int32 { return int32(spaces[space].Where(store.Slot(slot))) }

var listed []store.Slot

// slots lists the slots that have a value, in order of slot, and returns their
// number; they are at slots_ptr until the next call.
//
//go:wasmexport slots
func slots(space int32) int32 {
	listed = spaces[space].AppendSlots(listed[:0])
	return int32(len(listed))
}

//go:wasmexport slots_ptr
func slotsPtr() uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(listed)))) }

//go:wasmexport usage
func usage(space int32) float64 { return float64(spaces[space].Usage()) }

//go:wasmexport changes
func changes(space int32) uint32 { return spaces[space].Changes() }

//go:wasmexport pending
func pending(space int32) int32 { return int32(spaces[space].Pending()) }

//go:wasmexport busy
func busy(space int32) int32 { return boolean(spaces[space].Busy()) }

//go:wasmexport ticket
func ticket(space int32) uint32 { return spaces[space].Ticket() }

//go:wasmexport end_task
func endTask(space int32) { spaces[space].EndTask() }

//go:wasmexport write_now
func writeNow(space int32) int32 { return int32(spaces[space].WriteNow()) }

//go:wasmexport mark
func mark(space int32) int32 { return int32(spaces[space].Mark()) }

//go:wasmexport rollback
func rollback(space, mark int32) { spaces[space].Rollback(int(mark)) }

//go:wasmexport tick
func tick(space int32) {
	if s := spaces[space]; s != nil {
		s.Tick()
	}
}

//go:wasmexport refresh
func refresh(space int32) { spaces[space].Refresh() }

// overheard: a journal record of another tab, whose header of n bytes is in the
// scratch buffer and whose texts the host has at hand.
//
//go:wasmexport overheard
func overheard(space, n int32) { spaces[space].Overheard(scratch[:n]) }

// settle continues the call that the host was given the number of.
//
//go:wasmexport settle
func settle(call, code int32) { web.Settle(call, store.Code(code)) }

func boolean(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
