package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"minipoly/store"
	"minipoly/store/memory"
)

// benchSpace is a space on a memory disk with some keys.
func benchSpace(b *testing.B, keys, size int) (*store.Space, *store.Strings, []store.Slot, *memory.Disk) {
	b.Helper()
	disk := memory.NewDisk()
	texts := store.NewStrings()
	s := store.NewSpace(store.Limits{}, texts, host{}, 1)
	texts.NewSlot = s.NewSlot
	s.Open(disk.Driver(texts), nil, false, func(store.Code) {})
	text := strings.Repeat("x", size)
	slots := make([]store.Slot, keys)
	for i := range slots {
		slots[i] = texts.Slot(fmt.Sprint("key", i))
		s.Put(slots[i], store.String, uint32(size), false, store.Deferred)
		texts.SetText(slots[i], text)
	}
	s.EndTask()
	return s, texts, slots, disk
}

// BenchmarkPut is the call itself, for a known key.
func BenchmarkPut(b *testing.B) {
	for _, keys := range []int{100, 100_000} {
		b.Run(fmt.Sprintf("keys=%d", keys), func(b *testing.B) {
			s, _, slots, _ := benchSpace(b, keys, 60)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				s.Put(slots[i%len(slots)], store.String, 60, false, store.Deferred)
				i++
			}
		})
	}
}

// BenchmarkCommit is a task that writes one key, or a hundred, and its commit.
func BenchmarkCommit(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("writes=%d", n), func(b *testing.B) {
			s, _, slots, _ := benchSpace(b, 1000, 60)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				for range n {
					s.Put(slots[i%len(slots)], store.String, 60, false, store.Awaited)
					i++
				}
				s.EndTask()
			}
		})
	}
}

// BenchmarkLoad opens 10,000 entries of 1,000 units.
func BenchmarkLoad(b *testing.B) {
	_, _, _, disk := benchSpace(b, 10_000, 1000)
	b.ReportAllocs()
	b.SetBytes(10_000 * 1000)
	for b.Loop() {
		texts := store.NewStrings()
		s := store.NewSpace(store.Limits{}, texts, host{}, 2)
		texts.NewSlot = s.NewSlot
		s.Open(disk.Driver(texts), nil, false, func(store.Code) {})
		if s.Len() != 10_000 {
			b.Fatal(s.Len())
		}
	}
}

// BenchmarkCompaction overwrites 10,000 entries of 1,000 units at random, a
// commit each 100, merging of records included; units/unit is how much is
// written for each unit that was set.
func BenchmarkCompaction(b *testing.B) {
	s, texts, slots, disk := benchSpace(b, 10_000, 1000)
	text := strings.Repeat("y", 1000)
	rng := rand.New(rand.NewPCG(1, 1))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		for range 100 {
			slot := slots[rng.IntN(len(slots))]
			s.Put(slot, store.String, 1000, false, store.Awaited)
			texts.SetText(slot, text)
			i++
		}
		s.EndTask()
	}
	b.ReportMetric(float64(disk.Written())/float64(i*1000+10_000*1000), "units/unit")
	b.ReportMetric(float64(disk.Units())/(10_000*1000), "disk/live")
	b.ReportMetric(float64(len(disk.Records())), "records")
}
