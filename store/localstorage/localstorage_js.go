package localstorage

import (
	"slices"

	"minipoly/store"
	"minipoly/store/web"
)

//go:wasmimport minipoly items_list
func itemsList(space int32) int32

//go:wasmimport minipoly item_put
func itemPut(space int32, id float64, slots uint32, count int32, header uint32, headerLen int32) int32

//go:wasmimport minipoly item_remove
func itemRemove(space int32, id float64)

//go:wasmimport minipoly item_stash
func itemStash(space int32, id float64)

//go:wasmimport minipoly items_restore
func itemsRestore(space, keep int32)

//go:wasmimport minipoly items_room
func itemsRoom(space int32) float64

// Driver keeps the records of one space, which the host knows by its number.
// It is synchronous.
type Driver struct {
	space int32
	ids   []store.RecordID
}

// New returns a driver.
func New(space int32) *Driver { return &Driver{space: space} }

// Load implements store.Driver and store.Journal.
func (d *Driver) Load(want func(store.RecordID) bool, visit func(store.RecordID, []byte), done func([]store.RecordID, store.Code)) {
	if code := store.Code(itemsList(d.space)); code != store.OK {
		done(nil, code)
		return
	}
	d.ids = web.IDs(d.space, d.ids)
	done(d.ids, web.Visit(d.space, d.ids, want, visit))
}

// Append implements store.Journal.
func (d *Driver) Append(r store.Record) store.Code {
	slots, count, header, n := web.Parts(&r)
	return store.Code(itemPut(d.space, float64(r.ID), slots, count, header, n))
}

// Drop implements store.Journal.
func (d *Driver) Drop(ids []store.RecordID) {
	for _, id := range ids {
		itemRemove(d.space, float64(id))
	}
}

// Commit implements store.Driver. localStorage knows no transactions: when a
// record is refused, those written before it are removed again.
func (d *Driver) Commit(b store.Batch, done func(store.Code)) { done(d.commit(&b)) }

func (d *Driver) commit(b *store.Batch) store.Code {
	if b.Known != nil && !d.holds(b.Known) {
		return store.Conflict
	}
	for i := 0; i < len(b.Put); i++ {
		code := d.Append(b.Put[i])
		if code == store.QuotaExceeded && len(b.Dead) > 0 {
			// Make room first: what is dead is stored elsewhere.
			d.Drop(b.Dead)
			b.Dead = nil
			code = d.Append(b.Put[i])
		}
		if code == store.QuotaExceeded && b.Known == nil && len(b.Merged) > 0 {
			code = d.replace(b, &b.Put[i])
		}
		if code != store.OK {
			for _, r := range b.Put[:i] {
				itemRemove(d.space, float64(r.ID))
			}
			return code
		}
	}
	d.Drop(b.Dead)
	d.Drop(b.Merged)
	return store.OK
}

// replace stores a record in the place of those that it supersedes, where there
// is no room for both. Should it not fit even so, they are put back. All of it
// happens in one turn of the event loop, before the browser writes anything.
func (d *Driver) replace(b *store.Batch, r *store.Record) store.Code {
	for _, id := range b.Merged {
		itemStash(d.space, float64(id))
	}
	code := d.Append(*r)
	if code == store.OK {
		b.Merged = nil
		itemsRestore(d.space, 0)
	} else {
		itemsRestore(d.space, 1)
	}
	return code
}

func (d *Driver) holds(known []store.RecordID) bool {
	if itemsList(d.space) != int32(store.OK) {
		return false
	}
	d.ids = web.IDs(d.space, d.ids)
	for _, id := range known {
		if !slices.Contains(d.ids, id) {
			return false
		}
	}
	return len(d.ids) == len(known)
}

// Room implements store.Roomy.
func (d *Driver) Room() uint64 { return uint64(itemsRoom(d.space)) }

// Close implements store.Driver.
func (d *Driver) Close() {}
