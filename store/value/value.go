// Package value converts between Go values and the typed values of package
// store, in the way mini-programs see them (spec wx-storage.md, section 2), so
// that a Go program and a page can share a store:
//
//	v, err := value.Of(map[string]int{"apples": 3})
//	err = s.Set("cart", v)
//	v, _ = s.Get("cart")
//	var cart map[string]int
//	err = value.To(v, &cart)
//
// Strings, numbers (NaN and the infinities included), booleans, time.Time and
// nil have types of their own; everything else is stored as JSON. A string is
// made valid UTF-8. Numbers are 64-bit floating point for a page: integers
// beyond 2^53 are kept in the text but lose digits there.
package value

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-json"

	"minipoly/store"
)

// ErrUnsupported is wrapped by the error of Of for a value that has no form in
// a store: a function, a channel, a cycle, NaN within JSON.
var ErrUnsupported = errors.New("value: unsupported value")

// ErrType is wrapped by the error of To for a destination that cannot take the
// value.
var ErrType = errors.New("value: does not fit the destination")

// Of returns the stored form of a Go value. A pointer counts as what it points
// to, a nil one as null.
func Of(v any) (store.Value, error) {
	switch v := v.(type) {
	case nil:
		return store.Value{Tag: store.Null, Text: "null"}, nil
	case store.Value:
		return v, nil
	case time.Time:
		return store.Value{Tag: store.Date, Text: strconv.FormatInt(v.UnixMilli(), 10)}, nil
	case json.Marshaler:
		return ofJSON(v)
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Pointer, reflect.Interface:
		if r.IsNil() {
			return Of(nil)
		}
		if depth(r) > maxDepth {
			return store.Value{}, fmt.Errorf("%w: a pointer to itself", ErrUnsupported)
		}
		return Of(r.Elem().Interface())
	case reflect.Slice, reflect.Map:
		if r.IsNil() {
			return Of(nil)
		}
	case reflect.String:
		return store.Value{Tag: store.String, Text: strings.ToValidUTF8(r.String(), "\ufffd")}, nil
	case reflect.Bool:
		return store.Value{Tag: store.Boolean, Text: strconv.FormatBool(r.Bool())}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return store.Value{Tag: store.Number, Text: strconv.FormatInt(r.Int(), 10)}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return store.Value{Tag: store.Number, Text: strconv.FormatUint(r.Uint(), 10)}, nil
	case reflect.Float32:
		return store.Value{Tag: store.Number, Text: formatFloat(r.Float(), 32)}, nil
	case reflect.Float64:
		return store.Value{Tag: store.Number, Text: formatFloat(r.Float(), 64)}, nil
	case reflect.Func, reflect.Chan, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return store.Value{}, fmt.Errorf("%w: %T", ErrUnsupported, v)
	}
	return ofJSON(v)
}

// maxDepth bounds the length of a chain of pointers.
const maxDepth = 100

func depth(r reflect.Value) (n int) {
	for ; (r.Kind() == reflect.Pointer || r.Kind() == reflect.Interface) && n <= maxDepth; n++ {
		r = r.Elem()
	}
	return n
}

func ofJSON(v any) (store.Value, error) {
	text, err := json.MarshalWithOption(v, json.DisableHTMLEscape())
	if err != nil {
		return store.Value{}, fmt.Errorf("%w: %T: %w", ErrUnsupported, v, err)
	}
	return store.Value{Tag: store.JSON, Text: string(text)}, nil
}

// formatFloat writes a number as JavaScript's String does.
func formatFloat(f float64, bits int) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		return "0" // -0 too
	}
	if a := math.Abs(f); a >= 1e-6 && a < 1e21 {
		return strconv.FormatFloat(f, 'f', -1, bits)
	}
	s := strconv.FormatFloat(f, 'e', -1, bits)
	// Go writes at least two digits of the exponent.
	mantissa, exponent, _ := strings.Cut(s, "e")
	return mantissa + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
}

// To stores a value in what dst points to. A *any takes every value: string,
// float64, bool, time.Time, nil, and what JSON gives. Null and undefined set
// dst to its zero value. The error wraps ErrType where the type does not fit.
func To(v store.Value, dst any) error {
	r := reflect.ValueOf(dst)
	if r.Kind() != reflect.Pointer || r.IsNil() {
		return fmt.Errorf("%w: need a pointer, got %T", ErrType, dst)
	}
	if d, ok := dst.(*store.Value); ok {
		*d = v
		return nil
	}
	return to(v, r.Elem())
}

func to(v store.Value, r reflect.Value) error {
	if v.Tag == store.Null || v.Tag == store.Undefined || v.Tag == store.None {
		r.SetZero()
		return nil
	}
	if r.Kind() == reflect.Pointer {
		p := reflect.New(r.Type().Elem())
		if err := to(v, p.Elem()); err != nil {
			return err
		}
		r.Set(p)
		return nil
	}
	open := r.Kind() == reflect.Interface && r.NumMethod() == 0
	mismatch := fmt.Errorf("%w: %s", ErrType, r.Type())
	switch v.Tag {
	case store.String:
		if open {
			r.Set(reflect.ValueOf(v.Text))
			return nil
		}
		if r.Kind() == reflect.String {
			r.SetString(v.Text)
			return nil
		}
	case store.Boolean:
		b := v.Text == "true"
		if open {
			r.Set(reflect.ValueOf(b))
			return nil
		}
		if r.Kind() == reflect.Bool {
			r.SetBool(b)
			return nil
		}
	case store.Date:
		ms, err := strconv.ParseInt(v.Text, 10, 64)
		if err != nil {
			return fmt.Errorf("%w: an invalid date", ErrType)
		}
		if at := reflect.ValueOf(time.UnixMilli(ms)); at.Type().AssignableTo(r.Type()) {
			r.Set(at)
			return nil
		}
	case store.Number:
		return toNumber(v.Text, r, open)
	case store.JSON:
		if err := json.Unmarshal([]byte(v.Text), r.Addr().Interface()); err != nil {
			return fmt.Errorf("%w: %w", ErrType, err)
		}
		return nil
	}
	return mismatch
}

func toNumber(text string, r reflect.Value, open bool) error {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return fmt.Errorf("%w: %q is no number", ErrType, text)
	}
	fits := false
	switch k := r.Kind(); {
	case open:
		r.Set(reflect.ValueOf(f))
		return nil
	case k >= reflect.Int && k <= reflect.Int64:
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil && f == math.Trunc(f) && math.Abs(f) < 1<<63 {
			i, err = int64(f), nil // written with an exponent or a fraction of zero
		}
		if fits = err == nil && !r.OverflowInt(i); fits {
			r.SetInt(i)
		}
	case k >= reflect.Uint && k <= reflect.Uintptr:
		u, err := strconv.ParseUint(text, 10, 64)
		if err != nil && f == math.Trunc(f) && f >= 0 && f < 1<<64 {
			u, err = uint64(f), nil
		}
		if fits = err == nil && !r.OverflowUint(u); fits {
			r.SetUint(u)
		}
	case k == reflect.Float32 || k == reflect.Float64:
		if fits = !r.OverflowFloat(f); fits {
			r.SetFloat(f)
		}
	}
	if !fits {
		return fmt.Errorf("%w: %s into %s", ErrType, text, r.Type())
	}
	return nil
}
