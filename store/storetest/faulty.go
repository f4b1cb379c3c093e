package storetest

import "minipoly/store"

// Step is a kind of operation of a driver.
type Step int

const (
	Load Step = iota
	Commit
	Append // of the journal
	steps
)

// When says where an operation breaks.
type When int

const (
	// Before: it does nothing and fails.
	Before When = iota
	// After: it does its work, but is reported as failed.
	After
	// Never: it does its work, but is not answered.
	Never
	whens
)

// Fault is what happens to the N-th operation (from 0) of a kind.
type Fault struct {
	Step Step
	N    int
	When When
	Code store.Code
}

// Faulty is a driver and journal that fail as told.
type Faulty struct {
	Fault  Fault
	Struck bool // the fault has happened
	counts [steps]int

	driver  store.Driver
	journal store.Journal
}

// Install puts the faulty driver before those of a tab.
func (f *Faulty) Install(tab *Tab) {
	f.driver, f.journal = tab.Driver, tab.Journal
	tab.Driver = f
	if roomy, ok := f.driver.(store.Roomy); ok {
		tab.Driver = struct {
			*Faulty
			store.Roomy
		}{f, roomy}
	}
	if tab.Journal != nil {
		tab.Journal = (*faultyJournal)(f)
	}
}

func (f *Faulty) strikes(s Step) bool {
	n := f.counts[s]
	f.counts[s]++
	if f.Fault.Step != s || f.Fault.N != n || f.Fault.Code == store.OK {
		return false
	}
	f.Struck = true
	return true
}

// Load implements store.Driver.
func (f *Faulty) Load(want func(store.RecordID) bool, visit func(store.RecordID, []byte), done func([]store.RecordID, store.Code)) {
	if !f.strikes(Load) {
		f.driver.Load(want, visit, done)
		return
	}
	switch f.Fault.When {
	case Before:
		done(nil, f.Fault.Code)
	default:
		f.driver.Load(want, visit, func([]store.RecordID, store.Code) {
			if f.Fault.When == After {
				done(nil, f.Fault.Code)
			}
		})
	}
}

// Commit implements store.Driver.
func (f *Faulty) Commit(b store.Batch, done func(store.Code)) {
	if !f.strikes(Commit) {
		f.driver.Commit(b, done)
		return
	}
	switch f.Fault.When {
	case Before:
		done(f.Fault.Code)
	default:
		f.driver.Commit(b, func(store.Code) {
			if f.Fault.When == After {
				done(f.Fault.Code)
			}
		})
	}
}

// Close implements store.Driver.
func (f *Faulty) Close() { f.driver.Close() }

type faultyJournal Faulty

func (j *faultyJournal) Append(r store.Record) store.Code {
	f := (*Faulty)(j)
	if !f.strikes(Append) {
		return f.journal.Append(r)
	}
	if f.Fault.When != Before {
		f.journal.Append(r)
	}
	return f.Fault.Code
}

func (j *faultyJournal) Drop(ids []store.RecordID) { j.journal.Drop(ids) }

func (j *faultyJournal) Load(want func(store.RecordID) bool, visit func(store.RecordID, []byte), done func([]store.RecordID, store.Code)) {
	j.journal.Load(want, visit, done)
}
