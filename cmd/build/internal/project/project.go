// Package project knows where the repository's things are, and which artefact is built from which source.
package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Module is one WebAssembly module of dist/.
type Module struct {
	Package string // Go package, relative to the root
	File    string // name in dist/
	Opt     string // TinyGo's -opt, see docs/decisions: z is the smaller, 2 the faster code

	// GC is TinyGo's -gc. "leaking" frees nothing: the module is a quarter smaller, as functions need not track their
	// pointers, and what runs in it must allocate nothing in the long run (a test of package store sees to that).
	GC string
}

// Modules are the WebAssembly modules of dist/.
var Modules = []Module{
	{Package: "./wasm/browser", File: "minipoly.wasm", Opt: "z", GC: "precise"},
	{Package: "./wasm/storage", File: "storage.wasm", Opt: "z", GC: "leaking"},
}

// Kind says how an entry point is bundled.
type Kind int

const (
	// ESM is an ES module of the package. What it imports dynamically is an ESM of its own beside it.
	ESM Kind = iota
	// Classic is a script for a plain script tag: one immediately invoked function, with the module inlined.
	Classic
	// Page is the script of one of our own pages. It imports the package by its name, "minipoly", and gets the
	// file that stands beside it in dist/.
	Page
)

// Bundle is one JavaScript file of dist/.
type Bundle struct {
	Entry string // source, relative to the root
	File  string // name in dist/
	Kind  Kind
	Wasm  string // the module that `minipoly:wasm` inlines, if any
}

// Bundles are the JavaScript files of dist/.
var Bundles = []Bundle{
	{Entry: "js/src/minipoly.ts", File: "minipoly.mjs", Kind: ESM},
	{Entry: "js/src/storage.ts", File: "storage.mjs", Kind: ESM},
	{Entry: "js/src/seal.ts", File: "seal.mjs", Kind: ESM},
	{Entry: "js/src/classic.ts", File: "minipoly.js", Kind: Classic, Wasm: "minipoly.wasm"},
	{Entry: "js/playground/main.ts", File: "playground.js", Kind: Page},
	{Entry: "js/conformance/main.ts", File: "conformance.js", Kind: Page},
	{Entry: "js/bench/main.ts", File: "bench.js", Kind: Page},
}

// PageFile is an HTML file of dist/.
type PageFile struct {
	Source string
	File   string
}

// Pages are the HTML files of dist/.
var Pages = []PageFile{
	{Source: "index.html", File: "index.html"},
	{Source: "js/conformance/conformance.html", File: "conformance.html"},
	{Source: "js/bench/bench.html", File: "bench.html"},
}

// Root finds the root of the repository from the working directory upwards.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module minipoly\n") {
			return dir, nil
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("this is not minipoly's repository: no go.mod with `module minipoly` here or above")
		}
		dir = parent
	}
}

// Version reads the package's version, which js/package.json holds for everybody.
func Version(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, "js", "package.json"))
	if err != nil {
		return "", err
	}
	var manifest struct {
		Version string `json:"version"`
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return "", fmt.Errorf("js/package.json: %w", err)
	}
	if manifest.Version == "" {
		return "", errors.New("js/package.json has no version")
	}
	return manifest.Version, nil
}

// CacheDir is where the build keeps what it can make again: the toolchain and compressed files. It is outside the
// repository, so that fresh clones share it.
func CacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no folder for caches: %w", err)
	}
	return filepath.Join(dir, "minipoly"), nil
}

// Exists reports whether there is a file or folder of that name.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
