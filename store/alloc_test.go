package store

import "testing"

// quietTexts and quietHost do as little as a host can.
type quietTexts struct{}

func (quietTexts) Sum(Slot) uint32                       { return 1 }
func (quietTexts) TextUnits(Slot) uint32                 { return 10 }
func (quietTexts) KeyUnits(Slot) uint32                  { return 0 }
func (quietTexts) Read(int, *EntryHeader) (uint32, bool) { return 0, false }
func (quietTexts) Intern() Slot                          { return 0 }
func (quietTexts) Adopt(Slot)                            {}
func (quietTexts) Drop(Slot)                             {}
func (quietTexts) Free(Slot)                             {}
func (quietTexts) Restore(Slot, uint64)                  {}

type quietHost struct{ now uint64 }

func (h *quietHost) Now() uint64            { h.now++; return h.now }
func (h *quietHost) Later(uint32)           {}
func (h *quietHost) Committed(uint32, Code) {}
func (h *quietHost) Report(Problem)         {}
func (h *quietHost) Announce()              {}

// quietDriver answers at once, or when told to.
type quietDriver struct{ done func(Code) }

func (d *quietDriver) Load(_ func(RecordID) bool, _ func(RecordID, []byte), done func([]RecordID, Code)) {
	done(nil, OK)
}
func (d *quietDriver) Commit(_ Batch, done func(Code)) { d.done = done }
func (d *quietDriver) Close()                          {}

func (d *quietDriver) land() {
	for d.done != nil {
		done := d.done
		d.done = nil
		done(OK)
	}
}

type quietJournal struct{}

func (quietJournal) Append(Record) Code { return OK }
func (quietJournal) Drop([]RecordID)    {}
func (quietJournal) Load(_ func(RecordID) bool, _ func(RecordID, []byte), done func([]RecordID, Code)) {
	done(nil, OK)
}

// The smallest browser module never frees memory: in the long run, writing
// must not allocate.
func TestNoAllocationInTheLongRun(t *testing.T) {
	for _, test := range []struct {
		name  string
		mode  Mode
		churn bool // keys come and go
	}{
		{"deferred", Deferred, false}, {"awaited", Awaited, false}, {"strict", Strict, false},
		{"churn", Deferred, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			driver := &quietDriver{}
			s := NewSpace(Limits{TotalUnits: 10 << 20}, quietTexts{}, &quietHost{now: 1 << 40}, 1)
			s.Open(driver, quietJournal{}, false, func(Code) {})
			slots := make([]Slot, 1000)
			for i := range slots {
				slots[i] = s.NewSlot(5)
			}
			i := 0
			round := func() {
				for range 10 {
					slot := slots[i%len(slots)]
					if test.churn && i%3 == 0 {
						s.Remove(slot, test.mode)
					} else if code := s.Put(slot, String, 10, false, test.mode); code != OK {
						t.Fatal(code)
					}
					i += 7
				}
				s.EndTask()
				s.Tick()
				driver.land()
			}
			for range 20_000 {
				round()
			}
			if n := testing.AllocsPerRun(5_000, round); n > 0 {
				t.Errorf("%v allocations a commit", n)
			}
		})
	}
}
