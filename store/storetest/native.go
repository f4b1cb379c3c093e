//go:build !tinygo

package storetest

import "minipoly/store"

// Native is a medium for a driver with a table of Go strings.
type Native struct {
	// Open opens a driver and, if it has one, its journal.
	Open      func(*store.Strings) (store.Driver, store.Journal)
	Immediate bool
}

// Tab implements Medium.
func (n *Native) Tab(newSlot func(uint32) store.Slot) Tab {
	texts := store.NewStrings()
	texts.NewSlot = newSlot
	driver, journal := n.Open(texts)
	return Tab{texts, driver, journal, n.Immediate}
}

// Wait implements Medium: there is nothing to wait for but time.
func (n *Native) Wait(done func() bool) bool {
	for range 10_000 {
		if done() {
			return true
		}
	}
	return false
}
