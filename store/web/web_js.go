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

// continuation is what waits for an event; its position is its id. A slice,
// because a map would cost the module 8 KB.
type continuation struct {
	k     func(which int)
	final int
}

var waiting []continuation

// On calls k with the position in types of each event that target dispatches,
// until one at position final or above has come.
func On(target js.Value, final int, types []any, k func(which int)) {
	id := 0
	for id < len(waiting) && waiting[id].k != nil {
		id++
	}
	if id == len(waiting) {
		waiting = append(waiting, continuation{})
	}
	waiting[id] = continuation{k, final}
	Host().Call("listen", target, id, final, js.ValueOf(types))
}

// Settle continues what waits for an event.
func Settle(id, which int) {
	c := waiting[id]
	if c.k == nil {
		return
	}
	if which >= c.final {
		waiting[id] = continuation{}
	}
	c.k(which)
}

// Event returns the event that is being handled.
func Event() js.Value { return Host().Get("event") }

// FailureOf returns the code for the error of the event that is being handled.
func FailureOf() store.Code { return store.Code(Host().Call("failureOf").Int()) }
