package serve

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	pollInterval = 500 * time.Millisecond
	quiet        = 150 * time.Millisecond
)

// watcher looks for changed sources by their times and sizes. Polling a few hundred files takes 2 ms, works on every
// file system and needs no dependency.
type watcher struct {
	root string
	seen map[string]stamp
}

type stamp struct {
	modified time.Time
	size     int64
}

// sources are the files and folders that dist/ is made of.
var sources = []string{"go.mod", "go.sum", "LICENSE", "README.md", "index.html", "cmd", "store", "polyfill", "wasm", "js"}

func newWatcher(root string) *watcher {
	w := &watcher{root: root}
	w.seen = w.scan()
	return w
}

// poll returns the sources that were written, added or removed since the last call.
func (w *watcher) poll() []string {
	now := w.scan()
	var changed []string
	for name, stamp := range now {
		if w.seen[name] != stamp {
			changed = append(changed, name)
		}
	}
	for name := range w.seen {
		if _, there := now[name]; !there {
			changed = append(changed, name)
		}
	}
	w.seen = now
	slices.Sort(changed)
	return changed
}

func (w *watcher) scan() map[string]stamp {
	found := map[string]stamp{}
	for _, source := range sources {
		// A file that vanishes during the walk is a change that the next poll sees.
		_ = filepath.WalkDir(filepath.Join(w.root, source), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return nil
			}
			if entry.IsDir() {
				if name := entry.Name(); name == "node_modules" || name == "testdata" {
					return fs.SkipDir
				}
				return nil
			}
			info, err := os.Stat(path)
			if err != nil {
				return nil
			}
			if name, err := filepath.Rel(w.root, path); err == nil {
				found[filepath.ToSlash(name)] = stamp{modified: info.ModTime(), size: info.Size()}
			}
			return nil
		})
	}
	return found
}
