package rules

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"minipoly/cmd/build/internal/project"
)

// TestJavaScriptStaysAtTheEdge lets only the files of wasm/ and those named *_js.go or *_js_test.go import syscall/js.
func TestJavaScriptStaysAtTheEdge(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); name == "node_modules" || path != root && strings.HasPrefix(name, ".") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		seen[name] = true
		for _, spec := range file.Imports {
			if spec.Path.Value != `"syscall/js"` {
				continue
			}
			if !strings.HasPrefix(name, "wasm/") && !strings.HasSuffix(name, "_js.go") && !strings.HasSuffix(name, "_js_test.go") {
				t.Errorf("%s imports syscall/js; only wasm/ and *_js.go files may", name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !seen["cmd/build/main.go"] || !seen["wasm/browser/main_js.go"] {
		t.Error("the walk has missed files")
	}
}
