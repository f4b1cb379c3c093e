package toolchain

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"minipoly/cmd/build/internal/project"
	"minipoly/cmd/build/internal/step"
)

// tinygoVersion is the release that [Install] builds. The pin with all its sums is pin/tinygo.mod and pin/tinygo.sum.
const tinygoVersion = "0.41.1"

const (
	tinygoModule = "github.com/tinygo-org/tinygo"
	llvmBin      = "/usr/lib/llvm-19/bin"
)

// The pin has its own file names: a folder with a go.mod would be a module of its own, which go:embed leaves out.

//go:embed pin/tinygo.mod
var pinnedMod []byte

//go:embed pin/tinygo.sum
var pinnedSum []byte

//go:embed target.json
var target []byte

// packages are the Debian packages that the toolchain is built with and links against.
var packages = []string{
	"llvm-19-dev", "libclang-19-dev", "clang-19", "lld-19", "wasi-libc", "libclang-rt-19-dev-wasm32",
	"binaryen", // TinyGo runs wasm-opt on every module
}

// home is the toolchain's folder in the cache. Its name changes with everything that the toolchain is made of.
func home() (string, error) {
	cache, err := project.CacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, part := range [][]byte{pinnedMod, pinnedSum, target, []byte(runtime.GOOS + "/" + runtime.GOARCH)} {
		// The length keeps the parts apart.
		_, _ = fmt.Fprintf(sum, "%d\n", len(part))
		_, _ = sum.Write(part)
	}
	return filepath.Join(cache, "tinygo-"+tinygoVersion+"-"+hex.EncodeToString(sum.Sum(nil))[:12]), nil
}

// cached returns the toolchain of the cache, or nil when it has not been built.
func cached() (*Toolchain, error) {
	dir, err := home()
	if err != nil {
		return nil, err
	}
	root := filepath.Join(dir, "root")
	found := &Toolchain{
		Name:    TinyGo,
		Version: tinygoVersion,
		Glue:    filepath.Join(root, "targets", "wasm_exec.js"),
		Licence: licence(root),
		command: filepath.Join(dir, "tinygo"),
		target:  filepath.Join(dir, "target.json"),
		env:     []string{"TINYGOROOT=" + root, prependPath(llvmBin), "GOFLAGS="},
	}
	// The folder appears under its name only when it is complete; the rest may have been uninstalled since.
	if !project.Exists(found.command) || !project.Exists(filepath.Join(llvmBin, "wasm-ld")) {
		return nil, nil
	}
	return found, nil
}

// Debian reports whether this is Debian or something made from it, with apt-get.
func Debian() bool {
	_, err := exec.LookPath("apt-get")
	return runtime.GOOS == "linux" && err == nil && project.Exists("/etc/debian_version")
}

func advice() string {
	if Debian() {
		return fmt.Sprintf("To get it: %s (as root, or after: sudo apt-get install %s)", Hint, strings.Join(packages, " "))
	}
	return "To get it: install TinyGo 0.41 or newer from https://tinygo.org/getting-started/install/ so that `tinygo` is on PATH."
}

// Advice says how to install what is missing, for people.
func Advice() string { return advice() }

// Install makes TinyGo available: on Debian it installs the packages that are missing and builds TinyGo from its Go
// module into the cache; elsewhere it says what to install. It does nothing when TinyGo is there already.
func Install(ctx context.Context, log *step.Log) (*Toolchain, error) {
	found, reason := findTinyGo(ctx, log)
	if reason == nil {
		return found, nil
	}
	if !Debian() {
		return nil, fmt.Errorf("%w\n%s", reason, advice())
	}
	if err := installPackages(ctx, log, packages); err != nil {
		return nil, err
	}
	dir, err := home()
	if err != nil {
		return nil, err
	}
	if !project.Exists(dir) {
		if err := build(ctx, log, dir); err != nil {
			return nil, err
		}
	}
	found, err = cached()
	if err == nil && found == nil {
		err = fmt.Errorf("%s is incomplete: remove it and run the command again", dir)
	}
	return found, err
}

// build builds TinyGo into dir.
func build(ctx context.Context, log *step.Log, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	// Built beside its place and moved there when complete, so that an interrupted build is never taken for a toolchain.
	work, err := os.MkdirTemp(filepath.Dir(dir), "tinygo-building-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()

	module := filepath.Join(work, "module")
	if err := os.Mkdir(module, 0o755); err != nil {
		return err
	}
	for name, text := range map[string][]byte{
		"module/go.mod": pinnedMod, "module/go.sum": pinnedSum, "target.json": target,
	} {
		if err := os.WriteFile(filepath.Join(work, filepath.FromSlash(name)), text, 0o644); err != nil {
			return err
		}
	}

	env := []string{"CGO_ENABLED=1", "GOWORK=off", "GOFLAGS=-mod=readonly"}
	if _, err := exec.LookPath("g++"); err != nil {
		// A fresh machine has no gcc, and clang is among the packages anyway.
		env = append(env, "CC="+filepath.Join(llvmBin, "clang"), "CXX="+filepath.Join(llvmBin, "clang++"))
	}
	goTool := func(args ...string) (string, error) {
		return log.Run(ctx, step.Command{Name: "go", Args: args, Dir: module, Env: env})
	}

	err = log.Do("download TinyGo "+tinygoVersion+" and its modules", func() error {
		_, err := goTool("mod", "download", tinygoModule)
		return err
	})
	if err != nil {
		return err
	}
	err = log.Do("build TinyGo "+tinygoVersion, func() error {
		_, err := goTool("build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-tags", "llvm19", "-o", filepath.Join(work, "tinygo"), tinygoModule)
		return err
	})
	if err != nil {
		return err
	}
	source, err := goTool("list", "-m", "-f", "{{.Dir}}", tinygoModule)
	if err != nil {
		return err
	}
	return log.Do("copy TinyGo's runtime", func() error {
		root := filepath.Join(work, "root")
		if err := copyTree(strings.TrimSpace(source), root); err != nil {
			return err
		}
		// A git submodule, which a module archive leaves out; TinyGo lists the folder when it makes its GOROOT.
		if err := os.MkdirAll(filepath.Join(root, "src", "net", "http"), 0o755); err != nil {
			return err
		}
		if err := os.RemoveAll(module); err != nil {
			return err
		}
		return os.Rename(work, dir)
	})
}

// copyTree copies what TinyGo reads at run time out of the module cache, writable. Links do not do: TinyGo makes a
// GOROOT of links to this folder.
func copyTree(from, to string) error {
	for _, part := range []string{"LICENSE", "src", "targets", "lib"} {
		source := filepath.Join(from, part)
		if !project.Exists(source) {
			continue
		}
		err := filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			relative, err := filepath.Rel(from, path)
			if err != nil {
				return err
			}
			place := filepath.Join(to, relative)
			if entry.IsDir() {
				return os.MkdirAll(place, 0o755)
			}
			if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(place, text, 0o644)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ErrNotRoot says that packages are missing which only root can install.
var ErrNotRoot = errors.New("not root")

// installPackages installs the Debian packages of names that are missing.
func installPackages(ctx context.Context, log *step.Log, names []string) error {
	var missing []string
	for _, name := range names {
		status, err := log.Run(ctx, step.Command{Name: "dpkg-query", Args: []string{"-W", "-f", "${db:Status-Status}", name}})
		if err != nil || strings.TrimSpace(status) != "installed" {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("Debian packages are missing; as root: apt-get install -y --no-install-recommends %s (%w)", strings.Join(missing, " "), ErrNotRoot)
	}
	env := []string{"DEBIAN_FRONTEND=noninteractive"}
	install := append([]string{"install", "-y", "--no-install-recommends"}, missing...)
	return log.Do("apt-get install "+strings.Join(missing, " "), func() error {
		// The package lists of a fresh container are empty, those of an old one name files that are gone.
		if _, err := log.Run(ctx, step.Command{Name: "apt-get", Args: []string{"update"}, Env: env}); err != nil {
			return err
		}
		_, err := log.Run(ctx, step.Command{Name: "apt-get", Args: install, Env: env})
		return err
	})
}

// InstallDebian installs Debian packages if they are missing: for the browser and Node that the tests need.
func InstallDebian(ctx context.Context, log *step.Log, names ...string) error {
	if !Debian() {
		return errors.New("no apt-get here")
	}
	return installPackages(ctx, log, names)
}
