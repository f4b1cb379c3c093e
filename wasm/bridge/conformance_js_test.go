package bridge

import (
	"errors"
	"slices"
	"syscall/js"
	"testing"
	"unicode/utf16"
	"unsafe"

	"minipoly/store"
	"minipoly/store/indexeddb"
	"minipoly/store/localstorage"
	"minipoly/store/storetest"
	"minipoly/store/web"
)

// The functions that js/src/testhost.ts provides beside those of the shim.

//go:wasmimport minipolytest pending
func testPending() int32

//go:wasmimport minipolytest tab
func testTab(medium, items, database int32) int32

//go:wasmimport minipolytest lookup
func testLookup(tab int32, key uint32, units int32) uint32

//go:wasmimport minipolytest name
func testName(tab int32, slot uint32, key uint32, units int32)

//go:wasmimport minipolytest set
func testSet(tab int32, slot uint32, text uint32, units int32)

//go:wasmimport minipolytest get
func testGet(tab int32, slot uint32, to uint32)

//go:wasmimport minipolytest keep
func testKeep(tab int32, slot uint32, version float64)

//go:wasmimport minipolytest forget
func testForget(tab int32)

//go:wasmimport minipolytest wipe
func testWipe(call int32)

//go:wasmimport minipolytest plant
func testPlant(medium, call int32)

//go:wasmimport minipolytest unharmed
func testUnharmed(medium, call int32)

//go:wasmimport minipolytest damage
func testDamage(medium, database int32, id float64, at, call int32)

//go:wasmimport minipolytest replace
func testReplace(medium, database int32, id float64, newer, call int32)

//go:wasmimport minipolytest disconnect
func testDisconnect(medium, call int32)

//go:wasmimport minipolytest evict
func testEvict(medium, database, call int32)

//go:wasmimport minipolytest excess
func testExcess() int32

//go:wasmimport minipolytest limit_items
func testLimitItems(medium, units int32) int32

//go:wasmimport minipolytest limit_database
func testLimitDatabase(medium, units, how, call int32)

// How a full database refuses: by aborting the transaction with that reason,
// or by throwing while the transaction is made up.
const (
	refuseLate = iota
	refuseAtOnce
)

// wake is sent to when the browser has answered everything. The tests block
// only in idle, and never in a function that the host calls.
var wake = make(chan struct{}, 1)

func init() {
	js.Global().Get("testhost").Set("wake", js.FuncOf(func(js.Value, []js.Value) any {
		select {
		case wake <- struct{}{}:
		default:
		}
		return nil
	}))
}

// idle waits until the browser has answered everything.
func idle() {
	for testPending() > 0 {
		<-wake
	}
}

// await runs a call and returns its outcome.
func await(start func(call int32)) store.Code {
	outcome := store.Failed
	start(web.Call(func(code store.Code) { outcome = code }))
	idle()
	return outcome
}

// table is the side table of one tab. The texts are where the shim has them.
type table struct {
	host
	newSlot func(keyUnits uint32) store.Slot
}

// passing carries one text. It is a variable of the package, so that it stays
// where it is while the host looks at it.
var passing []uint16

func pass(units []uint16) (at uint32, n int32) {
	passing = append(passing[:0], units...)
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(passing)))), int32(len(passing))
}

func (t *table) find(key []uint16) store.Slot {
	at, n := pass(key)
	return store.Slot(testLookup(int32(t.host), at, n))
}

// Intern is that of host for a tab that need not have a Space.
func (t *table) Intern() store.Slot {
	n := textSlot(int32(t.host))
	if n > 0 {
		return store.Slot(n)
	}
	slot := t.newSlot(uint32(-n))
	textName(int32(t.host), uint32(slot))
	return slot
}

// SlotUnits implements storetest.Wide.
func (t *table) SlotUnits(key []uint16) store.Slot {
	slot := t.find(key)
	if slot == 0 {
		slot = t.newSlot(uint32(len(key)))
		at, n := pass(key)
		testName(int32(t.host), uint32(slot), at, n)
	}
	return slot
}

// TextOf implements storetest.Wide.
func (t *table) TextOf(slot store.Slot) []uint16 {
	at, _ := pass(make([]uint16, t.TextUnits(slot)))
	testGet(int32(t.host), uint32(slot), at)
	return slices.Clone(passing)
}

// SetTextUnits implements storetest.Wide.
func (t *table) SetTextUnits(slot store.Slot, text []uint16) {
	at, n := pass(text)
	testSet(int32(t.host), uint32(slot), at, n)
}

func encode(s string) []uint16 { return utf16.Encode([]rune(s)) }

// The methods of storetest.Table.

func (t *table) Slot(key string) store.Slot           { return t.SlotUnits(encode(key)) }
func (t *table) Text(slot store.Slot) string          { return string(utf16.Decode(t.TextOf(slot))) }
func (t *table) SetText(slot store.Slot, text string) { t.SetTextUnits(slot, encode(text)) }
func (t *table) Forget()                              { testForget(int32(t.host)) }

func (t *table) Lookup(key string) (store.Slot, bool) {
	slot := t.find(encode(key))
	return slot, slot != 0
}

func (t *table) Keep(slot store.Slot, version uint64, text string) {
	now := t.TextOf(slot)
	t.SetText(slot, text)
	testKeep(int32(t.host), uint32(slot), float64(version))
	t.SetTextUnits(slot, now)
}

// medium is what the browser keeps under one name. items and database are 1
// where its tabs use localStorage and IndexedDB.
type medium struct {
	t               *testing.T
	number          int32
	items, database int32
	refuse          int32
}

var media int32

// fresh makes a medium and removes the last one.
func fresh(t *testing.T, items, database int32) *medium {
	idle()
	if code := await(testWipe); code != store.OK {
		t.Fatal("what the last test has stored cannot be removed")
	}
	t.Cleanup(func() {
		if n := testExcess(); n > 0 {
			t.Errorf("%d calls were answered more than once", n)
		}
	})
	media++
	return &medium{t: t, number: media, items: items, database: database}
}

// Tab implements storetest.Medium.
func (m *medium) Tab(newSlot func(uint32) store.Slot) storetest.Tab {
	n := testTab(m.number, m.items, m.database)
	tab := storetest.Tab{Table: &table{host(n), newSlot}}
	if m.database == 0 {
		tab.Driver, tab.Immediate = localstorage.New(n), true
		return tab
	}
	driver := indexeddb.New(n)
	tab.Driver = driver
	if m.items != 0 {
		tab.Journal = localstorage.New(n)
	}
	outcome := store.Failed
	driver.Connect(func(code store.Code) { outcome = code })
	idle()
	if outcome != store.OK {
		m.t.Fatalf("connect: %v", outcome)
	}
	return tab
}

// Wait implements storetest.Medium: everything that the browser has been asked
// for is answered between two calls of done, so that a time is never waited
// for.
func (m *medium) Wait(done func() bool) bool {
	for range 10_000 {
		idle()
		if done() {
			return true
		}
	}
	return false
}

// Plant implements storetest.Shared.
func (m *medium) Plant() func() error {
	if code := await(func(call int32) { testPlant(m.number, call) }); code != store.OK {
		m.t.Fatal("nothing can be planted")
	}
	return func() error {
		if await(func(call int32) { testUnharmed(m.number, call) }) != store.OK {
			return errors.New("a stranger's data have changed")
		}
		return nil
	}
}

// Damage implements storetest.Breakable.
func (m *medium) Damage(id store.RecordID, at int) bool {
	return await(func(call int32) { testDamage(m.number, m.database, float64(id), int32(at), call) }) == store.OK
}

// SetLimit implements storetest.Bounded.
func (m *medium) SetLimit(units uint64) {
	if m.database == 0 {
		testLimitItems(m.number, int32(units))
	} else if await(func(call int32) { testLimitDatabase(m.number, int32(units), m.refuse, call) }) != store.OK {
		m.t.Fatal("the database cannot be limited")
	}
}

// browsers are the media that a space can be kept in.
var browsers = []struct {
	name            string
	items, database int32
}{
	{"localStorage", 1, 0},
	{"IndexedDB", 0, 1},
	{"IndexedDB with a journal in localStorage", 1, 1},
}

func TestConformance(t *testing.T) {
	for _, b := range browsers {
		t.Run(b.name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) storetest.Medium { return fresh(t, b.items, b.database) })
		})
	}
}
