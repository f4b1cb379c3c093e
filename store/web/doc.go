// Package web is what the browser drivers share: the records that the host has
// read for them, and continuations of Go code in later events.
//
// The host's functions are imported with go:wasmimport and take numbers only.
// Through syscall/js the module and its glue would be 8 KB larger (gzip), every
// call would cost some microseconds, every object seen would stay in the table
// of references under TinyGo, and a JavaScript exception would end the module.
// docs/decisions has the measurements.
package web
