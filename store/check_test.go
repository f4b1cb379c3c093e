package store

import (
	"fmt"
	"slices"
)

// check recounts everything that a space keeps incrementally and returns the
// first thing that does not add up.
func (s *Space) check(t *Strings) error {
	l := &s.log
	var units, sealed, dirtyUnits uint64
	live := 0
	free := map[Slot]bool{}
	for _, slot := range s.free {
		if free[slot] {
			return fmt.Errorf("slot %d is free twice", slot)
		}
		free[slot] = true
		if s.entries[slot] != (entry{}) {
			return fmt.Errorf("free slot %d is not empty: %+v", slot, s.entries[slot])
		}
	}
	copies := make([]uint32, len(s.entries))
	homes := map[int]int{}
	homeUnits := map[int]uint64{}
	for n := range l.records {
		r := &l.records[n]
		if r.used == slices.Contains(l.unused, n) {
			return fmt.Errorf("record %d: used %v, unused %v", n, r.used, l.unused)
		}
		for _, slot := range r.slots {
			if free[slot] {
				return fmt.Errorf("record %d refers to free slot %d", n, slot)
			}
			copies[slot]++
		}
	}
	flying := map[Slot]bool{}
	if l.flying {
		for _, r := range l.flight.records {
			for _, slot := range r.slots {
				flying[slot] = true
			}
		}
	}
	for i := range s.entries {
		e, slot := &s.entries[i], Slot(i)
		if free[slot] {
			continue
		}
		if e.flags&flagUsed == 0 {
			return fmt.Errorf("slot %d is neither used nor free", slot)
		}
		if e.live() {
			live++
			units += e.units()
			if e.sealed() {
				sealed += e.units()
			}
			if s.void(e) {
				return fmt.Errorf("slot %d is older than the floor", slot)
			}
		}
		if e.flags&flagDirty != 0 {
			dirtyUnits += e.units()
			if !slices.Contains(l.dirty, slot) {
				return fmt.Errorf("slot %d is dirty but not on the list", slot)
			}
		}
		if e.flags&flagFresh != 0 && !slices.Contains(l.fresh, slot) {
			return fmt.Errorf("slot %d is fresh but not on the list", slot)
		}
		if e.flags&flagGrave != 0 && !slices.Contains(l.graves, slot) {
			return fmt.Errorf("slot %d is a grave but not on the list", slot)
		}
		if (e.flags&flagFlying != 0) != flying[slot] || e.flags&flagHeld != 0 {
			return fmt.Errorf("slot %d has flags %b", slot, e.flags)
		}
		if e.copies != copies[slot] {
			return fmt.Errorf("slot %d has %d copies, recount %d", slot, e.copies, copies[slot])
		}
		if e.home != 0 {
			n := int(e.home) - 1
			if !l.records[n].used || !slices.Contains(l.records[n].slots, slot) {
				return fmt.Errorf("slot %d does not live in record %d", slot, n)
			}
			if e.homeStamp.version == 0 || slot != 0 && e.homeStamp.before(s.entries[0].homeStamp) {
				return fmt.Errorf("slot %d: home is void", slot)
			}
			homes[n]++
			homeUnits[n] += uint64(e.homeUnits)
		}
		if l.driver == nil {
			continue
		}
		stored := e.home != 0 && !e.homeStamp.before(e.stamp)
		if e.live() && !stored && e.flags&(flagDirty|flagFlying|flagForeign) == 0 {
			return fmt.Errorf("slot %d (%q) is neither stored nor about to be: %+v", slot, t.keys[slot], *e)
		}
		if slot != 0 && !e.live() && e.copies == 0 && e.version != 0 && e.flags&(flagDirty|flagFresh|flagFlying|flagForeign) == 0 {
			return fmt.Errorf("slot %d leaks: %+v", slot, *e)
		}
	}
	for n := range l.records {
		r := &l.records[n]
		if r.live != homes[n] || r.liveUnits != homeUnits[n] || r.leaving != 0 {
			return fmt.Errorf("record %d: live %d, units %d, leaving %d; recount %d, %d", n, r.live, r.liveUnits, r.leaving, homes[n], homeUnits[n])
		}
	}
	if live != s.live || units != s.units || sealed != s.sealedUnits || dirtyUnits != l.dirtyUnits {
		return fmt.Errorf("live %d units %d sealed %d dirty %d; recount %d %d %d %d",
			s.live, s.units, s.sealedUnits, l.dirtyUnits, live, units, sealed, dirtyUnits)
	}
	if t != nil {
		for key, slot := range t.slots {
			if free[slot] || int(slot) >= len(s.entries) || t.keys[slot] != key {
				return fmt.Errorf("key %q has slot %d", key, slot)
			}
		}
		for i := range s.entries {
			if e := &s.entries[i]; i > 0 && !free[Slot(i)] && e.tag == None && t.texts[i] != "" {
				return fmt.Errorf("slot %d has a text but no value", i)
			}
		}
		if len(t.slots) != len(s.entries)-1-len(s.free) {
			return fmt.Errorf("%d keys in the table, %d slots", len(t.slots), len(s.entries)-1-len(s.free))
		}
	}
	return nil
}
