// Package artefact holds the files of dist/ until a build has succeeded, measures them and writes them.
package artefact

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// Set is the content of dist/: file name (with forward slashes) to bytes.
type Set map[string][]byte

// Size is the size of one artefact in bytes.
type Size struct {
	Raw, Gzip int
	Brotli    int // 0 when it was not measured
}

// Compressor compresses at the highest levels and remembers what it has compressed, for `serve` builds again and again.
type Compressor struct {
	mu   sync.Mutex
	done map[key][]byte
	slot chan struct{}
}

type key struct {
	sum      [sha256.Size]byte
	encoding string
}

// NewCompressor returns a compressor that works on up to parallel files at once.
func NewCompressor(parallel int) *Compressor {
	return &Compressor{done: map[key][]byte{}, slot: make(chan struct{}, max(parallel, 1))}
}

// Gzip returns data compressed with gzip at level 9. The result depends on data alone.
func (c *Compressor) Gzip(data []byte) ([]byte, error) {
	return c.once(data, "gzip", func(out io.Writer) (io.WriteCloser, error) {
		// No name and no time in the header.
		return gzip.NewWriterLevel(out, gzip.BestCompression)
	})
}

// Brotli returns data compressed with brotli at quality 11, which takes 5 s a megabyte. Data of more than limit bytes
// (0: no limit) is compressed only if it was before; the result is nil otherwise.
func (c *Compressor) Brotli(data []byte, limit int) ([]byte, error) {
	if limit > 0 && len(data) > limit {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.done[key{sha256.Sum256(data), "br"}], nil
	}
	return c.once(data, "br", func(out io.Writer) (io.WriteCloser, error) {
		// The window must hold the file, or a large module loses a part of its matches.
		window := 18
		for window < 24 && 1<<window < len(data) {
			window++
		}
		return brotli.NewWriterOptions(out, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: window}), nil
	})
}

func (c *Compressor) once(data []byte, encoding string, open func(io.Writer) (io.WriteCloser, error)) ([]byte, error) {
	name := key{sha256.Sum256(data), encoding}
	c.mu.Lock()
	known, ok := c.done[name]
	c.mu.Unlock()
	if ok {
		return known, nil
	}
	c.slot <- struct{}{}
	defer func() { <-c.slot }()
	var out bytes.Buffer
	writer, err := open(&out)
	if err != nil {
		return nil, err
	}
	if _, err := writer.Write(data); err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.done[name] = out.Bytes()
	c.mu.Unlock()
	return out.Bytes(), nil
}

// Measure measures the artefacts of which the size matters to a page: no source maps, types and compressed forms. The
// brotli size of files of more than limit bytes is measured only if they were compressed before.
func Measure(files Set, c *Compressor, limit int) (map[string]Size, error) {
	var (
		mu    sync.Mutex
		group sync.WaitGroup
		errs  []error
		sizes = map[string]Size{}
	)
	for name, data := range files {
		switch path.Ext(name) {
		case ".wasm", ".mjs", ".js", ".css", ".html":
		default:
			continue
		}
		group.Go(func() {
			gz, gzErr := c.Gzip(data)
			br, brErr := c.Brotli(data, limit)
			mu.Lock()
			defer mu.Unlock()
			if err := errors.Join(gzErr, brErr); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
				return
			}
			sizes[name] = Size{Raw: len(data), Gzip: len(gz), Brotli: len(br)}
		})
	}
	group.Wait()
	return sizes, errors.Join(errs...)
}

// manifest is the part of dist/package.json that lists the files of the build. It is npm's list of what to publish,
// and it tells the next build what it may remove.
type manifest struct {
	Name  string   `json:"name"`
	Files []string `json:"files"`
}

// Write brings dir to the content of files: files of the previous build that are no more are removed, files that
// somebody else put there stay, and files that are the same are not touched.
func Write(dir string, files Set) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var previous manifest
	text, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		// A file that is not ours lists nothing that we may remove.
		if json.Unmarshal(text, &previous) != nil || previous.Name != "minipoly" {
			previous = manifest{}
		}
	}
	for _, name := range previous.Files {
		if _, kept := files[name]; kept || !fs.ValidPath(name) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		place := filepath.Join(dir, filepath.FromSlash(name))
		if old, err := os.ReadFile(place); err == nil && bytes.Equal(old, files[name]) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
			return err
		}
		// A page that loads during a rebuild sees the old or the new file, never half of one.
		if err := os.WriteFile(place+".new", files[name], 0o644); err != nil {
			return err
		}
		if err := os.Rename(place+".new", place); err != nil {
			return err
		}
	}
	return nil
}

// Names returns the names of the files, sorted.
func (s Set) Names() []string { return slices.Sorted(maps.Keys(s)) }

// Table formats sizes as a table, one artefact a line.
func Table(sizes map[string]Size) string {
	var text strings.Builder
	width := len("artefact")
	for name := range sizes {
		width = max(width, len(name))
	}
	_, _ = fmt.Fprintf(&text, "  %-*s %11s %11s %11s\n", width, "artefact", "raw", "gzip", "brotli")
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		size := sizes[name]
		brotli := "-"
		if size.Brotli > 0 {
			brotli = Bytes(size.Brotli)
		}
		_, _ = fmt.Fprintf(&text, "  %-*s %11s %11s %11s\n", width, name, Bytes(size.Raw), Bytes(size.Gzip), brotli)
	}
	return text.String()
}

// Bytes prints a number of bytes with a separator every three digits.
func Bytes(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
