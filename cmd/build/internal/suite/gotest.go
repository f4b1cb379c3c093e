package suite

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/evanw/esbuild/pkg/api"

	"minipoly/cmd/build/internal/browser"
	"minipoly/cmd/build/internal/bundle"
	"minipoly/cmd/build/internal/pipeline"
	"minipoly/cmd/build/internal/project"
	"minipoly/cmd/build/internal/step"
	"minipoly/cmd/build/internal/toolchain"
)

// event is a line of `go test -json`.
type event struct {
	Action     string
	Package    string
	ImportPath string // of build events
	Test       string
	Output     string
}

// report reads the lines of `go test -json`: how many tests there were, and what the failed ones
// printed.
func report(lines []byte) (Count, string) {
	var (
		count    Count
		failures strings.Builder
		outputs  = map[string]*strings.Builder{}
		failed   []string
	)
	for line := range bytes.Lines(lines) {
		var e event
		if json.Unmarshal(line, &e) != nil {
			// Something else that printed into the stream, such as the go command itself.
			failures.Write(line)
			continue
		}
		key := e.Package + e.ImportPath + "\t" + e.Test
		switch e.Action {
		case "output", "build-output":
			if outputs[key] == nil {
				outputs[key] = &strings.Builder{}
			}
			outputs[key].WriteString(e.Output)
		case "pass":
			if e.Test != "" {
				count.Passed++
			}
		case "skip":
			if e.Test != "" {
				count.Skipped++
			}
		case "fail", "build-fail":
			failed = append(failed, key)
			if e.Test != "" {
				count.Failed++
			}
		}
	}
	for _, key := range failed {
		if output := outputs[key]; output != nil {
			_, _ = fmt.Fprintf(&failures, "--- %s\n%s", strings.ReplaceAll(strings.TrimSpace(key), "\t", " "), output)
		}
	}
	return count, failures.String()
}

// goTests runs all Go tests on this machine.
func (s *suite) goTests(ctx context.Context) (Count, error) {
	var out string
	err := s.log.Do("go test ./...", func() error {
		var err error
		// vet has its own step.
		out, err = s.log.Run(ctx, step.Command{Name: "go", Args: []string{"test", "-json", "-vet=off", "-timeout=15m", "./..."}, Dir: s.root})
		return err
	})
	count, failures := report([]byte(out))
	if err != nil {
		if failures == "" {
			return count, err
		}
		return count, errors.New(strings.TrimSpace(failures))
	}
	if count.Passed == 0 {
		return count, errors.New("go test ./... ran no test")
	}
	return count, nil
}

// packageInfo is what the suite reads from `go list`.
type packageInfo struct {
	ImportPath   string
	Dir          string
	TestGoFiles  []string
	XTestGoFiles []string
}

// list returns the portable packages for the platform that env describes.
func (s *suite) list(ctx context.Context, env []string) (map[string]packageInfo, error) {
	args := append([]string{"list", "-e", "-json=ImportPath,Dir,TestGoFiles,XTestGoFiles"}, portable...)
	out, err := s.log.Run(ctx, step.Command{Name: "go", Args: args, Dir: s.root, Env: env})
	if err != nil {
		return nil, err
	}
	found := map[string]packageInfo{}
	for decoder := json.NewDecoder(strings.NewReader(out)); decoder.More(); {
		var info packageInfo
		if err := decoder.Decode(&info); err != nil {
			return nil, err
		}
		found[info.ImportPath] = info
	}
	return found, nil
}

// wasmPackages finds the packages that have tests for js/wasm alone.
func (s *suite) wasmPackages(ctx context.Context) ([]packageInfo, error) {
	native, err := s.list(ctx, nil)
	if err != nil {
		return nil, err
	}
	wasm, err := s.list(ctx, jsWasm)
	if err != nil {
		return nil, err
	}
	var found []packageInfo
	for path, info := range wasm {
		known := append(native[path].TestGoFiles, native[path].XTestGoFiles...)
		own := func(file string) bool { return !slices.Contains(known, file) }
		if slices.ContainsFunc(info.TestGoFiles, own) || slices.ContainsFunc(info.XTestGoFiles, own) {
			found = append(found, info)
		}
	}
	slices.SortFunc(found, func(a, b packageInfo) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	return found, nil
}

// testHost is a script that gives Go tests in the browser the host object that the shim gives the modules.
const testHost = "js/src/testhost.ts"

// wasmTests runs, in Chromium, the tests of every package that has some for js/wasm alone.
func (s *suite) wasmTests(ctx context.Context) (Count, error) {
	var total Count
	packages, err := s.wasmPackages(ctx)
	if err != nil {
		return total, err
	}
	if len(packages) == 0 {
		return total, errors.New("no package has tests for js/wasm")
	}
	chromium, err := s.browser(ctx)
	if err != nil {
		return total, err
	}
	compiler, _, err := toolchain.Find(ctx, s.log, string(toolchain.Go))
	if err != nil {
		return total, err
	}
	helper, err := s.testHost(compiler)
	if err != nil {
		return total, err
	}
	dir, err := os.MkdirTemp("", "minipoly-wasm-tests-")
	if err != nil {
		return total, err
	}
	defer func() { _ = os.RemoveAll(dir) }()

	var failures []error
	for _, info := range packages {
		err := s.log.Do("js/wasm in Chromium: "+info.ImportPath, func() error {
			binary := filepath.Join(dir, "test.wasm")
			_, err := s.log.Run(ctx, step.Command{Name: "go", Args: []string{"test", "-c", "-vet=off", "-o", binary, info.ImportPath}, Dir: s.root, Env: jsWasm})
			if err != nil {
				return err
			}
			var out bytes.Buffer
			code, err := browser.Test{
				Chromium: chromium, Binary: binary, Glue: compiler.Glue, Dir: info.Dir, Helper: helper,
				Args: []string{"-test.v", "-test.timeout=4m"}, Timeout: 5 * time.Minute,
			}.Run(ctx, s.log, &out)
			if s.log.Verbose {
				s.log.Printf("%s", out.String())
			}
			count, text := verbose(out.Bytes())
			total.add(count)
			switch {
			case err != nil:
				return fmt.Errorf("%s: %w\n%s", info.ImportPath, err, text)
			case code != 0:
				return fmt.Errorf("%s: exit code %d\n%s", info.ImportPath, code, text)
			case count.Passed == 0:
				return fmt.Errorf("%s: no test ran\n%s", info.ImportPath, text)
			}
			return nil
		})
		if err != nil {
			failures = append(failures, err)
		}
	}
	return total, errors.Join(failures...)
}

// verbose counts the tests in the output of a test binary that ran with -test.v, and returns what is worth reading of
// it when something failed.
func verbose(output []byte) (Count, string) {
	var count Count
	var text strings.Builder
	for line := range strings.Lines(string(output)) {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "--- PASS: "):
			count.Passed++
			continue
		case strings.HasPrefix(trimmed, "=== "):
			continue
		case strings.HasPrefix(trimmed, "--- FAIL: "):
			count.Failed++
		case strings.HasPrefix(trimmed, "--- SKIP: "):
			count.Skipped++
		}
		text.WriteString(line)
	}
	return count, strings.TrimSpace(text.String())
}

// testHost bundles the helper, or returns nil when there is none.
func (s *suite) testHost(compiler *toolchain.Toolchain) ([]byte, error) {
	if !project.Exists(filepath.Join(s.root, filepath.FromSlash(testHost))) {
		return nil, nil
	}
	version, err := project.Version(s.root)
	if err != nil {
		return nil, err
	}
	options, err := pipeline.BundleOptions(s.root, version, compiler)
	if err != nil {
		return nil, err
	}
	return bundle.Plain(options, testHost, s.root, api.FormatIIFE, api.PlatformBrowser)
}
