package store

// RecordID names a record within its driver. It is below 2^53, so that it is
// exact as a JavaScript number.
type RecordID uint64

// Record is a set of entries to be stored together: their header (EntryWidth
// bytes for each slot) and the slots of their keys and texts.
type Record struct {
	ID     RecordID
	Header []byte
	Slots  []Slot
}

// Batch is one group commit. Header and Slots of its records are only valid
// until Commit returns.
type Batch struct {
	Put []Record
	// Dead are records whose every entry is stored elsewhere in a newer
	// version: they may be removed before, with or after Put.
	Dead []RecordID
	// Merged are records whose entries Put writes again, in the same or a newer
	// version: they may only be removed when Put is durable. A synchronous
	// driver that has no room for both may, when Known is nil, remove them
	// first, if it puts them back should Put still fail.
	Merged []RecordID
	// Known, when not nil, is the complete set of records that the caller
	// knows of. The driver must then fail with Conflict and change nothing if
	// the stored set differs. Compaction uses it: it may only rewrite old
	// entries if no other tab has changed the set in the meantime.
	Known []RecordID
}

// Driver makes the records of one space durable.
//
// Commit stores Put and removes Dead and Merged, all or nothing where the medium
// allows it, in this order where not. done is called exactly once, possibly before
// Commit returns, and only when the records are durable or the batch has
// failed. Where done is called before Commit returns, a failure means that
// nothing has changed; otherwise the answer may have been lost behind the
// effect. Dropping a record that does not exist is not an error.
//
// Load visits every stored record for which want returns true and then calls
// done; ids is the complete set of stored records, as it was at one moment,
// and the records visited are those of the same moment. During visit the texts
// of the record can be read through the Texts the driver was made with. A
// record that cannot be read at all is visited with an empty header; a record
// of a later format makes Load fail with Newer.
//
// After Close no callback comes any more, or it is without effect.
type Driver interface {
	Load(want func(RecordID) bool, visit func(id RecordID, header []byte), done func(ids []RecordID, code Code))
	Commit(b Batch, done func(Code))
	Close()
}

// Roomy is a driver that knows how much it can still hold.
type Roomy interface {
	// Room returns an estimate of what can still be stored, in UTF-16 units.
	Room() uint64
}

// Journal keeps records synchronously until they are committed elsewhere.
type Journal interface {
	// Append stores a record before it returns.
	Append(r Record) Code
	// Drop removes records.
	Drop(ids []RecordID)
	// Load visits every record, as in Driver, before it returns.
	Load(want func(RecordID) bool, visit func(id RecordID, header []byte), done func(ids []RecordID, code Code))
}

// Texts is the side table of keys and texts, indexed by slot.
type Texts interface {
	// Sum returns the checksum of key and text of a slot. Slot 0 has both empty.
	Sum(Slot) uint32
	// TextUnits returns the length of the text of a slot as it is stored.
	TextUnits(Slot) uint32
	// KeyUnits returns the length of the key of a slot as it is stored. It is
	// only asked where Limits.SealsAll.
	KeyUnits(Slot) uint32
	// Read selects an entry of the record being visited, the part-th, and
	// returns its checksum; ok is false when its key or text is not there. It sets
	// h.Locked when the entry cannot be opened for want of its key.
	Read(part int, h *EntryHeader) (sum uint32, ok bool)
	// Intern returns the slot of the key of the selected entry.
	Intern() Slot
	// Adopt takes the text of the selected entry for the slot.
	Adopt(Slot)
	// Drop forgets the text of a slot; its key stays.
	Drop(Slot)
	// Free forgets the key of a slot, which may then be given to another key.
	Free(Slot)
	// Restore puts back the text that a slot had before the write of version
	// v, which has failed. Several writes of a slot can fail one after the
	// other, so the texts are kept until nobody awaits a commit any more.
	Restore(s Slot, v uint64)
}

// Host is what a space asks of the world around it.
type Host interface {
	// Now returns the time in milliseconds since 1970.
	Now() uint64
	// Later asks for one call of Space.Tick after the given time. It may be
	// asked for again before that has passed; each asks for one call.
	Later(ms uint32)
	// Committed says that every write with a ticket up to the given one is
	// durable (OK) or has failed and was taken back.
	Committed(ticket uint32, code Code)
	// Report tells about trouble that no caller can be told about.
	Report(p Problem)
	// Announce tells other tabs that the set of records has changed.
	Announce()
}

// Problem is something that happened to the data of a space.
type Problem struct {
	Kind ProblemKind
	Code Code
	// Slot is the entry concerned, 0 when unknown or when it concerns all.
	Slot Slot
}

// ProblemKind says what happened.
type ProblemKind uint8

const (
	// JournalRefused: writes are in memory only until the next commit.
	JournalRefused ProblemKind = iota + 1
	// CommitFailed: a group commit failed and will be tried again.
	CommitFailed
	// CommitRecovered: the commits work again.
	CommitRecovered
	// EntryDamaged: a stored entry was damaged and is lost.
	EntryDamaged
	// RecordDamaged: a stored record could not be read at all.
	RecordDamaged
	// Evicted: everything stored has disappeared and is stored again from
	// memory.
	Evicted
	// JournalRecovered: the journal takes records again.
	JournalRecovered
)
