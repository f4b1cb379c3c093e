package store

// Slot names an entry of a space for as long as its key is known. Slot 0 is
// the floor: the mark that Clear leaves.
type Slot uint32

// Tag is the type of a value. The numbers are part of the stored format.
type Tag uint8

const (
	// None: there is no value. A stored None is a tombstone.
	None Tag = iota
	String
	Number
	Boolean
	Date // milliseconds since 1970 in decimal
	Undefined
	Null
	JSON
	// Floor is the tag of slot 0.
	Floor
)

// stamp orders writes: by version, then by node.
type stamp struct {
	version uint64
	node    uint32
}

func (a stamp) before(b stamp) bool {
	return a.version < b.version || a.version == b.version && a.node < b.node
}

type entry struct {
	stamp
	keyUnits  uint32
	textUnits uint32 // as counted by the quota
	tag       Tag
	flags     uint16
	// home is the record (index + 1) that holds the newest stored copy of
	// this entry, written as homeStamp; 0 when none does.
	home      uint32
	homeStamp stamp
	homeUnits uint32
	// copies is the number of records that hold any version of this entry.
	copies uint32
}

const (
	flagSealed    uint16 = 1 << iota
	flagUsed             // the slot has a key
	flagDirty            // in log.dirty: the driver does not have it
	flagFresh            // in log.fresh: the journal does not have it
	flagJournaled        // the journal has it
	flagFlying           // in the commit under way
	flagForeign          // known from another tab's journal, and that tab's to commit
	flagGrave            // in log.graves
	flagHeld             // scratch, see openGraves
)

// maxUnits is the longest key or text that the header of an entry can tell
// of. A sealed text grows when it is sealed.
const maxUnits = 1<<24 - 1

func (e *entry) live() bool   { return e.tag != None && e.tag != Floor }
func (e *entry) sealed() bool { return e.flags&flagSealed != 0 }
func (e *entry) units() uint64 {
	if !e.live() {
		return 0
	}
	return uint64(e.keyUnits) + uint64(e.textUnits)
}

// Space is one namespace. Make it with NewSpace.
type Space struct {
	limits Limits
	texts  Texts
	host   Host
	node   uint32

	entries     []entry
	free        []Slot
	live        int
	units       uint64
	sealedUnits uint64
	changes     uint32 // counts changes of the set of keys

	last    uint64 // newest version seen
	ticking bool   // the clock has been read in this task

	log log
}

// NewSpace makes an empty space. node is a random number below 2^24 that tells
// this writer from others.
func NewSpace(limits Limits, texts Texts, host Host, node uint32) *Space {
	s := &Space{limits: limits, texts: texts, host: host, node: node}
	s.log.adopt, s.log.hold = s.visitJournal, s.hold
	s.entries = append(s.entries, entry{tag: Floor, flags: flagUsed})
	return s
}

// NewSlot returns the slot for a key that has none yet.
func (s *Space) NewSlot(keyUnits uint32) Slot {
	e := entry{keyUnits: keyUnits, flags: flagUsed}
	if n := len(s.free); n > 0 {
		slot := s.free[n-1]
		s.free = s.free[:n-1]
		s.entries[slot] = e
		return slot
	}
	s.entries = append(s.entries, e)
	return Slot(len(s.entries) - 1)
}

// Tag returns the type of the value in a slot, None when there is none.
func (s *Space) Tag(slot Slot) Tag {
	if int(slot) >= len(s.entries) {
		return None
	}
	return s.entries[slot].tag
}

// Sealed reports whether the value in a slot is kept sealed.
func (s *Space) Sealed(slot Slot) bool { return s.entries[slot].sealed() }

// Version returns the version of the last write to a slot.
func (s *Space) Version(slot Slot) uint64 { return s.entries[slot].version }

// Size returns key and text length of a slot in UTF-16 units, as counted by
// the quota.
func (s *Space) Size(slot Slot) uint64 { return s.entries[slot].units() }

// Usage returns the sum of all key and text lengths in UTF-16 units.
func (s *Space) Usage() uint64 { return s.units }

// Limits returns the quotas of the space.
func (s *Space) Limits() Limits { return s.limits }

// Len returns the number of keys that have a value.
func (s *Space) Len() int { return s.live }

// Changes returns a counter that moves whenever a key appears or disappears.
func (s *Space) Changes() uint32 { return s.changes }

// AppendSlots appends the slots that have a value, in order of slot.
func (s *Space) AppendSlots(slots []Slot) []Slot {
	for i := range s.entries {
		if s.entries[i].live() {
			slots = append(slots, Slot(i))
		}
	}
	return slots
}

// next returns the version of the next write. The clock is read once a task.
func (s *Space) next() stamp {
	s.last++
	if !s.ticking {
		s.ticking = true
		if now := s.host.Now() << 10; now > s.last {
			s.last = now
		}
	}
	return stamp{s.last, s.node}
}

// Mode says what the caller of a write waits for.
type Mode uint8

const (
	// Deferred: the call returns at once, the write stands in the journal by
	// the end of the task.
	Deferred Mode = iota
	// Awaited: the caller is told when the write is committed or has failed.
	Awaited
	// Strict: the host calls WriteNow before it returns to the caller.
	Strict
)

// Put gives a slot a value of textUnits UTF-16 units. The host stores the text
// itself, and only when Put returns OK: a refused write changes nothing. A
// Deferred write that the driver may not have room for returns WriteNow; the
// host then stores the text and calls Space.WriteNow.
func (s *Space) Put(slot Slot, tag Tag, textUnits uint32, sealed bool, mode Mode) Code {
	e := &s.entries[slot]
	if e.keyUnits == 0 {
		return InvalidKey
	}
	if e.keyUnits > maxUnits || textUnits > maxUnits/2 && (sealed || textUnits > maxUnits-s.limits.WrapUnits) {
		return EntryTooLarge
	}
	next := entry{keyUnits: e.keyUnits, textUnits: textUnits + s.limits.WrapUnits, tag: tag}
	if sealed {
		next.flags = flagSealed
	}
	if code := s.limits.admit(s, e, &next); code != OK {
		return code
	}
	result := OK
	if mode == Deferred && s.log.tight(next.units()) {
		mode, result = Strict, WriteNow
	}
	s.keepFresh(e, mode)
	before := *e
	s.assign(e, tag, next.textUnits, sealed)
	s.write(slot, &before, mode)
	return result
}

// Remove takes the value of a slot away; the host drops the text. It reports
// whether there was one.
func (s *Space) Remove(slot Slot, mode Mode) bool {
	e := &s.entries[slot]
	if !e.live() {
		return false
	}
	s.keepFresh(e, mode)
	before := *e
	s.assign(e, None, 0, false)
	s.write(slot, &before, mode)
	return true
}

// keepFresh is called before an entry is written again. If that write may be
// taken back while the one before it was already promised to the journal, the
// journal takes it now: later it would get the wrong one.
func (s *Space) keepFresh(e *entry, mode Mode) {
	if mode != Awaited || e.flags&flagFresh == 0 {
		return
	}
	if e.flags&flagDirty != 0 {
		s.writeJournal()
	}
	e.flags &^= flagFresh
}

// Clear takes the values of all slots away. The host is told to drop the text
// of each. A clear whose commit fails is not taken back but tried again, for
// the texts are gone.
func (s *Space) Clear(mode Mode) {
	floor := &s.entries[0]
	s.write(0, floor, mode)
	s.sink(floor.stamp)
}

// write stamps a changed entry and puts it on the lists of what is to be
// stored.
func (s *Space) write(slot Slot, before *entry, mode Mode) {
	e := &s.entries[slot]
	at := s.next()
	if mode != Deferred && slot != 0 {
		s.log.undo = append(s.log.undo, undo{slot: slot, before: *before, after: at, awaited: mode == Awaited})
	}
	e.stamp = at
	e.flags &^= flagForeign | flagJournaled
	s.soil(slot)
	if mode == Awaited {
		s.log.awaited = true
	} else if e.flags&flagFresh == 0 {
		e.flags |= flagFresh
		s.log.fresh = append(s.log.fresh, slot)
	}
}

// soil marks an entry as not stored yet.
func (s *Space) soil(slot Slot) {
	e := &s.entries[slot]
	if e.flags&flagDirty == 0 {
		e.flags |= flagDirty
		s.log.dirty = append(s.log.dirty, slot)
		s.log.dirtyUnits += e.units()
	}
}

// clean marks an entry as stored, or as not worth storing. It stays on the
// list until the next commit, for which somebody may be waiting.
func (s *Space) clean(e *entry) {
	if e.flags&flagDirty != 0 {
		e.flags &^= flagDirty
		s.log.dirtyUnits -= e.units()
	}
}

// sink voids every entry older than the floor.
func (s *Space) sink(floor stamp) {
	for i := 1; i < len(s.entries); i++ {
		e := &s.entries[i]
		if e.flags&flagUsed == 0 || e.version == 0 || !e.before(floor) {
			continue
		}
		if e.live() {
			s.assign(e, None, 0, false)
			s.texts.Drop(Slot(i))
		}
		s.clean(e)
		e.flags &^= flagForeign | flagJournaled
		s.tidy(Slot(i))
	}
}

// assign changes the value of an entry and keeps the sums.
func (s *Space) assign(e *entry, tag Tag, textUnits uint32, sealed bool) {
	if e.flags&flagDirty != 0 {
		s.log.dirtyUnits -= e.units()
	}
	if e.live() {
		s.units -= e.units()
		if e.sealed() {
			s.sealedUnits -= e.units()
		}
		s.live--
	}
	if e.live() != (tag != None) {
		s.changes++
	}
	e.tag, e.textUnits = tag, textUnits
	e.flags &^= flagSealed
	if tag != None {
		s.units += e.units()
		if sealed {
			e.flags |= flagSealed
			s.sealedUnits += e.units()
		}
		s.live++
	}
	if e.flags&flagDirty != 0 {
		s.log.dirtyUnits += e.units()
	}
}

// void reports whether an entry is older than the floor and needs no copy.
func (s *Space) void(e *entry) bool {
	return e.tag != Floor && e.before(s.entries[0].stamp)
}

// merge brings in an entry that was written elsewhere. It reports whether the
// entry is now the one that holds. For a winner the host has the text.
func (s *Space) merge(slot Slot, h *EntryHeader) bool {
	e := &s.entries[slot]
	at := stamp{h.Version, h.Node}
	if at.version > s.last {
		s.last = at.version
	}
	if !e.before(at) || at.before(s.entries[0].stamp) {
		return false
	}
	// What this tab was to store is older now.
	s.clean(e)
	e.flags &^= flagForeign | flagJournaled
	e.stamp = at
	if slot == 0 {
		s.sink(at)
		return true
	}
	s.assign(e, h.Tag, h.Units, h.Sealed)
	if h.Tag == None {
		s.texts.Drop(slot)
	} else {
		s.texts.Adopt(slot)
	}
	return true
}

// tidy gives back a slot that nothing refers to any more.
func (s *Space) tidy(slot Slot) {
	const busy = flagDirty | flagFresh | flagFlying | flagForeign
	if e := &s.entries[slot]; slot != 0 && e.flags&flagUsed != 0 && e.tag == None && e.copies == 0 && e.flags&busy == 0 {
		s.texts.Free(slot)
		s.entries[slot] = entry{}
		s.free = append(s.free, slot)
	}
}

// Abandon gives back a slot that got no value.
func (s *Space) Abandon(slot Slot) {
	if s.entries[slot].version == 0 {
		s.tidy(slot)
	}
}
