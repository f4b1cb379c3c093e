// Package web is what the browser drivers share: calls of JavaScript that may
// throw, and continuations of Go code in later events.
//
// TinyGo can neither recover from a JavaScript exception nor free a js.Value,
// so exceptions are caught on the JavaScript side, and a js.Value is valid only
// until the exported function that obtained it returns: what must live longer
// stays with the host object and is fetched again.
package web
