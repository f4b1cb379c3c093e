package toolchain

import (
	"encoding/binary"
	"errors"
)

var wasmHeader = []byte{0, 'a', 's', 'm', 1, 0, 0, 0}

// Strip removes the custom sections of a WebAssembly module: names, producers and features, which only tools read.
// TinyGo leaves them in even with -no-debug.
func Strip(module []byte) ([]byte, error) {
	if len(module) < len(wasmHeader) || string(module[:len(wasmHeader)]) != string(wasmHeader) {
		return nil, errors.New("not a WebAssembly module")
	}
	stripped := append([]byte(nil), wasmHeader...)
	for rest := module[len(wasmHeader):]; len(rest) > 0; {
		// A section is its id, its size in bytes (LEB128), and its content. Custom sections have id 0.
		size, n := binary.Uvarint(rest[1:])
		if n <= 0 || size > uint64(len(rest)-1-n) {
			return nil, errors.New("damaged WebAssembly module")
		}
		end := 1 + n + int(size)
		if rest[0] != 0 {
			stripped = append(stripped, rest[:end]...)
		}
		rest = rest[end:]
	}
	return stripped, nil
}
