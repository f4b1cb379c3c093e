// Package store is the storage engine of minipoly: a key/value space with the
// quotas of a mini-program platform, kept in memory and made durable by a
// driver.
//
// A [Space] holds the control data of one namespace: which keys exist, their
// sizes, types and versions, what is not committed yet, and which record of
// the driver holds what. It never touches the keys and texts themselves. They
// lie in a side table ([Texts]) of the host and are named by a [Slot], so that
// in a browser they stay JavaScript strings and never cross into linear
// memory. A Go program uses [Store], which brings a table of Go strings along:
//
//	disk := memory.NewDisk()
//	s, err := store.Open(store.Options{Limits: store.Limits{EntryUnits: 1 << 20, TotalUnits: 10 << 20}}, disk.Driver)
//	err = s.Set("name", store.Value{Tag: store.String, Text: "minipoly"})
//	v, ok := s.Get("name")
//
// # Data model
//
// A space is a last-writer-wins map. Every entry carries a version (a hybrid
// logical clock: milliseconds since 1970 shifted left by 10 bits, plus a
// counter) and the number of the node that wrote it; the greater pair wins,
// wherever and however often an entry is seen. A removed key leaves a
// tombstone, and clearing a space writes a floor below which every entry is
// void. So two tabs, a journal and a server converge in any order of delivery.
//
// Entries reach a driver in records: one record holds the entries of one group
// commit. A record whose entries have all been superseded is dropped with the
// next commit; half-empty and small ones are merged.
//
// # Caveats
//
// A tombstone is forgotten when it covers nothing any more, neither with the
// driver nor in a journal, and is a minute old. A write older than that which
// stands in neither, because its tab was stopped for a minute in the middle of
// a commit that had no journal, would come back after a removal. Checksums
// detect damage, not tampering.
//
// # Style of calls
//
// Nothing here blocks or starts a goroutine, because an exported WebAssembly
// function must not: what takes time is continued by a callback. A Space is
// not safe for concurrent use; Store is.
package store
