// Package rules tests what the packages of this repository may import. Dependencies point inward: wasm, polyfill, store.
package rules

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"minipoly/cmd/build/internal/project"
)

type goPackage struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// list runs go list with the environment's additions, and returns the packages.
func list(t *testing.T, env []string, patterns ...string) []goPackage {
	t.Helper()
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", append([]string{"list", "-e", "-json=ImportPath,Imports,Deps"}, patterns...)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var packages []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p goPackage
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) == 0 {
		t.Fatalf("no packages match %v", patterns)
	}
	return packages
}

var js = []string{"GOOS=js", "GOARCH=wasm"}

// within reports whether a package is dir of this module or below it.
func within(path, dir string) bool {
	return path == "minipoly/"+dir || strings.HasPrefix(path, "minipoly/"+dir+"/")
}

func TestDependenciesPointInward(t *testing.T) {
	for _, env := range [][]string{nil, js} {
		for _, p := range list(t, env, "./store/...", "./polyfill/...", "./wasm/...") {
			var forbidden []string
			switch {
			case within(p.ImportPath, "store"):
				forbidden = []string{"polyfill", "wasm", "js", "cmd"}
			case within(p.ImportPath, "polyfill"):
				forbidden = []string{"wasm", "js", "cmd"}
			default:
				forbidden = []string{"cmd"}
			}
			for _, imported := range p.Deps {
				for _, dir := range forbidden {
					if within(imported, dir) {
						t.Errorf("%s depends on %s", p.ImportPath, imported)
					}
				}
			}
			if within(p.ImportPath, "polyfill") && slices.Contains(p.Imports, "syscall/js") {
				t.Errorf("%s imports syscall/js: the polyfills are plain Go", p.ImportPath)
			}
		}
	}
}

// TestBrowserModuleStaysSmall keeps packages out that cost tens of kilobytes in the module.
func TestBrowserModuleStaysSmall(t *testing.T) {
	large := []string{"fmt", "net/url", "net/http", "encoding/json", "reflect", "regexp", "text/template", "github.com/goccy/go-json"}
	for _, m := range project.Modules {
		for _, p := range list(t, append(js, "GOFLAGS=-tags=tinygo"), m.Package) {
			for _, dep := range p.Deps {
				if slices.Contains(large, dep) || strings.HasPrefix(dep, "github.com/goccy/go-json/") {
					t.Errorf("%s depends on %s", p.ImportPath, dep)
				}
			}
		}
	}
}
