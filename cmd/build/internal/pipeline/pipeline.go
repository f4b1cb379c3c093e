// Package pipeline is the build: modules, bundles, pages and the rest of dist/.
package pipeline

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"minipoly/cmd/build/internal/artefact"
	"minipoly/cmd/build/internal/bundle"
	"minipoly/cmd/build/internal/project"
	"minipoly/cmd/build/internal/step"
	"minipoly/cmd/build/internal/toolchain"
)

//go:embed budget.json
var budgetFile []byte

// Options say what to build.
type Options struct {
	Root      string // of the repository
	Out       string // absolute path of the folder to write
	Toolchain string // auto, tinygo or go
	// Quick leaves out what takes long and only a release needs: the brotli forms of large modules.
	Quick bool
}

// largeFile is the size in bytes above which a file is large. Those of the release are all smaller.
const largeFile = 512 << 10

// Builder builds again and again, and keeps between two builds what need not be made anew.
type Builder struct {
	options  Options
	log      *step.Log
	compress *artefact.Compressor
	modules  map[string][]byte // of the last build; nil when the Go sources have changed since
	found    *toolchain.Toolchain
	reason   string   // why TinyGo was not taken
	missing  []string // sources that this build has not found
}

// New returns a builder.
func New(o Options, log *step.Log) *Builder {
	return &Builder{options: o, log: log, compress: artefact.NewCompressor(runtime.GOMAXPROCS(0))}
}

// GoChanged tells the builder that the modules must be compiled again.
func (b *Builder) GoChanged() { b.modules = nil }

// Result is a finished build.
type Result struct {
	Toolchain *toolchain.Toolchain
	Sizes     map[string]artefact.Size
}

// ErrIncomplete is a failure after the files were written: the size budget is exceeded, or sources are missing. What
// was built can be looked at, served and tested, and the result is returned with it.
var ErrIncomplete = errors.New("the build is not what it should be")

// Build builds everything. The output folder changes only when all that can be built has been built.
func (b *Builder) Build(ctx context.Context) (*Result, error) {
	log, root := b.log, b.options.Root
	if b.found == nil {
		var err error
		if b.found, b.reason, err = toolchain.Find(ctx, log, b.options.Toolchain); err != nil {
			return nil, err
		}
	}
	b.missing = nil
	log.Printf("minipoly: building with %s", b.found)
	version, err := project.Version(root)
	if err != nil {
		return nil, err
	}

	steps := len(project.Bundles) + 3 // pages, compressed forms, sizes
	if b.modules == nil {
		steps += len(project.Modules)
	}
	log.Plan(steps)
	defer log.Plan(0)

	if b.modules == nil {
		modules, err := b.compile(ctx)
		if err != nil {
			return nil, err
		}
		b.modules = modules
	}
	files := artefact.Set{}
	for name, module := range b.modules {
		files[name] = module
	}
	if err := b.bundles(files, version); err != nil {
		return nil, err
	}
	if err := log.Do("pages, types and package", func() error { return b.copies(ctx, files, version) }); err != nil {
		return nil, err
	}

	if err := log.Do("gzip and brotli of the modules", func() error { return b.precompress(files) }); err != nil {
		return nil, err
	}
	if err := manifest(files, version); err != nil {
		return nil, err
	}
	var sizes map[string]artefact.Size
	err = log.Do("sizes", func() error {
		var err error
		sizes, err = artefact.Measure(files, b.compress, largeFile)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := artefact.Write(b.options.Out, files); err != nil {
		return nil, err
	}

	log.Printf("\n%s", strings.TrimSuffix(artefact.Table(sizes), "\n"))
	err = b.checkBudget(sizes)
	log.Printf("\n%s", b.verdict())
	return &Result{Toolchain: b.found, Sizes: sizes}, err
}

// precompress adds the forms of the modules that servers send to browsers.
func (b *Builder) precompress(files artefact.Set) error {
	limit := 0
	if b.options.Quick {
		limit = largeFile
	}
	var (
		mu    sync.Mutex
		group sync.WaitGroup
		errs  []error
	)
	for name, module := range b.modules {
		group.Go(func() {
			gz, gzErr := b.compress.Gzip(module)
			br, brErr := b.compress.Brotli(module, limit)
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, gzErr, brErr)
			files[name+".gz"] = gz
			if br != nil {
				files[name+".br"] = br
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// verdict says which module was built, and how to get the smaller one.
func (b *Builder) verdict() string {
	if b.found.Name == toolchain.TinyGo {
		return fmt.Sprintf("minipoly: %s holds the release module, made by %s", b.options.Out, b.found)
	}
	text := fmt.Sprintf("minipoly: %s holds the module of the STANDARD Go compiler (%s): it works, and is about 30 times larger (gzip) than the release module.", b.options.Out, b.found.Version)
	if b.reason != "" {
		text += "\n  Why not the small one: " + b.reason + "\n  " + toolchain.Advice()
	}
	return text
}

// checkBudget prints the size budget and fails when it is exceeded, or when artefacts are missing.
func (b *Builder) checkBudget(sizes map[string]artefact.Size) error {
	if len(b.missing) > 0 {
		return fmt.Errorf("%w: sources are missing: %s", ErrIncomplete, strings.Join(b.missing, ", "))
	}
	budget, err := artefact.ParseBudget(budgetFile)
	if err != nil {
		return err
	}
	used, err := budget.Check(sizes, string(b.found.Name))
	if err != nil {
		return err
	}
	b.log.Printf("\n%s", strings.TrimSuffix(artefact.BudgetTable(used), "\n"))
	for _, usage := range used {
		if usage.Exceeded() {
			err = errors.Join(err, fmt.Errorf("%w: size budget: %s weighs %s bytes gzip, at most %s are allowed (cmd/build/internal/pipeline/budget.json)",
				ErrIncomplete, usage.Row.Title(), artefact.Bytes(usage.Gzip), artefact.Bytes(usage.Row.Gzip)))
		}
	}
	return err
}

func (b *Builder) compile(ctx context.Context) (map[string][]byte, error) {
	work, err := os.MkdirTemp("", "minipoly-build-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(work) }()
	modules := map[string][]byte{}
	for _, m := range project.Modules {
		if b.absent(m.Package) {
			continue
		}
		err := b.log.Do(m.File+" with "+b.found.String(), func() error {
			out := filepath.Join(work, m.File)
			if err := b.found.Compile(ctx, b.log, b.options.Root, m, out); err != nil {
				return err
			}
			module, err := os.ReadFile(out)
			if err != nil {
				return err
			}
			modules[m.File], err = toolchain.Strip(module)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return modules, nil
}

// BundleOptions are the options with which bundles for this compiler are made.
func BundleOptions(root string, version string, found *toolchain.Toolchain) (bundle.Options, error) {
	glue, err := os.ReadFile(found.Glue)
	return bundle.Options{Root: root, Version: version, Toolchain: string(found.Name), Glue: glue}, err
}

func (b *Builder) bundles(files artefact.Set, version string) error {
	options, err := BundleOptions(b.options.Root, version, b.found)
	if err != nil {
		return err
	}
	for _, entry := range project.Bundles {
		if b.absent(entry.Entry) {
			continue
		}
		err := b.log.Do(entry.File, func() error {
			made, err := bundle.Build(options, entry, b.modules[entry.Wasm])
			for name, text := range made {
				files[name] = text
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// absent reports a source that is not there. The build goes on without it, so that one can work on the rest, and fails
// at its end.
func (b *Builder) absent(source string) bool {
	if project.Exists(filepath.Join(b.options.Root, filepath.FromSlash(source))) {
		return false
	}
	b.missing = append(b.missing, source)
	return true
}

// copies adds the files that are taken as they are.
func (b *Builder) copies(ctx context.Context, files artefact.Set, version string) error {
	root := b.options.Root
	for _, page := range project.Pages {
		if b.absent(page.Source) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(page.Source)))
		if err != nil {
			return err
		}
		files[page.File] = text
	}
	for _, file := range []string{"LICENSE", "README.md"} {
		if b.absent(file) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return err
		}
		files[file] = text
	}
	types, err := filepath.Glob(filepath.Join(root, "js", "types", "*.d.ts"))
	if err != nil {
		return err
	}
	for _, path := range types {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files[filepath.Base(path)] = text
	}
	notices, err := b.notices(ctx)
	if err != nil {
		return err
	}
	files["LICENSE-THIRD-PARTY"] = notices
	return nil
}

// notices collects the licences of what others wrote and the modules and bundles contain.
func (b *Builder) notices(ctx context.Context) ([]byte, error) {
	var text bytes.Buffer
	add := func(title, path string) error {
		licence, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(&text, "%s\n%s\n\n%s\n\n", title, strings.Repeat("=", len(title)), bytes.TrimSpace(licence))
		return nil
	}
	standard, _, err := toolchain.Find(ctx, b.log, string(toolchain.Go))
	if err != nil {
		return nil, err
	}
	if standard.Licence != "" {
		if err := add("Go: the standard library in the WebAssembly modules, and the loader's wasm_exec.js", standard.Licence); err != nil {
			return nil, err
		}
	}
	if b.found.Name == toolchain.TinyGo && b.found.Licence != "" {
		if err := add("TinyGo: the runtime in the WebAssembly modules, and the loader's wasm_exec.js", b.found.Licence); err != nil {
			return nil, err
		}
	}
	if err := add("@noble/ciphers: the cipher in seal.mjs and minipoly.js", filepath.Join(b.options.Root, "js", "vendor", "noble-ciphers", "LICENSE")); err != nil {
		return nil, err
	}
	packages := []string{"list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}"}
	for _, m := range project.Modules {
		if b.modules[m.File] == nil {
			continue
		}
		packages = append(packages, m.Package)
	}
	listed, err := b.log.Run(ctx, step.Command{Name: "go", Args: packages, Dir: b.options.Root, Env: []string{"GOOS=js", "GOARCH=wasm"}})
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for line := range strings.Lines(listed) {
		path, dir, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || seen[path] {
			continue
		}
		seen[path] = true
		if err := add(path, filepath.Join(dir, "LICENSE")); err != nil {
			return nil, err
		}
	}
	return text.Bytes(), nil
}

// manifest adds dist/package.json, which makes dist/ the npm package.
func manifest(files artefact.Set, version string) error {
	type target struct {
		Types   string `json:"types,omitempty"`
		Import  string `json:"import,omitempty"`
		Default string `json:"default,omitempty"`
	}
	types := func(name string) string {
		if files[name] == nil {
			return ""
		}
		return "./" + name
	}
	exports := map[string]any{
		".":              target{Types: types("minipoly.d.ts"), Import: "./minipoly.mjs"},
		"./storage":      target{Types: types("storage.d.ts"), Import: "./storage.mjs"},
		"./classic":      target{Types: types("classic.d.ts"), Default: "./minipoly.js"},
		"./package.json": "./package.json",
	}
	for _, name := range files.Names() {
		switch filepath.Ext(name) {
		case ".wasm":
			exports["./"+name] = "./" + name
		}
	}
	names := files.Names()
	if files["package.json"] == nil {
		names = append(names, "package.json")
	}
	text, err := json.MarshalIndent(struct {
		Name        string         `json:"name"`
		Version     string         `json:"version"`
		Description string         `json:"description"`
		License     string         `json:"license"`
		Type        string         `json:"type"`
		Main        string         `json:"main"`
		Module      string         `json:"module"`
		Types       string         `json:"types,omitempty"`
		Unpkg       string         `json:"unpkg"`
		JSDelivr    string         `json:"jsdelivr"`
		Exports     map[string]any `json:"exports"`
		SideEffects []string       `json:"sideEffects"`
		Files       []string       `json:"files"`
	}{
		Name:        "minipoly",
		Version:     version,
		Description: "The mini-program APIs of WeChat (wx) and Alipay (my) for ordinary web pages.",
		License:     "MIT",
		Type:        "module", // the types are those of modules; the classic script runs as one too
		Main:        "./minipoly.mjs",
		Module:      "./minipoly.mjs",
		Types:       types("minipoly.d.ts"),
		Unpkg:       "./minipoly.js",
		JSDelivr:    "./minipoly.js",
		Exports:     exports,
		SideEffects: []string{"./minipoly.js"},
		Files:       names,
	}, "", "  ")
	files["package.json"] = append(text, '\n')
	return err
}
