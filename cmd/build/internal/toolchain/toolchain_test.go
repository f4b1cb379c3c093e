package toolchain

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"minipoly/cmd/build/internal/project"
)

func TestVersion(t *testing.T) {
	for _, test := range []struct{ output, want, fault string }{
		{"tinygo version 0.41.1 linux/amd64 (using go version go1.26.8 and LLVM version 19.1.7)", "0.41.1", ""},
		{"tinygo version 0.41.0 darwin/arm64", "0.41.0", ""},
		{"tinygo version 0.50.0-dev-1234 linux/amd64", "0.50.0", ""},
		{"tinygo version 1.0.0 linux/amd64", "1.0.0", ""},
		{"tinygo version 0.40.1 linux/amd64", "", "0.40.1"},
		{"tinygo version 0.9.0 linux/amd64", "", "0.9.0"},
		{"command not found", "", "cannot read"},
	} {
		got, err := checkVersion(test.output)
		if got != test.want || (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%q: %q, %v", test.output, got, err)
		}
	}
}

func TestStrip(t *testing.T) {
	header := []byte{0, 'a', 's', 'm', 1, 0, 0, 0}
	kept := []byte{1, 3, 9, 9, 9}
	long := append([]byte{10, 0x80, 1}, bytes.Repeat([]byte{7}, 128)...) // a size in two LEB128 bytes
	custom := []byte{0, 5, 4, 'n', 'a', 'm', 'e'}
	module := bytes.Join([][]byte{header, custom, kept, custom, long, custom}, nil)
	got, err := Strip(module)
	if err != nil || !bytes.Equal(got, bytes.Join([][]byte{header, kept, long}, nil)) {
		t.Errorf("%v, %v", got, err)
	}
	for name, damaged := range map[string][]byte{
		"empty": nil, "not wasm": []byte("not a module"), "cut": module[:len(module)-1], "no size": append(header, 1),
		"a size beyond the end": append(header, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
	} {
		if _, err := Strip(damaged); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestTarget(t *testing.T) {
	var content map[string]any
	if err := json.Unmarshal(target, &content); err != nil {
		t.Fatal(err)
	}
	if content["goos"] != "js" || content["goarch"] != "wasm" {
		t.Errorf("the target is for %v/%v", content["goos"], content["goarch"])
	}
	if !bytes.Contains(pinnedMod, []byte(tinygoModule+" v"+tinygoVersion+"\n")) {
		t.Errorf("pin/tinygo.mod does not require TinyGo %s", tinygoVersion)
	}
	if !bytes.Contains(pinnedSum, []byte(tinygoModule+" v"+tinygoVersion+" h1:")) {
		t.Errorf("pin/tinygo.sum has no sum of TinyGo %s", tinygoVersion)
	}
}

func TestFlags(t *testing.T) {
	for _, m := range project.Modules {
		flags := strings.Join(tinygoFlags(m), " ")
		for _, want := range []string{"-buildmode=c-shared", "-scheduler=none", "-panic=trap", "-no-debug"} {
			if !strings.Contains(flags, want) {
				t.Errorf("%s is built without %s", m.File, want)
			}
		}
	}
}
