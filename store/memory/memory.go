// Package memory is a driver that keeps records in memory. A Disk outlives the
// drivers that are opened on it, so that a store can be closed and opened
// again.
package memory

import (
	"maps"
	"math"
	"slices"
	"sync"

	"minipoly/store"
)

// Disk holds the records of one space.
type Disk struct {
	mu      sync.Mutex
	records map[store.RecordID]record
	limit   uint64
	written uint64
}

type record struct {
	header []byte
	parts  []part
	units  uint64
}

type part struct{ key, text string }

// NewDisk returns an empty disk.
func NewDisk() *Disk { return &Disk{records: make(map[store.RecordID]record)} }

// SetLimit bounds what the disk can hold, headers included, in UTF-16 units.
// Zero means no limit.
func (d *Disk) SetLimit(units uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.limit = units
}

// Units returns the size of what the disk holds, headers included, in UTF-16
// units.
func (d *Disk) Units() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.units()
}

func (d *Disk) units() (n uint64) {
	for _, r := range d.records {
		n += r.units
	}
	return n
}

// Written returns how much has been written to the disk so far, headers
// included, in UTF-16 units.
func (d *Disk) Written() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.written
}

// Records returns the ids of the records on the disk in ascending order.
func (d *Disk) Records() []store.RecordID {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ids()
}

// Damage changes one byte of a record: of its header, and behind that of its
// keys and texts in turn. It reports whether the record has a byte there.
func (d *Disk) Damage(id store.RecordID, at int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, ok := d.records[id]
	if !ok {
		return false
	}
	if at < len(r.header) {
		r.header = slices.Clone(r.header)
		r.header[at] ^= 1
		d.records[id] = r
		return true
	}
	at -= len(r.header)
	r.parts = slices.Clone(r.parts)
	for i := range r.parts {
		for _, s := range []*string{&r.parts[i].key, &r.parts[i].text} {
			if at < len(*s) {
				b := []byte(*s)
				b[at] ^= 1
				*s = string(b)
				d.records[id] = r
				return true
			}
			at -= len(*s)
		}
	}
	return false
}

// Driver opens a driver on the disk for a table of strings. It is synchronous
// and also a store.Journal and a store.Roomy.
func (d *Disk) Driver(texts *store.Strings) store.Driver { return &driver{d, texts} }

type driver struct {
	disk  *Disk
	texts *store.Strings
}

func (d *driver) Load(want func(store.RecordID) bool, visit func(store.RecordID, []byte), done func([]store.RecordID, store.Code)) {
	d.disk.mu.Lock()
	ids := d.disk.ids()
	records := maps.Clone(d.disk.records)
	d.disk.mu.Unlock()
	for _, id := range ids {
		if want(id) {
			parts := records[id].parts
			d.texts.Visit(func(i int) (string, string, bool) {
				if i >= len(parts) {
					return "", "", false
				}
				return parts[i].key, parts[i].text, true
			})
			visit(id, records[id].header)
		}
	}
	done(ids, store.OK)
}

func (d *driver) Commit(b store.Batch, done func(store.Code)) {
	done(d.disk.commit(b, d.texts))
}

func (d *driver) Append(r store.Record) store.Code {
	return d.disk.commit(store.Batch{Put: []store.Record{r}}, d.texts)
}

func (d *driver) Drop(ids []store.RecordID) {
	d.disk.commit(store.Batch{Dead: ids}, d.texts)
}

func (d *driver) Room() uint64 {
	d.disk.mu.Lock()
	defer d.disk.mu.Unlock()
	if d.disk.limit == 0 {
		return math.MaxUint64
	}
	return d.disk.limit - min(d.disk.limit, d.disk.units())
}

func (d *driver) Close() {}

func (d *Disk) ids() []store.RecordID { return slices.Sorted(maps.Keys(d.records)) }

// commit never holds Put and Merged at once, so that a full disk takes any
// batch whose outcome fits.
func (d *Disk) commit(b store.Batch, texts *store.Strings) store.Code {
	d.mu.Lock()
	defer d.mu.Unlock()
	if b.Known != nil && !slices.Equal(slices.Sorted(slices.Values(b.Known)), d.ids()) {
		return store.Conflict
	}
	before := d.records
	if d.limit != 0 {
		before = maps.Clone(before)
	}
	for _, r := range b.Put {
		parts := make([]part, len(r.Slots))
		units := uint64(len(r.Header))
		for i, slot := range r.Slots {
			parts[i] = part{texts.Key(slot), texts.Text(slot)}
			units += uint64(store.Units(parts[i].key)) + uint64(store.Units(parts[i].text))
		}
		d.records[r.ID] = record{slices.Clone(r.Header), parts, units}
		d.written += units
	}
	for _, ids := range [][]store.RecordID{b.Dead, b.Merged} {
		for _, id := range ids {
			delete(d.records, id)
		}
	}
	if d.limit != 0 && len(b.Put) > 0 && d.units() > d.limit {
		d.records = before
		return store.QuotaExceeded
	}
	return store.OK
}
