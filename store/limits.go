package store

// Limits are the quotas of a platform. Every size is counted in UTF-16 code
// units, as the platforms do. Zero means no limit.
type Limits struct {
	// EntryUnits is the largest entry that is accepted.
	EntryUnits uint32
	// EntryCountsKey says that the length of the key counts towards EntryUnits.
	EntryCountsKey bool
	// WrapUnits is added to the text of every entry, for platforms that store
	// a value inside a wrapper.
	WrapUnits uint32
	// TotalUnits bounds the sum of key and text lengths of all entries. A new
	// entry is refused when it would reach TotalUnits.
	TotalUnits uint64
	// OverwriteMayFill lets an overwriting entry reach TotalUnits exactly.
	OverwriteMayFill bool
	// SealedEntryUnits and SealedTotalUnits are the limits of sealed entries,
	// measured on the plain text.
	SealedEntryUnits uint32
	SealedTotalUnits uint64
	// SealsAll says that the host seals every entry on its way into a record,
	// keys and tombstones included.
	SealsAll bool
}

// admit decides whether an entry of the given size may replace old, which is
// the zero entry when there is none.
func (l *Limits) admit(s *Space, old, next *entry) Code {
	size := next.textUnits
	if l.EntryCountsKey {
		size += next.keyUnits
	}
	limit := l.EntryUnits
	if next.sealed() && l.SealedEntryUnits != 0 {
		limit = l.SealedEntryUnits
	}
	if limit != 0 && size > limit {
		return EntryTooLarge
	}
	total := s.units - old.units() + next.units()
	overwrite := old.live() && l.OverwriteMayFill
	if l.TotalUnits != 0 && (total > l.TotalUnits || total == l.TotalUnits && !overwrite) {
		return QuotaExceeded
	}
	if next.sealed() && l.SealedTotalUnits != 0 {
		sealed := s.sealedUnits + next.units()
		if old.sealed() {
			sealed -= old.units()
		}
		if sealed > l.SealedTotalUnits {
			return QuotaExceeded
		}
	}
	return OK
}
