package bridge

import "minipoly/store"

// The functions that the host provides for a space; js/src/engine.ts.

//go:wasmimport minipoly text_sum
func textSum(space int32, slot uint32) uint32

//go:wasmimport minipoly text_units
func textUnits(space int32, slot uint32, part int32) uint32

//go:wasmimport minipoly text_read
func textRead(space int32, offset, keyUnits, textUnits uint32) float64

//go:wasmimport minipoly text_slot
func textSlot(space int32) int32

//go:wasmimport minipoly text_name
func textName(space int32, slot uint32)

//go:wasmimport minipoly text_adopt
func textAdopt(space int32, slot uint32)

//go:wasmimport minipoly text_drop
func textDrop(space int32, slot uint32)

//go:wasmimport minipoly text_free
func textFree(space int32, slot uint32)

//go:wasmimport minipoly text_restore
func textRestore(space int32, slot uint32, version float64)

//go:wasmimport minipoly host_now
func hostNow() float64

//go:wasmimport minipoly host_later
func hostLater(space int32, ms uint32)

//go:wasmimport minipoly host_committed
func hostCommitted(space int32, ticket uint32, code int32)

//go:wasmimport minipoly host_report
func hostReport(space, kind, code int32, slot uint32)

//go:wasmimport minipoly host_announce
func hostAnnounce(space int32)

//go:wasmimport minipoly host_opened
func hostOpened(space, code int32)

// host is the host of the space with this number. It implements store.Texts
// and store.Host.
type host int32

func (h host) Sum(s store.Slot) uint32       { return textSum(int32(h), uint32(s)) }
func (h host) KeyUnits(s store.Slot) uint32  { return textUnits(int32(h), uint32(s), 0) }
func (h host) TextUnits(s store.Slot) uint32 { return textUnits(int32(h), uint32(s), 1) }

// Intern asks for the slot of the selected key and names a new one after it;
// the answer for a new key is its length, negative.
// (The host could call slot_new itself, but not while Go is calling it.)
func (h host) Intern() store.Slot {
	n := textSlot(int32(h))
	if n > 0 {
		return store.Slot(n)
	}
	slot := spaces[h].NewSlot(uint32(-n))
	textName(int32(h), uint32(slot))
	return slot
}

func (h host) Read(_ int, e *store.EntryHeader) (uint32, bool) {
	sum := textRead(int32(h), e.Offset, e.KeyUnits, e.TextUnits)
	e.Locked = sum >= 1<<32
	return uint32(int64(sum)), sum >= 0
}
func (h host) Adopt(s store.Slot)             { textAdopt(int32(h), uint32(s)) }
func (h host) Drop(s store.Slot)              { textDrop(int32(h), uint32(s)) }
func (h host) Free(s store.Slot)              { textFree(int32(h), uint32(s)) }
func (h host) Restore(s store.Slot, v uint64) { textRestore(int32(h), uint32(s), float64(v)) }
func (h host) Now() uint64                    { return uint64(hostNow()) }
func (h host) Later(ms uint32)                { hostLater(int32(h), ms) }
func (h host) Committed(ticket uint32, code store.Code) {
	hostCommitted(int32(h), ticket, int32(code))
}
func (h host) Report(p store.Problem) {
	hostReport(int32(h), int32(p.Kind), int32(p.Code), uint32(p.Slot))
}
func (h host) Announce() { hostAnnounce(int32(h)) }
