// Package browser runs Go tests that were compiled for js/wasm in a real Chromium, without any test framework: a
// loopback server hands out a page that runs the test binary and posts its output and exit code back.
package browser

import (
	"bytes"
	"context"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"minipoly/cmd/build/internal/step"
)

//go:embed page
var page embed.FS

// Names of the environment variables that the end-to-end tests read.
const ChromiumVariable = "MINIPOLY_CHROMIUM"

// Flags are what a headless Chromium needs in a container and in a test: no sandbox for root, nothing that talks to
// the network by itself.
var Flags = []string{
	"--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
	"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
	"--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-dev-shm-usage",
}

// Find finds a Chromium: the one that MINIPOLY_CHROMIUM names, else one on PATH or where installers put it.
func Find() (string, error) {
	if path := os.Getenv(ChromiumVariable); path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("%s: %w", ChromiumVariable, err)
		}
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	var places []string
	switch runtime.GOOS {
	case "darwin":
		for _, app := range []string{"Chromium", "Google Chrome"} {
			places = append(places, "/Applications/"+app+".app/Contents/MacOS/"+app)
		}
	case "windows":
		for _, base := range []string{os.Getenv("ProgramFiles"), os.Getenv("ProgramFiles(x86)"), os.Getenv("LocalAppData")} {
			places = append(places, filepath.Join(base, "Google", "Chrome", "Application", "chrome.exe"))
		}
	}
	for _, place := range places {
		if _, err := os.Stat(place); err == nil {
			return place, nil
		}
	}
	return "", errors.New("there is no Chromium or Chrome on PATH, and " + ChromiumVariable + " names none")
}

// Test is one test binary to run.
type Test struct {
	Chromium string
	Binary   string // path of the binary that `go test -c` made for js/wasm
	Glue     string // path of the standard compiler's wasm_exec.js
	Dir      string // the package's folder; its testdata can be read by the tests
	Helper   []byte // a script that runs before the binary; nil for none
	Args     []string
	Timeout  time.Duration
}

// ErrTimeout says that the page did not report an exit code in time.
var ErrTimeout = errors.New("the tests did not end in time")

// Run runs the tests, writes what they print to out, and returns their exit code.
func (t Test) Run(ctx context.Context, log *step.Log, out io.Writer) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, t.Timeout)
	defer cancel()

	testdata, err := readTestdata(t.Dir)
	if err != nil {
		return 0, err
	}
	config, err := json.Marshal(map[string]any{"args": t.Args, "files": testdata, "helper": t.Helper != nil})
	if err != nil {
		return 0, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	exit := make(chan int, 1)
	server := &http.Server{Handler: t.handler(config, out, exit), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()

	profile, err := os.MkdirTemp("", "minipoly-chromium-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = removeAll(profile) }()
	args := append([]string{"--user-data-dir=" + profile}, Flags...)
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	args = append(args, "http://"+listener.Addr().String()+"/")
	var messages bytes.Buffer
	cmd := exec.Command(t.Chromium, args...)
	cmd.Stdout, cmd.Stderr = &messages, &messages
	ownGroup(cmd)
	if log.Verbose {
		log.Printf("    $ %s %s", t.Chromium, strings.Join(args, " "))
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	defer func() {
		killGroup(cmd)
		<-ended
	}()

	select {
	case code := <-exit:
		return code, nil
	case err := <-ended:
		ended <- err // for the deferred wait
		return 0, fmt.Errorf("the browser ended before the tests did: %v\n%s", err, strings.TrimSpace(messages.String()))
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return 0, fmt.Errorf("%w (%s)", ErrTimeout, t.Timeout)
		}
		return 0, ctx.Err()
	}
}

func (t Test) handler(config []byte, out io.Writer, exit chan<- int) http.Handler {
	mux := http.NewServeMux()
	static := func(pattern, kind string, read func() ([]byte, error)) {
		mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, r *http.Request) {
			text, err := read()
			if err != nil {
				http.Error(w, err.Error(), http.StatusNotFound)
				return
			}
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write(text)
		})
	}
	const script = "text/javascript; charset=utf-8"
	static("/{$}", "text/html; charset=utf-8", func() ([]byte, error) { return page.ReadFile("page/index.html") })
	static("/run.js", script, func() ([]byte, error) { return page.ReadFile("page/run.js") })
	static("/files.js", script, func() ([]byte, error) { return page.ReadFile("page/files.js") })
	static("/wasm_exec.js", script, func() ([]byte, error) { return os.ReadFile(t.Glue) })
	static("/testhost.js", script, func() ([]byte, error) { return t.Helper, nil })
	static("/test.wasm", "application/wasm", func() ([]byte, error) { return os.ReadFile(t.Binary) })
	static("/config.json", "application/json", func() ([]byte, error) { return config, nil })
	mux.HandleFunc("POST /output", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(out, r.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /exit", func(w http.ResponseWriter, r *http.Request) {
		var code int
		if err := json.NewDecoder(r.Body).Decode(&code); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
		select {
		case exit <- code:
		default:
		}
	})
	return mux
}

// readTestdata reads the package's testdata as base64, by its path relative to the package.
func readTestdata(dir string) (map[string]string, error) {
	files := map[string]string{}
	err := filepath.WalkDir(filepath.Join(dir, "testdata"), func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = base64.StdEncoding.EncodeToString(text)
		return err
	})
	return files, err
}

// removeAll removes a profile: Chromium's last processes may still write for a moment after they were told to end.
func removeAll(dir string) error {
	var err error
	for range 10 {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}
