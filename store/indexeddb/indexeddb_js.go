package indexeddb

import (
	"slices"
	"syscall/js"
	"unsafe"

	"minipoly/store"
	"minipoly/store/web"
)

const (
	schemaVersion = 1
	records       = "records"
)

// Driver keeps the records of one space. The connection itself stays with the
// host, under the number of the space.
type Driver struct {
	space  int
	name   string
	closed bool
	loaded bool
}

// New returns a driver for the database of the given name.
func New(space int, name string) *Driver { return &Driver{space: space, name: name} }

// Connect opens the database and makes its object store where it is new.
func (d *Driver) Connect(done func(store.Code)) {
	factory := js.Global().Get("indexedDB")
	if !factory.Truthy() {
		done(store.Unavailable)
		return
	}
	request, code := web.Try(factory, "open", d.name, schemaVersion)
	if code != store.OK {
		done(code)
		return
	}
	web.On(request, 2, []any{"upgradeneeded", "blocked", "success", "error"}, func(which int) {
		switch which {
		case 0:
			web.Try(web.Event().Get("target").Get("result"), "createObjectStore", records)
		case 2:
			if d.closed {
				web.Try(web.Event().Get("target").Get("result"), "close")
				return
			}
			// The host keeps the connection and closes it when another page
			// wants to delete or upgrade the database.
			web.Host().Call("keep", d.space, web.Event().Get("target").Get("result"))
			done(store.OK)
		case 3:
			done(web.FailureOf())
		}
	})
}

func (d *Driver) begin(mode string) (tx, objects js.Value, code store.Code) {
	db := web.Host().Call("connection", d.space)
	if d.closed || db.IsUndefined() {
		return tx, objects, store.Unavailable
	}
	tx, code = web.Try(db, "transaction", records, mode)
	if code == store.OK {
		objects, code = web.Try(tx, "objectStore", records)
	}
	return tx, objects, code
}

// reconnecting runs an operation, and once more on a new connection when the
// old one is gone.
func (d *Driver) reconnecting(operation func() store.Code, failed func(store.Code)) {
	code := operation()
	if code != store.Unavailable || d.closed {
		if code != store.OK {
			failed(code)
		}
		return
	}
	d.Connect(func(code store.Code) {
		if code == store.OK {
			code = operation()
		}
		if code != store.OK {
			failed(code)
		}
	})
}

// Load implements store.Driver.
func (d *Driver) Load(want func(store.RecordID) bool, visit func(store.RecordID, []byte), done func([]store.RecordID, store.Code)) {
	d.reconnecting(func() store.Code {
		_, objects, code := d.begin("readonly")
		if code != store.OK {
			return code
		}
		keys, code := web.Try(objects, "getAllKeys")
		if code != store.OK {
			return code
		}
		if !d.loaded {
			return d.loadAll(keys, objects, visit, done)
		}
		var ids []store.RecordID
		web.On(keys, 0, []any{"success", "error"}, func(which int) {
			if which != 0 {
				done(nil, web.FailureOf())
				return
			}
			request := web.Event().Get("target")
			ids = recordIDs(request.Get("result"))
			var missing []store.RecordID
			for _, id := range ids {
				if want(id) {
					missing = append(missing, id)
				}
			}
			d.fetch(request.Get("source"), missing, visit, func(code store.Code) { done(ids, code) })
		})
		return store.OK
	}, func(code store.Code) { done(nil, code) })
}

// loadAll reads the keys and all values in one go; both requests are made at
// once, so that the browser need not come back in between.
func (d *Driver) loadAll(keys, objects js.Value, visit func(store.RecordID, []byte), done func([]store.RecordID, store.Code)) store.Code {
	values, code := web.Try(objects, "getAll")
	if code != store.OK {
		return code
	}
	var ids []store.RecordID
	web.On(keys, 0, []any{"success", "error"}, func(which int) {
		if which == 0 {
			ids = recordIDs(web.Event().Get("target").Get("result"))
		}
	})
	web.On(values, 0, []any{"success", "error"}, func(which int) {
		if which != 0 {
			done(nil, web.FailureOf())
			return
		}
		all := web.Event().Get("target").Get("result")
		for i, id := range ids {
			if code := d.visit(id, all.Index(i), visit); code != store.OK {
				done(nil, code)
				return
			}
		}
		d.loaded = true
		done(ids, store.OK)
	})
	return store.OK
}

// fetch reads single records, one after the other, in the same transaction.
func (d *Driver) fetch(objects js.Value, ids []store.RecordID, visit func(store.RecordID, []byte), done func(store.Code)) {
	if len(ids) == 0 {
		done(store.OK)
		return
	}
	request, code := web.Try(objects, "get", float64(ids[0]))
	if code != store.OK {
		done(code)
		return
	}
	web.On(request, 0, []any{"success", "error"}, func(which int) {
		if which != 0 {
			done(web.FailureOf())
			return
		}
		request := web.Event().Get("target")
		if code := d.visit(ids[0], request.Get("result"), visit); code != store.OK {
			done(code)
			return
		}
		d.fetch(request.Get("source"), ids[1:], visit, done)
	})
}

func (d *Driver) visit(id store.RecordID, value js.Value, visit func(store.RecordID, []byte)) store.Code {
	n := web.Host().Call("openRecord", d.space, value).Int()
	if n == newerFormat {
		return store.Newer
	}
	visit(id, header(d.space, n))
	return store.OK
}

// newerFormat is what the host answers for a record of a later format.
const newerFormat = -2

func header(space, n int) []byte {
	if n <= 0 {
		return nil
	}
	b := make([]byte, n)
	web.Host().Call("readHeader", space, address(b))
	return b
}

func address(b []byte) float64 { return float64(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

func recordIDs(keys js.Value) []store.RecordID {
	ids := make([]store.RecordID, keys.Length())
	for i := range ids {
		ids[i] = store.RecordID(keys.Index(i).Float())
	}
	return ids
}

// Commit implements store.Driver. The batch is one transaction; it is durable
// when the transaction completes.
func (d *Driver) Commit(b store.Batch, done func(store.Code)) {
	d.reconnecting(func() store.Code {
		tx, objects, code := d.begin("readwrite")
		if code != store.OK {
			return code
		}
		if b.Known == nil {
			d.write(tx, objects, &b, done)
			return store.OK
		}
		keys, code := web.Try(objects, "getAllKeys")
		if code != store.OK {
			return code
		}
		web.On(keys, 0, []any{"success", "error"}, func(which int) {
			if which != 0 {
				done(web.FailureOf())
				return
			}
			request := web.Event().Get("target")
			if !sameSet(recordIDs(request.Get("result")), b.Known) {
				done(store.Conflict)
				return
			}
			d.write(request.Get("transaction"), request.Get("source"), &b, done)
		})
		return store.OK
	}, done)
}

func sameSet(stored, known []store.RecordID) bool {
	if len(stored) != len(known) {
		return false
	}
	for _, id := range known {
		if !slices.Contains(stored, id) {
			return false
		}
	}
	return true
}

func (d *Driver) write(tx, objects js.Value, b *store.Batch, done func(store.Code)) {
	var code store.Code
	for i := range b.Put {
		r := &b.Put[i]
		value := web.Host().Call("makeRecord", d.space,
			float64(uintptr(unsafe.Pointer(unsafe.SliceData(r.Slots)))), len(r.Slots), address(r.Header), len(r.Header))
		if _, code = web.Try(objects, "put", value, float64(r.ID)); code != store.OK {
			web.Try(tx, "abort")
			done(code)
			return
		}
	}
	for _, ids := range [][]store.RecordID{b.Dead, b.Merged} {
		for _, id := range ids {
			web.Try(objects, "delete", float64(id))
		}
	}
	web.On(tx, 0, []any{"complete", "abort"}, func(which int) {
		if which == 0 {
			done(store.OK)
			return
		}
		code := web.FailureOf()
		if code == store.OK {
			code = store.Failed
		}
		done(code)
	})
	// Without this the browser waits for one more turn of the event loop. It is
	// not there before Chromium 76 and Safari 15; the transaction then commits
	// by itself.
	web.Try(tx, "commit")
}

// Close implements store.Driver.
func (d *Driver) Close() {
	d.closed = true
	if db := web.Host().Call("connection", d.space); !db.IsUndefined() {
		web.Try(db, "close")
		web.Host().Call("keep", d.space, js.Undefined())
	}
}
