package value_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"
	"unicode/utf8"

	"minipoly/store"
	"minipoly/store/memory"
	"minipoly/store/value"
)

func Example() {
	s, err := store.Open(store.Options{}, memory.NewDisk().Driver)
	if err != nil {
		panic(err)
	}
	defer s.Close()
	v, err := value.Of(map[string]int{"apples": 3})
	if err != nil {
		panic(err)
	}
	if err := s.Set("cart", v); err != nil {
		panic(err)
	}
	var cart map[string]int
	if v, ok := s.Get("cart"); ok {
		err = value.To(v, &cart)
	}
	fmt.Println(cart, err)
	// Output: map[apples:3] <nil>
}

type point struct {
	X int    `json:"x"`
	Y []byte `json:"y,omitempty"`
}

// The rows of spec wx-storage.md, section 2, that exist in Go.
func TestRoundTrip(t *testing.T) {
	type name string
	date := time.UnixMilli(1_700_000_000_123)
	seven := 7
	var none *int
	for _, row := range []struct {
		in   any
		tag  store.Tag
		text string
		out  any // as *any gives it back
	}{
		{"abc", store.String, "abc", "abc"},
		{"", store.String, "", ""},
		{name("n"), store.String, "n", "n"},
		{"a\xffb", store.String, "a\ufffdb", "a\ufffdb"},
		{1, store.Number, "1", 1.0},
		{1.5, store.Number, "1.5", 1.5},
		{-3e300, store.Number, "-3e+300", -3e300},
		{1e21, store.Number, "1e+21", 1e21},
		{1e20, store.Number, "100000000000000000000", 1e20},
		{1e-7, store.Number, "1e-7", 1e-7},
		{0.000001, store.Number, "0.000001", 0.000001},
		{float32(0.1), store.Number, "0.1", 0.1},
		{math.NaN(), store.Number, "NaN", math.NaN()},
		{math.Inf(1), store.Number, "Infinity", math.Inf(1)},
		{math.Inf(-1), store.Number, "-Infinity", math.Inf(-1)},
		{math.Copysign(0, -1), store.Number, "0", 0.0},
		{uint64(math.MaxUint64), store.Number, "18446744073709551615", 18446744073709551615.0},
		{true, store.Boolean, "true", true},
		{false, store.Boolean, "false", false},
		{nil, store.Null, "null", nil},
		{none, store.Null, "null", nil},
		{[]int(nil), store.Null, "null", nil},
		{&seven, store.Number, "7", 7.0},
		{date, store.Date, "1700000000123", date},
		{map[string]any{"a": 1, "b": nil}, store.JSON, `{"a":1,"b":null}`, map[string]any{"a": 1.0, "b": nil}},
		{[]any{}, store.JSON, "[]", []any{}},
		{[]string{"<&>"}, store.JSON, `["<&>"]`, []any{"<&>"}},
		{point{X: 1}, store.JSON, `{"x":1}`, map[string]any{"x": 1.0}},
		{&point{Y: []byte("y")}, store.JSON, `{"x":0,"y":"eQ=="}`, map[string]any{"x": 0.0, "y": "eQ=="}},
	} {
		v, err := value.Of(row.in)
		if err != nil || v.Tag != row.tag || v.Text != row.text {
			t.Errorf("%T %v is stored as %d %q (%v), want %d %q", row.in, row.in, v.Tag, v.Text, err, row.tag, row.text)
			continue
		}
		var out any
		if err := value.To(v, &out); err != nil {
			t.Errorf("%q: %v", row.text, err)
		}
		if f, ok := out.(float64); ok && math.IsNaN(f) && math.IsNaN(row.out.(float64)) {
			continue
		}
		if !reflect.DeepEqual(out, row.out) {
			t.Errorf("%q comes back as %#v, want %#v", row.text, out, row.out)
		}
	}
}

func TestTo(t *testing.T) {
	number := func(text string) store.Value { return store.Value{Tag: store.Number, Text: text} }
	var (
		i8   int8
		u    uint
		f32  float32
		s    = "old"
		p    *string
		when time.Time
		pt   point
		raw  store.Value
	)
	for _, row := range []struct {
		v    store.Value
		dst  any
		want any // nil: does not fit
	}{
		{number("127"), &i8, int8(127)},
		{number("128"), &i8, nil},
		{number("1e2"), &i8, int8(100)},
		{number("1.5"), &i8, nil},
		{number("NaN"), &i8, nil},
		{number("x"), &i8, nil},
		{number("-1"), &u, nil},
		{number("7"), &u, uint(7)},
		{number("1e300"), &f32, nil},
		{number("0.5"), &f32, float32(0.5)},
		{number("1"), &s, nil},
		{store.Value{Tag: store.Null}, &s, ""},
		{store.Value{Tag: store.Undefined}, &p, (*string)(nil)},
		{store.Value{Tag: store.Date, Text: "0"}, &when, time.UnixMilli(0)},
		{store.Value{Tag: store.Date, Text: "NaN"}, &when, nil},
		{store.Value{Tag: store.Date, Text: "0"}, &s, nil},
		{store.Value{Tag: store.String, Text: "x"}, &i8, nil},
		{store.Value{Tag: store.Boolean, Text: "true"}, &s, nil},
		{store.Value{Tag: store.JSON, Text: `{"x":3}`}, &pt, point{X: 3}},
		{store.Value{Tag: store.JSON, Text: `{"x":`}, &pt, nil},
		{number("1"), &raw, number("1")},
	} {
		err := value.To(row.v, row.dst)
		if row.want == nil {
			if !errors.Is(err, value.ErrType) {
				t.Errorf("%d %q into %T: %v", row.v.Tag, row.v.Text, row.dst, err)
			}
			continue
		}
		if got := reflect.ValueOf(row.dst).Elem().Interface(); err != nil || !reflect.DeepEqual(got, row.want) {
			t.Errorf("%d %q into %T: %v (%v), want %v", row.v.Tag, row.v.Text, row.dst, got, err, row.want)
		}
	}
	if err := value.To(store.Value{Tag: store.String, Text: "x"}, &p); err != nil || *p != "x" {
		t.Errorf("a pointer is not made: %v", err)
	}
	if err := value.To(number("1"), 5); !errors.Is(err, value.ErrType) {
		t.Errorf("no pointer: %v", err)
	}
}

func TestUnsupported(t *testing.T) {
	type loop *loop
	var self loop
	self = &self
	cycle := map[string]any{}
	cycle["me"] = cycle
	for _, v := range []any{func() {}, make(chan int), 1i, []any{math.NaN()}, struct{ F func() }{}, self, cycle} {
		if got, err := value.Of(v); !errors.Is(err, value.ErrUnsupported) {
			t.Errorf("%T gives %v, %v", v, got, err)
		}
	}
}

func FuzzString(f *testing.F) {
	f.Add("")
	f.Add("汉字 🙂")
	f.Add("a\xff")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := value.Of(s)
		var out string
		if err != nil || value.To(v, &out) != nil || utf8.ValidString(s) && out != s || !utf8.ValidString(out) {
			t.Fatalf("%q became %q", s, out)
		}
		v, err = value.Of([]string{s})
		var list []string
		if err != nil || value.To(v, &list) != nil || len(list) != 1 || utf8.ValidString(s) && list[0] != s {
			t.Fatalf("%q within JSON became %q (%q)", s, list, v.Text)
		}
	})
}

func FuzzNumber(f *testing.F) {
	f.Add(0.1, int64(1))
	f.Add(math.MaxFloat64, int64(math.MinInt64))
	f.Add(5e-324, int64(-1))
	f.Fuzz(func(t *testing.T, x float64, i int64) {
		v, err := value.Of(x)
		var out float64
		if err != nil || value.To(v, &out) != nil || out != x && !math.IsNaN(x) || math.IsNaN(out) != math.IsNaN(x) {
			t.Fatalf("%v became %v by %q", x, out, v.Text)
		}
		v, err = value.Of(i)
		var back int64
		if err != nil || value.To(v, &back) != nil || back != i {
			t.Fatalf("%v became %v by %q", i, back, v.Text)
		}
	})
}

func FuzzTo(f *testing.F) {
	f.Add(uint8(store.JSON), `{"x":1,"y":"eQ=="}`)
	f.Add(uint8(store.Number), "1e400")
	f.Add(uint8(store.Date), "-62135596800001")
	f.Add(uint8(99), "x")
	f.Fuzz(func(t *testing.T, tag uint8, text string) {
		v := store.Value{Tag: store.Tag(tag), Text: text}
		for _, dst := range []any{new(any), new(string), new(int8), new(uint), new(float32), new(bool), new(time.Time), new(point), new([]int), new(**string)} {
			if err := value.To(v, dst); err != nil && !errors.Is(err, value.ErrType) {
				t.Fatalf("%d %q into %T: %v", tag, text, dst, err)
			}
		}
	})
}
