// Package catalogue is the one table of the APIs: their names, parameters,
// results, limits and error texts, each with its source. The handlers, the
// TypeScript shim, canIUse and the documentation are generated from it or
// checked against it.
//
//go:generate go run ./generate
package catalogue

// Platform is a dialect of the mini-program APIs.
type Platform uint8

const (
	Wx Platform = iota // WeChat
	My                 // Alipay
)

func (p Platform) String() string { return [...]string{"wx", "my"}[p] }

// Type is the name that Object.prototype.toString gives a value, as
// spec/wx-conventions.md section 6 compares it.
type Type string

// Check is one requirement on an argument.
type Check struct {
	// Path leads to the value: names and indexes joined by dots, "" for the
	// argument itself.
	Path string
	Want Type
	// MinItems is the least length of an array.
	MinItems int
	// NotEmpty refuses the empty string.
	NotEmpty bool
}

// Kind says how an API is called.
type Kind uint8

const (
	Async Kind = iota // one object with callbacks, or a promise
	Sync              // returns its result
)

// API is one row of the table.
type API struct {
	Platform Platform
	Name     string
	Family   string
	Kind     Kind
	// Checks are tested in order; a check below a failed one is left out.
	Checks []Check
	// Errno goes with a parameter error; 0 for none.
	Errno int
	// Object, Success, Return: names that canIUse knows.
	Object  []string
	Success []string
	Return  []string
	// Source is the file and section of the specification.
	Source string
}

// Table holds every API. The position in it is the number by which the shim
// names an API.
var Table = storageTable

// Find returns the position of an API, or -1.
func Find(p Platform, name string) int {
	for i := range Table {
		if Table[i].Platform == p && Table[i].Name == name {
			return i
		}
	}
	return -1
}
