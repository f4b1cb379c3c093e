package store

import "slices"

// record is what the space knows of a record of the driver.
type record struct {
	id        RecordID
	slots     []Slot
	used      bool
	damaged   bool
	reread    bool   // to be visited again by CatchUp
	live      int    // entries whose home this is
	leaving   int    // of these, those that the commit being made writes again
	units     uint64 // of all entries
	liveUnits uint64 // of the entries whose home this is
	// guarded: when no entry lives here any more, the record may still be the
	// only one with some version, for it lost a tie (another tab may have
	// decided otherwise) or its tombstone was given up. It may only be dropped
	// when no other tab has changed the set of records.
	guarded bool
	// locked is the newest version of its entries that are sealed with a key
	// that is not at hand. Until a floor covers it the record stays: the key
	// may come back.
	locked uint64
}

const (
	// recordLimit bounds a record that holds several entries.
	recordLimit = 1 << 18 // UTF-16 units
	// smallRecord is the size below which a record is worth merging, and above
	// which an entry has a record of its own.
	smallRecord = 1 << 15 // UTF-16 units
	// graveAge is how long a tombstone outlives the last copy of what it
	// covers, so that every open tab has heard of it.
	graveAge = 60_000 << 10
)

// When the records are looked after; the simulation does it more often.
var (
	maxSmall = 32 // small records that are left alone
	maxWaste = 16 // dead records that are not worth a commit of their own
	// upkeepEvery is the number of commits after which the records are looked
	// after although more is to be committed.
	upkeepEvery uint32 = 64
)

func (s *Space) forgetRecords() {
	l := &s.log
	l.records, l.unused, l.graves, l.suspects = l.records[:0], l.unused[:0], l.graves[:0], l.suspects[:0]
	for i := range s.entries {
		e := &s.entries[i]
		e.home, e.homeStamp, e.copies = 0, stamp{}, 0
		e.flags &^= flagGrave
	}
}

// visit takes in a record of the driver.
func (s *Space) visit(id RecordID, header []byte) {
	l := &s.log
	if n := l.find(id); n >= 0 {
		l.records[n].reread = false
		s.eachEntry(header, again, n)
		return
	}
	n := s.addRecord(id)
	damaged := s.eachEntry(header, fromDriver, n)
	l.records[n].damaged, l.records[n].locked = damaged > 0, l.locked
	s.reportDamage(damaged)
	if len(header) == 0 {
		s.host.Report(Problem{Kind: RecordDamaged, Code: Damaged})
	}
}

// source says where a record that is being visited comes from.
type source uint8

const (
	fromDriver  source = iota // for the first time
	again                     // from the driver, but it is known already
	fromJournal               // to be committed by this writer
	overheard                 // from another tab, which will commit it
	held                      // from a journal, only to see what is in there
)

// eachEntry takes in the entries of the record being visited, which is the n-th
// of the driver, and returns the number of damaged ones.
func (s *Space) eachEntry(header []byte, from source, n int) (damaged int) {
	s.log.locked = 0
	for i := 0; i*EntryWidth < len(header); i++ {
		raw := header[i*EntryWidth:]
		h, stored, ok := ParseHeader(raw)
		if ok {
			var sum uint32
			if sum, ok = s.texts.Read(i, &h); ok {
				ok = Verify(raw, stored, sum)
			}
		}
		if ok && h.Locked {
			s.log.locked, ok = max(s.log.locked, h.Version), false
		}
		if !ok {
			damaged++
			continue
		}
		slot := Slot(0)
		if h.Tag != Floor {
			slot = s.texts.Intern()
		}
		s.take(slot, &h, from, n)
		s.tidy(slot)
	}
	return damaged
}

func (s *Space) take(slot Slot, h *EntryHeader, from source, n int) {
	if from == held {
		s.entries[slot].flags |= flagHeld
		return
	}
	won := s.merge(slot, h)
	e := &s.entries[slot]
	at := stamp{h.Version, h.Node}
	switch from {
	case fromDriver:
		s.settle(slot, at, n, h.KeyUnits+h.TextUnits)
	case fromJournal:
		if e.stamp == at && (e.home == 0 || e.homeStamp != at) && !s.void(e) {
			e.flags &^= flagForeign
			e.flags |= flagJournaled
			s.soil(slot)
		}
	case overheard:
		if won {
			e.flags |= flagForeign
		}
	}
}

func (s *Space) reportDamage(entries int) {
	for range entries {
		s.host.Report(Problem{Kind: EntryDamaged, Code: Damaged})
	}
}

func (s *Space) addRecord(id RecordID) int {
	l := &s.log
	n := len(l.records)
	if u := len(l.unused); u > 0 {
		n = l.unused[u-1]
		l.unused = l.unused[:u-1]
	} else if n < cap(l.records) {
		l.records = l.records[:n+1]
	} else {
		l.records = append(l.records, record{})
	}
	l.records[n] = record{id: id, used: true, slots: l.records[n].slots[:0]}
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
		s.clean(e)
		e.flags &^= flagForeign | flagJournaled
	} else if e.tag == None && e.home == 0 && e.flags&(flagDirty|flagForeign) == 0 && at.before(e.stamp) && !s.void(e) {
		// An old copy came back after its tombstone was given up.
		s.soil(slot)
	}
	// A floor that is not stored yet voids nothing that is.
	if e.home != 0 && at.before(e.homeStamp) || slot != 0 && at.before(s.entries[0].homeStamp) {
		return
	}
	if e.home != 0 && at == e.homeStamp {
		l.records[e.home-1].guarded = true
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
	s.mourn(slot)
}

// unhome takes note that the stored copy of an entry is superseded.
func (s *Space) unhome(e *entry) {
	if e.home == 0 {
		return
	}
	r := &s.log.records[e.home-1]
	r.live--
	r.liveUnits -= uint64(e.homeUnits)
	e.home, e.homeStamp = 0, stamp{}
}

// mourn puts a tombstone on the list of those that may be given up one day,
// once there are no older copies left.
func (s *Space) mourn(slot Slot) {
	e := &s.entries[slot]
	if e.tag == None && e.copies == 1 && e.home != 0 && e.flags&flagGrave == 0 {
		e.flags |= flagGrave
		s.log.graves = append(s.log.graves, slot)
	}
}

// release forgets a record that the driver no longer has.
func (s *Space) release(n int) {
	l := &s.log
	for _, slot := range l.records[n].slots {
		e := &s.entries[slot]
		e.copies--
		if int(e.home) == n+1 {
			s.unhome(e)
		}
		s.mourn(slot)
		s.tidy(slot)
	}
	l.records[n] = record{slots: l.records[n].slots[:0]}
	l.unused = append(l.unused, n)
}

// vanish forgets a record that another writer has removed and appends the
// entries that lived there.
func (s *Space) vanish(n int, lost []claim) []claim {
	for _, slot := range s.log.records[n].slots {
		if e := &s.entries[slot]; int(e.home) == n+1 && !e.homeStamp.before(e.stamp) {
			lost = append(lost, claim{slot, e.stamp})
		}
	}
	s.release(n)
	return lost
}

// giveUp gives up entries whose stored copies have been removed by another
// writer: they have been superseded by something that was then forgotten. Only,
// while older copies are stored, nothing is forgotten: then the entry was merely
// stored twice and both copies dropped, and has to be stored again.
func (s *Space) giveUp(lost []claim) {
	for _, c := range lost {
		e := &s.entries[c.slot]
		if e.stamp != c.at || e.home != 0 || e.flags&(flagDirty|flagForeign|flagFlying) != 0 {
			continue
		}
		if c.slot == 0 || e.copies > 0 {
			s.soil(c.slot)
			continue
		}
		if e.live() {
			s.assign(e, None, 0, false)
			s.texts.Drop(c.slot)
		}
		s.tidy(c.slot)
	}
}

// Refresh says that another tab has changed the set of records. What it has
// changed is read from the driver: the news itself is already past, and a
// record that this tab has removed since must not come back.
func (s *Space) Refresh() {
	s.log.stale = true
	s.proceed(false)
}

// CatchUp loads the records that other tabs have stored and forgets those that
// they have removed.
func (s *Space) CatchUp() {
	l := &s.log
	if l.driver == nil || l.loading || l.flying {
		l.stale = true
		return
	}
	l.stale = false
	l.checking, l.suspects = l.suspects, l.checking[:0]
	s.load(l.driver, l.session.wanted, l.session.caught)
}

// caughtUp finishes CatchUp.
func (s *Space) caughtUp(ids []RecordID, code Code) {
	l := &s.log
	if code != OK {
		l.missed = true
		l.suspects = append(l.suspects, l.checking...)
		s.schedule(retryMax)
	} else if len(ids) == 0 && len(l.records) > len(l.unused) {
		s.evicted()
	} else {
		lost := l.lost[:0]
		for n := range l.records {
			if r := &l.records[n]; r.used && !slices.Contains(ids, r.id) {
				lost = s.vanish(n, lost)
			}
		}
		for _, c := range l.checking {
			if e := &s.entries[c.slot]; e.stamp == c.at && e.flags&flagForeign != 0 {
				e.flags &^= flagForeign
				lost = append(lost, c)
			}
		}
		l.lost = lost
		s.giveUp(lost)
	}
	s.proceed(true)
}

// evicted stores everything again, for the browser or its user has removed the
// whole store: a writer always leaves a record.
func (s *Space) evicted() {
	s.host.Report(Problem{Kind: Evicted, Code: Failed})
	s.adoptAll()
}

// findGone lists the records that are dead, or will be when the slots of the
// flight are stored. An ordinary commit leaves them alone until there are some,
// since each request of a transaction costs; but not with a driver that may be
// short of room.
func (s *Space) findGone(b *Batch, slots []Slot, upkeep bool) {
	l := &s.log
	for _, slot := range slots {
		if e := &s.entries[slot]; e.home != 0 {
			l.records[e.home-1].leaving++
		}
	}
	floor := s.entries[0].flags&flagFlying != 0
	if floor {
		for i := 1; i < len(s.entries); i++ {
			if e := &s.entries[i]; e.home != 0 && e.flags&flagFlying == 0 && e.homeStamp.before(s.entries[0].stamp) {
				l.records[e.home-1].leaving++
			}
		}
	}
	for n := range l.records {
		r := &l.records[n]
		gone := r.used && r.live == r.leaving && r.locked <= s.entries[0].version
		dead := r.live == 0
		r.leaving = 0
		if !gone || r.guarded && !(upkeep && s.settled(r)) {
			continue
		}
		l.flight.gone = append(l.flight.gone, n)
		if dead && !floor && !r.guarded {
			b.Dead = append(b.Dead, r.id)
		} else {
			b.Merged = append(b.Merged, r.id)
		}
	}
	if !upkeep && !l.immediate && len(l.flight.gone) < maxWaste {
		l.flight.gone, b.Dead, b.Merged = l.flight.gone[:0], b.Dead[:0], b.Merged[:0]
	}
}

// settled reports whether nothing of what a record holds waits to be stored.
func (s *Space) settled(r *record) bool {
	for _, slot := range r.slots {
		if s.entries[slot].flags&flagDirty != 0 {
			return false
		}
	}
	return true
}

// tend gives up tombstones that are no longer needed and merges records that
// are mostly dead or small. It reports whether it has started a commit.
func (s *Space) tend() bool {
	l := &s.log
	l.commits = 0
	if floor := &s.entries[0]; l.resting || floor.homeStamp != floor.stamp {
		return false
	}
	s.openGraves()
	slots := s.pickVictims(l.slots[:0])
	waste := 0
	for n := range l.records {
		if r := &l.records[n]; r.used && r.live == 0 {
			waste++
		}
	}
	if len(slots) == 0 && waste <= maxWaste {
		return false
	}
	s.launch(slots, true)
	return true
}

// openGraves gives up the tombstones that are old enough and cover nothing any
// more, neither with the driver nor in a journal. The last one stays, so that a
// store is never empty once it has been written.
func (s *Space) openGraves() {
	l := &s.log
	now := s.host.Now() << 10
	if len(l.graves) < 2 || s.entries[l.graves[0]].version+graveAge > now {
		return
	}
	graves := l.graves[:0]
	for _, slot := range l.graves {
		if s.isGrave(slot) {
			graves = append(graves, slot)
		} else {
			s.entries[slot].flags &^= flagGrave
		}
	}
	l.graves = graves
	if l.journal != nil {
		l.journal.Load(all, l.hold, ignore)
	}
	last := len(l.graves) - 1
	n := 0
	for i, slot := range l.graves {
		e := &s.entries[slot]
		if e.flags&flagGrave == 0 {
			continue // listed twice, for the slot had another key before
		}
		if i == last || e.flags&flagHeld != 0 || e.version+graveAge > now {
			l.graves[n] = slot
			n++
			continue
		}
		e.flags &^= flagGrave
		l.records[e.home-1].guarded = true
		s.unhome(e)
	}
	l.graves = l.graves[:n]
	for i := range s.entries {
		s.entries[i].flags &^= flagHeld
	}
}

func (s *Space) isGrave(slot Slot) bool {
	e := &s.entries[slot]
	return e.flags&flagGrave != 0 && e.tag == None && e.copies == 1 && e.home != 0 &&
		e.homeStamp == e.stamp && e.flags&flagDirty == 0
}

// hold marks what a journal record names.
func (s *Space) hold(_ RecordID, header []byte) { s.eachEntry(header, held, 0) }

// pickVictims appends the slots that live in records to be merged.
func (s *Space) pickVictims(slots []Slot) []Slot {
	l := &s.log
	small, victims := l.small[:0], l.victims[:0]
	var units, live uint64
	for n := range l.records {
		r := &l.records[n]
		if !r.used || r.live == 0 {
			continue
		}
		units += r.units
		live += r.liveUnits
		if r.damaged {
			victims = append(victims, n)
		} else if r.units < smallRecord {
			small = append(small, n)
		}
	}
	if len(small) > maxSmall {
		victims = append(victims, small...)
	}
	// Waste is what a record may hold beside its live entries, in per cent of
	// all. Where room is short, little is.
	most, waste, limit := 2*live+recordLimit, uint64(50), uint64(2*recordLimit)
	if l.roomy != nil {
		if room := l.roomy.Room(); room < tightRoom {
			most, waste, limit = live+smallRecord, 10, room/2
		}
	}
	if units > most {
		for n := range l.records {
			r := &l.records[n]
			if r.used && r.live > 0 && r.liveUnits*100 < r.units*(100-waste) && !slices.Contains(victims, n) {
				victims = append(victims, n)
			}
		}
	}
	l.small, l.victims = small, victims
	total := uint64(0)
	for i, n := range victims {
		r := &l.records[n]
		if total += r.liveUnits; total > limit && i > 0 {
			break
		}
		for _, slot := range r.slots {
			// The flag is for records that name a key twice; we write none.
			if e := &s.entries[slot]; int(e.home) == n+1 && e.flags&flagFlying == 0 {
				e.flags |= flagFlying
				slots = append(slots, slot)
			}
		}
	}
	return slots
}
