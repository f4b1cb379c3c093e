package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"minipoly/store"
)

// raw is a tab used without a space.
type raw struct {
	Tab
	t      *testing.T
	medium Medium
	slots  uint32
}

func newRaw(t *testing.T, m Medium) *raw {
	r := &raw{t: t, medium: m}
	r.Tab = m.Tab(func(uint32) store.Slot { r.slots++; return store.Slot(r.slots) })
	return r
}

// record makes a record of keys and texts in turn.
func (r *raw) record(id store.RecordID, keysAndTexts ...string) store.Record {
	rec := store.Record{ID: id}
	offset := uint32(0)
	for i := 0; i < len(keysAndTexts); i += 2 {
		key, text := keysAndTexts[i], keysAndTexts[i+1]
		slot := r.Table.Slot(key)
		r.Table.SetText(slot, text)
		h := store.EntryHeader{
			Offset: offset, KeyUnits: store.Units(key), TextUnits: store.Units(text), Units: store.Units(text),
			Tag: store.String, Version: uint64(id), Node: 1, Sum: r.Table.Sum(slot),
		}
		offset += h.KeyUnits + h.TextUnits
		rec.Header = store.AppendHeader(rec.Header, &h)
		rec.Slots = append(rec.Slots, slot)
	}
	return rec
}

func (r *raw) commit(b store.Batch) store.Code {
	r.t.Helper()
	var out Outcome
	r.Driver.Commit(b, func(code store.Code) {
		if out.Told {
			r.t.Error("told twice")
		}
		out = Outcome{true, code}
	})
	if !r.medium.Wait(func() bool { return out.Told }) {
		r.t.Fatal("commit is not answered")
	}
	return out.Code
}

// load returns what is stored, as id, keys and texts, and the ids.
func (r *raw) load(want func(store.RecordID) bool) (found []string, ids []store.RecordID) {
	r.t.Helper()
	told := false
	r.Driver.Load(want, func(id store.RecordID, header []byte) {
		line := fmt.Sprint(uint64(id))
		for i := 0; i*store.EntryWidth < len(header); i++ {
			raw := header[i*store.EntryWidth:]
			h, stored, ok := store.ParseHeader(raw)
			if !ok {
				r.t.Fatalf("record %d: header %d is damaged", id, i)
			}
			sum, ok := r.Table.Read(i, &h)
			if !ok || !store.Verify(raw, stored, sum) {
				r.t.Fatalf("record %d: entry %d is damaged", id, i)
			}
			slot := r.Table.Intern()
			r.Table.Adopt(slot)
			if r.Table.Sum(slot) != sum || r.Table.TextUnits(slot) != h.TextUnits {
				r.t.Fatalf("record %d: entry %d changes when it is adopted", id, i)
			}
			line += fmt.Sprintf(" %s", r.Table.Text(slot))
		}
		found = append(found, line)
	}, func(got []store.RecordID, code store.Code) {
		if told || code != store.OK {
			r.t.Errorf("load: %v, told before: %v", code, told)
		}
		told, ids = true, got
	})
	if !r.medium.Wait(func() bool { return told }) {
		r.t.Fatal("load is not answered")
	}
	slices.Sort(found)
	slices.Sort(ids)
	return found, ids
}

func every(store.RecordID) bool { return true }

func (r *raw) expect(want ...string) {
	r.t.Helper()
	fresh := newRaw(r.t, r.medium)
	if found, ids := fresh.load(every); !slices.Equal(found, want) || len(ids) != len(want) {
		r.t.Fatalf("stored are %q (%v), want %q", found, ids, want)
	}
}

func driverKeepsRecords(t *testing.T, fresh func(*testing.T) Medium) {
	m := fresh(t)
	r := newRaw(t, m)
	r.expect()
	const largest = store.RecordID(1<<52 - 1)
	b := store.Batch{Put: []store.Record{r.record(1, "a", "x", "b", ""), r.record(largest, "c", "汉字 🙂")}}
	if code := r.commit(b); code != store.OK {
		t.Fatal(code)
	}
	r.expect("1 x ", fmt.Sprintf("%d 汉字 🙂", largest))
	if code := r.commit(store.Batch{Put: []store.Record{r.record(2, "a", "y")}, Dead: []store.RecordID{1}, Merged: []store.RecordID{largest}}); code != store.OK {
		t.Fatal(code)
	}
	r.expect("2 y")
	r.Driver.Close()
	r.expect("2 y")
}

func driverLoadsWanted(t *testing.T, fresh func(*testing.T) Medium) {
	r := newRaw(t, fresh(t))
	for id := range store.RecordID(5) {
		r.commit(store.Batch{Put: []store.Record{r.record(id+1, "a", fmt.Sprint("x", id+1))}})
	}
	// Once from scratch and once more, for a driver may load more the first time.
	for range 2 {
		found, ids := r.load(func(id store.RecordID) bool { return id%2 == 0 })
		if !slices.Equal(found, []string{"2 x2", "4 x4"}) || !slices.Equal(ids, []store.RecordID{1, 2, 3, 4, 5}) {
			t.Fatalf("found %q among %v", found, ids)
		}
	}
	if found, ids := r.load(func(store.RecordID) bool { return false }); len(found) != 0 || len(ids) != 5 {
		t.Fatalf("found %q among %v", found, ids)
	}
}

func driverDropsUnknown(t *testing.T, fresh func(*testing.T) Medium) {
	r := newRaw(t, fresh(t))
	if code := r.commit(store.Batch{Put: []store.Record{r.record(1, "a", "x")}, Dead: []store.RecordID{7}, Merged: []store.RecordID{8}}); code != store.OK {
		t.Fatal(code)
	}
	if code := r.commit(store.Batch{Dead: []store.RecordID{7}}); code != store.OK {
		t.Fatal(code)
	}
	r.expect("1 x")
}

func driverConflict(t *testing.T, fresh func(*testing.T) Medium) {
	m := fresh(t)
	r, other := newRaw(t, m), newRaw(t, m)
	r.commit(store.Batch{Put: []store.Record{r.record(1, "a", "x"), r.record(2, "b", "y")}})
	merge := func(known ...store.RecordID) store.Code {
		return r.commit(store.Batch{
			Put: []store.Record{r.record(10, "a", "x", "b", "y")}, Merged: []store.RecordID{1, 2},
			Known: append([]store.RecordID{}, known...),
		})
	}
	other.commit(store.Batch{Put: []store.Record{other.record(3, "a", "new")}})
	for _, known := range [][]store.RecordID{{}, {1}, {1, 2}, {1, 2, 4}, {1, 2, 3, 4}} {
		if code := merge(known...); code != store.Conflict {
			t.Fatalf("merge of %v: %v", known, code)
		}
		r.expect("1 x y"[:3], "2 y", "3 new")
	}
	if code := merge(3, 1, 2); code != store.OK {
		t.Fatal(code)
	}
	r.expect("10 x y", "3 new")
}

func driverAllOrNothing(t *testing.T, fresh func(*testing.T) Medium) {
	m := fresh(t)
	bounded, ok := m.(Bounded)
	if !ok {
		t.Skip("the medium cannot be given a limit")
	}
	r := newRaw(t, m)
	r.commit(store.Batch{Put: []store.Record{r.record(1, "a", "x")}})
	bounded.SetLimit(2000)
	code := r.commit(store.Batch{
		Put:    []store.Record{r.record(2, "a", strings.Repeat("y", 500)), r.record(3, "b", strings.Repeat("z", 2000))},
		Merged: []store.RecordID{1},
	})
	if code != store.QuotaExceeded {
		t.Fatal(code)
	}
	r.expect("1 x")
}

func driverReplaces(t *testing.T, fresh func(*testing.T) Medium) {
	m := fresh(t)
	bounded, ok := m.(Bounded)
	if !ok {
		t.Skip("the medium cannot be given a limit")
	}
	r := newRaw(t, m)
	if !r.Immediate {
		t.Skip("only synchronous drivers do")
	}
	old, new := strings.Repeat("x", 1500), strings.Repeat("y", 1500)
	r.commit(store.Batch{Put: []store.Record{r.record(1, "a", old)}})
	bounded.SetLimit(2000)
	replace := func(id store.RecordID, text string) store.Code {
		return r.commit(store.Batch{Put: []store.Record{r.record(id, "a", text)}, Merged: []store.RecordID{1}})
	}
	if code := replace(2, new+new); code != store.QuotaExceeded {
		t.Fatal(code)
	}
	r.expect("1 " + old)
	if code := replace(2, new); code != store.OK {
		t.Fatal(code)
	}
	r.expect("2 " + new)
}

func reopened(t *testing.T, m Medium, want map[string]string) *Page {
	t.Helper()
	p := OpenPage(t, m, store.Limits{}, nil)
	p.Expect(want)
	if len(p.Problems) > 0 {
		t.Fatalf("problems: %v", p.Problems)
	}
	return p
}

func roundTrip(t *testing.T, fresh func(*testing.T) Medium) {
	m := fresh(t)
	p := OpenPage(t, m, store.Limits{}, nil)
	tags := []store.Tag{store.String, store.Number, store.Boolean, store.Date, store.Undefined, store.Null, store.JSON}
	for i, tag := range tags {
		out := p.put(p.tab.Table.Slot(fmt.Sprint("k", i)), tag, fmt.Sprint("text", i), store.Mode(i%3))
		p.EndTask()
		p.Wait(func() bool { return out.Told || i%3 == int(store.Deferred) })
		if out.Code != store.OK {
			t.Fatal(out.Code)
		}
	}
	p.Flush()
	p.Space.Close()
	p = OpenPage(t, m, store.Limits{}, nil)
	for i, tag := range tags {
		slot, ok := p.tab.Table.Lookup(fmt.Sprint("k", i))
		if !ok || p.Space.Tag(slot) != tag || p.tab.Table.Text(slot) != fmt.Sprint("text", i) {
			t.Errorf("k%d came back as %d %q", i, p.Space.Tag(slot), p.tab.Table.Text(slot))
		}
	}
}

var oddStrings = []string{
	" ", "\x00", "\n", "a\x00b", "__proto__", "constructor", "length", "toString", "m1", "minipoly:", ":", "%", "🙂",
	"e\u0301", "\u00e9", "\u2028", "\ufeff", "\uffff", "\U0010ffff", "汉字", strings.Repeat("long ", 1000),
}

func oddTexts(t *testing.T, fresh func(*testing.T) Medium) {
	m := fresh(t)
	p := OpenPage(t, m, store.Limits{}, nil)
	want := map[string]string{"empty": ""}
	p.Put("empty", "", store.Awaited)
	for i, s := range oddStrings {
		text := oddStrings[len(oddStrings)-1-i]
		p.Put(s, text, store.Awaited)
		want[s] = text
	}
	p.Flush()
	p.Expect(want)
	reopened(t, m, want)
}

func loneSurrogates(t *testing.T, fresh func(*testing.T) Medium) {
	m := fresh(t)
	p := OpenPage(t, m, store.Limits{}, nil)
	wide, ok := p.tab.Table.(Wide)
	if !ok {
		t.Skip("the table holds no lone surrogates")
	}
	odd := [][]uint16{{0xd800}, {0xdc00}, {0xdc00, 0xd800}, {'a', 0xdfff}, {0xd83d, 0xde42, 0xd83d}}
	for i, key := range odd {
		slot := wide.SlotUnits(key)
		text := odd[len(odd)-1-i]
		if code := p.Space.Put(slot, store.String, uint32(len(text)), false, store.Awaited); code != store.OK {
			t.Fatal(code)
		}
		wide.SetTextUnits(slot, text)
	}
	p.Flush()
	p = OpenPage(t, m, store.Limits{}, nil)
	wide = p.tab.Table.(Wide)
	for i, key := range odd {
		if got := wide.TextOf(wide.SlotUnits(key)); !slices.Equal(got, odd[len(odd)-1-i]) {
			t.Errorf("%x is %x", key, got)
		}
	}
	if p.Space.Len() != len(odd) || len(p.Problems) > 0 {
		t.Errorf("%d entries, problems %v", p.Space.Len(), p.Problems)
	}
}

func overwriteRemoveClear(t *testing.T, fresh func(*testing.T) Medium) {
	m := fresh(t)
	p := OpenPage(t, m, store.Limits{}, nil)
	for _, mode := range []store.Mode{store.Deferred, store.Awaited, store.Strict} {
		p.Put("a", "1", mode)
		p.Put("b", "1", mode)
		p.Put("a", "22", mode)
		p.Flush()
		p.Expect(map[string]string{"a": "22", "b": "1"})
		p.Put("a", "3", mode)
		p.Remove("b", mode)
		p.Flush()
		reopened(t, m, map[string]string{"a": "3"}).Kill()
		p.Clear(mode)
		p.Flush()
		reopened(t, m, nil).Kill()
		p.Put("a", "4", mode)
		p.Put("c", "4", mode)
		p.Clear(mode)
		p.Put("c", "5", mode)
		p.Flush()
		reopened(t, m, map[string]string{"c": "5"}).Kill()
		p.Clear(mode)
		p.Flush()
	}
}

func largeEntries(t *testing.T, fresh func(*testing.T) Medium) {
	m := fresh(t)
	p := OpenPage(t, m, store.Limits{}, nil)
	want := map[string]string{}
	for i, text := range []string{
		strings.Repeat("x", 1<<20), strings.Repeat("汉", 300_000), strings.Repeat("ab\x00汉🙂", 50_000), strings.Repeat("s", 40_000),
	} {
		key := fmt.Sprint("large", i)
		out := p.Put(key, text, store.Awaited)
		p.Flush()
		if out.Code != store.OK {
			t.Fatal(out.Code)
		}
		want[key] = text
	}
	reopened(t, m, want).Kill()
	p.Put("large0", strings.Repeat("y", 1<<20), store.Awaited)
	p.Flush()
	want["large0"] = strings.Repeat("y", 1<<20)
	reopened(t, m, want)
}

func manyEntries(t *testing.T, fresh func(*testing.T) Medium) {
	m := fresh(t)
	p := OpenPage(t, m, store.Limits{}, nil)
	want := map[string]string{}
	for i := range 10_000 {
		key, text := fmt.Sprint("key", i), strings.Repeat(fmt.Sprint(i, " "), 20)
		p.Put(key, text, store.Deferred)
		want[key] = text
		if i%1000 == 999 {
			p.Flush()
		}
	}
	p.Expect(want)
	reopened(t, m, want).Kill()
	for i := range 10_000 {
		if i%10 != 0 {
			p.Remove(fmt.Sprint("key", i), store.Deferred)
			delete(want, fmt.Sprint("key", i))
		}
	}
	p.Flush()
	reopened(t, m, want)
}

func twoTabs(t *testing.T, fresh func(*testing.T) Medium) {
	m := fresh(t)
	a, b := OpenPage(t, m, store.Limits{}, nil), OpenPage(t, m, store.Limits{}, nil)
	b.now = a.now + 1
	sees := func(p *Page, want map[string]string) {
		t.Helper()
		p.Space.Refresh()
		p.TryWait(func() bool {
			for key, text := range want {
				if got, ok := p.Get(key); !ok || got != text {
					return false
				}
			}
			return p.Space.Len() == len(want) && p.Space.Pending() == 0
		})
		p.Expect(want)
	}
	a.Put("a", "from a", store.Awaited)
	a.Put("both", "from a", store.Awaited)
	a.Flush()
	b.Put("b", "from b", store.Awaited)
	b.Put("both", "from b", store.Awaited)
	b.Flush()
	want := map[string]string{"a": "from a", "b": "from b", "both": "from b"}
	sees(a, want)
	sees(b, want)
	a.now = b.now + 1
	a.Remove("b", store.Awaited)
	a.Flush()
	sees(b, map[string]string{"a": "from a", "both": "from b"})
	b.now = a.now + 1
	b.Clear(store.Awaited)
	b.Put("new", "1", store.Awaited)
	b.Flush()
	sees(a, map[string]string{"new": "1"})
	if a.Announced == 0 || b.Announced == 0 {
		t.Error("a commit was not announced")
	}
	reopened(t, m, map[string]string{"new": "1"})
}

func killedTab(t *testing.T, fresh func(*testing.T) Medium) {
	m := fresh(t)
	p := OpenPage(t, m, store.Limits{}, nil)
	if p.tab.Journal == nil && !p.tab.Immediate {
		t.Skip("without a journal, writes are safe when they are committed")
	}
	p.Put("kept", "1", store.Awaited)
	p.Put("removed", "1", store.Awaited)
	p.Flush()
	p.Put("deferred", "2", store.Deferred)
	p.Remove("removed", store.Deferred)
	p.EndTask()
	p.Put("strict", "3", store.Strict)
	p.Kill()
	want := map[string]string{"kept": "1", "deferred": "2", "strict": "3"}
	q := reopened(t, m, want)
	q.Flush()
	q.Pass(100)
	q.Wait(func() bool { return q.Space.Pending() == 0 })
	reopened(t, m, want)
	if q.tab.Journal != nil {
		q.tab.Journal.Load(func(store.RecordID) bool { return false }, nil, func(ids []store.RecordID, _ store.Code) {
			if len(ids) > 0 {
				t.Errorf("%d records are left in the journal", len(ids))
			}
		})
	}
}

func strangerSurvives(t *testing.T, fresh func(*testing.T) Medium) {
	m := fresh(t)
	shared, ok := m.(Shared)
	if !ok {
		t.Skip("nobody else uses the medium")
	}
	check := shared.Plant()
	p := OpenPage(t, m, store.Limits{}, nil)
	p.Expect(nil)
	for i := range 200 {
		p.Put(fmt.Sprint("k", i%7), fmt.Sprint(i), store.Awaited)
		p.Flush()
	}
	p.Clear(store.Awaited)
	p.Flush()
	if err := check(); err != nil {
		t.Fatal(err)
	}
	reopened(t, m, nil)
	if err := check(); err != nil {
		t.Fatal(err)
	}
}

func damageCostsOneEntry(t *testing.T, fresh func(*testing.T) Medium) {
	build := func() (Medium, store.RecordID, map[string]string) {
		m := fresh(t)
		p := OpenPage(t, m, store.Limits{}, nil)
		want := map[string]string{}
		for i := range 5 {
			key, text := fmt.Sprint("k", i), strings.Repeat(fmt.Sprint(i), 5)
			p.Put(key, text, store.Awaited)
			want[key] = text
		}
		p.Flush()
		_, ids := newRaw(t, m).load(func(store.RecordID) bool { return false })
		if len(ids) != 1 {
			t.Fatalf("%d records, want 1", len(ids))
		}
		p.Kill()
		return m, ids[0], want
	}
	m, _, _ := build()
	if _, ok := m.(Breakable); !ok {
		t.Skip("the medium cannot be damaged")
	}
	total := 5 * (store.EntryWidth + 2 + 5)
	for at := 0; at < total; at++ {
		m, id, want := build()
		if !m.(Breakable).Damage(id, at) {
			t.Fatalf("no byte %d of %d", at, total)
		}
		p := OpenPage(t, m, store.Limits{}, nil)
		lost := 0
		for key, text := range want {
			if got, ok := p.Get(key); !ok {
				lost++
			} else if got != text {
				t.Fatalf("byte %d: %q is %q", at, key, got)
			}
		}
		if p.Space.Len() != len(want)-lost || lost > 1 {
			t.Fatalf("byte %d: %d lost, %d left", at, lost, p.Space.Len())
		}
		if lost > 0 && !slices.ContainsFunc(p.Problems, func(p store.Problem) bool {
			return p.Code == store.Damaged && (p.Kind == store.EntryDamaged || p.Kind == store.RecordDamaged)
		}) {
			t.Fatalf("byte %d: an entry is lost and nobody was told", at)
		}
		// The rest is written again and the damage gone for good.
		p.Put("k0", "again", store.Awaited)
		p.Flush()
		p.Pass(100)
		q := OpenPage(t, m, store.Limits{}, nil)
		if got, _ := q.Get("k0"); got != "again" || q.Space.Len() < len(want)-1 || lost > 0 && len(q.Problems) > 0 {
			t.Fatalf("byte %d: after repair %q, %d entries, %v", at, got, q.Space.Len(), q.Problems)
		}
	}
}

// faultsAtEveryStep runs a small story again and again, each time with another
// fault at another step, then opens the space again and compares.
func faultsAtEveryStep(t *testing.T, fresh func(*testing.T) Medium) {
	struck := 0
	immediate := newRaw(t, fresh(t)).Immediate
	for step := range steps {
		for when := range whens {
			if immediate && step == Commit && when == After {
				continue // a synchronous driver knows what it has done
			}
			for _, code := range []store.Code{store.QuotaExceeded, store.Failed, store.Unavailable} {
				for n := 0; ; n++ {
					f := &Faulty{Fault: Fault{step, n, when, code}}
					tellStory(t, fresh(t), f)
					if t.Failed() {
						t.Fatalf("fault %+v", f.Fault)
					}
					if !f.Struck {
						break
					}
					struck++
				}
			}
		}
	}
	t.Logf("%d faults", struck)
	if struck < 50 {
		t.Error("hardly any fault has struck")
	}
}

// fate is what may be found of a key after a reload: the values that count
// since the last one that was certain.
type fate map[string][]string

const gone = "\x00gone"

func (f fate) write(key, value string, out *Outcome, journaled bool) {
	if len(f[key]) == 0 {
		f[key] = []string{gone}
	}
	f[key] = append(f[key], value)
	if out.Told && out.Code == store.OK || journaled {
		f[key] = []string{value}
	}
}

func tellStory(t *testing.T, m Medium, f *Faulty) {
	t.Helper()
	p := NewPage(t, m, store.Limits{}, f.Install)
	var opened Outcome
	p.Space.Open(p.tab.Driver, p.tab.Journal, p.tab.Immediate, func(code store.Code) { opened = Outcome{true, code} })
	m.Wait(func() bool { return opened.Told || f.Struck && f.Fault.When == Never })
	if !opened.Told || opened.Code != store.OK {
		if f.Fault.Step != Load || opened.Told && opened.Code != f.Fault.Code {
			t.Errorf("open: %+v", opened)
		}
		return
	}
	found := fate{}
	act := func(key, value string, mode store.Mode) {
		before, was := p.Get(key)
		reports := len(p.Problems)
		var out *Outcome
		if value == gone {
			out = p.Remove(key, mode)
		} else {
			out = p.Put(key, value, mode)
		}
		p.EndTask()
		if mode == store.Awaited {
			m.Wait(func() bool { p.Pass(10); return out.Told || f.Struck && f.Fault.When == Never })
		}
		for range 20 {
			p.Pass(20)
			m.Wait(func() bool { return true })
		}
		now, is := p.Get(key)
		switch {
		case out.Told && out.Code != store.OK && f.Fault.When == Before:
			if now != before || is != was {
				t.Errorf("%s: refused write of %q: it is %q, was %q", key, value, now, before)
			}
			if out.Code != f.Fault.Code {
				t.Errorf("%s: told %v", key, out.Code)
			}
			return
		case out.Told && out.Code != store.OK: // may be there or not
		case is != (value != gone) || is && now != value:
			t.Errorf("%s: after writing %q it is %q", key, value, now)
		}
		if mode == store.Awaited && !out.Told && !(f.Struck && f.Fault.When == Never) {
			t.Errorf("%s: nobody was told about %q", key, value)
		}
		// What stands in a journal that has not refused is safe.
		safe := mode != store.Awaited && (p.tab.Journal != nil || p.tab.Immediate) && !(f.Struck && len(p.Problems) > reports)
		if p.tab.Immediate && f.Struck {
			safe = false
		}
		found.write(key, value, out, safe)
	}
	act("a", "1", store.Awaited)
	act("b", "1", store.Deferred)
	act("c", "1", store.Strict)
	act("a", "2", store.Awaited)
	act("b", gone, store.Awaited)
	act("c", gone, store.Deferred)
	act("b", "3", store.Deferred)
	act("c", "3", store.Awaited)
	act("a", "3", store.Deferred)
	act("d", strings.Repeat("x", 40_000), store.Awaited)
	act("d", gone, store.Awaited)
	if !(f.Fault.When == Never && f.Struck) {
		// All faults are over: everything is committed in the end.
		p.Flush()
		for key := range found {
			value, ok := p.Get(key)
			if !ok {
				value = gone
			}
			found[key] = []string{value}
		}
	}
	p.Kill()
	q := OpenPage(t, m, store.Limits{}, nil)
	for key, values := range found {
		got, ok := q.Get(key)
		if !ok {
			got = gone
		}
		if !slices.Contains(values, got) {
			t.Errorf("%s is %.20q after the reload, should be one of %.20q", key, got, values)
		}
	}
	if n := q.Space.Len(); n > len(found) || len(q.Problems) > 0 {
		t.Errorf("%d entries, problems %v", n, q.Problems)
	}
}

// randomOperations compares the space with a plain map.
func randomOperations(t *testing.T, fresh func(*testing.T) Medium) {
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 1))
		m := fresh(t)
		model := map[string]string{}
		p := OpenPage(t, m, store.Limits{}, nil)
		for range 600 {
			key := fmt.Sprint("key", rng.IntN(40))
			mode := store.Mode(rng.IntN(3))
			switch n := rng.IntN(100); {
			case n < 60:
				text := strings.Repeat(fmt.Sprint(rng.IntN(1000), " "), rng.IntN(40))
				if rng.IntN(50) == 0 {
					text = strings.Repeat("汉", 50_000)
				}
				p.Put(key, text, mode)
				model[key] = text
			case n < 80:
				p.Remove(key, mode)
				delete(model, key)
			case n < 82:
				p.Clear(mode)
				clear(model)
			case n < 90:
				p.EndTask()
				p.Pass(uint64(rng.IntN(100)))
			case n < 92:
				p.EndTask()
				p.Wait(func() bool { return p.Space.Pending() == 0 })
				p.Pass(61_000)
			case n < 96:
				p.Flush()
				p.Space.Close()
				at := p.now
				p = reopened(t, m, model)
				p.now = max(p.now, at)
			}
			if n := p.Space.Len(); n != len(model) {
				t.Fatalf("seed %d: %d entries, want %d", seed, n, len(model))
			}
		}
		p.Flush()
		p.Expect(model)
		reopened(t, m, model)
	}
}
