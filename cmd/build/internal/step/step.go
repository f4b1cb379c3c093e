// Package step shows the progress of the build: one numbered line per step, with its duration, and it runs commands
// whose output is kept for the error message (or shown at once with Verbose).
//
//	log := step.New(os.Stdout, false)
//	err := log.Do("storage.wasm", func() error { ... })
package step

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Log prints steps. It is safe for concurrent use, although lines of concurrent steps interleave.
type Log struct {
	// Verbose shows the commands that are run and their output.
	Verbose bool

	mu    sync.Mutex
	out   io.Writer
	open  bool // a step's line is waiting for its duration
	count int
	total int
}

// New returns a log that writes to out.
func New(out io.Writer, verbose bool) *Log {
	return &Log{out: out, Verbose: verbose}
}

// Plan sets the number of steps that follow, so that each line can say how far the work is. Zero: unknown.
func (l *Log) Plan(total int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count, l.total = 0, total
}

// Do runs one step and prints its name and its duration.
func (l *Log) Do(name string, work func() error) error {
	l.mu.Lock()
	l.count++
	l.breakLine()
	prefix := "  "
	if l.total > 0 {
		prefix = fmt.Sprintf("  [%2d/%d] ", l.count, l.total)
	}
	_, _ = fmt.Fprintf(l.out, "%s%s ... ", prefix, name)
	l.open = true
	l.mu.Unlock()

	start := time.Now()
	err := work()

	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.open {
		_, _ = fmt.Fprintf(l.out, "%s%s ... ", prefix, name)
	}
	l.open = false
	if err != nil {
		_, _ = fmt.Fprintf(l.out, "FAILED after %s\n", Duration(time.Since(start)))
		return err
	}
	_, _ = fmt.Fprintf(l.out, "%s\n", Duration(time.Since(start)))
	return nil
}

// Printf prints a line of its own.
func (l *Log) Printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.breakLine()
	_, _ = fmt.Fprintf(l.out, format+"\n", args...)
}

// Write lets commands print into the log.
func (l *Log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.breakLine()
	return l.out.Write(text)
}

func (l *Log) breakLine() {
	if l.open {
		_, _ = fmt.Fprintln(l.out)
		l.open = false
	}
}

// Duration prints d with as many digits as a reader of a build log wants.
func Duration(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// Command describes a program to run.
type Command struct {
	Name string
	Args []string
	Dir  string
	Env  []string // additions to the environment, "NAME=value"
	Show bool     // print the output as it comes, whatever Verbose says
}

// CommandError is a command that could not be started or did not end with exit code 0.
type CommandError struct {
	Command string
	Output  string // what it printed; empty when it was shown already
	Err     error
}

func (e *CommandError) Error() string {
	text := fmt.Sprintf("%s: %v", e.Command, e.Err)
	if e.Output != "" {
		text += "\n" + e.Output
	}
	return text
}

func (e *CommandError) Unwrap() error { return e.Err }

// Run runs a command to its end and returns what it wrote to standard output.
func (l *Log) Run(ctx context.Context, c Command) (string, error) {
	line := filepath.Base(c.Name) + " " + strings.Join(c.Args, " ")
	if l.Verbose {
		l.Printf("    $ %s", line)
	}
	// The context's error is the better message once the user has interrupted the build.
	cmd := exec.CommandContext(ctx, c.Name, c.Args...)
	cmd.Dir = c.Dir
	cmd.WaitDelay = 5 * time.Second
	if len(c.Env) > 0 {
		cmd.Env = append(os.Environ(), c.Env...)
	}
	var stdout, both lockedBuffer
	show := c.Show || l.Verbose
	cmd.Stdout = io.MultiWriter(&stdout, &both)
	cmd.Stderr = &both
	if show {
		cmd.Stdout = io.MultiWriter(&stdout, l)
		cmd.Stderr = l
	}
	err := cmd.Run()
	if err == nil {
		return stdout.String(), nil
	}
	if ctx.Err() != nil {
		err = errors.Join(ctx.Err(), err)
	}
	return stdout.String(), &CommandError{Command: line, Output: strings.TrimSpace(both.String()), Err: err}
}

// lockedBuffer collects standard output and standard error, which exec copies in two goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
