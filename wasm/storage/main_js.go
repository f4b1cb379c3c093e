// Command storage is the module of storage.mjs: the storage family alone.
package main

import _ "minipoly/wasm/bridge"

// main keeps the standard compiler's module alive; TinyGo's, built as a
// library, does not call it.
func main() { select {} }
