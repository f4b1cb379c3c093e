package bundle

import (
	"bytes"
	"fmt"
)

// The compilers' glue files are scripts that put `Go`, `fs` and `process` on the global object and then use them as
// free names. The wrapper is a function around the unchanged text, whose parameters take the place of those names: the
// file's global object is an object that the caller passes in, and the page's own is never touched.
const (
	// What the scope object lacks of the four objects that the files ask for comes from the page. They are defined,
	// not assigned: on an object that inherits from window, `crypto` has a getter that refuses to be assigned.
	//
	// `fs` is found when it is used, for the files make it themselves. `require`, `module`, `window` and `self` are
	// undefined, which keeps the files out of their branches for Node.
	gluePrefix = `const page = globalThis;
function glue(globalThis, global, crypto, performance, TextEncoder, TextDecoder, fs, process, require, module, window, self) {
`
	glueSuffix = `
;return globalThis.Go;
}
export function loadGo(scope) {
	for (const name of ["crypto", "performance", "TextEncoder", "TextDecoder"]) {
		if (!Object.prototype.hasOwnProperty.call(scope, name)) {
			Object.defineProperty(scope, name, { value: page[name], configurable: true, writable: true });
		}
	}
	const fs = { writeSync: (fd, bytes) => scope.fs.writeSync(fd, bytes) };
	return glue(scope, scope, scope.crypto, scope.performance, scope.TextEncoder, scope.TextDecoder, fs);
}
`
)

// WrapGlue makes the text of the module `minipoly:go` out of a compiler's wasm_exec.js:
//
//	export const toolchain: 'tinygo' | 'go'
//	export function loadGo(scope: object): typeof Go   // scope gets Go, fs, process and what else the file defines
func WrapGlue(toolchain string, glue []byte) (string, error) {
	if toolchain != "tinygo" && toolchain != "go" {
		return "", fmt.Errorf("no such toolchain: %q", toolchain)
	}
	if !bytes.Contains(glue, []byte("Go = class")) {
		return "", fmt.Errorf("this is not the wasm_exec.js of %s", toolchain)
	}
	return "export const toolchain = " + quote(toolchain) + ";\n" + gluePrefix + string(glue) + glueSuffix, nil
}
