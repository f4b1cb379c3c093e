// Package memory is a driver that keeps records in memory. A Disk outlives the
// drivers that are opened on it, so that a store can be closed and opened
// again.
package memory

import (
	"minipoly/store"
	"slices"
	"sync"
)

// Disk holds the records of one space.
type Disk struct {
	mu      sync.Mutex
	records map[store.RecordID]record
}

type record struct {
	header []byte
	parts  []part
}

type part struct{ key, text string }

// NewDisk returns an empty disk.
func NewDisk() *Disk { return &Disk{records: make(map[store.RecordID]record)} }

// Driver opens a driver on the disk for a table of strings.
func (d *Disk) Driver(texts *store.Strings) store.Driver { return &driver{d, texts} }

type driver struct {
	disk  *Disk
	texts *store.Strings
}

func (d *driver) Load(want func(store.RecordID) bool, visit func(store.RecordID, []byte), done func([]store.RecordID, store.Code)) {
	d.disk.mu.Lock()
	ids := d.disk.ids()
	records := make([]record, len(ids))
	for i, id := range ids {
		records[i] = d.disk.records[id]
	}
	d.disk.mu.Unlock()
	for i, id := range ids {
		if want(id) {
			parts := records[i].parts
			d.texts.Visit(func(i int) (string, string, bool) {
				if i >= len(parts) {
					return "", "", false
				}
				return parts[i].key, parts[i].text, true
			})
			visit(id, records[i].header)
		}
	}
	done(ids, store.OK)
}

func (d *driver) Commit(b store.Batch, done func(store.Code)) {
	done(d.disk.commit(b, d.texts))
}

func (d *driver) Close() {}

func (d *Disk) ids() []store.RecordID {
	ids := make([]store.RecordID, 0, len(d.records))
	for id := range d.records {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (d *Disk) commit(b store.Batch, texts *store.Strings) store.Code {
	d.mu.Lock()
	defer d.mu.Unlock()
	if b.Known != nil {
		known := slices.Sorted(slices.Values(b.Known))
		if !slices.Equal(known, d.ids()) {
			return store.Conflict
		}
	}
	for _, r := range b.Put {
		parts := make([]part, len(r.Slots))
		for i, slot := range r.Slots {
			parts[i] = part{texts.Key(slot), texts.Text(slot)}
		}
		d.records[r.ID] = record{slices.Clone(r.Header), parts}
	}
	for _, id := range b.Dead {
		delete(d.records, id)
	}
	for _, id := range b.Merged {
		delete(d.records, id)
	}
	return store.OK
}
