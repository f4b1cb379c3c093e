package toolchain

import (
	"bytes"
	"testing"
)

func TestDropExports(t *testing.T) {
	module := func(exports ...string) []byte {
		content := []byte{byte(len(exports))}
		for i, name := range exports {
			content = append(append(append(content, byte(len(name))), name...), 0, byte(i))
		}
		section := append([]byte{exportSection, byte(len(content))}, content...)
		return bytes.Join([][]byte{wasmHeader, {1, 2, 9, 9}, section, {10, 1, 7}}, nil)
	}
	got, err := dropExports(module("put", "tag"), []string{"malloc"})
	if err != nil || !bytes.Equal(got, module("put", "tag")) {
		t.Errorf("nothing to drop: %v, %v", got, err)
	}
	got, err = dropExports(module("put", "malloc"), []string{"malloc"})
	if err != nil || !bytes.Equal(got, module("put")) {
		t.Errorf("one to drop: %v, %v", got, err)
	}
	damaged := module("put")
	damaged[len(wasmHeader)+6] = 200 // the count of exports
	if _, err := dropExports(damaged, nil); err == nil {
		t.Error("a damaged section was accepted")
	}
}
