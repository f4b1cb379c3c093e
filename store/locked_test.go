package store_test

import (
	"fmt"
	"slices"
	"testing"

	"minipoly/store"
	"minipoly/store/memory"
)

// sealedTexts is a table of texts whose sealed entries may lack their key.
type sealedTexts struct {
	*store.Strings
	keyless bool
}

func (t *sealedTexts) Read(part int, h *store.EntryHeader) (uint32, bool) {
	sum, ok := t.Strings.Read(part, h)
	h.Locked = t.keyless && h.Sealed
	return sum, ok
}

// sealedSpace is a space of which every entry is sealed, on a disk.
type sealedSpace struct {
	*store.Space
	texts *sealedTexts
	now   uint64
	lost  int
}

func (s *sealedSpace) Now() uint64                  { s.now += 1000; return s.now }
func (s *sealedSpace) Later(uint32)                 {}
func (s *sealedSpace) Committed(uint32, store.Code) {}
func (s *sealedSpace) Announce()                    {}
func (s *sealedSpace) Report(p store.Problem) {
	if p.Kind == store.EntryDamaged {
		s.lost++
	}
}

func openSealed(t *testing.T, disk *memory.Disk, now uint64, keyless bool) *sealedSpace {
	t.Helper()
	texts := &sealedTexts{store.NewStrings(), keyless}
	s := &sealedSpace{texts: texts, now: now}
	s.Space = store.NewSpace(store.Limits{SealsAll: true}, texts, s, uint32(now))
	texts.NewSlot = s.NewSlot
	opened := store.Failed
	s.Open(disk.Driver(texts.Strings), nil, false, func(c store.Code) { opened = c })
	if opened != store.OK {
		t.Fatal(opened)
	}
	return s
}

func (s *sealedSpace) set(t *testing.T, key, text string) {
	t.Helper()
	slot := s.texts.Slot(key)
	if code := s.Put(slot, store.String, store.Units(text), false, store.Awaited); code != store.OK {
		t.Fatal(code)
	}
	s.texts.SetText(slot, text)
	s.EndTask()
}

func (s *sealedSpace) get(key string) string {
	slot, _ := s.texts.Lookup(key)
	return s.texts.Text(slot)
}

// TestLocked: entries whose key is not at hand are reported, survive whatever
// is written and merged meanwhile, and come back with the key.
func TestLocked(t *testing.T) {
	disk := memory.NewDisk()
	s := openSealed(t, disk, 1<<20, false)
	for i := range 10 {
		s.set(t, fmt.Sprint("old", i), "text")
	}
	s.set(t, "both", "old")
	s.Close()

	s = openSealed(t, disk, 2<<20, true)
	if s.lost != 11 || s.Len() != 0 {
		t.Fatalf("without the key %d entries are lost and %d are there, want 11 and 0", s.lost, s.Len())
	}
	for i := range 500 {
		s.set(t, fmt.Sprint("new", i%50), fmt.Sprint(i))
		s.Tick()
	}
	s.set(t, "both", "new")
	s.Close()

	s = openSealed(t, disk, 3<<20, false)
	defer s.Close()
	for i := range 10 {
		if got := s.get(fmt.Sprint("old", i)); got != "text" {
			t.Errorf("old%d came back as %q", i, got)
		}
	}
	if got := s.get("both"); got != "new" {
		t.Errorf("the later write lost: %q", got)
	}
	if s.lost != 0 || s.Len() != 61 {
		t.Errorf("%d lost, %d there, want 0 and 61", s.lost, s.Len())
	}
}

// stored lists the keys of all entries on a disk.
func stored(disk *memory.Disk) (keys []string) {
	texts := store.NewStrings()
	next := store.Slot(0)
	texts.NewSlot = func(uint32) store.Slot { next++; return next }
	every := func(store.RecordID) bool { return true }
	disk.Driver(texts).Load(every, func(_ store.RecordID, header []byte) {
		for i := 0; i*store.EntryWidth < len(header); i++ {
			h, _, _ := store.ParseHeader(header[i*store.EntryWidth:])
			if _, ok := texts.Read(i, &h); ok {
				keys = append(keys, texts.Key(texts.Intern()))
			}
		}
	}, func([]store.RecordID, store.Code) {})
	return keys
}

// TestLockedCleared: a floor covers what cannot be opened, and its records go.
func TestLockedCleared(t *testing.T) {
	disk := memory.NewDisk()
	s := openSealed(t, disk, 1<<20, false)
	s.set(t, "old", "text")
	s.Close()

	s = openSealed(t, disk, 2<<20, true)
	s.Clear(store.Awaited)
	s.EndTask()
	for i := range 100 {
		s.set(t, "new", fmt.Sprint(i))
	}
	s.Close()

	if keys := stored(disk); slices.Contains(keys, "old") {
		t.Errorf("the record of the cleared entry is still there: %q", keys)
	}
	again := openSealed(t, disk, 4<<20, false)
	defer again.Close()
	if again.get("old") != "" || again.lost != 0 {
		t.Error("the cleared entry is back with its key")
	}
}
