package indexeddb

import (
	"minipoly/store"
	"minipoly/store/web"
)

//go:wasmimport minipoly idb_open
func idbOpen(space, call int32)

//go:wasmimport minipoly idb_list
func idbList(space, call, withValues int32)

//go:wasmimport minipoly idb_want
func idbWant(space, i int32)

//go:wasmimport minipoly idb_fetch
func idbFetch(space, call int32)

//go:wasmimport minipoly idb_put
func idbPut(space int32, id float64, slots uint32, count int32, header uint32, headerLen int32)

//go:wasmimport minipoly idb_drop
func idbDrop(space int32, id float64)

//go:wasmimport minipoly idb_known
func idbKnown(space int32, id float64)

//go:wasmimport minipoly idb_commit
func idbCommit(space, call, checked int32)

//go:wasmimport minipoly idb_close
func idbClose(space int32)

// Driver keeps the records of one space, which the host knows by its number.
type Driver struct {
	space  int32
	closed bool
	loaded bool
}

// New returns a driver; Connect must succeed before it is used.
func New(space int32) *Driver { return &Driver{space: space} }

// Connect opens the database and makes its object store where it is new.
func (d *Driver) Connect(done func(store.Code)) { idbOpen(d.space, web.Call(done)) }

// reconnecting runs an operation, and once more on a new connection when the
// old one was closed under it, as a browser may do.
func (d *Driver) reconnecting(operation func(done func(store.Code)), done func(store.Code)) {
	operation(func(code store.Code) {
		if code != store.Unavailable || d.closed {
			done(code)
			return
		}
		d.Connect(func(code store.Code) {
			if code != store.OK {
				done(code)
				return
			}
			operation(done)
		})
	})
}

// Load implements store.Driver. The first time it reads keys and values at
// once, later only the values that are wanted.
func (d *Driver) Load(want func(store.RecordID) bool, visit func(store.RecordID, []byte), done func([]store.RecordID, store.Code)) {
	var ids []store.RecordID
	d.reconnecting(func(done func(store.Code)) {
		first := int32(0)
		if !d.loaded {
			first = 1
		}
		idbList(d.space, web.Call(func(code store.Code) {
			if code != store.OK {
				done(code)
				return
			}
			ids = web.IDs(d.space)
			if first != 0 {
				done(web.Visit(d.space, ids, want, visit))
				return
			}
			for i, id := range ids {
				if want(id) {
					idbWant(d.space, int32(i))
				}
			}
			idbFetch(d.space, web.Call(func(code store.Code) {
				if code == store.OK {
					code = web.Visit(d.space, ids, want, visit)
				}
				done(code)
			}))
		}), first)
	}, func(code store.Code) {
		d.loaded = d.loaded || code == store.OK
		done(ids, code)
	})
}

// Commit implements store.Driver. The batch is one transaction; it is durable
// when the transaction completes.
func (d *Driver) Commit(b store.Batch, done func(store.Code)) {
	d.reconnecting(func(done func(store.Code)) {
		for i := range b.Put {
			slots, count, header, n := web.Parts(&b.Put[i])
			idbPut(d.space, float64(b.Put[i].ID), slots, count, header, n)
		}
		for _, ids := range [][]store.RecordID{b.Dead, b.Merged} {
			for _, id := range ids {
				idbDrop(d.space, float64(id))
			}
		}
		checked := int32(0)
		if b.Known != nil {
			checked = 1
			for _, id := range b.Known {
				idbKnown(d.space, float64(id))
			}
		}
		idbCommit(d.space, web.Call(done), checked)
	}, done)
}

// Close implements store.Driver.
func (d *Driver) Close() {
	d.closed = true
	idbClose(d.space)
}
