//go:build !tinygo

package store

import "unicode/utf16"

// Strings is a table of Go strings that serves as Texts outside a browser.
// Lengths and checksums are those of the UTF-16 form. Bytes that are not valid
// UTF-8 count as U+FFFD.
type Strings struct {
	// NewSlot makes a slot for a key that has none; it is Space.NewSlot.
	NewSlot func(keyUnits uint32) Slot

	slots  map[string]Slot
	keys   []string
	texts  []string
	before map[restorePoint]string

	part       func(i int) (key, text string, ok bool)
	key, value string
}

type restorePoint struct {
	slot    Slot
	version uint64
}

// NewStrings returns an empty table.
func NewStrings() *Strings {
	return &Strings{
		slots:  make(map[string]Slot),
		keys:   make([]string, 1),
		texts:  make([]string, 1),
		before: make(map[restorePoint]string),
	}
}

// Units returns the length of s in UTF-16 code units.
func Units(s string) uint32 {
	n := uint32(0)
	for _, r := range s {
		n++
		if r >= 0x10000 {
			n++
		}
	}
	return n
}

// Lookup returns the slot of a key.
func (t *Strings) Lookup(key string) (Slot, bool) {
	s, ok := t.slots[key]
	return s, ok
}

// Slot returns the slot of a key and makes one where there is none.
func (t *Strings) Slot(key string) Slot {
	if s, ok := t.slots[key]; ok {
		return s
	}
	s := t.NewSlot(Units(key))
	for int(s) >= len(t.keys) {
		t.keys = append(t.keys, "")
		t.texts = append(t.texts, "")
	}
	t.keys[s], t.texts[s] = key, ""
	t.slots[key] = s
	return s
}

// Key returns the key of a slot.
func (t *Strings) Key(s Slot) string { return t.keys[s] }

// Text returns the text of a slot.
func (t *Strings) Text(s Slot) string { return t.texts[s] }

// SetText sets the text of a slot.
func (t *Strings) SetText(s Slot, text string) { t.texts[s] = text }

// Keep remembers the present text of a slot, so that Restore can put it back
// should the write of the given version fail.
func (t *Strings) Keep(s Slot, version uint64, text string) {
	t.before[restorePoint{s, version}] = text
}

// Forget drops what Keep has remembered.
func (t *Strings) Forget() { clear(t.before) }

// Visit says where Read finds the entries of the record being visited.
func (t *Strings) Visit(part func(i int) (key, text string, ok bool)) { t.part = part }

// Sum implements Texts.
func (t *Strings) Sum(s Slot) uint32 { return sumOf(t.keys[s], t.texts[s]) }

func sumOf(key, text string) uint32 {
	return Sum(utf16.Encode([]rune(key)), utf16.Encode([]rune(text)))
}

// TextUnits implements Texts.
func (t *Strings) TextUnits(s Slot) uint32 { return Units(t.texts[s]) }

// KeyUnits implements Texts.
func (t *Strings) KeyUnits(s Slot) uint32 { return Units(t.keys[s]) }

// Read implements Texts.
func (t *Strings) Read(part int, h *EntryHeader) (uint32, bool) {
	var ok bool
	t.key, t.value, ok = t.part(part)
	return sumOf(t.key, t.value), ok
}

// Intern implements Texts.
func (t *Strings) Intern() Slot { return t.Slot(t.key) }

// Adopt implements Texts.
func (t *Strings) Adopt(s Slot) { t.texts[s] = t.value }

// Drop implements Texts.
func (t *Strings) Drop(s Slot) { t.texts[s] = "" }

// Free implements Texts.
func (t *Strings) Free(s Slot) {
	delete(t.slots, t.keys[s])
	t.keys[s], t.texts[s] = "", ""
}

// Restore implements Texts.
func (t *Strings) Restore(s Slot, version uint64) { t.texts[s] = t.before[restorePoint{s, version}] }
