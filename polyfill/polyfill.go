// Package polyfill holds what all families of APIs share: the neutral error
// and its form in each dialect. The families are in the folders below; the
// table of APIs is package catalogue.
package polyfill

import "minipoly/polyfill/catalogue"

// Error is a failed call in the form of its platform. For wx, Text is the
// whole errMsg and Number the errno; for my they are errorMessage and error.
type Error struct {
	Text   string
	Number int // 0: there is none
}

func (e *Error) Error() string { return e.Text }

// Fail returns the error of a wx call: reason is appended to "<api>:fail" and
// therefore begins with a space or a colon, or is empty (spec
// wx-conventions.md section 2).
func Fail(a *catalogue.API, reason string, errno int) *Error {
	return &Error{a.Name + ":fail" + reason, errno}
}

// Violation is a check that an argument has not passed.
type Violation struct {
	Check  *catalogue.Check
	Actual string // the type found, or "" for a string or array that is too short
}

// Invalid returns the parameter error of a wx call (spec wx-conventions.md
// section 6).
func Invalid(a *catalogue.API, found []Violation) *Error {
	text := " parameter error: "
	for _, v := range found {
		name := parameterName(v.Check.Path)
		switch {
		case v.Actual != "":
			text += name + " should be " + string(v.Check.Want) + " instead of " + v.Actual + ";"
		case v.Check.MinItems > 0:
			// strconv would add its tables to the module; no check wants ten.
			text += name + " should have at least " + string(rune('0'+v.Check.MinItems)) + " item;"
		default:
			text += name + " should be not empty string"
		}
	}
	return Fail(a, text, a.Errno)
}

// parameterName writes a path as the base library does: parameter.list[0].key.
func parameterName(path string) string {
	name := "parameter"
	for path != "" {
		i := 0
		for i < len(path) && path[i] != '.' {
			i++
		}
		step := path[:i]
		if step[0] >= '0' && step[0] <= '9' {
			name += "[" + step + "]"
		} else {
			name += "." + step
		}
		path = path[min(i+1, len(path)):]
	}
	return name
}
