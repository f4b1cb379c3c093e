// Package suite is `go run ./cmd/build test`: every check of the repository, from gofmt to the end-to-end tests in a
// real browser with both modules.
package suite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"minipoly/cmd/build/internal/pipeline"
	"minipoly/cmd/build/internal/step"
	"minipoly/cmd/build/internal/toolchain"
	"minipoly/cmd/build/internal/tools"
)

// Count is how many tests a step ran. A step that is one check counts as one test.
type Count struct {
	Passed, Failed, Skipped int
}

func (c Count) String() string {
	text := fmt.Sprintf("%d passed, %d failed", c.Passed, c.Failed)
	if c.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", c.Skipped)
	}
	return text
}

func (c *Count) add(other Count) {
	c.Passed += other.Passed
	c.Failed += other.Failed
	c.Skipped += other.Skipped
}

// errSkip says that a step cannot run on this machine, and that this is no failure.
type errSkip struct{ reason string }

func (e errSkip) Error() string { return e.reason }

type check struct {
	name string
	run  func(*suite, context.Context) (Count, error)
}

// one makes a step of a check that either passes or fails.
func one(work func(*suite, context.Context) error) func(*suite, context.Context) (Count, error) {
	return func(s *suite, ctx context.Context) (Count, error) {
		if err := work(s, ctx); err != nil {
			return Count{}, err
		}
		return Count{Passed: 1}, nil
	}
}

var checks = []check{
	{"gofmt", one((*suite).gofmt)},
	{"vet", one((*suite).vet)},
	{"staticcheck", one((*suite).staticcheck)},
	{"types", (*suite).types},
	{"eslint", one((*suite).eslint)},
	{"go", (*suite).goTests},
	{"wasm", (*suite).wasmTests},
	{"e2e-tinygo", func(s *suite, ctx context.Context) (Count, error) { return s.e2e(ctx, toolchain.TinyGo) }},
	{"e2e-go", func(s *suite, ctx context.Context) (Count, error) { return s.e2e(ctx, toolchain.Go) }},
	{"reproducible", one((*suite).reproducible)},
}

type suite struct {
	root     string
	log      *step.Log
	js       string // the folder js
	chromium string
	noTinyGo error             // why there is no TinyGo; nil when there is
	built    map[string]string // toolchain to the folder that was built with it
}

// Names are the names of the steps, for -run.
func Names() []string {
	var names []string
	for _, c := range checks {
		names = append(names, c.name)
	}
	return names
}

// selected reports whether -run asks for a step; "e2e" asks for both.
func selected(want []string, name string) bool {
	return len(want) == 0 || slices.Contains(want, name) || slices.Contains(want, "e2e") && strings.HasPrefix(name, "e2e-")
}

// Run runs the steps that want names, or all, and prints a line for each. Its error says how many failed.
func Run(ctx context.Context, root string, want []string, log *step.Log) error {
	for _, name := range want {
		if name != "e2e" && !slices.Contains(Names(), name) {
			return fmt.Errorf("no step %q: there are %s, and e2e for both", name, strings.Join(Names(), ", "))
		}
	}
	s := &suite{root: root, js: filepath.Join(root, "js"), log: log, built: map[string]string{}}
	s.prepare(ctx, want)

	type outcome struct {
		name     string
		count    Count
		err      error
		duration time.Duration
	}
	var outcomes []outcome
	var total Count
	for _, c := range checks {
		if !selected(want, c.name) {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		log.Printf("\n== %s", c.name)
		start := time.Now()
		count, err := c.run(s, ctx)
		var skip errSkip
		switch {
		case errors.As(err, &skip):
			count.Skipped++
			log.Printf("  SKIPPED: %v", err)
		case err != nil:
			// The step's own trouble, such as a compiler error, is a failure even when no test failed.
			count.Failed = max(count.Failed, 1)
			log.Printf("%v", err)
		}
		total.add(count)
		outcomes = append(outcomes, outcome{c.name, count, err, time.Since(start)})
	}

	log.Printf("\n== summary")
	for _, o := range outcomes {
		verdict := "ok"
		var skip errSkip
		switch {
		case errors.As(o.err, &skip):
			verdict = "SKIPPED: " + firstLine(o.err.Error())
		case o.err != nil || o.count.Failed > 0:
			verdict = "FAILED"
		}
		log.Printf("  %-14s %8s  %-28s %s", o.name, step.Duration(o.duration), o.count, verdict)
	}
	log.Printf("\n%d passed, %d failed", total.Passed, total.Failed)
	if total.Failed > 0 {
		return ErrFailed
	}
	return nil
}

// ErrFailed says that there were failures, which have been shown.
var ErrFailed = errors.New("there are failures")

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// prepare installs what the wanted steps need. What cannot be installed makes the step fail that needs it, with a
// message that says what is missing.
func (s *suite) prepare(ctx context.Context, want []string) {
	if !selected(want, "e2e-tinygo") {
		return
	}
	s.log.Printf("== toolchain")
	found, err := toolchain.Install(ctx, s.log)
	if err != nil {
		s.noTinyGo = err
		s.log.Printf("  There is no TinyGo here, so the release module is NOT tested: %v", err)
		return
	}
	s.log.Printf("  %s", found)
}

// devTools installs the locked npm packages of js/.
func (s *suite) devTools(ctx context.Context) error {
	if err := tools.Node(ctx, s.log); err != nil {
		return err
	}
	return tools.Packages(ctx, s.log, s.js)
}

// browser finds or installs Chromium.
func (s *suite) browser(ctx context.Context) (string, error) {
	if s.chromium != "" {
		return s.chromium, nil
	}
	var err error
	s.chromium, err = tools.Chromium(ctx, s.log)
	return s.chromium, err
}

// build builds dist/ with one compiler into a folder of the tests' own.
func (s *suite) build(ctx context.Context, name toolchain.Name) (string, error) {
	if dir := s.built[string(name)]; dir != "" {
		return dir, nil
	}
	dir := filepath.Join(s.root, ".cache", "test", string(name))
	// From nothing: a file of an earlier build must not stand in for one that is no longer made.
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	options := pipeline.Options{Root: s.root, Out: dir, Toolchain: string(name), Quick: true}
	_, err := pipeline.New(options, s.log).Build(ctx)
	if err == nil || errors.Is(err, pipeline.ErrIncomplete) {
		s.built[string(name)] = dir
	}
	return dir, err
}
