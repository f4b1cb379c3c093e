package store

import "slices"

// log makes a space durable: it knows what is not stored yet, which record
// holds what, and decides when to commit, to drop and to merge records.
type log struct {
	driver  Driver
	journal Journal
	roomy   Roomy
	// immediate: the driver is synchronous and is written at the end of every
	// task, so there is no need of a journal.
	immediate bool

	dirty      []Slot // changed since they were last stored by the driver
	dirtyUnits uint64
	fresh      []Slot // changed since the last journal record
	undo       []undo // of the writes that can be taken back
	awaited    bool   // somebody waits for the next commit
	urgent     bool   // the journal refused: commit without delay

	journaled    []RecordID // journal records to drop after the next commit
	journalUnits uint64

	records []record
	unused  []int // indexes of records that are free
	dead    []int // records to drop with the next commit
	graves  []Slot
	seq     uint64

	ticket    uint32 // of the last commit that was started
	flying    bool
	flight    flight
	again     bool // commit once more when the flight has landed
	scheduled bool
	loading   bool
	stale     bool // the set of records may have changed
	failures  uint32
	refused   bool // the journal refused last time
	undoCode  Code // why the last flight crashed

	header []byte // scratch
	slots  []Slot
}

type record struct {
	id        RecordID
	slots     []Slot
	used      bool
	damaged   bool
	live      int    // entries whose home this is
	units     uint64 // of all entries
	liveUnits uint64 // of the entries whose home this is
}

type flight struct {
	ticket    uint32
	records   []flown
	gone      []int
	journaled []RecordID
	undo      []undo
	merging   bool
}

type flown struct {
	id     RecordID
	slots  []Slot
	stamps []stamp
	units  []uint32
}

type undo struct {
	slot   Slot
	before entry
	after  stamp
}

const (
	// groupDelay is how long journaled writes wait for company.
	groupDelay = 50 // ms
	// journalLimit is how much may stand in the journal before a commit starts.
	journalLimit = 1 << 19 // UTF-16 units
	// recordLimit bounds a record that holds several entries.
	recordLimit = 1 << 18 // UTF-16 units
	// smallRecord is the size below which a record is worth merging.
	smallRecord = 1 << 15 // UTF-16 units
	maxSmall    = 32
	// graveAge is how long a tombstone outlives the last copy of what it
	// covers, so that every open tab has heard of it.
	graveAge = 60_000 << 10
	// tightRoom is the room below which a write is tried before it is accepted.
	tightRoom = 1 << 20 // UTF-16 units
	retryBase = 250     // ms
	retryMax  = 8000    // ms
)

// Open connects the space to a driver and loads what is stored. Entries that
// the space already has are merged with it. Journal may be nil; a driver that
// is its own journal is immediate. done is called with OK, or with the reason
// why the driver cannot be used; the space is then as it was.
func (s *Space) Open(driver Driver, journal Journal, immediate bool, done func(Code)) {
	l := &s.log
	l.loading = true
	s.adoptAll()
	driver.Load(func(RecordID) bool { return true }, s.visit, func(_ []RecordID, code Code) {
		l.loading = false
		if code != OK {
			s.forgetRecords()
			done(code)
			return
		}
		l.driver, l.journal, l.immediate = driver, journal, immediate
		l.roomy, _ = driver.(Roomy)
		if journal != nil {
			journal.Load(func(RecordID) bool { return true }, s.visitJournal, func([]RecordID, Code) {})
		}
		if len(l.dirty) > 0 {
			s.schedule(groupDelay)
		} else if len(l.journaled) > 0 {
			// Everything in the journal is stored already.
			journal.Drop(l.journaled)
			l.journaled = nil
		}
		done(OK)
	})
}

// adoptAll marks everything that the space holds as not stored, for it is about
// to get another driver.
func (s *Space) adoptAll() {
	s.forgetRecords()
	for i := range s.entries {
		e := &s.entries[i]
		if e.version != 0 && !s.void(e) {
			s.soil(Slot(i), e)
		}
	}
}

func (s *Space) forgetRecords() {
	l := &s.log
	l.records, l.unused, l.dead, l.graves = nil, nil, nil, nil
	for i := range s.entries {
		e := &s.entries[i]
		e.home, e.homeStamp, e.copies = 0, stamp{}, 0
	}
}

// visit takes in a record of the driver.
func (s *Space) visit(id RecordID, header []byte) {
	if s.log.find(id) >= 0 {
		return
	}
	n := s.addRecord(id)
	s.eachEntry(header, func(slot Slot, h *EntryHeader) {
		s.merge(slot, h)
		s.settle(slot, stamp{h.Version, h.Node}, n, h.KeyUnits+h.TextUnits)
	}, func() { s.log.records[n].damaged = true })
	s.bury(n)
}

// visitJournal takes in a record of a journal at start. What wins is committed
// by this writer, whoever wrote it, and the record is dropped then.
func (s *Space) visitJournal(id RecordID, header []byte) {
	s.eachEntry(header, func(slot Slot, h *EntryHeader) {
		if s.merge(slot, h) {
			s.soil(slot, &s.entries[slot])
		}
	}, nil)
	s.log.journaled = append(s.log.journaled, id)
}

// Overheard takes in a journal record that another tab has just written. It
// stays that tab's to commit.
func (s *Space) Overheard(header []byte) {
	s.eachEntry(header, func(slot Slot, h *EntryHeader) {
		if s.merge(slot, h) {
			s.entries[slot].flags |= flagForeign
		}
	}, nil)
}

// Arrived takes in a record that another tab has stored with the driver.
func (s *Space) Arrived(id RecordID, header []byte) { s.visit(id, header) }

// Vanished takes note that another tab has removed a record from the driver.
func (s *Space) Vanished(id RecordID) {
	if n := s.log.find(id); n >= 0 {
		s.vanish(n)
	}
}

func (s *Space) eachEntry(header []byte, take func(Slot, *EntryHeader), damaged func()) {
	for i := 0; i*EntryWidth < len(header); i++ {
		raw := header[i*EntryWidth:]
		h, stored, ok := ParseHeader(raw)
		if ok {
			var sum uint32
			if sum, ok = s.texts.Read(i, &h); ok {
				ok = Verify(raw, stored, sum)
			}
		}
		if !ok {
			s.host.Report(Problem{Kind: EntryDamaged, Code: Damaged})
			if damaged != nil {
				damaged()
			}
			continue
		}
		slot := Slot(0)
		if h.Tag != Floor {
			slot = s.texts.Intern()
		}
		take(slot, &h)
	}
}

func (s *Space) addRecord(id RecordID) int {
	l := &s.log
	n := len(l.records)
	if u := len(l.unused); u > 0 {
		n = l.unused[u-1]
		l.unused = l.unused[:u-1]
	} else {
		l.records = append(l.records, record{})
	}
	l.records[n] = record{id: id, used: true}
	return n
}

// find returns the index of a record, or -1. A space has some dozens of
// records; a map would cost the browser module 8 KB.
func (l *log) find(id RecordID) int {
	for n := range l.records {
		if r := &l.records[n]; r.used && r.id == id {
			return n
		}
	}
	return -1
}

// settle notes that a record holds a copy of an entry.
func (s *Space) settle(slot Slot, at stamp, n int, units uint32) {
	l := &s.log
	e := &s.entries[slot]
	r := &l.records[n]
	r.slots = append(r.slots, slot)
	r.units += uint64(units)
	e.copies++
	if e.stamp == at {
		e.flags &^= flagForeign
	} else if e.home == 0 && e.flags&flagDirty == 0 && at.before(e.stamp) && !s.void(e) {
		// An old copy came back after its tombstone was given up.
		s.soil(slot, e)
	}
	if e.home != 0 && at.before(e.homeStamp) || slot != 0 && at.before(s.entries[0].stamp) {
		return
	}
	s.unhome(e)
	e.home, e.homeStamp, e.homeUnits = uint32(n)+1, at, units
	r.live++
	r.liveUnits += uint64(units)
	if slot == 0 {
		for i := 1; i < len(s.entries); i++ {
			if o := &s.entries[i]; o.home != 0 && o.homeStamp.before(at) {
				s.unhome(o)
			}
		}
	}
	if e.tag == None && e.copies == 1 {
		l.graves = append(l.graves, slot)
	}
}

// unhome takes note that the stored copy of an entry is superseded.
func (s *Space) unhome(e *entry) {
	if e.home == 0 {
		return
	}
	n := int(e.home) - 1
	r := &s.log.records[n]
	r.live--
	r.liveUnits -= uint64(e.homeUnits)
	e.home, e.homeStamp = 0, stamp{}
	s.bury(n)
}

// bury puts a record without live entries on the list of what to drop.
func (s *Space) bury(n int) {
	if r := &s.log.records[n]; r.live == 0 && !slices.Contains(s.log.dead, n) {
		s.log.dead = append(s.log.dead, n)
	}
}

// release forgets a record that the driver no longer has.
func (s *Space) release(n int) {
	l := &s.log
	r := &l.records[n]
	for _, slot := range r.slots {
		e := &s.entries[slot]
		e.copies--
		if int(e.home) == n+1 {
			e.home, e.homeStamp = 0, stamp{}
		}
		if e.tag != None {
			continue
		}
		switch {
		case e.copies == 1 && e.home != 0:
			l.graves = append(l.graves, slot)
		case e.copies == 0 && e.flags&(flagDirty|flagFresh) == 0:
			s.reuse(slot)
		}
	}
	l.records[n] = record{}
	l.unused = append(l.unused, n)
	if i := slices.Index(l.dead, n); i >= 0 {
		l.dead = slices.Delete(l.dead, i, i+1)
	}
}

// vanish forgets a record that another writer has removed. An entry that lived
// there and nowhere else was removed with it.
func (s *Space) vanish(n int) {
	for _, slot := range s.log.records[n].slots {
		e := &s.entries[slot]
		if slot != 0 && int(e.home) == n+1 && e.stamp == e.homeStamp && e.flags&flagDirty == 0 && e.live() {
			s.assign(e, None, 0, false)
			s.texts.Drop(slot)
		}
	}
	s.release(n)
}

// tight reports whether a write of the given size may not fit.
func (l *log) tight(units uint64) bool {
	return l.roomy != nil && l.dirtyUnits+units+tightRoom > l.roomy.Room()
}

// Dirty reports whether EndTask has something to do.
func (s *Space) Dirty() bool { return len(s.log.dirty) > 0 }

// Pending returns the number of entries that are not committed.
func (s *Space) Pending() int {
	n := len(s.log.dirty)
	for i := range s.log.flight.records {
		n += len(s.log.flight.records[i].slots)
	}
	return n
}

// Where tells where the value of a slot is stored: 0 in memory only, 1 in the
// journal, 2 with the driver.
func (s *Space) Where(slot Slot) int {
	e := &s.entries[slot]
	switch {
	case e.home != 0 && e.homeStamp == e.stamp:
		return 2
	case s.log.journal != nil && e.flags&flagFresh == 0 && len(s.log.journaled)+len(s.log.flight.journaled) > 0:
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
	s.writeJournal()
	switch {
	case len(l.dirty) == 0 || l.driver == nil:
	case l.immediate || l.awaited || l.urgent || l.journal == nil || l.journalUnits > journalLimit:
		s.Commit()
	default:
		s.schedule(groupDelay)
	}
}

// discard forgets what is to be stored, in a space without a driver.
func (s *Space) discard() {
	l := &s.log
	for _, slot := range l.dirty {
		e := &s.entries[slot]
		e.flags &^= flagDirty | flagFresh
		if e.tag == None && slot != 0 && e.flags&flagUsed != 0 {
			s.reuse(slot)
		}
	}
	l.dirty, l.fresh, l.undo, l.dirtyUnits = l.dirty[:0], l.fresh[:0], l.undo[:0], 0
	l.awaited = false
	l.ticket++
	s.host.Committed(l.ticket, OK)
}

func (s *Space) writeJournal() {
	l := &s.log
	if len(l.fresh) == 0 {
		return
	}
	slots := l.slots[:0]
	for _, slot := range l.fresh {
		e := &s.entries[slot]
		e.flags &^= flagFresh
		if e.flags&flagDirty != 0 && !s.void(e) {
			slots = append(slots, slot)
		}
	}
	l.slots, l.fresh = slots, l.fresh[:0]
	if l.journal == nil || len(slots) == 0 {
		return
	}
	r := Record{ID: s.newID(), Slots: slots}
	r.Header, l.journalUnits = s.describe(l.header[:0], slots, l.journalUnits)
	l.header = r.Header
	if l.journal.Append(r) == OK {
		l.journaled = append(l.journaled, r.ID)
		l.refused = false
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
		if e.live() {
			h.TextUnits = s.texts.TextUnits(slot)
		}
		h.Sum = s.texts.Sum(slot)
		b = AppendHeader(b, &h)
		offset += h.KeyUnits + h.TextUnits
	}
	return b, units + uint64(offset)
}

func (s *Space) newID() RecordID {
	s.log.seq++
	return RecordID(uint64(s.node)<<28 | s.log.seq)
}

func (s *Space) schedule(ms uint32) {
	if !s.log.scheduled {
		s.log.scheduled = true
		s.host.Later(ms)
	}
}

// Tick is called when the time asked for by Host.Later has passed.
func (s *Space) Tick() {
	s.log.scheduled = false
	s.ticking = false
	s.Commit()
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
	s.writeJournal()
	l.undo = l.undo[:0]
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
	s.launch(s.takeDirty(l.slots[:0]), false, nil)
}

// takeDirty appends the slots that need storing and clears the list.
func (s *Space) takeDirty(slots []Slot) []Slot {
	l := &s.log
	for _, slot := range l.dirty {
		e := &s.entries[slot]
		if e.flags&flagDirty != 0 {
			e.flags &^= flagDirty
			if !s.void(e) {
				slots = append(slots, slot)
			}
		}
	}
	l.dirty, l.dirtyUnits = l.dirty[:0], 0
	return slots
}

// launch commits the given slots together with the removal of dead records
// and, when merging, of the victims.
func (s *Space) launch(slots []Slot, merging bool, victims []int) {
	l := &s.log
	l.slots = slots
	l.ticket++
	l.flight = flight{
		ticket: l.ticket, merging: merging,
		journaled: l.journaled, undo: l.undo,
	}
	l.journaled, l.undo, l.journalUnits = nil, nil, 0
	l.awaited, l.urgent, l.again = false, false, false

	var b Batch
	if merging {
		b.Known = make([]RecordID, 0, len(l.records))
		for i := range l.records {
			if r := &l.records[i]; r.used {
				b.Known = append(b.Known, r.id)
			}
		}
		for _, n := range victims {
			b.Merged = append(b.Merged, l.records[n].id)
		}
		l.flight.gone = append(l.flight.gone, victims...)
	}
	for _, n := range l.dead {
		b.Dead = append(b.Dead, l.records[n].id)
	}
	l.flight.gone = append(l.flight.gone, l.dead...)
	l.dead = l.dead[:0]

	for len(slots) > 0 {
		n, size := 0, uint64(0)
		for n < len(slots) {
			e := &s.entries[slots[n]]
			size += uint64(e.keyUnits) + uint64(e.textUnits)
			if n > 0 && size > recordLimit {
				break
			}
			n++
		}
		f := flown{id: s.newID(), slots: slices.Clone(slots[:n]), stamps: make([]stamp, n), units: make([]uint32, n)}
		for i, slot := range f.slots {
			e := &s.entries[slot]
			f.stamps[i], f.units[i] = e.stamp, e.keyUnits+e.textUnits
		}
		header, _ := s.describe(make([]byte, 0, n*EntryWidth), f.slots, 0)
		b.Put = append(b.Put, Record{ID: f.id, Header: header, Slots: f.slots})
		l.flight.records = append(l.flight.records, f)
		slots = slots[n:]
	}
	l.flying = true
	if len(b.Put) == 0 && len(b.Dead) == 0 {
		s.landed(OK)
		return
	}
	l.driver.Commit(b, s.landed)
}

// landed finishes a commit.
func (s *Space) landed(code Code) {
	l := &s.log
	f := l.flight
	l.flight, l.flying = flight{}, false
	if code != OK {
		s.crashed(&f, code)
		return
	}
	for _, r := range f.records {
		n := s.addRecord(r.id)
		for i, slot := range r.slots {
			s.settle(slot, r.stamps[i], n, r.units[i])
		}
		s.bury(n)
	}
	for _, n := range f.gone {
		s.release(n)
	}
	if len(f.journaled) > 0 && l.journal != nil {
		l.journal.Drop(f.journaled)
	}
	if l.failures > 0 {
		l.failures = 0
		s.host.Report(Problem{Kind: CommitRecovered})
	}
	s.host.Committed(f.ticket, OK)
	if len(f.records) > 0 || len(f.gone) > 0 {
		s.host.Announce()
	}
	s.proceed()
}

// crashed takes a failed commit back. Writes whose callers wait are undone and
// reported to them; all others stay in memory and are tried again.
func (s *Space) crashed(f *flight, code Code) {
	l := &s.log
	for _, r := range f.records {
		for i, slot := range r.slots {
			if e := &s.entries[slot]; e.stamp == r.stamps[i] && e.homeStamp != e.stamp {
				s.soil(slot, e)
			}
		}
	}
	for _, n := range f.gone {
		if r := &l.records[n]; r.used && r.live == 0 {
			s.bury(n)
		}
	}
	l.journaled = append(f.journaled, l.journaled...)
	if code == Conflict {
		// Nobody's write has failed: the merge was based on an old view.
		l.undo = append(f.undo, l.undo...)
		l.ticket--
		s.CatchUp()
		return
	}
	l.undoCode = code
	for i := len(f.undo) - 1; i >= 0; i-- {
		s.takeBack(&f.undo[i])
	}
	s.host.Committed(f.ticket, code)
	if len(l.dirty) == 0 {
		return
	}
	if l.failures == 0 {
		s.host.Report(Problem{Kind: CommitFailed, Code: code})
	}
	delay := uint32(retryBase) << min(l.failures, 5)
	l.failures++
	s.schedule(min(delay, retryMax))
}

// takeBack undoes one write, unless a later one has replaced it.
func (s *Space) takeBack(u *undo) {
	e := &s.entries[u.slot]
	if e.stamp != u.after {
		return
	}
	s.assign(e, u.before.tag, u.before.textUnits, u.before.sealed())
	e.stamp = u.before.stamp
	s.texts.Restore(u.slot, u.after.version)
	if e.version == 0 || e.homeStamp == e.stamp {
		e.flags &^= flagDirty
	}
	s.Abandon(u.slot)
}

// Abandon gives back a slot that got no value.
func (s *Space) Abandon(slot Slot) {
	if e := &s.entries[slot]; slot != 0 && e.version == 0 && e.copies == 0 && e.flags&flagUsed != 0 {
		s.reuse(slot)
	}
}

func (s *Space) reuse(slot Slot) {
	s.texts.Free(slot)
	s.entries[slot] = entry{}
	s.free = append(s.free, slot)
}

// proceed does what has come up while a commit was under way, then looks after
// the records.
func (s *Space) proceed() {
	l := &s.log
	switch {
	case l.stale:
		s.CatchUp()
	case len(l.dirty) > 0 && (l.again || l.awaited || l.urgent):
		s.Commit()
	case len(l.dirty) > 0:
		s.schedule(groupDelay)
	default:
		s.tend()
	}
}

// Refresh says that another tab has changed the set of records.
func (s *Space) Refresh() {
	s.log.stale = true
	if !s.log.flying && !s.log.loading {
		s.CatchUp()
	}
}

// CatchUp loads the records that other tabs have stored and forgets those that
// they have removed.
func (s *Space) CatchUp() {
	l := &s.log
	if l.driver == nil || l.loading {
		return
	}
	l.stale, l.loading = false, true
	l.driver.Load(func(id RecordID) bool { return l.find(id) < 0 }, s.visit, func(ids []RecordID, code Code) {
		l.loading = false
		if code == OK {
			for n := range l.records {
				if r := &l.records[n]; r.used && !slices.Contains(ids, r.id) {
					s.vanish(n)
				}
			}
		}
		if !l.flying {
			s.proceed()
		}
	})
}

// tend gives up tombstones that are no longer needed and merges records that
// are mostly dead or small.
func (s *Space) tend() {
	l := &s.log
	s.openGraves()
	victims, slots := s.pickVictims()
	if len(victims) == 0 {
		if len(l.dead) > maxSmall/2 && !l.immediate {
			s.schedule(groupDelay)
		}
		return
	}
	for _, n := range victims {
		for _, slot := range l.records[n].slots {
			if e := &s.entries[slot]; int(e.home) == n+1 {
				slots = append(slots, slot)
			}
		}
	}
	s.launch(slots, true, victims)
}

func (s *Space) openGraves() {
	l := &s.log
	if len(l.graves) == 0 {
		return
	}
	limit := s.host.Now() << 10
	n := 0
	for n < len(l.graves) {
		e := &s.entries[l.graves[n]]
		if e.tag == None && e.home != 0 && e.homeStamp == e.stamp && e.copies == 1 {
			if e.version+graveAge > limit || s.overheard() {
				break
			}
			s.unhome(e)
		}
		n++
	}
	l.graves = slices.Delete(l.graves, 0, n)
}

// overheard reports whether another tab has writes that are not stored yet.
func (s *Space) overheard() bool {
	for i := range s.entries {
		if s.entries[i].flags&flagForeign != 0 {
			return true
		}
	}
	return false
}

func (s *Space) pickVictims() (victims []int, slots []Slot) {
	l := &s.log
	var small, damaged []int
	var units, live uint64
	for n := range l.records {
		r := &l.records[n]
		if !r.used || r.live == 0 {
			continue
		}
		units += r.units
		live += r.liveUnits
		if r.damaged {
			damaged = append(damaged, n)
		} else if r.units < smallRecord {
			small = append(small, n)
		}
	}
	if len(small) > maxSmall {
		victims = small
	}
	victims = append(victims, damaged...)
	if units > 2*live+recordLimit {
		for n := range l.records {
			if r := &l.records[n]; r.used && r.live > 0 && r.liveUnits*2 < r.units && !slices.Contains(victims, n) {
				victims = append(victims, n)
			}
		}
	}
	total := uint64(0)
	for i, n := range victims {
		total += l.records[n].liveUnits
		if total > 2*recordLimit && i > 0 {
			return victims[:i], l.slots[:0]
		}
	}
	return victims, l.slots[:0]
}

// Close commits nothing more and closes the driver.
func (s *Space) Close() {
	if s.log.driver != nil {
		s.log.driver.Close()
		s.log.driver, s.log.journal = nil, nil
	}
}
