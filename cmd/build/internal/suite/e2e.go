package suite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"minipoly/cmd/build/internal/browser"
	"minipoly/cmd/build/internal/bundle"
	"minipoly/cmd/build/internal/pipeline"
	"minipoly/cmd/build/internal/step"
	"minipoly/cmd/build/internal/toolchain"
)

// e2e runs the end-to-end tests of js/e2e in Node, which drive Chromium, on what one compiler built.
func (s *suite) e2e(ctx context.Context, name toolchain.Name) (Count, error) {
	var count Count
	if name == toolchain.TinyGo && s.noTinyGo != nil {
		return count, errSkip{"no TinyGo, so the release module is not tested: " + s.noTinyGo.Error()}
	}
	if err := s.devTools(ctx); err != nil {
		return count, err
	}
	chromium, err := s.browser(ctx)
	if err != nil {
		return count, err
	}
	dist, incomplete := s.build(ctx, name)
	if incomplete != nil && !errors.Is(incomplete, pipeline.ErrIncomplete) {
		return count, incomplete
	}
	// A build that is too large fails the step, and is tested all the same.
	count, err = s.e2eRun(ctx, name, dist, chromium)
	if incomplete != nil {
		count.Failed++
	}
	return count, errors.Join(incomplete, err)
}

func (s *suite) e2eRun(ctx context.Context, name toolchain.Name, dist, chromium string) (Count, error) {
	var count Count
	files, err := s.e2eFiles()
	if err != nil {
		return count, err
	}

	tap := filepath.Join(s.root, ".cache", "test", "e2e-"+string(name)+".tap")
	command := step.Command{
		Name: "node",
		Args: append([]string{
			// One file after the other: timings and quotas of several browsers would disturb each other.
			"--test", "--test-concurrency=1", "--enable-source-maps",
			"--test-reporter=tap", "--test-reporter-destination=" + tap,
			"--test-reporter=spec", "--test-reporter-destination=stdout",
		}, files...),
		Dir: filepath.Join(s.js, "e2e"),
		Env: []string{
			"MINIPOLY_DIST=" + dist,
			"MINIPOLY_TOOLCHAIN=" + string(name),
			browser.ChromiumVariable + "=" + chromium,
		},
	}
	var output string
	err = s.log.Do("node --test js/e2e, module of "+string(name), func() error {
		var err error
		output, err = s.log.Run(ctx, command)
		return err
	})
	text, readErr := os.ReadFile(tap)
	if readErr != nil {
		return count, errors.Join(err, readErr)
	}
	count = tapCount(text)
	switch {
	case err != nil && s.log.Verbose:
		return count, errors.New("node --test failed, see above")
	case err != nil:
		return count, errors.New(specFailures(output))
	case count.Passed == 0:
		return count, errors.New("node --test ran no test")
	}
	return count, nil
}

// e2eFiles are the test files. Those in TypeScript are bundled first, for Node 20 does not read them; the packages they
// import stay imports, which is why the bundles are below js/.
func (s *suite) e2eFiles() ([]string, error) {
	var files []string
	for _, pattern := range []string{"*.test.js", "*.test.mjs"} {
		found, err := filepath.Glob(filepath.Join(s.js, "e2e", pattern))
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	sources, err := filepath.Glob(filepath.Join(s.js, "e2e", "*.test.ts"))
	if err != nil {
		return nil, err
	}
	out := filepath.Join(s.js, "node_modules", ".cache", "minipoly-e2e")
	if err := os.RemoveAll(out); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, err
	}
	for _, source := range sources {
		name, err := filepath.Rel(s.root, source)
		if err != nil {
			return nil, err
		}
		text, err := bundle.Plain(bundle.Options{Root: s.root}, filepath.ToSlash(name), out, api.FormatESModule, api.PlatformNode)
		if err != nil {
			return nil, err
		}
		file := filepath.Join(out, strings.TrimSuffix(filepath.Base(source), ".ts")+".mjs")
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	if len(files) == 0 {
		return nil, errors.New("js/e2e has no *.test.ts, *.test.mjs or *.test.js")
	}
	slices.Sort(files)
	return files, nil
}

var tapSummary = regexp.MustCompile(`(?m)^# (pass|fail|cancelled|skipped|todo) (\d+)$`)

// tapCount reads the summary of node's TAP report.
func tapCount(text []byte) Count {
	var count Count
	for _, match := range tapSummary.FindAllStringSubmatch(string(text), -1) {
		n, err := strconv.Atoi(match[2])
		if err != nil {
			continue
		}
		switch match[1] {
		case "pass":
			count.Passed += n
		case "fail", "cancelled":
			count.Failed += n
		default:
			count.Skipped += n
		}
	}
	return count
}

// specFailures is the end of node's spec report, which repeats the failures in full.
func specFailures(output string) string {
	if _, failures, ok := strings.Cut(output, "✖ failing tests:"); ok {
		return strings.TrimSpace(failures)
	}
	return strings.TrimSpace(output)
}

// reproducible builds once more, from nothing, and compares byte by byte.
func (s *suite) reproducible(ctx context.Context) error {
	name := toolchain.TinyGo
	if s.noTinyGo != nil {
		name = toolchain.Go
	}
	first, err := s.build(ctx, name)
	if err != nil && !errors.Is(err, pipeline.ErrIncomplete) {
		return err
	}
	before, err := readTree(first)
	if err != nil {
		return err
	}
	delete(s.built, string(name))
	second, err := s.build(ctx, name)
	if err != nil && !errors.Is(err, pipeline.ErrIncomplete) {
		return err
	}
	after, err := readTree(second)
	if err != nil {
		return err
	}
	var differences []string
	for file, text := range before {
		if !bytes.Equal(text, after[file]) {
			differences = append(differences, file)
		}
	}
	for file := range after {
		if _, known := before[file]; !known {
			differences = append(differences, file)
		}
	}
	if len(differences) > 0 {
		slices.Sort(differences)
		return fmt.Errorf("two builds differ in %s", strings.Join(differences, ", "))
	}
	return nil
}

func readTree(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue
		}
		if files[entry.Name()], err = os.ReadFile(filepath.Join(dir, entry.Name())); err != nil {
			return nil, err
		}
	}
	return files, nil
}
