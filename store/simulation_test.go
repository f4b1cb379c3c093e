package store

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The simulation runs several spaces ("tabs") on one disk with one journal, in
// one goroutine, with a clock and a queue of events of its own. Every message,
// every answer of the disk and every timer is an event; which comes next is
// drawn from a seed, so that a failure is repeated by
//
//	go test ./store -run Simulation -seed N
//
// Tabs are killed, frozen and opened, commits fail before or after their effect
// and the journal refuses. What is known for certain is kept beside: every
// version that has ever stood on the disk or in the journal. At every quiet
// moment, and whenever a tab has been opened, each tab must show exactly the
// newest of these versions, key by key.

var (
	simRuns = flag.Int("simulations", 100_000, "number of interleavings to simulate")
	simSeed = flag.Uint64("seed", 0, "simulate this seed only")
)

type simMode int

const (
	withJournal    simMode = iota // IndexedDB and its journal
	withoutJournal                // IndexedDB alone
	synchronous                   // localStorage, told of changes at large
	hinted                        // localStorage, told of each record
	simModes
)

type simPart struct{ key, text string }

type simRecord struct {
	header []byte
	parts  []simPart
}

type simEvent struct {
	at   uint64 // ms, not before
	tab  *simTab
	run  func()
	disk bool // happens in the browser, even if the tab is frozen or killed
	seq  int  // of hints, which keep their order
}

type write struct {
	key  string
	at   stamp
	tag  Tag
	text string
}

type sim struct {
	rng     *rand.Rand
	mode    simMode
	now     uint64
	queue   []simEvent
	disk    map[RecordID]simRecord
	journal map[RecordID]simRecord
	tabs    []*simTab
	nodes   uint32
	seq     int
	keys    []string

	quiet  bool                       // no faults
	silent bool                       // a killed tab may have changed the disk
	writes map[string]map[stamp]write // everything ever written, by key; "" is the floor
	stored map[string]map[stamp]bool  // what has ever been on disk or in the journal
	trace  *strings.Builder
	err    error
	steps  int
}

type simTab struct {
	sim     *sim
	space   *Space
	strings *Strings
	name    string
	open    bool
	frozen  bool
	dead    bool
	waiting map[uint32][]write
	pending []write          // accepted, and not refused yet
	refused map[stamp]string // told to have failed
}

func (w *sim) logf(format string, args ...any) {
	if w.trace != nil {
		fmt.Fprintf(w.trace, "%6d "+format+"\n", append([]any{w.now}, args...)...)
	}
}

func (w *sim) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
		w.logf("FAIL %v", w.err)
	}
}

func (w *sim) post(e simEvent) {
	w.seq++
	e.seq = w.seq
	w.queue = append(w.queue, e)
}

// chance is true once in n times, and never in a quiet world.
func (w *sim) chance(n int) bool { return !w.quiet && w.rng.IntN(n) == 0 }

func (w *sim) delay() uint64 {
	switch w.rng.IntN(4) {
	case 0:
		return 0
	case 1:
		return uint64(w.rng.IntN(3))
	}
	return uint64(w.rng.IntN(80))
}

// remember notes the versions that a record brings to a medium.
func (w *sim) remember(r simRecord) {
	for i := range r.parts {
		h, _, ok := ParseHeader(r.header[i*EntryWidth:])
		if !ok {
			w.fail("unreadable header written")
		}
		at := stamp{h.Version, h.Node}
		key := r.parts[i].key
		known, ok := w.writes[key][at]
		if !ok || known.tag != h.Tag || known.text != r.parts[i].text {
			w.fail("stored %q %v as %d %q, written %d %q", key, at, h.Tag, r.parts[i].text, known.tag, known.text)
		}
		if w.stored[key] == nil {
			w.stored[key] = map[stamp]bool{}
		}
		w.stored[key][at] = true
	}
}

// newest returns the write that holds for a key, as far as it is stored. Not
// stored, or void, is the zero write.
func (w *sim) newest(key string) (at stamp, value write) {
	for s := range w.stored[key] {
		if at.before(s) {
			at = s
		}
	}
	var floor stamp
	for s := range w.stored[""] {
		if floor.before(s) {
			floor = s
		}
	}
	if at.before(floor) {
		return floor, write{}
	}
	return at, w.writes[key][at]
}

// copyRecord makes what is stored from what a space hands out.
func (t *simTab) copyRecord(r Record) simRecord {
	c := simRecord{header: slices.Clone(r.Header)}
	for _, slot := range r.Slots {
		c.parts = append(c.parts, simPart{t.strings.Key(slot), t.strings.Text(slot)})
	}
	return c
}

func (t *simTab) show(r simRecord) {
	t.strings.Visit(func(i int) (string, string, bool) {
		if i >= len(r.parts) {
			return "", "", false
		}
		return r.parts[i].key, r.parts[i].text, true
	})
}

func sortedIDs(m map[RecordID]simRecord) []RecordID {
	ids := make([]RecordID, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// simDriver is the disk as a tab sees it.
type simDriver struct{ t *simTab }

func (d simDriver) Close() {}

func (d simDriver) Load(want func(RecordID) bool, visit func(RecordID, []byte), done func([]RecordID, Code)) {
	t, w := d.t, d.t.sim
	read := func() func() {
		if w.chance(30) {
			return func() { done(nil, Failed) }
		}
		ids := sortedIDs(w.disk)
		var got []simRecord
		var gotIDs []RecordID
		for _, id := range ids {
			if want(id) {
				got, gotIDs = append(got, w.disk[id]), append(gotIDs, id)
			}
		}
		return func() {
			for i, id := range gotIDs {
				t.show(got[i])
				visit(id, got[i].header)
			}
			done(ids, OK)
		}
	}
	if w.mode >= synchronous {
		read()()
		return
	}
	w.post(simEvent{at: w.now + w.delay(), tab: t, disk: true, run: func() {
		if !t.dead {
			answer := read()
			w.post(simEvent{at: w.now + w.delay(), tab: t, run: answer})
		}
	}})
}

func (d simDriver) Commit(b Batch, done func(Code)) {
	t, w := d.t, d.t.sim
	put := make([]simRecord, len(b.Put))
	ids := make([]RecordID, len(b.Put))
	for i, r := range b.Put {
		put[i], ids[i] = t.copyRecord(r), r.ID
	}
	run := func() Code {
		if w.chance(12) {
			w.logf("%s commit fails", t.name)
			return Failed
		}
		if b.Known != nil && !slices.Equal(slices.Sorted(slices.Values(b.Known)), sortedIDs(w.disk)) {
			w.logf("%s conflict", t.name)
			return Conflict
		}
		for i, id := range ids {
			if _, taken := w.disk[id]; taken {
				w.fail("record %d written twice", id)
			}
			w.disk[id] = put[i]
			w.remember(put[i])
			w.hint(t, id, put[i])
		}
		for _, id := range append(slices.Clone(b.Dead), b.Merged...) {
			if _, there := w.disk[id]; there {
				delete(w.disk, id)
				w.hint(t, id, simRecord{})
			}
		}
		w.logf("%s committed %v, dead %v, merged %v", t.name, ids, b.Dead, b.Merged)
		if w.mode < synchronous && w.chance(20) {
			w.logf("%s but is told that it failed", t.name)
			return Failed
		}
		return OK
	}
	if w.mode >= synchronous {
		done(run())
		return
	}
	w.post(simEvent{at: w.now + w.delay(), tab: t, disk: true, run: func() {
		code := run()
		w.post(simEvent{at: w.now + w.delay(), tab: t, run: func() { done(code) }})
	}})
}

// hint is the storage event of localStorage.
func (w *sim) hint(from *simTab, id RecordID, r simRecord) {
	if w.mode != hinted {
		return
	}
	for _, t := range w.tabs {
		if t != from {
			w.post(simEvent{at: w.now, tab: t, run: func() {
				w.logf("%s is told of %d: %v", t.name, id, len(r.parts))
				t.space.Refresh()
			}})
		}
	}
}

type simJournal struct{ t *simTab }

func (j simJournal) Append(r Record) Code {
	t, w := j.t, j.t.sim
	if w.chance(15) {
		w.logf("%s journal refuses", t.name)
		return QuotaExceeded
	}
	c := t.copyRecord(r)
	if _, taken := w.journal[r.ID]; taken {
		w.fail("journal record %d written twice", r.ID)
	}
	w.journal[r.ID] = c
	w.remember(c)
	w.logf("%s journals %d: %v", t.name, r.ID, c.parts)
	for _, o := range w.tabs {
		if o != t {
			w.post(simEvent{at: w.now + w.delay(), tab: o, run: func() {
				w.logf("%s overhears %d", o.name, r.ID)
				o.show(c)
				o.space.Overheard(c.header)
			}})
		}
	}
	return OK
}

func (j simJournal) Drop(ids []RecordID) {
	for _, id := range ids {
		delete(j.t.sim.journal, id)
	}
	j.t.sim.logf("%s drops journal %v", j.t.name, ids)
}

func (j simJournal) Load(want func(RecordID) bool, visit func(RecordID, []byte), done func([]RecordID, Code)) {
	ids := sortedIDs(j.t.sim.journal)
	for _, id := range ids {
		if r := j.t.sim.journal[id]; want(id) {
			j.t.show(r)
			visit(id, r.header)
		}
	}
	done(ids, OK)
}

// The tab is the host of its space.

func (t *simTab) Now() uint64 { return t.sim.now }

func (t *simTab) Later(ms uint32) {
	t.sim.post(simEvent{at: t.sim.now + uint64(ms), tab: t, run: t.space.Tick})
}

func (t *simTab) Committed(ticket uint32, code Code) {
	w := t.sim
	w.logf("%s ticket %d: %v", t.name, ticket, code)
	for n, writes := range t.waiting {
		if n > ticket {
			continue
		}
		delete(t.waiting, n)
		for _, a := range writes {
			if code != OK {
				t.refuse(a.key, a.at)
				continue
			}
			if at, _ := w.newest(a.key); at.before(a.at) {
				w.fail("%s was told that %q %v is stored, which it is not", t.name, a.key, a.at)
			}
		}
	}
	if len(t.waiting) == 0 {
		t.strings.Forget()
	}
}

func (t *simTab) Report(p Problem) {
	if p.Kind == EntryDamaged || p.Kind == RecordDamaged || p.Kind == Evicted {
		t.sim.fail("%s reports %d", t.name, p.Kind)
	}
}

func (t *simTab) Announce() {
	for _, o := range t.sim.tabs {
		if o != t && t.sim.mode != hinted {
			t.sim.post(simEvent{at: t.sim.now + t.sim.delay(), tab: o, run: o.space.Refresh})
		}
	}
}

// refuse notes that a write was reported as failed.
func (t *simTab) refuse(key string, at stamp) {
	t.refused[at] = key
	t.pending = slices.DeleteFunc(t.pending, func(p write) bool { return p.key == key && p.at == at })
}

func (w *sim) boot() {
	w.nodes++
	t := &simTab{sim: w, strings: NewStrings(), name: fmt.Sprint("tab", w.nodes), waiting: map[uint32][]write{}, refused: map[stamp]string{}}
	t.space = NewSpace(Limits{}, t.strings, t, w.nodes)
	t.strings.NewSlot = t.space.NewSlot
	w.tabs = append(w.tabs, t)
	w.logf("%s starts", t.name)
	t.connect()
}

func (t *simTab) connect() {
	w := t.sim
	at, then := map[string]stamp{}, map[string]write{}
	for _, key := range w.keys {
		at[key], then[key] = w.newest(key)
	}
	var journal Journal
	if w.mode == withJournal {
		journal = simJournal{t}
	}
	t.space.Open(simDriver{t}, journal, w.mode >= synchronous, func(code Code) {
		if code != OK {
			w.logf("%s cannot open", t.name)
			w.post(simEvent{at: w.now + 10, tab: t, run: t.connect})
			return
		}
		t.open = true
		w.logf("%s is open", t.name)
		for _, key := range w.keys {
			// (A tombstone may have been forgotten.)
			if t.shown(key).before(at[key]) && (then[key].tag != None || t.tag(key) != None) {
				w.fail("%s starts with %q at %v, stored %v", t.name, key, t.shown(key), at[key])
			}
		}
	})
}

// shown returns the version of a key that a tab holds, its floor if that is
// newer.
func (t *simTab) shown(key string) stamp {
	at := t.space.entries[0].stamp
	if slot, ok := t.strings.Lookup(key); ok && at.before(t.space.entries[slot].stamp) {
		at = t.space.entries[slot].stamp
	}
	return at
}

func (t *simTab) tag(key string) Tag {
	if slot, ok := t.strings.Lookup(key); ok {
		return t.space.Tag(slot)
	}
	return None
}

func (w *sim) kill(t *simTab) {
	w.logf("%s is killed", t.name)
	t.dead = true
	w.tabs = slices.DeleteFunc(w.tabs, func(o *simTab) bool { return o == t })
	// What was asked of the disk may or may not have reached it.
	lose := w.rng.IntN(2) == 0
	w.queue = slices.DeleteFunc(w.queue, func(e simEvent) bool { return e.tab == t && (!e.disk || lose) })
	w.silent = w.silent || t.space.log.flying
}

// task lets a tab write as a page would.
func (t *simTab) task() {
	w, s := t.sim, t.space
	if !t.open && !s.log.loading {
		return // a space without a driver keeps everything in memory
	}
	for range 1 + w.rng.IntN(4) {
		mode := Mode(w.rng.IntN(3))
		key := w.keys[w.rng.IntN(len(w.keys))]
		var code Code
		switch n := w.rng.IntN(20); {
		case n == 0:
			s.Clear(mode)
			t.note("", Floor, "", mode)
			if mode == Strict {
				code = s.WriteNow()
			}
		case n < 6:
			slot, ok := t.strings.Lookup(key)
			if !ok || s.Tag(slot) == None {
				continue
			}
			before := t.strings.Text(slot)
			s.Remove(slot, mode)
			t.strings.Keep(slot, s.Version(slot), before)
			t.strings.Drop(slot)
			t.note(key, None, "", mode)
			if mode == Strict {
				code = s.WriteNow()
			}
		default:
			slot := t.strings.Slot(key)
			before := t.strings.Text(slot)
			text := fmt.Sprintf("%s:%s:%d", t.name, key, s.last)
			if w.rng.IntN(40) == 0 {
				text += strings.Repeat("x", smallRecord>>w.rng.IntN(3))
			}
			code = s.Put(slot, String, Units(text), w.rng.IntN(4) == 0, mode)
			if code == WriteNow {
				mode, code = Strict, OK
			}
			if code != OK {
				s.Abandon(slot)
				w.fail("put: %v", code)
				return
			}
			t.strings.Keep(slot, s.Version(slot), before)
			t.strings.SetText(slot, text)
			t.note(key, String, text, mode)
			if mode == Strict {
				code = s.WriteNow()
			}
		}
		if code != OK && key != "" {
			last := t.pending[len(t.pending)-1]
			if last.key != "" {
				t.refuse(last.key, last.at)
			}
		}
		if mode == Strict && code == OK && w.mode >= synchronous {
			if last := t.pending[len(t.pending)-1]; !w.stored[last.key][last.at] {
				if at, _ := w.newest(last.key); at.before(last.at) {
					w.fail("%s: strict write of %q %v is not stored", t.name, last.key, last.at)
				}
			}
		}
	}
	s.EndTask()
	t.examine()
}

// note remembers a write.
func (t *simTab) note(key string, tag Tag, text string, mode Mode) {
	w, slot := t.sim, Slot(0)
	if key != "" {
		slot, _ = t.strings.Lookup(key)
	}
	a := write{key: key, at: t.space.entries[slot].stamp, tag: tag, text: text}
	if w.writes[key] == nil {
		w.writes[key] = map[stamp]write{}
	}
	w.writes[key][a.at] = a
	t.pending = append(t.pending, a)
	if mode == Awaited {
		n := t.space.Ticket()
		t.waiting[n] = append(t.waiting[n], a)
	}
	w.logf("%s writes %q %v %d %.40q mode %d", t.name, key, a.at, tag, text, mode)
}

// examine checks that nothing in a tab is torn or miscounted.
func (t *simTab) examine() {
	w := t.sim
	if err := t.space.check(t.strings); err != nil {
		w.fail("%s: %v", t.name, err)
	}
	for _, key := range w.keys {
		slot, ok := t.strings.Lookup(key)
		if !ok || t.space.Tag(slot) == None {
			continue
		}
		at := t.space.entries[slot].stamp
		if refused, was := t.refused[at]; was && refused == key && !w.stored[key][at] {
			w.fail("%s shows %q %v, which has failed", t.name, key, at)
		}
		known, ok := w.writes[key][at]
		if !ok || known.text != t.strings.Text(slot) || known.tag != t.space.Tag(slot) {
			w.fail("%s shows %q %v = %.40q, written %.40q", t.name, key, at, t.strings.Text(slot), known.text)
		}
		if t.space.Size(slot) != uint64(Units(key)+Units(known.text)) {
			w.fail("%s: size of %q is %d", t.name, key, t.space.Size(slot))
		}
	}
}

// step runs one event that is due, or lets time pass. It reports whether there
// was one.
func (w *sim) step() bool {
	w.steps++
	ready := make([]int, 0, len(w.queue))
	next := ^uint64(0)
	for i, e := range w.queue {
		if e.tab.frozen && !e.disk {
			continue
		}
		if e.at > w.now {
			next = min(next, e.at)
			continue
		}
		ready = append(ready, i)
	}
	if len(ready) == 0 {
		if next == ^uint64(0) {
			return false
		}
		w.now = next
		return true
	}
	i := ready[w.rng.IntN(len(ready))]
	if w.mode == hinted {
		// Storage events come in the order of what happened.
		i = ready[0]
	}
	e := w.queue[i]
	w.queue = slices.Delete(w.queue, i, i+1)
	e.run()
	if !e.tab.dead {
		e.tab.examine()
	}
	return true
}

func (w *sim) settle() {
	for n := 0; w.err == nil && w.step(); n++ {
		if n > 20_000 {
			w.fail("the world does not come to rest")
		}
	}
}

// jump lets a long time pass, in which tombstones grow old. Frozen tabs sleep
// on. It does nothing while a frozen tab has writes that nobody else can know
// of: a tombstone does not outlive them (doc.go, Caveats).
func (w *sim) jump() {
	for _, t := range w.tabs {
		for i := range t.space.entries {
			e := &t.space.entries[i]
			if t.frozen && (e.flags&(flagDirty|flagFresh|flagFlying) != 0 && e.flags&flagJournaled == 0 || !t.open) {
				return
			}
		}
	}
	w.settle()
	w.now += 61_000
	w.logf("a minute passes")
}

func (w *sim) verify(where string) {
	for _, t := range w.tabs {
		if !t.open {
			w.fail("%s: %s is not open", where, t.name)
			continue
		}
		t.examine()
		if len(t.waiting) > 0 {
			w.fail("%s: %s still waits: %v", where, t.name, t.waiting)
		}
		if n := t.space.Pending(); n > 0 {
			w.fail("%s: %s has %d pending", where, t.name, n)
		}
		for _, p := range t.pending {
			if at, _ := w.newest(p.key); at.before(p.at) {
				w.fail("%s: %s lost %q %v", where, t.name, p.key, p.at)
			}
		}
		for _, key := range w.keys {
			at, want := w.newest(key)
			if got := t.tag(key); got != want.tag {
				w.fail("%s: %s has tag %d for %q at %v, want %d at %v", where, t.name, got, key, t.shown(key), want.tag, at)
			} else if got != None && t.shown(key) != at {
				w.fail("%s: %s has %q at %v, want %v", where, t.name, key, t.shown(key), at)
			}
		}
		// What the space knows of the disk is what is there.
		n := 0
		for i := range t.space.log.records {
			if r := &t.space.log.records[i]; r.used {
				n++
				if _, there := w.disk[r.id]; !there {
					w.fail("%s: %s knows of record %d, which is gone", where, t.name, r.id)
				}
			}
		}
		if n != len(w.disk) {
			w.fail("%s: %s knows of %d records, there are %v", where, t.name, n, sortedIDs(w.disk))
		}
	}
	if len(w.tabs) > 0 && len(w.journal) > 0 {
		w.fail("%s: %d records are left in the journal", where, len(w.journal))
	}
}

func simulate(seed uint64, trace *strings.Builder) (err error) {
	rng := rand.New(rand.NewPCG(seed, 0))
	w := &sim{
		rng: rng, mode: simMode(seed % uint64(simModes)), now: 1_700_000_000_000, trace: trace,
		disk: map[RecordID]simRecord{}, journal: map[RecordID]simRecord{},
		writes: map[string]map[stamp]write{}, stored: map[string]map[stamp]bool{},
	}
	defer func() {
		if p := recover(); p != nil {
			buf := make([]byte, 4096)
			err = fmt.Errorf("panic: %v\n%s", p, buf[:runtime.Stack(buf, false)])
		}
	}()
	for i := range 1 + rng.IntN(6) {
		w.keys = append(w.keys, fmt.Sprint("k", i))
	}
	for range 1 + rng.IntN(3) {
		w.boot()
	}
	for range 20 + rng.IntN(60) {
		if w.err != nil {
			return w.err
		}
		switch n := rng.IntN(100); {
		case n < 40:
			if len(w.tabs) > 0 {
				if t := w.tabs[rng.IntN(len(w.tabs))]; !t.frozen {
					t.task()
				}
			}
		case n < 43:
			if len(w.tabs) > 0 {
				w.kill(w.tabs[rng.IntN(len(w.tabs))])
			}
		case n < 46:
			if len(w.tabs) < 4 {
				w.boot()
			}
		case n < 49:
			if len(w.tabs) > 0 {
				t := w.tabs[rng.IntN(len(w.tabs))]
				t.frozen = !t.frozen
				w.logf("%s frozen: %v", t.name, t.frozen)
			}
		case n < 51:
			w.jump()
		default:
			for range rng.IntN(6) {
				w.step()
			}
		}
	}
	// A quiet end: everyone wakes up and agrees.
	w.quiet = true
	for _, t := range w.tabs {
		t.frozen = false
	}
	w.settle()
	if w.silent {
		for _, t := range w.tabs {
			t.space.Refresh() // as a host does when its page is shown again
		}
		w.settle()
	}
	w.verify("at rest")
	w.now += 61_000
	for _, t := range w.tabs {
		t.task()
		w.settle()
	}
	w.verify("a minute later")
	// All are killed while they write; who comes next finds everything.
	for _, t := range w.tabs {
		t.task()
	}
	for range rng.IntN(10) {
		w.step()
	}
	for len(w.tabs) > 0 {
		w.kill(w.tabs[0])
	}
	w.boot()
	w.settle()
	w.verify("after the end")
	return w.err
}

func TestSimulation(t *testing.T) {
	small, waste, every := maxSmall, maxWaste, upkeepEvery
	defer func() { maxSmall, maxWaste, upkeepEvery = small, waste, every }()
	maxSmall, maxWaste, upkeepEvery = 2, 0, 3
	if *simSeed != 0 {
		var trace strings.Builder
		if err := simulate(*simSeed, &trace); err != nil {
			t.Fatalf("seed %d: %v\n%s", *simSeed, err, trace.String())
		}
		return
	}
	runs := *simRuns
	if testing.Short() {
		runs /= 20
	}
	var next atomic.Uint64
	var failed atomic.Int32
	var group sync.WaitGroup
	start := time.Now()
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for {
				seed := next.Add(1)
				if seed > uint64(runs) || failed.Load() > 4 {
					return
				}
				if err := simulate(seed, nil); err != nil {
					failed.Add(1)
					t.Errorf("seed %d (mode %d): %v", seed, seed%uint64(simModes), err)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d interleavings in %v", runs, time.Since(start))
}
