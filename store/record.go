package store

// A record is what a driver stores: a header that describes its entries, then
// the keys and texts of these entries. The header is made of fixed-width ASCII
// fields, so that a damaged field costs the entry it belongs to and no other,
// and so that a record of ASCII texts is itself ASCII. Every entry carries a
// checksum over its key, its text and its fields.
//
// As one string (localStorage, KV) a record is
//
//	"m1" count count count header payload
//
// with the number of entries as four base-36 digits, three times, so that one
// damaged digit is outvoted; payload is key and text of each entry in turn.
// A driver with structured values (IndexedDB) keeps header and payload apart.

// FormatVersion is the version of the record format that this package writes.
const FormatVersion = 1

// EntryWidth is the length of one entry's header in bytes.
const EntryWidth = 5 + 4 + 4 + 4 + 1 + 9 + 4 + 6

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"

// digitValue returns the value of a digit, or 64.
func digitValue(c byte) uint64 {
	switch {
	case c >= '0' && c <= '9':
		return uint64(c - '0')
	case c >= 'A' && c <= 'Z':
		return uint64(c-'A') + 10
	case c == '_':
		return 36
	case c >= 'a' && c <= 'z':
		return uint64(c-'a') + 37
	case c == '~':
		return 63
	}
	return 64
}

// AppendNumber appends n as width base-64 digits.
func AppendNumber(b []byte, n uint64, width int) []byte {
	for i := width - 1; i >= 0; i-- {
		b = append(b, digits[n>>(6*uint(i))&63])
	}
	return b
}

// ParseNumber reads width base-64 digits.
func ParseNumber(b []byte, width int) (n uint64, ok bool) {
	if len(b) < width {
		return 0, false
	}
	for _, c := range b[:width] {
		v := digitValue(c)
		if v > 63 {
			return 0, false
		}
		n = n<<6 | v
	}
	return n, true
}

// EntryHeader describes one entry of a record. Lengths are in UTF-16 units.
type EntryHeader struct {
	Offset    uint32 // where the key begins in the payload
	KeyUnits  uint32
	TextUnits uint32 // length of the text as stored
	Units     uint32 // length of the text as counted by the quota
	Tag       Tag    // None for a tombstone, Floor for a cleared space
	Sealed    bool
	Version   uint64
	Node      uint32
	Sum       uint32 // as Texts.Sum gives it for key and text
	Locked    bool   // sealed with a key that is not at hand; not stored
}

const sealedBit = 32

// AppendHeader appends h to a header.
func AppendHeader(b []byte, h *EntryHeader) []byte {
	tag := uint64(h.Tag)
	if h.Sealed {
		tag |= sealedBit
	}
	start := len(b)
	b = AppendNumber(b, uint64(h.Offset), 5)
	b = AppendNumber(b, uint64(h.KeyUnits), 4)
	b = AppendNumber(b, uint64(h.TextUnits), 4)
	b = AppendNumber(b, uint64(h.Units), 4)
	b = AppendNumber(b, tag, 1)
	b = AppendNumber(b, h.Version, 9)
	b = AppendNumber(b, uint64(h.Node), 4)
	return AppendNumber(b, uint64(mix(b[start+5:], h.Sum)), 6)
}

// ParseHeader reads the header of one entry. want is the checksum that key and
// text must have; ok is false when the header itself is not readable.
func ParseHeader(b []byte) (h EntryHeader, stored uint32, ok bool) {
	if len(b) < EntryWidth {
		return h, 0, false
	}
	good := true
	at := 0
	field := func(width int) uint64 {
		n, ok := ParseNumber(b[at:], width)
		good = good && ok
		at += width
		return n
	}
	h.Offset = uint32(field(5))
	h.KeyUnits = uint32(field(4))
	h.TextUnits = uint32(field(4))
	h.Units = uint32(field(4))
	tag := field(1)
	h.Tag = Tag(tag &^ sealedBit)
	h.Sealed = tag&sealedBit != 0
	h.Version = field(9)
	h.Node = uint32(field(4))
	sum := field(6)
	// The floor, and nothing else, has no key.
	return h, uint32(sum), good && sum <= 1<<32-1 && h.Tag <= Floor && (h.KeyUnits == 0) == (h.Tag == Floor)
}

// Verify reports whether the entry whose header is b, whose stored checksum is
// stored and whose key and text have the checksum sum is undamaged. The offset
// is left out: it says where the entry lies, not what it is.
func Verify(b []byte, stored, sum uint32) bool {
	return mix(b[5:EntryWidth-6], sum) == stored
}

// mix folds the fields of a header into the checksum of key and text.
func mix(fields []byte, sum uint32) uint32 {
	for _, c := range fields {
		sum = (sum ^ uint32(c)) * fnvPrime
	}
	return sum
}

const fnvPrime = 16777619

// Sum is the checksum of a key and a text given as UTF-16 code units.
func Sum(key, text []uint16) uint32 { return (hash(key)*fnvPrime ^ hash(text)) * fnvPrime }

// hash is FNV-1a in four lanes, which a processor works on side by side: every
// fourth unit goes to the same lane, the last few to the first. Each step can
// be undone, so that a change of one unit always changes the result.
func hash(units []uint16) uint32 {
	a, b, c, d := uint32(0x811c9dc5), uint32(0x01000193), uint32(0x9e3779b9), uint32(0x85ebca6b)
	i := 0
	for ; i+4 <= len(units); i += 4 {
		a = (a ^ uint32(units[i])) * fnvPrime
		b = (b ^ uint32(units[i+1])) * fnvPrime
		c = (c ^ uint32(units[i+2])) * fnvPrime
		d = (d ^ uint32(units[i+3])) * fnvPrime
	}
	for ; i < len(units); i++ {
		a = (a ^ uint32(units[i])) * fnvPrime
	}
	a = (a*fnvPrime ^ b) * fnvPrime
	return ((a^c)*fnvPrime ^ d) * fnvPrime
}
