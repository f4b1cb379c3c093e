// Package storetest is the conformance suite that every driver of package
// store passes, natively and in a browser alike:
//
//	func TestConformance(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) storetest.Medium { return newMedium(t) })
//	}
//
// A [Medium] is what the drivers of one space share; every test gets a fresh
// one. What a medium can do beyond that (be damaged, be full, belong to others
// as well) it says by the optional interfaces; the rows that need them are
// skipped by name elsewhere.
package storetest

import (
	"testing"

	"minipoly/store"
)

// Table is a side table of texts that a test can fill and read.
type Table interface {
	store.Texts
	// Slot returns the slot of a key and makes one where there is none.
	Slot(key string) store.Slot
	// Lookup returns the slot of a key.
	Lookup(key string) (store.Slot, bool)
	// Text returns the text of a slot.
	Text(store.Slot) string
	// SetText sets the text of a slot.
	SetText(s store.Slot, text string)
	// Keep remembers a text for Texts.Restore.
	Keep(s store.Slot, version uint64, text string)
	// Forget drops what Keep has remembered.
	Forget()
}

// Medium is where the drivers of one space keep its records.
type Medium interface {
	// Tab opens a driver as a page of its own does, with a table of its own
	// whose new slots come from newSlot. A tab opened later is the same page
	// after a reload, or another one. Journal may be nil; immediate says that
	// the driver is synchronous and has no need of one.
	Tab(newSlot func(keyUnits uint32) store.Slot) Tab
	// Wait calls done again and again until it returns true, and lets
	// callbacks come in between. It reports whether that happened in a
	// reasonable time.
	Wait(done func() bool) bool
}

// Tab is what one page has in its hands.
type Tab struct {
	Table     Table
	Driver    store.Driver
	Journal   store.Journal
	Immediate bool
}

// Shared is a medium that holds data of others, too.
type Shared interface {
	// Plant stores data that look as much like ours as others' may, before any
	// driver is opened, and returns a check that they are still there.
	Plant() (check func() error)
}

// Breakable is a medium whose records can be damaged.
type Breakable interface {
	// Damage changes the at-th byte or unit of a stored record, counted from
	// the start of its header, the texts following it. It reports whether
	// there is one.
	Damage(id store.RecordID, at int) bool
}

// Bounded is a medium that can be given a limit.
type Bounded interface {
	// SetLimit lets the records hold that many UTF-16 units at most, texts and
	// headers.
	SetLimit(units uint64)
}

// Wide is a table that can hold any UTF-16, lone surrogates included.
type Wide interface {
	SlotUnits(key []uint16) store.Slot
	TextOf(store.Slot) []uint16
	SetTextUnits(s store.Slot, text []uint16)
}

// Run runs the suite. fresh makes an empty medium.
func Run(t *testing.T, fresh func(t *testing.T) Medium) {
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) { row.run(t, fresh) })
	}
}

var rows = []struct {
	name string
	run  func(t *testing.T, fresh func(t *testing.T) Medium)
}{
	{"driver keeps records", driverKeepsRecords},
	{"driver loads what is wanted", driverLoadsWanted},
	{"driver drops unknown records without error", driverDropsUnknown},
	{"driver refuses when others have changed the set", driverConflict},
	{"driver commits all or nothing", driverAllOrNothing},
	{"driver replaces as a last resort", driverReplaces},
	{"round trip", roundTrip},
	{"odd keys and texts", oddTexts},
	{"lone surrogates", loneSurrogates},
	{"overwrite, remove, clear", overwriteRemoveClear},
	{"large entries", largeEntries},
	{"10,000 entries", manyEntries},
	{"two tabs", twoTabs},
	{"a killed tab's journal is adopted", killedTab},
	{"a stranger's data survive", strangerSurvives},
	{"damage costs one entry", damageCostsOneEntry},
	{"faults at every step", faultsAtEveryStep},
	{"random operations", randomOperations},
}
