// Command browser is the module of minipoly.mjs and minipoly.js: every family.
package main

import _ "minipoly/wasm/bridge"

// main keeps the standard compiler's module alive; TinyGo's, built as a
// library, does not call it.
func main() { select {} }
