package store

import (
	"fmt"
	"testing"
)

// plainDisk is a driver and journal that only know which records there are.
type plainDisk struct {
	ids     map[RecordID]bool
	journal map[RecordID]bool
	most    int      // records in the journal
	answers []func() // of commits under way
}

func (d *plainDisk) Load(_ func(RecordID) bool, _ func(RecordID, []byte), done func([]RecordID, Code)) {
	var ids []RecordID
	for id := range d.ids {
		ids = append(ids, id)
	}
	done(ids, OK)
}

func (d *plainDisk) Commit(b Batch, done func(Code)) {
	for _, r := range b.Put {
		d.ids[r.ID] = true
	}
	for _, ids := range [][]RecordID{b.Dead, b.Merged} {
		for _, id := range ids {
			delete(d.ids, id)
		}
	}
	d.answers = append(d.answers, func() { done(OK) })
}

func (d *plainDisk) Close() {}

type plainJournal struct{ *plainDisk }

func (j plainJournal) Append(r Record) Code {
	j.journal[r.ID] = true
	j.most = max(j.most, len(j.journal))
	return OK
}

func (j plainJournal) Drop(ids []RecordID) {
	for _, id := range ids {
		delete(j.journal, id)
	}
}

func (j plainJournal) Load(_ func(RecordID) bool, _ func(RecordID, []byte), done func([]RecordID, Code)) {
	done(nil, OK)
}

// clockHost is a host with a clock.
type clockHost struct {
	space *Space
	now   uint64
	due   []uint64
}

func (h *clockHost) Now() uint64            { return h.now }
func (h *clockHost) Later(ms uint32)        { h.due = append(h.due, h.now+uint64(ms)) }
func (h *clockHost) Committed(uint32, Code) {}
func (h *clockHost) Report(Problem)         {}
func (h *clockHost) Announce()              {}

func (h *clockHost) pass(ms uint64) {
	h.now += ms
	due := h.due
	h.due = nil
	for _, at := range due {
		if at > h.now {
			h.due = append(h.due, at)
		} else {
			h.space.Tick()
		}
	}
}

func growing(journal bool) (*Space, *Strings, *clockHost, *plainDisk) {
	disk := &plainDisk{ids: map[RecordID]bool{}, journal: map[RecordID]bool{}}
	host := &clockHost{now: 1_700_000_000_000}
	texts := NewStrings()
	s := NewSpace(Limits{}, texts, host, 1)
	host.space, texts.NewSlot = s, s.NewSlot
	if journal {
		s.Open(disk, plainJournal{disk}, false, func(Code) {})
	} else {
		s.Open(disk, nil, false, func(Code) {})
	}
	return s, texts, host, disk
}

// land lets what the disk has done be answered.
func (d *plainDisk) land() {
	for len(d.answers) > 0 {
		done := d.answers[0]
		d.answers = d.answers[1:]
		done()
	}
}

func limit(t *testing.T, what string, n, most int) {
	t.Helper()
	if n > most {
		t.Errorf("%s: %d, at most %d", what, n, most)
	}
}

func TestWritesDoNotGrowAnything(t *testing.T) {
	for _, journal := range []bool{true, false} {
		s, texts, host, disk := growing(journal)
		slots := make([]Slot, 1000)
		for i := range slots {
			slots[i] = texts.Slot(fmt.Sprint("key", i))
		}
		for i := range 1_000_000 {
			slot := slots[i*7919%len(slots)]
			before := texts.Text(slot)
			text := "some text that is not too short"[:i%31]
			mode := Mode(i / 100 % 3)
			if code := s.Put(slot, String, uint32(len(text)), false, mode); code != OK {
				t.Fatal(code)
			}
			if mode == Awaited {
				texts.Keep(slot, s.Version(slot), before)
			}
			texts.SetText(slot, text)
			if i%10 == 9 {
				s.EndTask()
				host.pass(3)
				if i%20 == 19 {
					disk.land()
					texts.Forget()
				}
				limit(t, "records", len(s.log.records), 200)
				limit(t, "records on the disk", len(disk.ids), 200)
			}
			if t.Failed() {
				t.Fatalf("after %d writes", i)
			}
		}
		host.pass(100)
		disk.land()
		limit(t, "entries", len(s.entries), 1001)
		limit(t, "dirty list", cap(s.log.dirty), 20_000)
		limit(t, "fresh list", cap(s.log.fresh), 20_000)
		limit(t, "undo list", cap(s.log.undo), 20_000)
		limit(t, "graves", len(s.log.graves), 1)
		limit(t, "records in the journal", disk.most, 300)
		limit(t, "records left in the journal", len(disk.journal), 0)
		limit(t, "journal list", cap(s.log.journaled), 1000)
		limit(t, "timers", len(host.due), 2)
		if err := s.check(texts); err != nil {
			t.Error(err)
		}
	}
}

func TestRemovedKeysAreForgotten(t *testing.T) {
	for _, journal := range []bool{true, false} {
		s, texts, host, disk := growing(journal)
		const perMinute = 600 // tombstones are kept for a minute
		for i := range 100_000 {
			key := fmt.Sprint("key", i)
			slot := texts.Slot(key)
			mode := Mode(i % 3)
			if code := s.Put(slot, String, 4, false, mode); code != OK {
				t.Fatal(code)
			}
			texts.SetText(slot, "text")
			if i%2 == 0 { // half of them are stored first
				s.EndTask()
				disk.land()
				host.pass(50)
			}
			s.Remove(slot, mode)
			texts.Drop(slot)
			s.EndTask()
			if i%5 == 0 {
				host.pass(300)
			}
			host.pass(50)
			disk.land()
			limit(t, "entries", len(s.entries), 4*perMinute)
			limit(t, "keys in the table", len(texts.slots), 4*perMinute)
			limit(t, "graves", len(s.log.graves), 4*perMinute)
			limit(t, "records", len(s.log.records), 200)
			limit(t, "records on the disk", len(disk.ids), 200)
			limit(t, "records in the journal", disk.most, 300)
			if t.Failed() {
				t.Fatalf("after %d keys", i)
			}
		}
		if err := s.check(texts); err != nil {
			t.Error(err)
		}
		t.Logf("%d entries, %d graves, %d records", len(s.entries), len(s.log.graves), len(s.log.records))
	}
}

// Keys that never reach the driver are forgotten, too.
func TestVoidedKeysAreForgotten(t *testing.T) {
	for _, open := range []bool{true, false} {
		s, texts, host, disk := growing(true)
		if !open {
			s.Close()
		}
		for i := range 10_000 {
			for j := range 5 {
				slot := texts.Slot(fmt.Sprint("key", i, " ", j))
				s.Put(slot, String, 4, false, Mode(j%3))
				texts.SetText(slot, "text")
				if j == 3 {
					s.Remove(slot, Deferred)
					texts.Drop(slot)
				}
			}
			if i%2 == 0 {
				s.EndTask()
			}
			s.Clear(Mode(i % 3))
			s.EndTask()
			host.pass(10)
			disk.land()
			limit(t, "entries", len(s.entries), 100)
			limit(t, "keys in the table", len(texts.slots), 100)
			limit(t, "records", len(s.log.records), 100)
			if t.Failed() {
				t.Fatalf("after %d rounds, open: %v", i, open)
			}
		}
		if err := s.check(texts); err != nil {
			t.Error(err)
		}
	}
}
