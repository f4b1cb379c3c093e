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
// The engine has one commit and one load under way at the most, so their state
// lies in the driver and nothing is allocated for them.
type Driver struct {
	space  int32
	closed bool
	loaded bool

	connected func(store.Code)

	load struct {
		want    func(store.RecordID) bool
		visit   func(store.RecordID, []byte)
		done    func([]store.RecordID, store.Code)
		ids     []store.RecordID
		retried bool
	}
	commit struct {
		batch   store.Batch
		done    func(store.Code)
		retried bool
	}

	// The continuations, bound once.
	onConnected, onListed, onFetched, onCommitted, onReloaded, onRecommitted func(store.Code)
}

// New returns a driver; Connect must succeed before it is used.
func New(space int32) *Driver {
	d := &Driver{space: space}
	d.onConnected = func(code store.Code) { d.connected(code) }
	d.onListed = d.listed
	d.onFetched = d.fetched
	d.onCommitted = d.committed
	d.onReloaded = d.reloaded
	d.onRecommitted = d.recommitted
	return d
}

// Connect opens the database and makes its object store where it is new.
func (d *Driver) Connect(done func(store.Code)) {
	d.connected = done
	idbOpen(d.space, web.Call(d.onConnected))
}

// Load implements store.Driver. The first time it reads keys and values at
// once, later only the values that are wanted. A connection that was closed
// under it, as a browser may do, is opened again once.
func (d *Driver) Load(want func(store.RecordID) bool, visit func(store.RecordID, []byte), done func([]store.RecordID, store.Code)) {
	l := &d.load
	l.want, l.visit, l.done, l.retried = want, visit, done, false
	d.list()
}

func (d *Driver) list() {
	withValues := int32(1)
	if d.loaded {
		withValues = 0
	}
	idbList(d.space, web.Call(d.onListed), withValues)
}

func (d *Driver) listed(code store.Code) {
	l := &d.load
	if code == store.Unavailable && !l.retried && !d.closed {
		l.retried = true
		idbOpen(d.space, web.Call(d.onReloaded))
		return
	}
	if code != store.OK {
		l.done(nil, code)
		return
	}
	l.ids = web.IDs(d.space, l.ids)
	if !d.loaded {
		d.fetched(store.OK)
		return
	}
	for i, id := range l.ids {
		if l.want(id) {
			idbWant(d.space, int32(i))
		}
	}
	idbFetch(d.space, web.Call(d.onFetched))
}

func (d *Driver) reloaded(code store.Code) {
	if code != store.OK {
		d.load.done(nil, code)
		return
	}
	d.list()
}

func (d *Driver) fetched(code store.Code) {
	l := &d.load
	if code == store.OK {
		code = web.Visit(d.space, l.ids, l.want, l.visit)
	}
	d.loaded = d.loaded || code == store.OK
	l.done(l.ids, code)
}

// Commit implements store.Driver. The batch is one transaction; it is durable
// when the transaction completes.
func (d *Driver) Commit(b store.Batch, done func(store.Code)) {
	c := &d.commit
	c.batch, c.done, c.retried = b, done, false
	d.send()
}

func (d *Driver) send() {
	b := &d.commit.batch
	for i := range b.Put {
		slots, count, header, n := web.Parts(&b.Put[i])
		idbPut(d.space, float64(b.Put[i].ID), slots, count, header, n)
	}
	for _, id := range b.Dead {
		idbDrop(d.space, float64(id))
	}
	for _, id := range b.Merged {
		idbDrop(d.space, float64(id))
	}
	checked := int32(0)
	if b.Known != nil {
		checked = 1
		for _, id := range b.Known {
			idbKnown(d.space, float64(id))
		}
	}
	idbCommit(d.space, web.Call(d.onCommitted), checked)
}

func (d *Driver) committed(code store.Code) {
	c := &d.commit
	if code == store.Unavailable && !c.retried && !d.closed {
		c.retried = true
		idbOpen(d.space, web.Call(d.onRecommitted))
		return
	}
	c.done(code)
}

func (d *Driver) recommitted(code store.Code) {
	if code != store.OK {
		d.commit.done(code)
		return
	}
	d.send()
}

// Close implements store.Driver.
func (d *Driver) Close() {
	d.closed = true
	idbClose(d.space)
}
