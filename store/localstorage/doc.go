// Package localstorage is the driver for localStorage, and the journal of the
// IndexedDB driver: both keep records in the same form, so that a space that
// was kept in localStorage is read by a space in IndexedDB as its journal.
// Record id n of space s is the item "minipoly:<s>:<n in decimal>".
package localstorage
