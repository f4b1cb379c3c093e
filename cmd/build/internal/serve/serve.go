// Package serve shows dist/ in a browser while it is worked on: it builds, serves, builds again when a source has
// changed, and reloads the pages that are open.
package serve

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"minipoly/cmd/build/internal/step"
)

//go:embed reload.js
var reloadScript []byte

const (
	reloadPath = "/minipoly-serve/reload.js"
	eventsPath = "/minipoly-serve/events"
)

// Policy is the content security policy of a page. Pages may use blob: and data: images (createBufferURL), no inline
// script and no eval; WebAssembly needs 'wasm-unsafe-eval'. The style elements that stand in the page's file are allowed
// by their hashes.
func Policy(page []byte) string {
	styles := "'self'"
	for _, match := range styleElement.FindAllSubmatch(page, -1) {
		sum := sha256.Sum256(match[1])
		styles += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return fmt.Sprintf(policy, styles)
}

var styleElement = regexp.MustCompile(`(?s)<style>(.*?)</style>`)

const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src %s; img-src 'self' blob: data:; " +
	"media-src 'self' blob:; connect-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

// benchPage measures. Its clock and its start-up rows need more than other pages get.
const benchPage = "bench.html"

// isolate makes a page cross-origin isolated, which gives its clock steps of 5 us instead of 100, and lets it run scripts
// that it has fetched itself, with the styles that the peers among them add: start-up is timed from the moment when the
// bytes are at hand.
func isolate(header http.Header) {
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Embedder-Policy", "require-corp")
	own := strings.Replace(policy, "script-src 'self'", "script-src 'self' blob: 'unsafe-inline'", 1)
	header.Set("Content-Security-Policy", fmt.Sprintf(own, "'self' 'unsafe-inline'"))
}

// Handler serves the files of a folder, and nothing outside it, as a production server should: with their types, with
// the precompressed forms that lie beside them, with validators, and with [Policy].
type Handler struct {
	Dir    string
	Reload bool // add the script that reloads the page; for `serve` alone
}

var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".mjs":  "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".json": "application/json; charset=utf-8",
	".map":  "application/json; charset=utf-8",
	".ts":   "text/plain; charset=utf-8",
	".md":   "text/markdown; charset=utf-8",
	".wasm": "application/wasm",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".txt":  "text/plain; charset=utf-8",
}

// contentType does not ask the machine's own tables, which differ.
func contentType(name string) string {
	if known, ok := types[path.Ext(name)]; ok {
		return known
	}
	if filepath.Ext(name) == "" {
		return "text/plain; charset=utf-8"
	}
	if other := mime.TypeByExtension(path.Ext(name)); other != "" {
		return other
	}
	return "application/octet-stream"
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", Policy(nil))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-cache")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "GET and HEAD only", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if strings.HasSuffix(r.URL.Path, "/") {
		name = path.Join(name, "index.html")
	}
	// The root confines the lookup to the folder, whatever the path and the links in it say.
	root, err := os.OpenRoot(h.Dir)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer func() { _ = root.Close() }()
	text, err := read(root, name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	header.Set("Content-Type", contentType(name))
	if path.Ext(name) == ".html" {
		header.Set("Content-Security-Policy", Policy(text))
	}
	if name == benchPage {
		isolate(header)
	}
	if h.Reload && path.Ext(name) == ".html" {
		text = injectReload(text)
	}
	if small, encoding, ok := negotiate(root, name, r.Header.Get("Accept-Encoding")); ok {
		header.Set("Content-Encoding", encoding)
		text = small
	}
	if precompressed(root, name) {
		header.Add("Vary", "Accept-Encoding")
	}
	// By content, not by time: two builds within a second are not the same.
	sum := sha256.Sum256(text)
	header.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(text))
}

// precompressed reports whether a file has precompressed forms at all.
func precompressed(root *os.Root, name string) bool {
	_, err := root.Stat(name + ".gz")
	return err == nil
}

func read(root *os.Root, name string) ([]byte, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a file")
	}
	return root.ReadFile(name)
}

// negotiate finds the smallest precompressed form that the browser takes.
func negotiate(root *os.Root, name, accept string) (text []byte, encoding string, ok bool) {
	for _, form := range []struct{ encoding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepts(accept, form.encoding) {
			continue
		}
		if text, err := read(root, name+form.suffix); err == nil {
			return text, form.encoding, true
		}
	}
	return nil, "", false
}

// accepts reads an Accept-Encoding header: names with an optional weight, of which 0 means no.
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), encoding) {
			continue
		}
		value, found := strings.CutPrefix(strings.TrimSpace(weight), "q=")
		if !found {
			return true
		}
		q, err := strconv.ParseFloat(value, 64)
		return err == nil && q > 0
	}
	return false
}

// injectReload adds the reload script at the end of a page.
func injectReload(page []byte) []byte {
	tag := []byte(`<script src="` + reloadPath + `" defer></script>`)
	at := bytes.LastIndex(page, []byte("</body>"))
	if at < 0 {
		at = len(page)
	}
	return bytes.Join([][]byte{page[:at], tag, page[at:]}, nil)
}

// event is what open pages are told.
type event struct {
	Build int    `json:"build"`           // rises with every build that succeeded
	Error string `json:"error,omitempty"` // of the last build, when it failed
}

// hub tells all open pages the state of the build.
type hub struct {
	mu    sync.Mutex
	state event
	pages map[chan struct{}]bool
}

func (h *hub) set(change func(*event)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(&h.state)
	for page := range h.pages {
		// One waiting signal is enough: the page reads the newest state.
		select {
		case page <- struct{}{}:
		default:
		}
	}
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	flusher, ok := w.(http.Flusher)
	if !ok {
		http.Error(w, "this connection cannot stream", http.StatusInternalServerError)
		return
	}
	signal := make(chan struct{}, 1)
	signal <- struct{}{}
	h.mu.Lock()
	h.pages[signal] = true
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		delete(h.pages, signal)
		h.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	for {
		select {
		case <-r.Context().Done():
			return
		case <-signal:
		}
		h.mu.Lock()
		state := h.state
		h.mu.Unlock()
		text, err := json.Marshal(state)
		if err != nil {
			return
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", text); err != nil {
			return
		}
		flusher.Flush()
	}
}

// Options say what to serve.
type Options struct {
	Root string // of the repository
	Dir  string // the folder that the build writes
	Addr string
	// Build builds. goChanged says whether a Go source has changed since the last call.
	Build func(ctx context.Context, goChanged bool) error
}

// Run builds and serves until ctx ends. The first build must succeed; a later one that fails leaves the files of the
// last good one in place, and shows its error here and in the open pages.
func Run(ctx context.Context, o Options, log *step.Log) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	watcher := newWatcher(o.Root)
	if err := o.Build(ctx, true); err != nil {
		return err
	}

	// A build number from the clock: a page that outlives the server reloads when the next one starts.
	pages := &hub{state: event{Build: int(time.Now().UnixMilli())}, pages: map[chan struct{}]bool{}}
	mux := http.NewServeMux()
	mux.Handle("/", &Handler{Dir: o.Dir, Reload: true})
	mux.Handle("GET "+eventsPath, pages)
	mux.HandleFunc("GET "+reloadPath, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", types[".js"])
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(reloadScript)
	})
	server := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		// Event streams never end by themselves; they end with ctx.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	log.Printf("\nminipoly: open http://%s/ (it reloads when a source changes; Ctrl-C ends)", display(listener.Addr()))

	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-time.After(pollInterval):
		}
		changed := watcher.poll()
		if len(changed) == 0 {
			continue
		}
		// Editors save in several steps, and a checkout touches many files: wait until it is quiet.
		for {
			time.Sleep(quiet)
			more := watcher.poll()
			if len(more) == 0 {
				break
			}
			changed = append(changed, more...)
		}
		log.Printf("\nminipoly: %s changed", summary(changed))
		for _, name := range changed {
			if strings.HasPrefix(name, "cmd/") {
				log.Printf("minipoly: the build itself has changed: start serve again to use it")
				break
			}
		}
		err := o.Build(ctx, anyGo(changed))
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			log.Printf("\nminipoly: the build failed, the last good one is still served\n%v", err)
			pages.set(func(state *event) { state.Error = err.Error() })
			continue
		}
		pages.set(func(state *event) { state.Build++; state.Error = "" })
	}
}

func summary(changed []string) string {
	if len(changed) == 1 {
		return changed[0]
	}
	return fmt.Sprintf("%s and %d more", changed[0], len(changed)-1)
}

func anyGo(changed []string) bool {
	for _, name := range changed {
		if !strings.HasPrefix(name, "js/") && strings.HasSuffix(name, ".go") || strings.HasPrefix(name, "go.") {
			return true
		}
	}
	return false
}

// display writes an address as a browser wants it: a server on all addresses is reached on the loopback one.
func display(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
}
