package store

import "slices"

// log makes a space durable: it knows what is not stored yet and decides when
// to write the journal and when to commit. Which record holds what is in
// records.go.
type log struct {
	driver  Driver
	journal Journal
	roomy   Roomy
	// immediate: the driver is synchronous and is written at the end of every
	// task, so there is no need of a journal.
	immediate bool
	// session is the connection to the driver; what a former one answers is
	// ignored.
	session *session

	dirty      []Slot // changed since they were last stored by the driver
	dirtyUnits uint64
	fresh      []Slot // changed since the last journal record
	undo       []undo // of the writes that can be taken back
	awaited    bool   // somebody waits for the next commit
	urgent     bool   // the journal refused: commit without delay
	again      bool   // a commit was asked for while there could be none

	journaled    []RecordID // journal records to drop after the next commit
	journalUnits uint64
	refused      bool   // the journal refused last time
	adoptAt      uint64 // when to take the journals of others over, ms; 0 never

	records []record
	locked  uint64 // the newest version that eachEntry has found locked, or 0
	unused  []int  // indexes of records that are free
	graves  []Slot // tombstones whose record is the last that knows their key
	seq     uint64
	commits uint32 // since the records were last looked after
	resting bool   // do not look after the records for now

	ticket   uint32 // of the last commit that was started
	flying   bool
	flight   flight
	failures uint32 // of commits in a row
	undoCode Code   // why the last commit failed

	loading  bool
	stale    bool // the set of records may have changed
	missed   bool // it could not be loaded
	suspects []claim
	checking []claim // the suspects of the load under way
	lost     []claim // scratch

	soon, late bool // calls of Tick that are under way

	header         []byte // scratch
	slots          []Slot
	small, victims []int
	batch          Batch
	adopt, hold    func(id RecordID, header []byte) // visitors of a journal, bound once
}

// session is what is needed to tell the answers of one driver from those of
// the next, and to make the calls without allocating: its methods are bound
// once. The smallest build of the browser module never frees memory, so
// whatever happens again and again must use the same buffers again.
type session struct {
	space  *Space
	done   func([]RecordID, Code) // of the load under way
	visit  func(id RecordID, header []byte)
	loaded func(ids []RecordID, code Code)
	landed func(code Code)
	wanted func(id RecordID) bool // for CatchUp
	caught func(ids []RecordID, code Code)
}

func newSession(s *Space) *session {
	c := &session{space: s}
	c.visit = func(id RecordID, header []byte) {
		if s.log.session == c {
			s.visit(id, header)
		}
	}
	c.loaded = func(ids []RecordID, code Code) {
		if s.log.session == c {
			s.log.loading = false
			c.done(ids, code)
		}
	}
	c.landed = func(code Code) {
		if s.log.session == c {
			s.landed(code)
		}
	}
	c.wanted = func(id RecordID) bool {
		n := s.log.find(id)
		return n < 0 || s.log.records[n].reread
	}
	c.caught = s.caughtUp
	return c
}

type flight struct {
	ticket    uint32
	records   []flown
	gone      []int
	journaled []RecordID
	undo      []undo
	upkeep    bool
}

// reset empties a flight and keeps its buffers.
func (f *flight) reset() {
	f.records, f.gone, f.journaled, f.undo = f.records[:0], f.gone[:0], f.journaled[:0], f.undo[:0]
}

type flown struct {
	id     RecordID
	slots  []Slot
	stamps []stamp
	units  []uint32
	header []byte
}

type undo struct {
	slot    Slot
	before  entry
	after   stamp
	awaited bool
}

// claim is a version of an entry that may have to be given up.
type claim struct {
	slot Slot
	at   stamp
}

const (
	// groupDelay is how long journaled writes wait for company.
	groupDelay = 50 // ms
	// journalLimit is how much may stand in the journal before a commit starts.
	journalLimit = 1 << 19 // UTF-16 units
	// tightRoom is the room below which a write is tried before it is accepted.
	tightRoom = 1 << 20 // UTF-16 units
	retryBase = 250     // ms
	retryMax  = 8000    // ms
	// adoptDelay is how long another tab has to commit what it has journaled.
	// Then this tab does, for that one may be dead.
	adoptDelay = 2000 // ms
)

func all(RecordID) bool { return true }

func ignore([]RecordID, Code) {}

// Open connects the space to a driver and loads what is stored. Entries that
// the space already has are merged with it. Journal may be nil; a driver that
// is its own journal is immediate. done is called with OK, or with the reason
// why the driver cannot be used; the space then keeps the driver it had. Open
// may be called again while it, or the former driver, does not answer.
//
// The host must pass on what other tabs do from before the call.
func (s *Space) Open(driver Driver, journal Journal, immediate bool, done func(Code)) {
	l := &s.log
	s.abort()
	l.loading = true
	s.adoptAll()
	if journal != nil {
		// Before the driver is read: what leaves the journal in the meantime
		// has reached the driver.
		journal.Load(all, l.adopt, ignore)
	}
	s.load(driver, all, func(_ []RecordID, code Code) {
		if code != OK {
			s.forgetRecords()
			l.stale = true
			done(code)
			s.proceed(true)
			return
		}
		l.driver, l.journal, l.immediate = driver, journal, immediate
		l.roomy, _ = driver.(Roomy)
		if len(l.dirty) > 0 {
			s.schedule(groupDelay)
		}
		if l.adoptAt != 0 {
			s.schedule(adoptDelay)
		}
		done(OK)
		s.proceed(true)
	})
}

// load reads records and ignores the answers once the driver is replaced.
func (s *Space) load(driver Driver, want func(RecordID) bool, done func([]RecordID, Code)) {
	c := s.log.session
	s.log.loading = true
	c.done = done
	driver.Load(want, c.visit, c.loaded)
}

// abort waits no longer for what the driver is doing.
func (s *Space) abort() {
	l := &s.log
	l.session = newSession(s)
	l.loading, l.stale, l.missed, l.resting = false, false, false, false
	if l.flying {
		l.flying = false
		s.ground(&l.flight)
		l.undo = append(l.flight.undo, l.undo...)
		l.flight = flight{}
	}
}

// adoptAll marks everything that the space holds as not stored, for it is about
// to get another driver.
func (s *Space) adoptAll() {
	s.forgetRecords()
	for i := range s.entries {
		e := &s.entries[i]
		if e.version != 0 && !s.void(e) {
			e.flags &^= flagForeign
			s.soil(Slot(i))
		}
	}
}

// visitJournal takes in a record of a journal. What holds and is not stored is
// committed by this writer, whoever wrote it, and the record is dropped then.
func (s *Space) visitJournal(id RecordID, header []byte) {
	s.reportDamage(s.eachEntry(header, fromJournal, 0))
	if s.log.locked == 0 {
		s.log.journaled = append(s.log.journaled, id)
	}
}

// Overheard takes in a journal record that another tab has just written. It
// stays that tab's to commit.
func (s *Space) Overheard(header []byte) {
	s.reportDamage(s.eachEntry(header, overheard, 0))
	s.adoptLater()
}

// adoptLater sees to it that what stands in the journal is taken over, unless
// its writer commits it soon.
func (s *Space) adoptLater() {
	if s.log.adoptAt == 0 {
		s.log.adoptAt = s.host.Now() + adoptDelay
		s.schedule(adoptDelay)
	}
}

// adoptJournal takes over what other tabs have left in the journal. What was
// overheard and does not stand there any more must be with the driver by now;
// if it is not, it has been superseded and forgotten since.
func (s *Space) adoptJournal() {
	l := &s.log
	l.adoptAt = 0
	l.journal.Load(func(id RecordID) bool {
		return !slices.Contains(l.journaled, id) && !slices.Contains(l.flight.journaled, id)
	}, l.adopt, ignore)
	for i := range s.entries {
		if e := &s.entries[i]; e.flags&flagForeign != 0 {
			l.suspects = append(l.suspects, claim{Slot(i), e.stamp})
			l.stale = true
		}
	}
}

// tight reports whether a write of the given size may not fit.
func (l *log) tight(units uint64) bool {
	return l.roomy != nil && l.dirtyUnits+units+tightRoom > l.roomy.Room()
}

// Dirty reports whether EndTask has something to do.
func (s *Space) Dirty() bool { return len(s.log.dirty) > 0 }

// Pending returns the number of entries that are not committed.
func (s *Space) Pending() (n int) {
	for i := range s.entries {
		if s.entries[i].flags&(flagDirty|flagFlying) != 0 {
			n++
		}
	}
	return n
}

// Busy reports whether anything is not committed. It is Pending() > 0, or a
// commit without entries, and does not look at every entry.
func (s *Space) Busy() bool { return len(s.log.dirty) > 0 || s.log.flying }

// Where tells where the value of a slot is stored: 0 in memory only, 1 in the
// journal, 2 with the driver.
func (s *Space) Where(slot Slot) int {
	e := &s.entries[slot]
	switch {
	case e.home != 0 && e.homeStamp == e.stamp:
		return 2
	case e.flags&(flagJournaled|flagForeign) != 0:
		return 1
	}
	return 0
}

// Ticket returns the number of the commit that will hold what has been written
// so far and is not stored.
func (s *Space) Ticket() uint32 {
	if len(s.log.dirty) == 0 && s.log.flying {
		return s.log.ticket
	}
	return s.log.ticket + 1
}

// EndTask is called once at the end of a task that has written: it writes the
// journal and starts or schedules the commit.
func (s *Space) EndTask() {
	l := &s.log
	s.ticking = false
	if l.driver == nil && !l.loading {
		s.discard()
		return
	}
	s.accept()
	s.writeJournal()
	switch {
	case len(l.dirty) == 0 || l.driver == nil:
	case l.immediate || l.awaited || l.urgent || l.journal == nil || l.journalUnits > journalLimit:
		s.Commit()
	default:
		s.schedule(groupDelay)
	}
}

// accept is called when the writes of a task are final. What has been written
// and then voided needs no journal, and Strict writes that the journal answers
// for cannot be taken back any more.
func (s *Space) accept() {
	l := &s.log
	if !l.immediate {
		l.undo = slices.DeleteFunc(l.undo, func(u undo) bool { return !u.awaited })
	}
	for _, slot := range l.fresh {
		if e := &s.entries[slot]; e.flags&(flagFresh|flagDirty) == flagFresh {
			e.flags &^= flagFresh
			s.tidy(slot)
		}
	}
}

// discard forgets what is to be stored, in a space without a driver.
func (s *Space) discard() {
	l := &s.log
	for _, slot := range l.fresh {
		s.entries[slot].flags &^= flagFresh
	}
	for _, slot := range l.dirty {
		s.clean(&s.entries[slot])
		s.tidy(slot)
	}
	l.dirty, l.fresh, l.undo = l.dirty[:0], l.fresh[:0], l.undo[:0]
	l.awaited = false
	l.ticket++
	s.host.Committed(l.ticket, OK)
}

func (s *Space) writeJournal() {
	l := &s.log
	if len(l.fresh) == 0 {
		return
	}
	slots, left := l.slots[:0], l.fresh[:0]
	for _, slot := range l.fresh {
		e := &s.entries[slot]
		switch {
		case e.flags&flagFresh == 0: // the slot has got another key since
		case e.flags&flagDirty == 0:
			left = append(left, slot) // for accept
		default:
			e.flags &^= flagFresh
			if !s.void(e) {
				slots = append(slots, slot)
			}
		}
	}
	l.slots, l.fresh = slots, left
	if l.journal == nil || len(slots) == 0 {
		return
	}
	r := Record{ID: s.newID(), Slots: slots}
	r.Header, l.journalUnits = s.describe(l.header[:0], slots, l.journalUnits)
	l.header = r.Header
	if l.journal.Append(r) == OK {
		l.journaled = append(l.journaled, r.ID)
		if l.refused {
			l.refused = false
			s.host.Report(Problem{Kind: JournalRecovered})
		}
		for _, slot := range slots {
			s.entries[slot].flags |= flagJournaled
		}
		return
	}
	l.urgent = true
	if !l.refused {
		l.refused = true
		s.host.Report(Problem{Kind: JournalRefused, Code: QuotaExceeded})
	}
}

// describe appends the headers of the given slots to b and adds their size.
func (s *Space) describe(b []byte, slots []Slot, units uint64) ([]byte, uint64) {
	offset := uint32(0)
	for _, slot := range slots {
		e := &s.entries[slot]
		h := EntryHeader{
			Offset: offset, KeyUnits: e.keyUnits, Units: e.textUnits,
			Tag: e.tag, Sealed: e.sealed(), Version: e.version, Node: e.node,
		}
		if s.limits.SealsAll && slot != 0 {
			h.Sealed = true
			h.KeyUnits = s.texts.KeyUnits(slot)
		}
		if e.live() {
			h.TextUnits = s.texts.TextUnits(slot)
		}
		h.Sum = s.texts.Sum(slot)
		b = AppendHeader(b, &h)
		offset += h.KeyUnits + h.TextUnits
	}
	return b, units + uint64(offset)
}

// newID returns an id that no known record has. (A node number may have been
// drawn before.)
func (s *Space) newID() RecordID {
	l := &s.log
	for {
		l.seq++
		id := RecordID(uint64(s.node)<<28 | l.seq)
		if l.find(id) < 0 && !slices.Contains(l.journaled, id) {
			return id
		}
	}
}

// schedule asks for a call of Tick. There is one soon and one late at most, so
// that a short delay never waits for a long one.
func (s *Space) schedule(ms uint32) {
	pending := &s.log.late
	if ms <= groupDelay {
		pending = &s.log.soon
	}
	if !*pending {
		*pending = true
		s.host.Later(ms)
	}
}

// Tick is called when a time asked for by Host.Later has passed.
func (s *Space) Tick() {
	l := &s.log
	// Which of two calls this is does not matter: the other one follows.
	if l.soon {
		l.soon = false
	} else {
		l.late = false
	}
	s.ticking = false
	l.resting = false
	if l.missed {
		l.missed, l.stale = false, true
	}
	if l.adoptAt != 0 && l.journal != nil {
		if now := s.host.Now(); now >= l.adoptAt {
			s.adoptJournal()
		} else {
			s.schedule(max(uint32(l.adoptAt-now), groupDelay+1))
		}
	}
	l.again = l.again || len(l.dirty) > 0
	s.proceed(true)
}

// WriteNow stores what a Strict write has changed, in the journal or with an
// immediate driver, before it returns. If that is refused by an immediate
// driver the write is taken back and the reason returned.
func (s *Space) WriteNow() Code {
	l := &s.log
	if l.driver == nil {
		return OK
	}
	if l.immediate {
		l.undoCode = OK
		s.Commit()
		return l.undoCode
	}
	s.accept()
	s.writeJournal()
	if l.urgent || l.journal == nil {
		s.Commit()
	} else {
		s.schedule(groupDelay)
	}
	return OK
}

// Commit starts a group commit of everything that is not stored, or notes that
// another one must follow the one under way.
func (s *Space) Commit() {
	l := &s.log
	if l.driver == nil || l.loading || l.flying {
		l.again = true
		return
	}
	s.launch(s.takeDirty(l.slots[:0]), false)
}

// takeDirty appends the slots that need storing and clears the list.
func (s *Space) takeDirty(slots []Slot) []Slot {
	l := &s.log
	for _, slot := range l.dirty {
		e := &s.entries[slot]
		if e.flags&flagDirty == 0 {
			continue
		}
		s.clean(e)
		if s.void(e) {
			s.tidy(slot)
		} else {
			slots = append(slots, slot)
		}
	}
	l.dirty = l.dirty[:0]
	return slots
}

// launch commits the given slots, together with the removal of the records
// that are dead, or will be by this very commit. Upkeep rewrites what is
// stored already; it may also drop records that an ordinary commit must not,
// for it fails if the set of records is not the known one.
func (s *Space) launch(slots []Slot, upkeep bool) {
	l := &s.log
	l.slots = slots
	f := &l.flight
	f.upkeep = upkeep
	if !upkeep {
		// The empty lists of the last flight take the place of the full ones.
		l.ticket++
		l.commits++
		f.journaled, l.journaled = l.journaled, f.journaled
		f.undo, l.undo = l.undo, f.undo
		l.journalUnits = 0
		l.awaited, l.urgent, l.again = false, false, false
	}
	f.ticket = l.ticket

	b := &l.batch
	known := b.Known[:0]
	b.Put, b.Dead, b.Merged = b.Put[:0], b.Dead[:0], b.Merged[:0]
	if upkeep {
		for i := range l.records {
			if r := &l.records[i]; r.used {
				known = append(known, r.id)
			}
		}
	}
	for _, slot := range slots {
		s.entries[slot].flags |= flagFlying
	}
	s.findGone(b, slots, upkeep)

	// A large entry gets a record of its own, so that its record dies with it;
	// the others share.
	n, size := 0, uint64(0)
	for i, slot := range slots {
		e := &s.entries[slot]
		units := uint64(e.keyUnits) + uint64(e.textUnits)
		if units > smallRecord {
			s.pack(b, slots[i:i+1])
			continue
		}
		if size += units; size > recordLimit {
			s.pack(b, slots[:n])
			n, size = 0, units
		}
		slots[n] = slot
		n++
	}
	s.pack(b, slots[:n])

	l.flying = true
	if len(b.Put)+len(b.Dead)+len(b.Merged) == 0 {
		l.resting = l.resting || upkeep
		s.landed(OK)
		return
	}
	send := *b
	b.Known = known
	if send.Known = nil; upkeep {
		send.Known = known
	}
	l.driver.Commit(send, l.session.landed)
}

// pack adds a record to a batch.
func (s *Space) pack(b *Batch, slots []Slot) {
	if len(slots) == 0 {
		return
	}
	records := s.log.flight.records
	if len(records) < cap(records) {
		records = records[:len(records)+1] // with the buffers of an earlier flight
	} else {
		records = append(records, flown{})
	}
	s.log.flight.records = records
	f := &records[len(records)-1]
	f.id = s.newID()
	f.slots = append(f.slots[:0], slots...)
	f.stamps, f.units = f.stamps[:0], f.units[:0]
	for _, slot := range f.slots {
		e := &s.entries[slot]
		f.stamps = append(f.stamps, e.stamp)
		f.units = append(f.units, e.keyUnits+e.textUnits)
	}
	f.header, _ = s.describe(f.header[:0], f.slots, 0)
	b.Put = append(b.Put, Record{ID: f.id, Header: f.header, Slots: f.slots})
}

// landed finishes a commit.
func (s *Space) landed(code Code) {
	l := &s.log
	// The buffers of the flight are used until proceed starts the next.
	f := &l.flight
	l.flying = false
	if code != OK {
		s.crashed(f, code)
		return
	}
	for _, n := range f.gone {
		s.release(n)
	}
	for j := range f.records {
		r := &f.records[j]
		n := s.addRecord(r.id)
		for i, slot := range r.slots {
			s.entries[slot].flags &^= flagFlying
			s.settle(slot, r.stamps[i], n, r.units[i])
		}
	}
	if len(f.journaled) > 0 && l.journal != nil {
		l.journal.Drop(f.journaled)
	}
	if !f.upkeep {
		l.resting = false
		if l.failures > 0 {
			l.failures = 0
			s.host.Report(Problem{Kind: CommitRecovered})
		}
	}
	s.host.Committed(f.ticket, OK)
	if len(f.records) > 0 || len(f.gone) > 0 {
		s.host.Announce()
	}
	f.reset()
	s.proceed(false)
}

// ground makes the entries of a commit that did not succeed dirty again.
func (s *Space) ground(f *flight) {
	for j := range f.records {
		r := &f.records[j]
		for i, slot := range r.slots {
			e := &s.entries[slot]
			e.flags &^= flagFlying
			if e.stamp == r.stamps[i] && (e.home == 0 || e.homeStamp != e.stamp) {
				s.soil(slot)
			} else {
				s.tidy(slot)
			}
		}
	}
	s.log.journaled = append(s.log.journaled, f.journaled...)
}

// crashed takes a failed commit back. Writes whose callers wait are undone and
// reported to them; all others stay in memory and are tried again.
func (s *Space) crashed(f *flight, code Code) {
	l := &s.log
	s.ground(f)
	// A synchronous driver knows what it has done. From another one, the
	// failure may only mean that the answer was lost.
	if !l.immediate || code == Conflict {
		l.stale = true
		s.host.Announce()
	}
	if f.upkeep {
		// Nobody's write has failed.
		l.resting = true
		s.schedule(retryMax)
		s.host.Committed(f.ticket, OK)
		f.reset()
		s.proceed(false)
		return
	}
	l.undoCode = code
	for i := len(f.undo) - 1; i >= 0; i-- {
		s.takeBack(&f.undo[i])
	}
	if len(f.undo) > 0 && l.journal != nil {
		// What came from a journal lost against them, too.
		s.adoptLater()
	}
	s.host.Committed(f.ticket, code)
	if len(l.dirty) > 0 {
		if l.failures == 0 && s.Pending() > 0 {
			s.host.Report(Problem{Kind: CommitFailed, Code: code})
		}
		delay := uint32(retryBase) << min(l.failures, 5)
		if s.Pending() > 0 {
			l.failures++
		}
		s.schedule(min(delay, retryMax))
	}
	f.reset()
	s.proceed(false)
}

// takeBack undoes one write, unless a later one has replaced it.
func (s *Space) takeBack(u *undo) {
	l := &s.log
	e := &s.entries[u.slot]
	if e.stamp != u.after {
		// Should the later one be taken back, too, it must not bring this one
		// back.
		for i := range l.undo {
			if l.undo[i].slot == u.slot && l.undo[i].before.stamp == u.after {
				l.undo = slices.Insert(l.undo, i, *u)
				return
			}
		}
		return
	}
	if e.home != 0 && e.homeStamp == e.stamp || s.void(e) {
		return // stored after all, or cleared since
	}
	before := u.before
	if before.version != 0 && s.void(&before) {
		before = entry{}
	}
	s.assign(e, before.tag, before.textUnits, before.sealed())
	e.stamp = before.stamp
	e.flags &^= flagJournaled
	if e.live() {
		s.texts.Restore(u.slot, u.after.version)
	} else {
		s.texts.Drop(u.slot)
	}
	if e.version == 0 || e.home != 0 && !e.homeStamp.before(e.stamp) {
		s.clean(e)
	} else {
		s.soil(u.slot)
	}
	// What has come from other tabs in the meantime lost against the write
	// that now never was.
	if e.home != 0 && e.before(e.homeStamp) {
		l.records[e.home-1].reread = true
		l.stale = true
	}
	s.tidy(u.slot)
}

// proceed does what has come up while the driver was busy, then looks after
// the records. loaded says that it has just been read: then commits come first.
func (s *Space) proceed(loaded bool) {
	l := &s.log
	if l.driver == nil || l.loading || l.flying {
		return
	}
	wanted := len(l.dirty) > 0 && (l.again || l.awaited || l.urgent)
	switch {
	case l.stale && !(loaded && wanted):
		s.CatchUp()
	case wanted:
		s.Commit()
	case l.commits > upkeepEvery && s.tend():
	case len(l.dirty) > 0:
		if l.failures == 0 {
			s.schedule(groupDelay)
		} else {
			s.schedule(retryMax) // unless crashed has asked for less
		}
	default:
		if len(l.journaled) > 0 && l.journal != nil {
			// Everything in it is stored.
			l.journal.Drop(l.journaled)
			l.journaled = l.journaled[:0]
		}
		s.tend()
	}
}

// Close commits nothing more and closes the driver.
func (s *Space) Close() {
	l := &s.log
	if l.driver != nil {
		l.driver.Close()
		l.driver, l.journal, l.roomy = nil, nil, nil
	}
	if l.loading {
		l.loading = false
		l.session = newSession(s)
	}
}
