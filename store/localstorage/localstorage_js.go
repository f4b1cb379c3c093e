package localstorage

import (
	"unsafe"

	"minipoly/store"
	"minipoly/store/web"
)

// The functions of the hot path are imported directly: a call through
// syscall/js costs as much as the write itself.

//go:wasmimport minipoly journal_append
func journalAppend(space int32, id float64, slots uint32, count int32, header uint32, headerLen int32) int32

//go:wasmimport minipoly journal_remove
func journalRemove(space int32, id float64) int32

//go:wasmimport minipoly journal_room
func journalRoom(space int32) float64

// Driver keeps the records of one space. It is synchronous.
type Driver struct{ space int }

// New returns a driver. The host knows the prefix of the space's items.
func New(space int) *Driver { return &Driver{space} }

// Load implements store.Driver and store.Journal.
func (d *Driver) Load(want func(store.RecordID) bool, visit func(store.RecordID, []byte), done func([]store.RecordID, store.Code)) {
	host := web.Host()
	n := host.Call("listItems", d.space).Int()
	if n < 0 {
		done(nil, store.Unavailable)
		return
	}
	ids := make([]store.RecordID, 0, n)
	for i := range n {
		id := store.RecordID(host.Call("itemID", i).Float())
		ids = append(ids, id)
	}
	for i, id := range ids {
		if !want(id) {
			continue
		}
		size := host.Call("openItem", d.space, i).Int()
		if size == newerFormat {
			done(nil, store.Newer)
			return
		}
		b := make([]byte, max(size, 0))
		host.Call("readHeader", d.space, float64(uintptr(unsafe.Pointer(unsafe.SliceData(b)))))
		visit(id, b)
	}
	done(ids, store.OK)
}

// newerFormat is what the host answers for a record of a later format.
const newerFormat = -2

// Append implements store.Journal.
func (d *Driver) Append(r store.Record) store.Code {
	return store.Code(journalAppend(int32(d.space), float64(r.ID),
		uint32(uintptr(unsafe.Pointer(unsafe.SliceData(r.Slots)))), int32(len(r.Slots)),
		uint32(uintptr(unsafe.Pointer(unsafe.SliceData(r.Header)))), int32(len(r.Header))))
}

// Drop implements store.Journal.
func (d *Driver) Drop(ids []store.RecordID) {
	for _, id := range ids {
		journalRemove(int32(d.space), float64(id))
	}
}

// Commit implements store.Driver. localStorage knows no transactions: when a
// record is refused, those written before it are removed again.
func (d *Driver) Commit(b store.Batch, done func(store.Code)) {
	dropped := false
	for i := 0; i < len(b.Put); i++ {
		code := d.Append(b.Put[i])
		if code == store.OK {
			continue
		}
		if code == store.QuotaExceeded && !dropped && len(b.Dead) > 0 {
			// Make room first: what is dead is stored elsewhere.
			d.Drop(b.Dead)
			dropped = true
			i--
			continue
		}
		for _, r := range b.Put[:i] {
			d.Drop([]store.RecordID{r.ID})
		}
		done(code)
		return
	}
	if !dropped {
		d.Drop(b.Dead)
	}
	d.Drop(b.Merged)
	done(store.OK)
}

// Room implements store.Roomy.
func (d *Driver) Room() uint64 { return uint64(journalRoom(int32(d.space))) }

// Close implements store.Driver.
func (d *Driver) Close() {}
