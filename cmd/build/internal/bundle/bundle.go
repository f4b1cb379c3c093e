// Package bundle makes the JavaScript files of dist/ with esbuild.
//
// Sources import two modules that exist only here: `minipoly:go`, the compiler's own glue file as a function, and
// `minipoly:wasm`, a WebAssembly module as base64 text.
package bundle

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"minipoly/cmd/build/internal/artefact"
	"minipoly/cmd/build/internal/project"
)

// Options are what all bundles of a build share.
type Options struct {
	Root      string // of the repository
	Version   string // of the package
	Toolchain string // "tinygo" or "go": the compiler that made the modules
	Glue      []byte // its wasm_exec.js
}

// Build bundles one entry point and returns its files: the script, its source map, and its style sheet if it imports
// one. wasm is the module that `minipoly:wasm` stands for; nil when the entry point must not import it.
func Build(o Options, b project.Bundle, wasm []byte) (artefact.Set, error) {
	options := base(o)
	options.EntryPointsAdvanced = []api.EntryPoint{{
		InputPath: filepath.Join(o.Root, filepath.FromSlash(b.Entry)),
		// esbuild adds the extension; style sheets get their own.
		OutputPath: strings.TrimSuffix(b.File, filepath.Ext(b.File)),
	}}
	options.OutExtension = map[string]string{".js": filepath.Ext(b.File)}
	options.Plugins = []api.Plugin{virtual(o, wasm)}
	switch b.Kind {
	case project.Classic:
		options.Format = api.FormatIIFE
	case project.Page:
		options.Format = api.FormatESModule
		options.Plugins = append(options.Plugins, self())
	default:
		options.Format = api.FormatESModule
		options.Plugins = append(options.Plugins, chunks(o.Root))
	}
	return run(o.Root, options)
}

func base(o Options) api.BuildOptions {
	return api.BuildOptions{
		AbsWorkingDir:     o.Root,
		Outdir:            filepath.Join(o.Root, "dist"), // nothing is written there: source maps get paths relative to it
		Bundle:            true,
		Write:             false,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Sourcemap:         api.SourceMapLinked,
		Target:            api.ES2020,
		Platform:          api.PlatformBrowser,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsInline,
		LogLevel:          api.LogLevelSilent, // messages are in the error
		Define:            map[string]string{"MINIPOLY_VERSION": quote(o.Version), "MINIPOLY_TOOLCHAIN": quote(o.Toolchain)},
		Loader:            map[string]api.Loader{".svg": api.LoaderDataURL},
	}
}

// run runs esbuild. Warnings are errors: they show mistakes that the bundle would carry into every page.
func run(root string, options api.BuildOptions) (artefact.Set, error) {
	result := api.Build(options)
	messages := append(
		api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage}),
		api.FormatMessages(result.Warnings, api.FormatMessagesOptions{Kind: api.WarningMessage})...,
	)
	if len(messages) > 0 {
		return nil, errors.New(strings.TrimSpace(strings.Join(messages, "")))
	}
	files := artefact.Set{}
	for _, file := range result.OutputFiles {
		name, err := filepath.Rel(options.Outdir, file.Path)
		if err != nil {
			return nil, err
		}
		files[filepath.ToSlash(name)] = file.Contents
	}
	return files, nil
}

// Plain bundles a script that is no part of the package, such as a test's helper or a test itself, for the folder dir:
// its source map, which is inside, gives paths relative to that.
func Plain(o Options, entry, dir string, format api.Format, platform api.Platform) ([]byte, error) {
	options := base(o)
	options.EntryPoints = []string{filepath.Join(o.Root, filepath.FromSlash(entry))}
	options.Outdir = dir
	options.Format = format
	options.Platform = platform
	options.MinifyWhitespace, options.MinifyIdentifiers, options.MinifySyntax = false, false, false
	options.Sourcemap = api.SourceMapInline
	options.Plugins = []api.Plugin{virtual(o, nil)}
	if platform == api.PlatformNode {
		options.Target = api.ES2022
		options.Packages = api.PackagesExternal
	}
	files, err := run(o.Root, options)
	if err != nil {
		return nil, err
	}
	for name, text := range files {
		if filepath.Ext(name) == ".js" {
			return text, nil
		}
	}
	return nil, fmt.Errorf("%s gave no script", entry)
}

// self makes pages import the package that stands beside them in dist/ instead of a copy of it.
func self() api.Plugin {
	beside := map[string]string{"minipoly": "./minipoly.mjs", "minipoly/storage": "./storage.mjs"}
	return api.Plugin{Name: "minipoly-self", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `^(minipoly(/storage)?|\./(minipoly|storage)\.mjs)$`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			path, ok := beside[args.Path]
			if !ok {
				path = args.Path
			}
			return api.OnResolveResult{Path: path, External: true}, nil
		})
	}}
}

// chunks makes a dynamic import of an entry point an import of the file that is built from it, beside the importing one.
func chunks(root string) api.Plugin {
	files := map[string]string{}
	for _, b := range project.Bundles {
		if b.Kind == project.ESM {
			files[filepath.Join(root, filepath.FromSlash(strings.TrimSuffix(b.Entry, ".ts")))] = "./" + b.File
		}
	}
	return api.Plugin{Name: "minipoly-chunks", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `^\./.*\.js$`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			if args.Kind != api.ResolveJSDynamicImport {
				return api.OnResolveResult{}, nil
			}
			file, ok := files[strings.TrimSuffix(filepath.Join(args.ResolveDir, args.Path), ".js")]
			if !ok {
				return api.OnResolveResult{}, fmt.Errorf("%s is imported dynamically and is no entry point (cmd/build/internal/project)", args.Path)
			}
			return api.OnResolveResult{Path: file, External: true}, nil
		})
	}}
}

const namespace = "minipoly-virtual"

// virtual makes the modules `minipoly:go` and `minipoly:wasm`.
func virtual(o Options, wasm []byte) api.Plugin {
	return api.Plugin{Name: "minipoly-virtual", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `^minipoly:`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: strings.TrimPrefix(args.Path, "minipoly:"), Namespace: namespace}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: namespace}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			switch {
			case args.Path == "go" && o.Glue != nil:
				text, err := WrapGlue(o.Toolchain, o.Glue)
				return api.OnLoadResult{Contents: &text, Loader: api.LoaderJS}, err
			case args.Path == "wasm" && wasm != nil:
				text := string(wasm)
				return api.OnLoadResult{Contents: &text, Loader: api.LoaderBase64}, nil
			}
			return api.OnLoadResult{}, fmt.Errorf("`minipoly:%s` cannot be imported here", args.Path)
		})
	}}
}

// quote makes a JavaScript string of a version or a name, which are ASCII.
func quote(text string) string { return strconv.QuoteToASCII(text) }

// Peer bundles one of the benchmark's peers as its own users would get it: a minified classic script, with the defines
// and aliases of the peers' own build tools.
func Peer(o Options, entry string, defines, alias map[string]string) ([]byte, error) {
	options := base(o)
	options.EntryPoints = []string{filepath.Join(o.Root, filepath.FromSlash(entry))}
	options.AbsWorkingDir = filepath.Dir(filepath.Dir(options.EntryPoints[0])) // where aliases are resolved
	options.Format = api.FormatIIFE
	options.Sourcemap = api.SourceMapNone
	options.Define = defines
	options.Alias = alias
	// Warnings about other people's code are not ours to mend, and their style sheets draw nothing that is measured.
	options.Loader = map[string]api.Loader{".css": api.LoaderEmpty, ".svg": api.LoaderDataURL, ".png": api.LoaderDataURL}
	result := api.Build(options)
	if len(result.Errors) > 0 {
		messages := api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage})
		return nil, errors.New(strings.TrimSpace(strings.Join(messages, "")))
	}
	return result.OutputFiles[0].Contents, nil
}
