package store_test

import (
	"errors"
	"fmt"

	"minipoly/store"
	"minipoly/store/memory"
)

func Example() {
	disk := memory.NewDisk()
	s, err := store.Open(store.Options{}, disk.Driver)
	if err != nil {
		panic(err)
	}
	if err := s.Set("name", store.Value{Tag: store.String, Text: "minipoly"}); err != nil {
		panic(err)
	}
	s.Close()

	// The disk outlives the store.
	s, err = store.Open(store.Options{}, disk.Driver)
	if err != nil {
		panic(err)
	}
	v, ok := s.Get("name")
	fmt.Println(v.Text, ok, s.Usage())
	// Output: minipoly true 12
}

// A refused write changes nothing; its error is a Code.
func ExampleStore_Set() {
	limits := store.Limits{EntryUnits: 10, EntryCountsKey: true, TotalUnits: 20}
	s, err := store.Open(store.Options{Limits: limits}, memory.NewDisk().Driver)
	if err != nil {
		panic(err)
	}
	text := func(t string) store.Value { return store.Value{Tag: store.String, Text: t} }
	fmt.Println(s.Set("key", text("1234567")))
	err = s.Set("key", text("12345678"))
	fmt.Println(err, errors.Is(err, store.EntryTooLarge))
	v, _ := s.Get("key")
	fmt.Println(v.Text)
	fmt.Println(s.Set("kez", text("1234567")))
	// Output:
	// <nil>
	// store: entry too large true
	// 1234567
	// store: quota exceeded
}

func ExampleSpaceName() {
	units := func(s string) (u []uint16) {
		for _, r := range s {
			u = append(u, uint16(r))
		}
		return u
	}
	fmt.Println(store.SpaceName(units("wx"), units("app.1"), units("")))
	fmt.Println(store.SpaceName(units("wx"), units("app"), units("1")))
	// Output:
	// wx.app_002e1.
	// wx.app.1
}
