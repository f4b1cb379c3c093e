// Package toolchain compiles minipoly's WebAssembly modules with TinyGo, which makes the release modules, or with the
// standard Go compiler, which every machine that runs this build has.
//
// TinyGo is taken from the cache, where [Install] builds it from its pinned Go module, or else from PATH. Both give a
// module for the same glue file, TinyGo's own targets/wasm_exec.js.
package toolchain

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"minipoly/cmd/build/internal/project"
	"minipoly/cmd/build/internal/step"
)

// Name is the name of a compiler, as the -toolchain flag and the bundles spell it.
type Name string

const (
	TinyGo Name = "tinygo"
	Go     Name = "go"
)

// Hint says how to come to the small module.
const Hint = "go run ./cmd/build toolchain"

// Toolchain is a compiler that was found.
type Toolchain struct {
	Name    Name
	Version string // as the compiler prints it, such as 0.41.1
	Glue    string // path of the wasm_exec.js that belongs to the compiler's modules
	Licence string // path of the licence text of the runtime that ends up in the module and the glue

	command string
	env     []string
	target  string // TinyGo's -target
}

func (t *Toolchain) String() string {
	if t.Name == TinyGo {
		return "TinyGo " + t.Version
	}
	return "standard " + t.Version
}

// Find looks for a compiler. want is "auto", "tinygo" or "go". The second result says, for auto, why TinyGo was not
// taken; it is empty when it was.
func Find(ctx context.Context, log *step.Log, want string) (*Toolchain, string, error) {
	switch want {
	case string(Go):
		found, err := findGo(ctx, log)
		return found, "", err
	case string(TinyGo):
		found, err := findTinyGo(ctx, log)
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, advice())
		}
		return found, "", err
	case "auto":
		found, reason := findTinyGo(ctx, log)
		if reason == nil {
			return found, "", nil
		}
		found, err := findGo(ctx, log)
		return found, reason.Error(), err
	}
	return nil, "", fmt.Errorf("-toolchain %s: it is auto, tinygo or go", want)
}

func findGo(ctx context.Context, log *step.Log) (*Toolchain, error) {
	out, err := log.Run(ctx, step.Command{Name: "go", Args: []string{"env", "GOROOT", "GOVERSION"}})
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 {
		return nil, fmt.Errorf("go env printed %q", out)
	}
	root, version := strings.TrimSpace(lines[0]), strings.TrimSpace(lines[1])
	found := &Toolchain{
		Name:    Go,
		Version: "Go " + strings.TrimPrefix(version, "go"),
		Glue:    filepath.Join(root, "lib", "wasm", "wasm_exec.js"),
		Licence: licence(root),
		command: "go",
	}
	if !project.Exists(found.Glue) {
		return nil, fmt.Errorf("%s is missing from the Go installation", found.Glue)
	}
	return found, nil
}

func findTinyGo(ctx context.Context, log *step.Log) (*Toolchain, error) {
	built, err := cached()
	if err != nil {
		return nil, err
	}
	if built != nil {
		return built, nil
	}
	command, err := exec.LookPath("tinygo")
	if err != nil {
		return nil, errors.New("there is no TinyGo, neither in the cache nor on PATH")
	}
	version, err := log.Run(ctx, step.Command{Name: command, Args: []string{"version"}})
	if err != nil {
		return nil, err
	}
	number, err := checkVersion(version)
	if err != nil {
		return nil, err
	}
	root, err := log.Run(ctx, step.Command{Name: command, Args: []string{"env", "TINYGOROOT"}})
	if err != nil {
		return nil, err
	}
	root = strings.TrimSpace(root)
	found := &Toolchain{
		Name:    TinyGo,
		Version: number,
		Glue:    filepath.Join(root, "targets", "wasm_exec.js"),
		Licence: licence(root),
		command: command,
		target:  "wasm",
	}
	if !project.Exists(found.Glue) {
		return nil, fmt.Errorf("%s is missing from the TinyGo installation", found.Glue)
	}
	return found, nil
}

var versionPattern = regexp.MustCompile(`tinygo version (\d+)\.(\d+)(\.\d+)?`)

// checkVersion reads the output of `tinygo version` and refuses versions older than 0.41, whose glue and garbage
// collector are not the ones that minipoly is tested with.
func checkVersion(output string) (string, error) {
	match := versionPattern.FindStringSubmatch(output)
	if match == nil {
		return "", fmt.Errorf("cannot read the version in %q", strings.TrimSpace(output))
	}
	major, _ := strconv.Atoi(match[1])
	minor, _ := strconv.Atoi(match[2])
	number := strings.TrimPrefix(match[0], "tinygo version ")
	if major == 0 && minor < 41 {
		return "", fmt.Errorf("TinyGo on PATH is %s, minipoly needs 0.41 or newer", number)
	}
	return number, nil
}

// Compile builds a module into the file out.
func (t *Toolchain) Compile(ctx context.Context, log *step.Log, root string, m project.Module, out string) error {
	command := step.Command{Name: t.command, Dir: root, Env: t.env}
	if t.Name == TinyGo {
		command.Args = append([]string{"build", "-target", t.target}, tinygoFlags(m)...)
	} else {
		command.Args = []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid="}
		command.Env = append(command.Env, "GOOS=js", "GOARCH=wasm", "GOFLAGS=")
	}
	command.Args = append(command.Args, "-o", out, m.Package)
	if _, err := log.Run(ctx, command); err != nil || t.Name != TinyGo {
		return err
	}
	return shrink(ctx, log, out, t.env)
}

// tinygoFlags are the flags of every TinyGo module, whichever installation compiles it.
//
// c-shared makes a module that stays alive when main has returned; without a scheduler a call into Go costs 0.01 us
// (with one 0.4 ms); a panic traps, for recover does not exist there and messages cost bytes.
func tinygoFlags(m project.Module) []string {
	return []string{
		"-buildmode=c-shared", "-gc=" + m.GC, "-scheduler=none", "-panic=trap", "-opt=" + m.Opt, "-no-debug",
	}
}

func licence(root string) string {
	path := filepath.Join(root, "LICENSE")
	if !project.Exists(path) {
		// Some packagers move it away; the build then leaves it out and says so.
		return ""
	}
	return path
}

// prependPath is the PATH variable with dir before everything else.
func prependPath(dir string) string {
	return "PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH")
}
