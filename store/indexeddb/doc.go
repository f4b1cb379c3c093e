// Package indexeddb is the driver for IndexedDB. A space is a database of its
// own with one object store, "records"; the key of a row is the record's id,
// the value an object {v, h, p}: format version, header, and one string with
// the keys and texts of its entries in turn. A group commit is one transaction. The
// requests themselves are made by the host (js/src/database.ts).
package indexeddb
