// Package tools makes the programs available that the tests and the benchmark need besides Go: locked npm packages,
// Node and Chromium. What it cannot install it names, with the command that does.
package tools

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"minipoly/cmd/build/internal/browser"
	"minipoly/cmd/build/internal/step"
	"minipoly/cmd/build/internal/toolchain"
)

// nodeMajor is the oldest Node that the development tools run on.
const nodeMajor = 20

// Node makes sure that node and npm are there.
func Node(ctx context.Context, log *step.Log) error {
	_, nodeErr := exec.LookPath("node")
	_, npmErr := exec.LookPath("npm")
	if (nodeErr != nil || npmErr != nil) && toolchain.Debian() {
		if err := toolchain.InstallDebian(ctx, log, "nodejs", "npm"); err != nil {
			return err
		}
	}
	version, err := log.Run(ctx, step.Command{Name: "node", Args: []string{"--version"}})
	if err != nil {
		return fmt.Errorf("Node %d or newer is missing: install it from https://nodejs.org/ so that `node` and `npm` are on PATH (%w)", nodeMajor, err)
	}
	number, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(version), "v"), ".")
	if major, err := strconv.Atoi(number); err != nil || major < nodeMajor {
		return fmt.Errorf("Node %s is too old: install Node %d or newer from https://nodejs.org/", strings.TrimSpace(version), nodeMajor)
	}
	if _, err := exec.LookPath("npm"); err != nil {
		return errors.New("npm is missing: it comes with Node from https://nodejs.org/, or as the package npm")
	}
	return nil
}

// Packages installs the packages of a folder's lock file, unless exactly they are installed already.
func Packages(ctx context.Context, log *step.Log, dir string) error {
	lock, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(lock)
	want := []byte(hex.EncodeToString(sum[:]) + "\n")
	stamp := filepath.Join(dir, "node_modules", ".minipoly-lock")
	if have, err := os.ReadFile(stamp); err == nil && bytes.Equal(have, want) {
		return nil
	}
	if err := Node(ctx, log); err != nil {
		return err
	}
	return log.Do("npm ci in "+filepath.Base(dir), func() error {
		npm := "npm"
		if runtime.GOOS == "windows" {
			npm = "npm.cmd"
		}
		if _, err := log.Run(ctx, step.Command{Name: npm, Args: []string{"ci", "--no-audit", "--no-fund", "--loglevel=error"}, Dir: dir}); err != nil {
			return err
		}
		return os.WriteFile(stamp, want, 0o644)
	})
}

// Chromium finds a browser, and on Debian installs one when there is none.
func Chromium(ctx context.Context, log *step.Log) (string, error) {
	path, err := browser.Find()
	if err == nil {
		return path, nil
	}
	if !toolchain.Debian() {
		return "", fmt.Errorf("%w: install Chromium or Chrome", err)
	}
	if err := toolchain.InstallDebian(ctx, log, "chromium"); err != nil {
		return "", err
	}
	return browser.Find()
}
