// Package bridge is the boundary between the engine and the JavaScript shim:
// the functions that the module exports and those that it imports.
//
// Exported functions never block. Those of the hot path (put, tag, remove)
// take numbers only; strings travel through a scratch buffer (reserve), and
// the answer to a call that yields a text is read at answer_ptr. The payload
// of a value never crosses: it stays a JavaScript string in the table of
// js/src/texts.ts, under the number of its slot.
package bridge
