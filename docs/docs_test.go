// Package docs has no code: its tests compare the documentation and the public types with what they describe.
package docs

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"minipoly/polyfill/catalogue"
)

// root is the root of the repository, seen from this package's folder.
const root = ".."

func read(t *testing.T, elements ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{root}, elements...)...))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

func pages(t *testing.T) []string {
	t.Helper()
	found := []string{filepath.Join(root, "README.md"), filepath.Join(root, "CHANGELOG.md")}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(path) == ".md" {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var (
	fences  = regexp.MustCompile("(?ms)^```.*?^```")
	links   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notWord = regexp.MustCompile(`[^\p{L}\p{N}\- _]`)
)

// anchors are the names by which a page's headings can be linked, as GitHub makes them.
func anchors(text string) []string {
	var names []string
	for _, match := range heading.FindAllStringSubmatch(fences.ReplaceAllString(text, ""), -1) {
		name := notWord.ReplaceAllString(strings.ToLower(match[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

func TestLinks(t *testing.T) {
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range links.FindAllStringSubmatch(fences.ReplaceAllString(string(text), ""), -1) {
			target, anchor, _ := strings.Cut(match[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			file := page
			if target != "" {
				file = filepath.Join(filepath.Dir(page), filepath.FromSlash(target))
			}
			info, err := os.Stat(file)
			if err != nil {
				t.Errorf("%s: the link %s leads nowhere", page, match[1])
				continue
			}
			if anchor == "" || info.IsDir() {
				continue
			}
			linked, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(anchors(string(linked)), anchor) {
				t.Errorf("%s: the link %s names no heading", page, match[1])
			}
		}
	}
}

// member matches a member of an interface, indented by n spaces.
func member(n int) *regexp.Regexp {
	return regexp.MustCompile(`(?m)^ {` + string(rune('0'+n)) + `}(\w+)\??[:(<]`)
}

// body is the text of an interface of the public types.
func body(t *testing.T, types, name string) string {
	t.Helper()
	match := regexp.MustCompile(`(?ms)^export interface ` + name + `\b[^{]*\{\n(.*?)^\}`).FindStringSubmatch(types)
	if match == nil {
		t.Fatalf("minipoly.d.ts has no interface %s", name)
	}
	return match[1]
}

func names(matches [][]string) []string {
	var list []string
	for _, match := range matches {
		list = append(list, match[1])
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("%s: %s is missing", what, name)
		}
	}
	for _, name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("%s: %s is not there in fact", what, name)
		}
	}
}

// TestAPIs compares the catalogue with the public types and with the README's table.
func TestAPIs(t *testing.T) {
	types, readme := read(t, "js", "types", "minipoly.d.ts"), read(t, "README.md")
	_, table, _ := strings.Cut(readme, "\n## APIs\n")
	table, _, _ = strings.Cut(table, "\n## ")
	quoted := regexp.MustCompile("`(\\w+)`")
	for _, p := range []catalogue.Platform{catalogue.Wx, catalogue.My} {
		var want []string
		for _, api := range catalogue.Table {
			if api.Platform == p {
				want = append(want, api.Name)
			}
		}
		prefix, column := "Wx", 2
		if p == catalogue.My {
			prefix, column = "My", 3
		}
		declared := body(t, types, prefix+"Base") + body(t, types, prefix+"Storage")
		same(t, "minipoly.d.ts, "+prefix, names(member(2).FindAllStringSubmatch(declared, -1)), want)

		var listed []string
		for line := range strings.Lines(table) {
			cells := strings.Split(line, "|")
			if len(cells) == 5 && strings.TrimSpace(cells[column]) == "yes" {
				listed = append(listed, names(quoted.FindAllStringSubmatch(cells[1], -1))...)
			}
		}
		same(t, "README.md, "+p.String(), listed, want)
	}
}

// TestOptions compares docs/options.md with the public types.
func TestOptions(t *testing.T) {
	options := body(t, read(t, "js", "types", "minipoly.d.ts"), "Options")
	want := slices.DeleteFunc(names(member(2).FindAllStringSubmatch(options, -1)), func(name string) bool { return name == "my" })
	for _, name := range names(member(4).FindAllStringSubmatch(options, -1)) {
		want = append(want, "my."+name)
	}
	table, _, _ := strings.Cut(read(t, "docs", "options.md"), "classic script")
	same(t, "docs/options.md", names(regexp.MustCompile("(?m)^\\| `([\\w.]+)` ").FindAllStringSubmatch(table, -1)), want)
}

// TestWarnings compares the table of warnings in docs/storage.md with the codes of the shim.
func TestWarnings(t *testing.T) {
	_, texts, ok := strings.Cut(read(t, "js", "src", "warnings.ts"), "warningTexts = {")
	if !ok {
		t.Fatal("js/src/warnings.ts has no warningTexts")
	}
	texts, _, _ = strings.Cut(texts, "\n}")
	want := regexp.MustCompile(`(?m)^  '?([a-z0-9-]+)'?: '(.+)',$`).FindAllStringSubmatch(texts, -1)
	_, table, _ := strings.Cut(read(t, "docs", "storage.md"), "\n## Warnings\n")
	table, _, _ = strings.Cut(table, "\n## ")
	same(t, "docs/storage.md", names(regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` ").FindAllStringSubmatch(table, -1)), names(want))
	for _, match := range want {
		if !strings.Contains(table, "`"+match[1]+"` | "+match[2]+" |") {
			t.Errorf("docs/storage.md: %s means: %s", match[1], match[2])
		}
	}
}

// TestDependencies looks for every direct dependency, with its version, in docs/dependencies.md.
func TestDependencies(t *testing.T) {
	page := read(t, "docs", "dependencies.md")
	row := func(name, version string) {
		t.Helper()
		for line := range strings.Lines(page) {
			cells := strings.Split(line, "|")
			if len(cells) < 4 || !strings.Contains(cells[1], name) {
				continue
			}
			if slices.Contains(strings.FieldsFunc(cells[1], func(r rune) bool { return r == ' ' || r == ',' }), name) && strings.TrimSpace(cells[2]) == version {
				return
			}
		}
		t.Errorf("docs/dependencies.md has no row for %s %s", name, version)
	}
	mod := read(t, "go.mod")
	for _, match := range regexp.MustCompile(`(?m)^\s*(?:require )?(\S+\.\S+/\S+) v(\S+)$`).FindAllStringSubmatch(mod, -1) {
		row(match[1], match[2])
	}
	for _, match := range regexp.MustCompile(`(?m)^tool (\S+)$`).FindAllStringSubmatch(mod, -1) {
		for _, required := range regexp.MustCompile(`(?m)^\s*(\S+) v(\S+)`).FindAllStringSubmatch(mod, -1) {
			if strings.HasPrefix(match[1], required[1]+"/") {
				row(required[1], required[2])
			}
		}
	}
	pin := read(t, "cmd", "build", "internal", "toolchain", "pin", "tinygo.mod")
	for _, match := range regexp.MustCompile(`(github.com/tinygo-org/tinygo) v(\S+)`).FindAllStringSubmatch(pin, -1) {
		row(match[1], match[2])
	}
	for _, file := range []string{"js/package.json", "js/bench/package.json"} {
		var manifest struct {
			Dependencies    map[string]string
			DevDependencies map[string]string
		}
		if err := json.Unmarshal([]byte(read(t, filepath.FromSlash(file))), &manifest); err != nil {
			t.Fatal(err)
		}
		for _, list := range []map[string]string{manifest.Dependencies, manifest.DevDependencies} {
			for name, version := range list {
				row(name, version)
			}
		}
	}
}

// TestCompatibility checks that docs/compatibility.md is what its generator writes. The generator is a script for
// Node, which go test ./... does without where it is missing.
func TestCompatibility(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node on PATH")
	}
	var out bytes.Buffer
	check := exec.Command(node, filepath.Join(root, "js", "conformance", "compat.mjs"), "--check")
	check.Stdout, check.Stderr = &out, &out
	if err := check.Run(); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}
