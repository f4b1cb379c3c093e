package memory_test

import (
	"testing"

	"minipoly/store"
	"minipoly/store/memory"
	"minipoly/store/storetest"
)

type medium struct {
	storetest.Native
	*memory.Disk
}

func TestConformance(t *testing.T) {
	t.Run("as a driver with a journal", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) storetest.Medium {
			disk, journal := memory.NewDisk(), memory.NewDisk()
			m := &medium{Disk: disk}
			m.Open = func(texts *store.Strings) (store.Driver, store.Journal) {
				return disk.Driver(texts), journal.Driver(texts).(store.Journal)
			}
			return m
		})
	})
	t.Run("as a driver that is its own journal", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) storetest.Medium {
			disk := memory.NewDisk()
			m := &medium{Disk: disk}
			m.Immediate = true
			m.Open = func(texts *store.Strings) (store.Driver, store.Journal) { return disk.Driver(texts), nil }
			return m
		})
	})
}
