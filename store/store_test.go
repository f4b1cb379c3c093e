package store_test

import (
	"fmt"
	"testing"

	"minipoly/store"
	"minipoly/store/memory"
)

func TestReopen(t *testing.T) {
	disk := memory.NewDisk()
	s, err := store.Open(store.Options{}, disk.Driver)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		if err := s.Set(fmt.Sprint("key", i%100), store.Value{Tag: store.String, Text: fmt.Sprint("text", i)}); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	s, err = store.Open(store.Options{}, disk.Driver)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.Keys()); n != 100 {
		t.Fatalf("%d keys after reopening, want 100", n)
	}
	for i := range 100 {
		if v, _ := s.Get(fmt.Sprint("key", i)); v.Text != fmt.Sprint("text", 900+i) {
			t.Fatalf("key%d is %q", i, v.Text)
		}
	}
}
