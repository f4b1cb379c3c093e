package storetest

import (
	"slices"
	"testing"

	"minipoly/store"
)

// Page is a tab with a space of its own: what a test writes with. Its clock
// moves only while it waits.
type Page struct {
	t       *testing.T
	medium  Medium
	tab     Tab
	Space   *store.Space
	now     uint64
	ticks   []uint64
	waiting map[uint32][]*Outcome
	// Problems are those reported so far.
	Problems []store.Problem
	// Announced counts the announcements.
	Announced int
	killed    bool
}

// Outcome is that of a write somebody waits for.
type Outcome struct {
	Told bool
	Code store.Code
}

var nodes uint32 = 1000

// NewPage makes a page whose space is not open yet. change may replace the
// driver and the journal.
func NewPage(t *testing.T, m Medium, limits store.Limits, change func(*Tab)) *Page {
	nodes++
	p := &Page{t: t, medium: m, now: 1_700_000_000_000 + uint64(nodes)*1000, waiting: map[uint32][]*Outcome{}}
	p.tab = m.Tab(func(keyUnits uint32) store.Slot { return p.Space.NewSlot(keyUnits) })
	if change != nil {
		change(&p.tab)
	}
	p.Space = store.NewSpace(limits, p.tab.Table, (*pageHost)(p), nodes)
	return p
}

// OpenPage makes a page and opens its space.
func OpenPage(t *testing.T, m Medium, limits store.Limits, change func(*Tab)) *Page {
	t.Helper()
	p := NewPage(t, m, limits, change)
	if code := p.Open(); code != store.OK {
		t.Fatalf("open: %v", code)
	}
	return p
}

// Open opens the space and waits for the outcome.
func (p *Page) Open() store.Code {
	p.t.Helper()
	var out Outcome
	p.Space.Open(p.tab.Driver, p.tab.Journal, p.tab.Immediate, func(code store.Code) { out = Outcome{true, code} })
	p.Wait(func() bool { return out.Told })
	return out.Code
}

// Kill ends a page as a crash does: nothing it has under way goes on.
func (p *Page) Kill() { p.killed = true }

// Wait lets callbacks come and time pass until done.
func (p *Page) Wait(done func() bool) {
	p.t.Helper()
	if !p.TryWait(done) {
		p.t.Fatal("waited in vain")
	}
}

// TryWait is Wait that reports whether it came to an end.
func (p *Page) TryWait(done func() bool) bool {
	return p.medium.Wait(func() bool {
		if done() {
			return true
		}
		p.Pass(10)
		return done()
	})
}

// Pass lets time pass.
func (p *Page) Pass(ms uint64) {
	p.now += ms
	due := slices.DeleteFunc(slices.Clone(p.ticks), func(at uint64) bool { return at > p.now })
	p.ticks = slices.DeleteFunc(p.ticks, func(at uint64) bool { return at <= p.now })
	for range due {
		if !p.killed {
			p.Space.Tick()
		}
	}
}

// Put writes a value; the outcome is that of the commit, or of the call where
// it was refused.
func (p *Page) Put(key, text string, mode store.Mode) *Outcome {
	return p.put(p.tab.Table.Slot(key), store.String, text, mode)
}

func (p *Page) put(slot store.Slot, tag store.Tag, text string, mode store.Mode) *Outcome {
	before := p.tab.Table.Text(slot)
	code := p.Space.Put(slot, tag, store.Units(text), false, mode)
	if code == store.WriteNow {
		mode, code = store.Strict, store.OK
	}
	if code != store.OK {
		p.Space.Abandon(slot)
		return &Outcome{true, code}
	}
	p.tab.Table.Keep(slot, p.Space.Version(slot), before)
	p.tab.Table.SetText(slot, text)
	return p.written(mode)
}

func (p *Page) written(mode store.Mode) *Outcome {
	out := &Outcome{}
	ticket := p.Space.Ticket()
	if mode == store.Awaited {
		p.waiting[ticket] = append(p.waiting[ticket], out)
	}
	if mode == store.Strict {
		*out = Outcome{true, p.Space.WriteNow()}
	}
	return out
}

// Remove takes a key away.
func (p *Page) Remove(key string, mode store.Mode) *Outcome {
	slot, ok := p.tab.Table.Lookup(key)
	if !ok || p.Space.Tag(slot) == store.None {
		return &Outcome{Told: true}
	}
	before := p.tab.Table.Text(slot)
	p.Space.Remove(slot, mode)
	p.tab.Table.Keep(slot, p.Space.Version(slot), before)
	p.tab.Table.Drop(slot)
	return p.written(mode)
}

// Clear takes all keys away.
func (p *Page) Clear(mode store.Mode) *Outcome {
	p.Space.Clear(mode)
	return p.written(mode)
}

// EndTask ends the task.
func (p *Page) EndTask() { p.Space.EndTask() }

// Flush ends the task and waits until everything is committed.
func (p *Page) Flush() {
	p.t.Helper()
	p.EndTask()
	p.Wait(func() bool { return p.Space.Pending() == 0 })
}

// Get returns the value of a key.
func (p *Page) Get(key string) (string, bool) {
	slot, ok := p.tab.Table.Lookup(key)
	if !ok || p.Space.Tag(slot) == store.None {
		return "", false
	}
	return p.tab.Table.Text(slot), true
}

// Expect checks that the page holds exactly the given entries.
func (p *Page) Expect(want map[string]string) {
	p.t.Helper()
	usage := uint64(0)
	for key, text := range want {
		if got, ok := p.Get(key); !ok || got != text {
			p.t.Errorf("%.40q is %.40q (%v), want %.40q", key, got, ok, text)
		}
		usage += uint64(store.Units(key)) + uint64(store.Units(text))
	}
	if n := p.Space.Len(); n != len(want) {
		p.t.Errorf("%d entries, want %d", n, len(want))
	}
	if n := p.Space.Usage(); n != usage {
		p.t.Errorf("usage is %d, want %d", n, usage)
	}
	if p.t.Failed() {
		p.t.FailNow()
	}
}

// pageHost is the page as its space sees it.
type pageHost Page

func (h *pageHost) Now() uint64     { return h.now }
func (h *pageHost) Later(ms uint32) { h.ticks = append(h.ticks, h.now+uint64(ms)) }
func (h *pageHost) Announce()       { h.Announced++ }

func (h *pageHost) Report(p store.Problem) { h.Problems = append(h.Problems, p) }

func (h *pageHost) Committed(ticket uint32, code store.Code) {
	if h.killed {
		return
	}
	for n, outs := range h.waiting {
		if n <= ticket {
			for _, out := range outs {
				if out.Told {
					h.t.Error("told twice")
				}
				*out = Outcome{true, code}
			}
			delete(h.waiting, n)
		}
	}
	if len(h.waiting) == 0 {
		h.tab.Table.Forget()
	}
}
