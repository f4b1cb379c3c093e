package serve

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"minipoly/cmd/build/internal/step"
)

func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHandler(t *testing.T) {
	outer := t.TempDir()
	dir := filepath.Join(outer, "dist")
	put(t, dir, map[string]string{
		"index.html": "<style>p{}</style><p>hello</p></body>", "minipoly.mjs": "export {}", "minipoly.wasm": "raw",
		"minipoly.wasm.gz": "gzipped", "minipoly.wasm.br": "brotlied", "bench/index.html": "report",
	})
	put(t, outer, map[string]string{"secret.txt": "secret"})
	if err := os.Symlink(filepath.Join(outer, "secret.txt"), filepath.Join(dir, "link.txt")); err != nil {
		t.Log("no links here:", err)
	}
	for _, test := range []struct {
		name, path, accept             string
		status                         int
		body, kind, encoding, fragment string
	}{
		{name: "root", path: "/", status: 200, kind: "text/html; charset=utf-8", fragment: "<p>hello</p>"},
		{name: "folder", path: "/bench/", status: 200, kind: "text/html; charset=utf-8", fragment: "report"},
		{name: "module", path: "/minipoly.mjs", status: 200, body: "export {}", kind: "text/javascript; charset=utf-8"},
		{name: "wasm", path: "/minipoly.wasm", status: 200, body: "raw", kind: "application/wasm"},
		{name: "brotli first", path: "/minipoly.wasm", accept: "gzip, deflate, br", status: 200, body: "brotlied", kind: "application/wasm", encoding: "br"},
		{name: "gzip", path: "/minipoly.wasm", accept: "gzip;q=0.5", status: 200, body: "gzipped", kind: "application/wasm", encoding: "gzip"},
		{name: "refused", path: "/minipoly.wasm", accept: "gzip;q=0, br;q=0.0", status: 200, body: "raw", kind: "application/wasm"},
		{name: "no precompressed form", path: "/minipoly.mjs", accept: "br", status: 200, body: "export {}", kind: "text/javascript; charset=utf-8"},
		{name: "missing", path: "/nothing", status: 404},
		{name: "outside", path: "/../secret.txt", status: 404},
		{name: "outside, encoded", path: "/%2e%2e/secret.txt", status: 404},
		{name: "outside by a link", path: "/link.txt", status: 404},
		{name: "a folder without a slash", path: "/bench", status: 404},
	} {
		t.Run(test.name, func(t *testing.T) {
			request := httptest.NewRequest(http.MethodGet, test.path, nil)
			if test.accept != "" {
				request.Header.Set("Accept-Encoding", test.accept)
			}
			response := httptest.NewRecorder()
			(&Handler{Dir: dir}).ServeHTTP(response, request)
			if response.Code != test.status {
				t.Fatalf("status %d, want %d", response.Code, test.status)
			}
			if response.Header().Get("Content-Security-Policy") == "" {
				t.Error("no policy")
			}
			if test.status != 200 {
				if strings.Contains(response.Body.String(), "secret") {
					t.Error("a file outside was served")
				}
				return
			}
			if got := response.Header().Get("Content-Type"); got != test.kind {
				t.Errorf("type %q, want %q", got, test.kind)
			}
			if got := response.Header().Get("Content-Encoding"); got != test.encoding {
				t.Errorf("encoding %q, want %q", got, test.encoding)
			}
			if got := response.Body.String(); test.body != "" && got != test.body || !strings.Contains(got, test.fragment) {
				t.Errorf("body %q", got)
			}
			if strings.HasSuffix(test.path, ".wasm") && response.Header().Get("Vary") != "Accept-Encoding" {
				t.Error("caches are not told that the answer depends on the encoding")
			}
		})
	}
	response := httptest.NewRecorder()
	(&Handler{Dir: dir}).ServeHTTP(response, httptest.NewRequest(http.MethodPost, "/", nil))
	if response.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", response.Code)
	}
}

func TestPolicy(t *testing.T) {
	got := Policy([]byte("<style>p{}</style><style>\nq{}</style>"))
	// printf 'p{}' | openssl dgst -sha256 -binary | base64
	for _, want := range []string{"script-src 'self' 'wasm-unsafe-eval';", "style-src 'self' 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y=' 'sha256-"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\ndoes not contain %s", got, want)
		}
	}
	if strings.Contains(got, "unsafe-inline") || strings.Contains(got, "'unsafe-eval'") {
		t.Error(got)
	}
}

// TestBenchPage shows that the page that measures is isolated and may run what it has fetched, and that no other may.
func TestBenchPage(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"index.html": "<p>", "bench.html": "<p>", "bench/index.html": "<p>", "bench/bench.html": "<p>"})
	for path, want := range map[string]bool{"/bench.html": true, "/": false, "/bench/": false, "/bench/bench.html": false} {
		response := httptest.NewRecorder()
		(&Handler{Dir: dir}).ServeHTTP(response, httptest.NewRequest(http.MethodGet, path, nil))
		header := response.Header()
		isolated := header.Get("Cross-Origin-Opener-Policy") == "same-origin" && header.Get("Cross-Origin-Embedder-Policy") == "require-corp"
		inline := strings.Contains(header.Get("Content-Security-Policy"), "script-src 'self' blob: 'unsafe-inline' 'wasm-unsafe-eval';")
		inline = inline && strings.Contains(header.Get("Content-Security-Policy"), "style-src 'self' 'unsafe-inline';")
		if response.Code != http.StatusOK || isolated != want || inline != want {
			t.Errorf("%s: status %d, isolated %t, inline scripts %t", path, response.Code, isolated, inline)
		}
	}
}

func TestInjectReload(t *testing.T) {
	for _, page := range []string{"<body>x</body></html>", "<p>no body"} {
		got := string(injectReload([]byte(page)))
		if strings.Count(got, reloadPath) != 1 || len(got) <= len(page) {
			t.Errorf("%q", got)
		}
	}
}

func TestAnyGo(t *testing.T) {
	for name, want := range map[string]bool{
		"store/store.go": true, "go.mod": true, "go.sum": true, "js/src/minipoly.ts": false, "README.md": false, "index.html": false,
	} {
		if anyGo([]string{name}) != want {
			t.Errorf("anyGo(%s) is %t", name, !want)
		}
	}
}

// TestRun drives the whole loop: a build, a page that listens, a change, a failure, and a repair.
func TestRun(t *testing.T) {
	root := t.TempDir()
	dist := filepath.Join(root, "dist")
	put(t, root, map[string]string{"store/a.go": "1", "js/node_modules/ignored.js": "1"})
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := probe.Addr().String()
	if err := probe.Close(); err != nil {
		t.Fatal(err)
	}

	var fail error
	built := make(chan bool, 10)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Options{Root: root, Dir: dist, Addr: addr, Build: func(ctx context.Context, goChanged bool) error {
			text, err := os.ReadFile(filepath.Join(root, "store", "a.go"))
			if err != nil {
				return err
			}
			fail = nil
			if string(text) == "broken" {
				fail = errors.New("a.go is broken")
			} else {
				put(t, dist, map[string]string{"index.html": "<body>" + string(text) + "</body>"})
			}
			built <- goChanged
			return fail
		}}, step.New(io.Discard, false))
	}()
	if !<-built {
		t.Error("the first build does not build the modules")
	}

	var response *http.Response
	for range 50 {
		if response, err = http.Get("http://" + addr + eventsPath); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	lines := bufio.NewScanner(response.Body)
	next := func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		t.Fatal("the stream has ended")
		return ""
	}
	page := func() string {
		got, err := http.Get("http://" + addr + "/")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = got.Body.Close() }()
		text, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}

	first := next()
	put(t, root, map[string]string{"store/a.go": "broken"})
	if data := next(); !strings.Contains(data, "a.go is broken") {
		t.Errorf("the page is not told of the failure: %s", data)
	}
	if text := page(); !strings.HasPrefix(text, "<body>1") || !strings.Contains(text, reloadPath) {
		t.Errorf("the last good build is not served: %s", text)
	}
	put(t, root, map[string]string{"store/a.go": "two", "js/node_modules/ignored.js": "2"})
	if data := next(); data == first || strings.Contains(data, "error") {
		t.Errorf("the page is not told of the repair: %s", data)
	}
	if text := page(); !strings.HasPrefix(text, "<body>two") {
		t.Errorf("the new build is not served: %s", text)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestWatcher(t *testing.T) {
	root := t.TempDir()
	put(t, root, map[string]string{"store/a.go": "1", "store/b.go": "1", "js/node_modules/x.js": "1", "elsewhere/x.go": "1"})
	w := newWatcher(root)
	if changed := w.poll(); len(changed) != 0 {
		t.Errorf("changes before any: %v", changed)
	}
	put(t, root, map[string]string{"store/a.go": "22", "store/c.go": "1", "js/node_modules/x.js": "22", "elsewhere/x.go": "22"})
	if err := os.Remove(filepath.Join(root, "store", "b.go")); err != nil {
		t.Fatal(err)
	}
	if changed := w.poll(); !slices.Equal(changed, []string{"store/a.go", "store/b.go", "store/c.go"}) {
		t.Errorf("changes: %v", changed)
	}
}
