package suite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"minipoly/cmd/build/internal/project"
	"minipoly/cmd/build/internal/step"
)

var (
	// portable are the packages that also run as WebAssembly.
	portable = []string{"./store/...", "./polyfill/...", "./wasm/..."}
	jsWasm   = []string{"GOOS=js", "GOARCH=wasm"}
)

// gofmt checks the format of all Go files.
func (s *suite) gofmt(ctx context.Context) error {
	var files []string
	err := filepath.WalkDir(s.root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != s.root && (entry.Name() == "node_modules" || strings.HasPrefix(entry.Name(), ".")):
			return fs.SkipDir
		case !entry.IsDir() && strings.HasSuffix(path, ".go"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		return err
	}
	// The gofmt of the installation that compiles, which PATH need not have.
	root, err := s.log.Run(ctx, step.Command{Name: "go", Args: []string{"env", "GOROOT"}})
	if err != nil {
		return err
	}
	gofmt := filepath.Join(strings.TrimSpace(root), "bin", "gofmt")
	if runtime.GOOS == "windows" {
		gofmt += ".exe"
	}
	if !project.Exists(gofmt) {
		gofmt = "gofmt"
	}
	return s.log.Do("gofmt -l", func() error {
		list, err := s.log.Run(ctx, step.Command{Name: gofmt, Args: append([]string{"-l"}, files...)})
		if err == nil && strings.TrimSpace(list) != "" {
			err = fmt.Errorf("not formatted by gofmt:\n%s", list)
		}
		return err
	})
}

// vet runs go vet for this machine and for WebAssembly.
func (s *suite) vet(ctx context.Context) error {
	return errors.Join(
		s.log.Do("go vet", func() error {
			_, err := s.log.Run(ctx, step.Command{Name: "go", Args: []string{"vet", "./..."}, Dir: s.root})
			return err
		}),
		s.log.Do("go vet for js/wasm", func() error {
			_, err := s.log.Run(ctx, step.Command{Name: "go", Args: append([]string{"vet"}, portable...), Dir: s.root, Env: jsWasm})
			return err
		}),
	)
}

// staticcheck runs the version that go.mod pins, for this machine and for WebAssembly. It is built first: `go tool`
// would build it for WebAssembly too.
func (s *suite) staticcheck(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "minipoly-staticcheck-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program := filepath.Join(dir, "staticcheck")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	err = s.log.Do("build staticcheck", func() error {
		_, err := s.log.Run(ctx, step.Command{Name: "go", Args: []string{"build", "-o", program, "honnef.co/go/tools/cmd/staticcheck"}, Dir: s.root})
		return err
	})
	if err != nil {
		return err
	}
	return errors.Join(
		s.log.Do("staticcheck", func() error {
			_, err := s.log.Run(ctx, step.Command{Name: program, Args: []string{"./..."}, Dir: s.root})
			return err
		}),
		s.log.Do("staticcheck for js/wasm", func() error {
			_, err := s.log.Run(ctx, step.Command{Name: program, Args: []string{"./store/...", "./polyfill/..."}, Dir: s.root, Env: jsWasm})
			return err
		}),
		s.log.Do("staticcheck for js/wasm, exports", func() error {
			// It does not know //go:wasmexport and takes everything that only JavaScript calls for unused.
			_, err := s.log.Run(ctx, step.Command{Name: program, Args: []string{"-checks=inherit,-U1000", "./wasm/..."}, Dir: s.root, Env: jsWasm})
			return err
		}),
	)
}

// types runs the TypeScript compiler over every configuration below js/.
func (s *suite) types(ctx context.Context) (Count, error) {
	var count Count
	if err := s.devTools(ctx); err != nil {
		return count, err
	}
	var configs []string
	err := filepath.WalkDir(s.js, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && name == "node_modules":
			return fs.SkipDir
		case strings.HasPrefix(name, "tsconfig") && strings.HasSuffix(name, ".json") && name != "tsconfig.base.json":
			configs = append(configs, path)
		}
		return nil
	})
	if err != nil {
		return count, err
	}
	var failures []error
	for _, config := range configs {
		name, err := filepath.Rel(s.root, config)
		if err != nil {
			return count, err
		}
		err = s.log.Do("tsc "+filepath.ToSlash(name), func() error {
			return s.node(ctx, s.root, filepath.Join(s.js, "node_modules", "typescript", "bin", "tsc"), "--noEmit", "--pretty", "false", "-p", config)
		})
		if err != nil {
			count.Failed++
			failures = append(failures, err)
			continue
		}
		count.Passed++
	}
	return count, errors.Join(failures...)
}

func (s *suite) eslint(ctx context.Context) error {
	if err := s.devTools(ctx); err != nil {
		return err
	}
	return s.log.Do("eslint", func() error {
		return s.node(ctx, s.js, filepath.Join(s.js, "node_modules", "eslint", "bin", "eslint.js"), "--max-warnings=0", ".")
	})
}

// node runs a script in Node.
func (s *suite) node(ctx context.Context, dir, script string, args ...string) error {
	_, err := s.log.Run(ctx, step.Command{Name: "node", Args: append([]string{script}, args...), Dir: dir})
	return err
}
