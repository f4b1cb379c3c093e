package web

import (
	"syscall/js"

	"minipoly/store"
)

// Host returns the object through which Go reaches the page (js/src/host.ts).
func Host() js.Value { return js.Global().Get("host") }

// Try calls a method that may throw. A DOMException is told by its name.
func Try(v js.Value, method string, args ...any) (js.Value, store.Code) {
	host := Host()
	result := host.Call("attempt", append([]any{v, method}, args...)...)
	return result, store.Code(host.Get("failure").Int())
}

type continuation struct {
	k     func(which int)
	final int
}

var (
	waiting = make(map[int]continuation)
	lastID  int
)

// On calls k with the position in types of each event that target dispatches,
// until one at position final or above has come.
func On(target js.Value, final int, types []any, k func(which int)) {
	lastID++
	waiting[lastID] = continuation{k, final}
	Host().Call("listen", target, lastID, final, js.ValueOf(types))
}

// Settle continues what waits for an event.
func Settle(id, which int) {
	c, ok := waiting[id]
	if !ok {
		return
	}
	if which >= c.final {
		delete(waiting, id)
	}
	c.k(which)
}

// Event returns the event that is being handled.
func Event() js.Value { return Host().Get("event") }

// FailureOf returns the code for the error of the event that is being handled.
func FailureOf() store.Code { return store.Code(Host().Call("failureOf").Int()) }
