package store

// Code says why the engine refused or failed. It is an error; the zero value
// is success and never returned as an error.
type Code uint8

const (
	OK Code = iota
	// EntryTooLarge: the entry is larger than Limits.EntryUnits.
	EntryTooLarge
	// QuotaExceeded: the space would exceed Limits.TotalUnits, or the driver
	// cannot hold the entry.
	QuotaExceeded
	// InvalidKey: the key is empty.
	InvalidKey
	// Unavailable: the driver cannot be opened or has lost its connection.
	Unavailable
	// Failed: the driver failed to read or write for another reason.
	Failed
	// Damaged: a stored entry does not match its checksum.
	Damaged
	// Newer: the data was written by a later, unknown version of the format.
	Newer
	// Conflict: the stored records are not those that the caller knew of.
	Conflict
	// WriteNow is not a failure: see Space.Put.
	WriteNow
)

var codeTexts = [...]string{
	OK:            "ok",
	EntryTooLarge: "entry too large",
	QuotaExceeded: "quota exceeded",
	InvalidKey:    "invalid key",
	Unavailable:   "driver unavailable",
	Failed:        "driver failed",
	Damaged:       "damaged entry",
	Newer:         "written by a newer version",
	Conflict:      "changed by another writer",
	WriteNow:      "accepted, to be written at once",
}

func (c Code) Error() string {
	if int(c) < len(codeTexts) {
		return "store: " + codeTexts[c]
	}
	return "store: unknown code"
}

// Err returns c as an error, nil for OK.
func (c Code) Err() error {
	if c == OK {
		return nil
	}
	return c
}
