package toolchain

var wasmHeader = []byte{0, 'a', 's', 'm', 1, 0, 0, 0}

// Strip removes the custom sections of a WebAssembly module (their id is 0): names, producers and features, which only
// tools read. TinyGo leaves them in even with -no-debug.
func Strip(module []byte) ([]byte, error) {
	return eachSection(module, func(id byte, content []byte) ([]byte, error) {
		if id == 0 {
			return nil, nil
		}
		return content, nil
	})
}
