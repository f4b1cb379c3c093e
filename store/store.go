//go:build !tinygo

// The small compiler builds the browser module, which has no use for Store: its
// imports alone would triple it.

package store

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Value is a typed value: a text and how to read it. Package value converts
// from and to Go values.
type Value struct {
	Tag  Tag
	Text string
}

// Options configure a Store.
type Options struct {
	Limits Limits
	// Now returns the time in milliseconds since 1970; time.Now if nil.
	Now func() uint64
	// OnProblem is told of trouble that no caller can be told about.
	OnProblem func(Problem)
}

// Store is a space for Go programs, with a table of Go strings. It is safe for
// concurrent use.
type Store struct {
	mu      sync.Mutex
	space   *Space
	strings *Strings
	options Options
	closed  bool
	waiting map[uint32][]chan Code
}

// Open opens a store on a driver, which connect makes for the table of strings
// that it is given. It returns when the stored entries are loaded. The driver
// must call back before its methods return, as package memory's does.
func Open(o Options, connect func(*Strings) Driver) (*Store, error) {
	s := &Store{options: o, strings: NewStrings(), waiting: make(map[uint32][]chan Code)}
	s.space = NewSpace(o.Limits, s.strings, (*storeHost)(s), rand.Uint32N(1<<24))
	s.strings.NewSlot = s.space.NewSlot
	opened := make(chan Code, 1)
	driver := connect(s.strings)
	s.mu.Lock()
	s.space.Open(driver, nil, false, func(c Code) { opened <- c })
	s.mu.Unlock()
	if code := <-opened; code != OK {
		return nil, code
	}
	return s, nil
}

// Get returns the value of a key.
func (s *Store) Get(key string) (Value, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	slot, ok := s.strings.Lookup(key)
	if !ok || s.space.Tag(slot) == None {
		return Value{}, false
	}
	return Value{s.space.Tag(slot), s.strings.Text(slot)}, true
}

// Set stores a value and returns when it is committed. A refused or failed
// write changes nothing; the error is a Code.
func (s *Store) Set(key string, v Value) error {
	if key == "" {
		return InvalidKey
	}
	return s.write(func() (Code, bool) {
		slot := s.strings.Slot(key)
		before := s.strings.Text(slot)
		code := s.space.Put(slot, v.Tag, Units(v.Text), false, Awaited)
		if code != OK {
			s.space.Abandon(slot)
			return code, false
		}
		s.strings.Keep(slot, s.space.Version(slot), before)
		s.strings.SetText(slot, v.Text)
		return OK, true
	})
}

// Remove takes a key away and returns when that is committed.
func (s *Store) Remove(key string) error {
	return s.write(func() (Code, bool) {
		slot, ok := s.strings.Lookup(key)
		if !ok {
			return OK, false
		}
		before := s.strings.Text(slot)
		if !s.space.Remove(slot, Awaited) {
			return OK, false
		}
		s.strings.Keep(slot, s.space.Version(slot), before)
		s.strings.Drop(slot)
		return OK, true
	})
}

// Clear takes all keys away and returns when that is committed.
func (s *Store) Clear() error {
	return s.write(func() (Code, bool) {
		s.space.Clear(Awaited)
		return OK, true
	})
}

// write runs a change and waits for its commit.
func (s *Store) write(change func() (Code, bool)) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return Unavailable
	}
	code, changed := change()
	if !changed {
		s.mu.Unlock()
		return code.Err()
	}
	done := make(chan Code, 1)
	ticket := s.space.Ticket()
	s.waiting[ticket] = append(s.waiting[ticket], done)
	s.space.EndTask()
	s.mu.Unlock()
	return (<-done).Err()
}

// Keys returns the keys that have a value.
func (s *Store) Keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for _, slot := range s.space.AppendSlots(nil) {
		keys = append(keys, s.strings.Key(slot))
	}
	return keys
}

// Usage returns the sum of all key and text lengths in UTF-16 units.
func (s *Store) Usage() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.space.Usage()
}

// Close closes the driver. Every write that has returned is committed; later
// ones fail with Unavailable. What has been read stays readable.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.space.Close()
	return nil
}

// storeHost is the Store as its space sees it; the lock is held.
type storeHost Store

func (h *storeHost) Now() uint64 {
	if h.options.Now != nil {
		return h.options.Now()
	}
	return uint64(time.Now().UnixMilli())
}

func (h *storeHost) Later(ms uint32) {
	time.AfterFunc(time.Duration(ms)*time.Millisecond, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if !h.closed {
			h.space.Tick()
		}
	})
}

func (h *storeHost) Committed(ticket uint32, code Code) {
	for t, waiting := range h.waiting {
		if t <= ticket {
			for _, done := range waiting {
				done <- code
			}
			delete(h.waiting, t)
		}
	}
	if len(h.waiting) == 0 {
		h.strings.Forget()
	}
}

func (h *storeHost) Report(p Problem) {
	if h.options.OnProblem != nil {
		h.options.OnProblem(p)
	}
}

func (h *storeHost) Announce() {}
