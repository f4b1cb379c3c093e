package artefact

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestBudget(t *testing.T) {
	budget, err := ParseBudget([]byte(`{"rows": [
		{"files": ["a.wasm"], "toolchain": "tinygo", "gzip": 100},
		{"files": ["a.wasm"], "toolchain": "go", "gzip": 1000},
		{"name": "both", "files": ["a.wasm", "a.mjs"], "gzip": 150}
	]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name      string
		toolchain string
		wasm, mjs int
		exceeded  string
	}{
		{"at the limits", "tinygo", 100, 50, ""},
		{"one byte more", "tinygo", 101, 49, "a.wasm"},
		{"one byte more in the sum", "tinygo", 100, 51, "both"},
		{"both", "tinygo", 200, 0, "a.wasm,both"},
		{"another toolchain's limit", "go", 101, 49, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			used, err := budget.Check(map[string]Size{"a.wasm": {Gzip: test.wasm, Raw: 5000}, "a.mjs": {Gzip: test.mjs}}, test.toolchain)
			if err != nil {
				t.Fatal(err)
			}
			if len(used) != 2 {
				t.Fatalf("%d rows, want 2", len(used))
			}
			var exceeded []string
			for _, usage := range used {
				if usage.Exceeded() {
					exceeded = append(exceeded, usage.Row.Title())
				}
			}
			if got := strings.Join(exceeded, ","); got != test.exceeded {
				t.Errorf("exceeded: %q, want %q", got, test.exceeded)
			}
		})
	}
	if _, err := budget.Check(map[string]Size{"a.mjs": {}}, "tinygo"); err == nil || !strings.Contains(err.Error(), "a.wasm") {
		t.Errorf("a file that was not built: %v", err)
	}
}

func TestBudgetRefuses(t *testing.T) {
	for _, text := range []string{
		`{"rows": [{"files": ["a"], "gzipp": 1}]}`,
		`{"rows": [{"files": ["a"]}]}`,
		`{"rows": [{"gzip": 1}]}`,
		`{"rows": [{"files": ["a"], "gzip": 1, "toolchain": "gcc"}]}`,
		`{`,
	} {
		if _, err := ParseBudget([]byte(text)); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}

func TestCompress(t *testing.T) {
	data := []byte(strings.Repeat("the same again, ", 40000)) // more than brotli's smallest window
	var forms [2][2][]byte
	for i := range forms {
		c := NewCompressor(1 + i)
		var err error
		if forms[i][0], err = c.Gzip(data); err != nil {
			t.Fatal(err)
		}
		if forms[i][1], err = c.Brotli(data, 0); err != nil {
			t.Fatal(err)
		}
	}
	gz, br := forms[0][0], forms[0][1]
	if !bytes.Equal(gz, forms[1][0]) || !bytes.Equal(br, forms[1][1]) {
		t.Error("the same data gave different bytes")
	}
	c := NewCompressor(1)
	if br, err := c.Brotli(data, len(data)-1); br != nil || err != nil {
		t.Errorf("data above the limit was compressed: %d bytes, %v", len(br), err)
	}
	if br, err := c.Brotli(data, len(data)); br == nil || err != nil {
		t.Errorf("data at the limit was not compressed: %v", err)
	}
	if br, err := c.Brotli(data, 1); br == nil || err != nil {
		t.Errorf("what was compressed before is not remembered: %v", err)
	}
	reader, err := gzip.NewReader(bytes.NewReader(gz))
	if err != nil {
		t.Fatal(err)
	}
	if !reader.ModTime.IsZero() || reader.Name != "" {
		t.Error("the gzip header holds a time or a name")
	}
	if back, err := io.ReadAll(reader); err != nil || !bytes.Equal(back, data) {
		t.Errorf("gzip does not give the data back: %v", err)
	}
	if back, err := io.ReadAll(brotli.NewReader(bytes.NewReader(br))); err != nil || !bytes.Equal(back, data) {
		t.Errorf("brotli does not give the data back: %v", err)
	}
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dist")
	manifest := func(files string) []byte { return []byte(`{"name": "minipoly", "files": [` + files + `]}`) }
	if err := Write(dir, Set{"package.json": manifest(`"a.js", "old.js", "../precious"`), "a.js": []byte("1"), "old.js": []byte("1")}); err != nil {
		t.Fatal(err)
	}
	precious := filepath.Join(filepath.Dir(dir), "precious")
	foreign := filepath.Join(dir, "foreign.txt")
	for _, path := range []string{precious, foreign} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Write(dir, Set{"package.json": manifest(`"a.js", "sub/new.js"`), "a.js": []byte("2"), "sub/new.js": []byte("3")}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{filepath.Join(dir, "a.js"): "2", filepath.Join(dir, "sub", "new.js"): "3"} {
		if text, err := os.ReadFile(path); err != nil || string(text) != want {
			t.Errorf("%s: %q, %v", path, text, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "old.js")); !os.IsNotExist(err) {
		t.Error("a file of the previous build is still there")
	}
	for _, path := range []string{precious, foreign} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("a stranger's file is gone: %v", err)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %s, want %s", n, got, want)
		}
	}
}
