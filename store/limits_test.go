package store_test

import (
	"fmt"
	"strings"
	"testing"

	"minipoly/store"
	"minipoly/store/memory"
	"minipoly/store/storetest"
)

// The limits of the two platforms, as polyfill/catalogue sets them: spec
// wx-storage.md section 4 and my-storage.md section 4.
var (
	wxLimits = store.Limits{
		EntryUnits: 1_048_576, EntryCountsKey: true, TotalUnits: 10_485_760,
		SealedEntryUnits: 734_003, SealedTotalUnits: 7_444_889,
	}
	myLimits = store.Limits{EntryUnits: 204_800, WrapUnits: 18, TotalUnits: 10_485_760, OverwriteMayFill: true}
)

// bare is a space without a driver or texts, for what only counts.
func bare(limits store.Limits) *store.Space {
	texts := store.NewStrings()
	s := store.NewSpace(limits, texts, host{}, 1)
	texts.NewSlot = s.NewSlot
	texts.Slot("the first slot has a name to be freed by")
	return s
}

type host struct{}

func (host) Now() uint64                  { return 1_700_000_000_000 }
func (host) Later(uint32)                 {}
func (host) Committed(uint32, store.Code) {}
func (host) Report(store.Problem)         {}
func (host) Announce()                    {}

func TestEntryLimits(t *testing.T) {
	for _, row := range []struct {
		name      string
		limits    store.Limits
		key, text uint32
		sealed    bool
		want      store.Code
	}{
		{"wx: key and text together at the limit", wxLimits, 10, 1_048_566, false, store.OK},
		{"wx: one more", wxLimits, 10, 1_048_567, false, store.EntryTooLarge},
		{"wx: a long key counts", wxLimits, 1_048_575, 1, false, store.OK},
		{"wx: one more of it", wxLimits, 1_048_576, 1, false, store.EntryTooLarge},
		{"wx sealed: at 0.7 MB", wxLimits, 3, 734_000, true, store.OK},
		{"wx sealed: one more", wxLimits, 3, 734_001, true, store.EntryTooLarge},
		{"my: the wrapper counts", myLimits, 1, 204_782, false, store.OK},
		{"my: one more", myLimits, 1, 204_783, false, store.EntryTooLarge},
		{"my: the key does not", myLimits, 300_000, 204_782, false, store.OK},
		{"no limits: what the format can hold", store.Limits{}, 1, 1<<24 - 1, false, store.OK},
		{"no limits: one more", store.Limits{}, 1, 1 << 24, false, store.EntryTooLarge},
		{"no limits: the wrapper is in the format, too", store.Limits{WrapUnits: 18}, 1, 1<<24 - 18, false, store.EntryTooLarge},
		{"no limits: a sum that overflows", store.Limits{WrapUnits: 18}, 1, 1<<32 - 1, false, store.EntryTooLarge},
		{"no limits: a sealed text grows", store.Limits{}, 1, 1 << 23, true, store.EntryTooLarge},
		{"no limits: key", store.Limits{}, 1 << 24, 1, false, store.EntryTooLarge},
		{"an empty key", store.Limits{}, 0, 1, false, store.InvalidKey},
	} {
		s := bare(row.limits)
		slot := s.NewSlot(row.key)
		if got := s.Put(slot, store.String, row.text, row.sealed, store.Deferred); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
		want := uint64(0)
		if row.want == store.OK {
			want = uint64(row.key) + uint64(row.text) + uint64(row.limits.WrapUnits)
		}
		if s.Usage() != want || s.Size(slot) != want {
			t.Errorf("%s: usage %d, size %d, want %d", row.name, s.Usage(), s.Size(slot), want)
		}
	}
}

func TestTotalLimits(t *testing.T) {
	const free = 1000 // what is free before the last write
	for _, row := range []struct {
		name   string
		limits store.Limits
		sealed bool
		old    uint32 // size of the entry to be overwritten, wrapper and key included; 0: a new one
		next   uint32
		want   store.Code
	}{
		{"wx: new, one below the total", wxLimits, false, 0, free - 1, store.OK},
		{"wx: new, the total", wxLimits, false, 0, free, store.QuotaExceeded},
		{"wx: overwrite, one below the total", wxLimits, false, 500, 500 + free - 1, store.OK},
		{"wx: overwrite, the total", wxLimits, false, 500, 500 + free, store.QuotaExceeded},
		{"my: new, one below the total", myLimits, false, 0, free - 1, store.OK},
		{"my: new, the total", myLimits, false, 0, free, store.QuotaExceeded},
		{"my: overwrite, the total", myLimits, false, 500, 500 + free, store.OK},
		{"my: overwrite, one more", myLimits, false, 500, 500 + free + 1, store.QuotaExceeded},
		{"wx: a smaller one always fits", wxLimits, false, 500, 400, store.OK},
		{"wx sealed: new, the total", wxLimits, true, 0, free, store.OK},
		{"wx sealed: new, one more", wxLimits, true, 0, free + 1, store.QuotaExceeded},
		{"wx sealed: overwrite, the total", wxLimits, true, 500, 500 + free, store.OK},
		{"wx sealed: overwrite, one more", wxLimits, true, 500, 500 + free + 1, store.QuotaExceeded},
	} {
		s := bare(row.limits)
		put := func(slot store.Slot, size uint32, mode store.Mode) store.Code {
			return s.Put(slot, store.String, size-1-row.limits.WrapUnits, row.sealed, mode)
		}
		slot := s.NewSlot(1)
		if row.old > 0 {
			if code := put(slot, row.old, store.Deferred); code != store.OK {
				t.Fatal(code)
			}
		}
		total := row.limits.TotalUnits
		if row.sealed {
			total = row.limits.SealedTotalUnits
		}
		for s.Usage() < total-free {
			if code := put(s.NewSlot(1), uint32(min(200_000, total-free-s.Usage())), store.Deferred); code != store.OK {
				t.Fatal(code)
			}
		}
		before, changes, n := s.Usage(), s.Changes(), s.Len()
		code := put(slot, row.next, store.Deferred)
		if code != row.want {
			t.Errorf("%s: %v, want %v", row.name, code, row.want)
		}
		want := before
		if code == store.OK {
			want = before - uint64(row.old) + uint64(row.next)
		} else if s.Changes() != changes || s.Len() != n || s.Size(slot) != uint64(row.old) {
			t.Errorf("%s: the refused write has left traces", row.name)
		}
		if s.Usage() != want {
			t.Errorf("%s: usage %d, want %d", row.name, s.Usage(), want)
		}
	}
}

// What is removed, or written over unsealed, does not count any more.
func TestSealedTotalFollows(t *testing.T) {
	s := bare(store.Limits{SealedTotalUnits: 100})
	a, b := s.NewSlot(10), s.NewSlot(10)
	for i, want := range []struct {
		sealed bool
		slot   store.Slot
		units  uint32
		code   store.Code
	}{
		{true, a, 80, store.OK},
		{true, b, 1, store.QuotaExceeded},
		{false, b, 1000, store.OK},
		{false, a, 80, store.OK},
		{true, b, 90, store.OK},
		{true, a, 0, store.QuotaExceeded},
	} {
		if code := s.Put(want.slot, store.String, want.units, want.sealed, store.Deferred); code != want.code {
			t.Errorf("write %d: %v, want %v", i, code, want.code)
		}
	}
	s.Remove(b, store.Deferred)
	if code := s.Put(a, store.String, 90, true, store.Deferred); code != store.OK {
		t.Errorf("after removing: %v", code)
	}
}

// full is a page whose driver is its own journal, on a disk of some units.
func full(t *testing.T, units uint64) (*storetest.Page, *memory.Disk, storetest.Medium) {
	disk := memory.NewDisk()
	m := &storetest.Native{Immediate: true, Open: func(texts *store.Strings) (store.Driver, store.Journal) {
		return disk.Driver(texts), nil
	}}
	disk.SetLimit(units)
	return storetest.OpenPage(t, m, store.Limits{}, nil), disk, m
}

func TestFullDisk(t *testing.T) {
	const room = 2 << 20
	large := func(c string) string { return strings.Repeat(c, 900_000) }

	t.Run("a strict write is refused and the old value stays", func(t *testing.T) {
		p, disk, m := full(t, room)
		p.Put("a", large("1"), store.Strict)
		p.Put("b", large("1"), store.Strict)
		if out := p.Put("c", large("1"), store.Strict); out.Code != store.QuotaExceeded {
			t.Fatal(out.Code)
		}
		if out := p.Put("b", large("2")+large("2"), store.Strict); out.Code != store.QuotaExceeded {
			t.Fatal(out.Code)
		}
		want := map[string]string{"a": large("1"), "b": large("1")}
		p.Expect(want)
		p.EndTask()
		p.Pass(20_000)
		p.Expect(want)
		storetest.OpenPage(t, m, store.Limits{}, nil).Expect(want)
		if len(p.Problems) > 0 || disk.Units() > room {
			t.Errorf("problems %v, %d units", p.Problems, disk.Units())
		}
	})

	t.Run("a deferred write that may not fit is tried in the call", func(t *testing.T) {
		p, _, _ := full(t, room)
		p.Put("a", large("1"), store.Deferred)
		p.Put("b", large("1"), store.Deferred)
		if out := p.Put("c", large("1"), store.Deferred); !out.Told || out.Code != store.QuotaExceeded {
			t.Fatalf("%+v", out)
		}
		p.Expect(map[string]string{"a": large("1"), "b": large("1")})
	})

	t.Run("a large value is overwritten without room for both", func(t *testing.T) {
		p, _, m := full(t, room)
		p.Put("a", large("1"), store.Strict)
		p.Put("b", large("1"), store.Strict)
		for i := range 10 {
			if out := p.Put("b", large(fmt.Sprint(i)), store.Mode(i%3)); out.Told && out.Code != store.OK {
				t.Fatal(out.Code)
			}
			p.EndTask()
		}
		want := map[string]string{"a": large("1"), "b": large("9")}
		p.Expect(want)
		storetest.OpenPage(t, m, store.Limits{}, nil).Expect(want)
		if len(p.Problems) > 0 {
			t.Error(p.Problems)
		}
	})

	t.Run("an accepted write that cannot be stored is retried and reported", func(t *testing.T) {
		p, disk, m := full(t, room)
		p.Put("a", "1", store.Strict)
		out := p.Put("b", "2", store.Deferred)
		disk.SetLimit(1) // others have taken everything
		p.EndTask()
		for range 20 {
			p.Pass(10_000)
		}
		if out.Told || len(p.Problems) != 1 || p.Problems[0].Kind != store.CommitFailed || p.Problems[0].Code != store.QuotaExceeded {
			t.Fatalf("%+v, problems %v", out, p.Problems)
		}
		want := map[string]string{"a": "1", "b": "2"}
		p.Expect(want)
		disk.SetLimit(room)
		p.Pass(10_000)
		if p.Space.Pending() != 0 || len(p.Problems) != 2 || p.Problems[1].Kind != store.CommitRecovered {
			t.Fatalf("%d pending, problems %v", p.Space.Pending(), p.Problems)
		}
		storetest.OpenPage(t, m, store.Limits{}, nil).Expect(want)
	})

	t.Run("small values are overwritten for ever", func(t *testing.T) {
		// 80 percent full, live: waste has to be collected in time.
		p, disk, m := full(t, room)
		want := map[string]string{}
		value := func(i, j int) string { return strings.Repeat(fmt.Sprintf("%03d", j%1000), 2000) }
		for i := range 280 {
			key := fmt.Sprint("k", i)
			want[key] = value(i, 0)
			p.Put(key, want[key], store.Deferred)
		}
		p.EndTask()
		for j := range 5000 {
			i := j * 7919 % 280
			key := fmt.Sprint("k", i)
			want[key] = value(i, j)
			if out := p.Put(key, want[key], store.Deferred); out.Told && out.Code != store.OK {
				t.Fatalf("write %d: %v with %d units of %d", j, out.Code, disk.Units(), room)
			}
			if j%5 == 0 {
				p.EndTask()
				p.Pass(10)
			}
		}
		p.Flush()
		p.Expect(want)
		if len(p.Problems) > 0 {
			t.Error(p.Problems)
		}
		storetest.OpenPage(t, m, store.Limits{}, nil).Expect(want)
	})

	t.Run("a refused journal is reported once and the commit hurries", func(t *testing.T) {
		disk, journal := memory.NewDisk(), memory.NewDisk()
		m := &storetest.Native{Open: func(texts *store.Strings) (store.Driver, store.Journal) {
			return disk.Driver(texts), journal.Driver(texts).(store.Journal)
		}}
		p := storetest.OpenPage(t, m, store.Limits{}, nil)
		journal.SetLimit(10)
		for i := range 5 {
			p.Put("a", fmt.Sprint(i), store.Mode(i%2*2))
			p.EndTask()
			if p.Space.Pending() != 0 {
				t.Fatal("it waits")
			}
		}
		if len(p.Problems) != 1 || p.Problems[0].Kind != store.JournalRefused {
			t.Fatal(p.Problems)
		}
		storetest.OpenPage(t, m, store.Limits{}, nil).Expect(map[string]string{"a": "4"})
	})
}

// Everything that was stored is gone: what is in memory is stored again.
func TestEvicted(t *testing.T) {
	disk := memory.NewDisk()
	m := &storetest.Native{Open: func(texts *store.Strings) (store.Driver, store.Journal) { return disk.Driver(texts), nil }}
	p := storetest.OpenPage(t, m, store.Limits{}, nil)
	p.Put("a", "1", store.Awaited)
	p.Put("b", "2", store.Awaited)
	p.Remove("b", store.Awaited)
	p.Flush()
	disk.Driver(store.NewStrings()).Commit(store.Batch{Dead: disk.Records()}, func(store.Code) {})
	p.Space.Refresh()
	p.Flush()
	p.Pass(100)
	if len(p.Problems) != 1 || p.Problems[0].Kind != store.Evicted {
		t.Fatal(p.Problems)
	}
	storetest.OpenPage(t, m, store.Limits{}, nil).Expect(map[string]string{"a": "1"})
}

// A space takes its entries along to another driver, and a driver that fails to
// open or does not answer leaves them where they are.
func TestAnotherDriver(t *testing.T) {
	first, second := memory.NewDisk(), memory.NewDisk()
	texts := store.NewStrings()
	s := store.NewSpace(store.Limits{}, texts, host{}, 7)
	texts.NewSlot = s.NewSlot
	set := func(key, text string) {
		slot := texts.Slot(key)
		if code := s.Put(slot, store.String, store.Units(text), false, store.Awaited); code != store.OK {
			t.Fatal(code)
		}
		texts.SetText(slot, text)
		s.EndTask()
	}
	open := func(d store.Driver) (code store.Code) {
		s.Open(d, nil, false, func(c store.Code) { code = c })
		return code
	}
	expect := func(d *memory.Disk, want map[string]string) {
		t.Helper()
		m := &storetest.Native{Open: func(texts *store.Strings) (store.Driver, store.Journal) { return d.Driver(texts), nil }}
		storetest.OpenPage(t, m, store.Limits{}, nil).Expect(want)
	}
	set("memory", "1")
	open(first.Driver(texts))
	set("first", "2")
	s.Tick()
	expect(first, map[string]string{"memory": "1", "first": "2"})

	broken := &storetest.Faulty{Fault: storetest.Fault{Step: storetest.Load, Code: store.Failed}}
	broken.Install(&storetest.Tab{Driver: second.Driver(texts)})
	if code := open(broken); code != store.Failed {
		t.Fatal(code)
	}
	set("still first", "3")
	expect(first, map[string]string{"memory": "1", "first": "2", "still first": "3"})

	silent := &storetest.Faulty{Fault: storetest.Fault{Step: storetest.Load, Code: store.Failed, When: storetest.Never}}
	tab := storetest.Tab{Driver: second.Driver(texts)}
	silent.Install(&tab)
	open(tab.Driver)
	set("while it is silent", "4")
	open(second.Driver(texts))
	s.Tick()
	want := map[string]string{"memory": "1", "first": "2", "still first": "3", "while it is silent": "4"}
	expect(second, want)
	set("second", "5")
	want["second"] = "5"
	expect(second, want)
}
