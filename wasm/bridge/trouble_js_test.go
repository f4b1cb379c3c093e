package bridge

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"minipoly/store"
	"minipoly/store/storetest"
)

// What only a browser does to the drivers.

// everywhere runs a test on each medium.
func everywhere(t *testing.T, test func(t *testing.T, m *medium)) {
	for _, b := range browsers {
		t.Run(b.name, func(t *testing.T) { test(t, fresh(t, b.items, b.database)) })
	}
}

func (m *medium) open() *storetest.Page { return storetest.OpenPage(m.t, m, store.Limits{}, nil) }

func (m *medium) do(what string, start func(call int32)) {
	m.t.Helper()
	if code := await(start); code != store.OK {
		m.t.Fatalf("%s: %v", what, code)
	}
}

// stored lists the ids of the records.
func (m *medium) stored() (ids []store.RecordID) {
	m.t.Helper()
	tab := m.Tab(nil)
	tab.Driver.Load(func(store.RecordID) bool { return false }, nil, func(found []store.RecordID, code store.Code) {
		if code != store.OK {
			m.t.Errorf("load: %v", code)
		}
		ids = slices.Clone(found)
	})
	idle()
	slices.Sort(ids)
	return ids
}

// recordOf makes a record of one entry.
func recordOf(tab *storetest.Tab, id store.RecordID, key, text string) store.Record {
	slot := tab.Table.Slot(key)
	tab.Table.SetText(slot, text)
	h := store.EntryHeader{
		KeyUnits: store.Units(key), TextUnits: store.Units(text), Units: store.Units(text),
		Tag: store.String, Version: uint64(id), Node: 1, Sum: tab.Table.Sum(slot),
	}
	return store.Record{ID: id, Header: store.AppendHeader(nil, &h), Slots: []store.Slot{slot}}
}

// Of a batch whose second record the browser does not even take on, nothing is
// stored, and the driver is told once.
func TestPutThrows(t *testing.T) {
	m := fresh(t, 0, 1)
	m.refuse = refuseAtOnce
	slots := store.Slot(0)
	tab := m.Tab(func(uint32) store.Slot { slots++; return slots })
	commit := func(b store.Batch) store.Code {
		told, outcome := 0, store.OK
		tab.Driver.Commit(b, func(code store.Code) { told++; outcome = code })
		idle()
		if told != 1 {
			t.Errorf("told %d times", told)
		}
		return outcome
	}
	if code := commit(store.Batch{Put: []store.Record{recordOf(&tab, 1, "a", "1")}}); code != store.OK {
		t.Fatal(code)
	}
	m.SetLimit(500)
	code := commit(store.Batch{
		Put:  []store.Record{recordOf(&tab, 2, "b", "2"), recordOf(&tab, 3, "c", strings.Repeat("3", 1000))},
		Dead: []store.RecordID{1},
	})
	if code != store.Failed {
		t.Errorf("the outcome is %v", code)
	}
	if ids := m.stored(); !slices.Equal(ids, []store.RecordID{1}) {
		t.Errorf("stored are %v", ids)
	}
}

// Neighbours of a record that is dropped stay.
func TestDropAmongOthers(t *testing.T) {
	everywhere(t, func(t *testing.T, m *medium) {
		slots := store.Slot(0)
		tab := m.Tab(func(uint32) store.Slot { slots++; return slots })
		commit := func(b store.Batch) {
			t.Helper()
			tab.Driver.Commit(b, func(code store.Code) {
				if code != store.OK {
					t.Errorf("commit: %v", code)
				}
			})
			idle()
		}
		var b store.Batch
		for id := range store.RecordID(12) {
			b.Put = append(b.Put, recordOf(&tab, id+1, fmt.Sprint(id), "x"))
		}
		commit(b)
		commit(store.Batch{Dead: []store.RecordID{9, 1, 3}, Merged: []store.RecordID{8, 6, 11, 7}})
		if ids := m.stored(); !slices.Equal(ids, []store.RecordID{2, 4, 5, 10, 12}) {
			t.Errorf("stored are %v", ids)
		}
	})
}

// A connection that the browser has closed is opened again for the next commit
// and for the next load.
func TestConnectionLost(t *testing.T) {
	for _, items := range []int32{0, 1} {
		m := fresh(t, items, 1)
		disconnect := func() { m.do("disconnect", func(call int32) { testDisconnect(m.number, call) }) }
		p := m.open()
		p.Put("a", "1", store.Awaited)
		p.Flush()
		disconnect()
		out := p.Put("b", "2", store.Awaited)
		p.Flush()
		if !out.Told || out.Code != store.OK {
			t.Fatalf("the write after it: %+v", *out)
		}
		q := m.open()
		q.Put("c", "3", store.Awaited)
		q.Flush()
		disconnect()
		p.Space.Refresh()
		p.Wait(func() bool { return p.Space.Len() == 3 })
		want := map[string]string{"a": "1", "b": "2", "c": "3"}
		p.Expect(want)
		m.open().Expect(want)
		if len(p.Problems) > 0 {
			t.Errorf("problems: %v", p.Problems)
		}
	}
}

// What the user or the browser removes under an open page is stored again.
func TestRemovedUnderneath(t *testing.T) {
	everywhere(t, func(t *testing.T, m *medium) {
		p := m.open()
		want := map[string]string{"a": "1", "b": "2"}
		for key, text := range want {
			p.Put(key, text, store.Awaited)
		}
		p.Flush()
		m.do("evict", func(call int32) { testEvict(m.number, m.database, call) })
		p.Space.Refresh()
		p.Flush()
		p.Pass(100)
		p.Wait(func() bool { return p.Space.Pending() == 0 })
		if len(p.Problems) != 1 || p.Problems[0].Kind != store.Evicted {
			t.Errorf("problems: %v", p.Problems)
		}
		p.Expect(want)
		m.open().Expect(want)
	})
}

// The data of a later version are left alone.
func TestNewerFormat(t *testing.T) {
	everywhere(t, func(t *testing.T, m *medium) {
		p := m.open()
		p.Put("a", "1", store.Awaited)
		p.Flush()
		p.Kill()
		m.do("replace", func(call int32) { testReplace(m.number, m.database, 1<<40, 1, call) })
		before := m.stored()
		if code := storetest.NewPage(t, m, store.Limits{}, nil).Open(); code != store.Newer {
			t.Errorf("open: %v", code)
		}
		if after := m.stored(); !slices.Equal(after, before) || len(after) != 2 {
			t.Errorf("stored are %v, were %v", after, before)
		}
	})
}

// A record that is none costs nothing but itself, and is cleared away.
func TestRubbish(t *testing.T) {
	everywhere(t, func(t *testing.T, m *medium) {
		p := m.open()
		p.Put("a", "1", store.Awaited)
		p.Flush()
		p.Kill()
		const id = 1 << 40
		m.do("replace", func(call int32) { testReplace(m.number, m.database, id, 0, call) })
		p = m.open()
		p.Expect(map[string]string{"a": "1"})
		if len(p.Problems) != 1 || p.Problems[0].Kind != store.RecordDamaged {
			t.Errorf("problems: %v", p.Problems)
		}
		// It goes when there is more to clear away.
		for i := range 40 {
			p.Put("b", fmt.Sprint(i), store.Awaited)
			p.Flush()
		}
		p.Pass(100)
		p.Flush()
		if ids := m.stored(); slices.Contains(ids, id) {
			t.Errorf("the rubbish is still there: %v", ids)
		}
		q := m.open()
		q.Expect(map[string]string{"a": "1", "b": "39"})
		if len(q.Problems) > 0 {
			t.Errorf("problems after the repair: %v", q.Problems)
		}
	})
}

// Damage before the header of a record in localStorage, where the format and
// the number of entries stand, costs nothing.
func TestDamagedCount(t *testing.T) {
	for at := -14; at < 0; at++ {
		m := fresh(t, 1, 0)
		p := m.open()
		want := map[string]string{"a": "1", "b": "2", "c": "3"}
		for key, text := range want {
			p.Put(key, text, store.Awaited)
		}
		p.Flush()
		p.Kill()
		ids := m.stored()
		if len(ids) != 1 || !m.Damage(ids[0], at) {
			t.Fatalf("no unit %d in %v", at, ids)
		}
		q := m.open()
		q.Expect(want)
		if len(q.Problems) > 0 {
			t.Errorf("unit %d: %v", at, q.Problems)
		}
	}
}
