package bundle

import (
	"encoding/base64"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"minipoly/cmd/build/internal/project"
	"minipoly/cmd/build/internal/step"
	"minipoly/cmd/build/internal/toolchain"
)

// goGlue reads the standard compiler's glue file; the compiler that runs the tests has one.
func goGlue(t *testing.T) []byte {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	glue, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		t.Fatal(err)
	}
	return glue
}

func TestGlueIsUnchanged(t *testing.T) {
	glue := goGlue(t)
	text, err := WrapGlue("go", glue)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(text, gluePrefix)
	if !found || before != "export const toolchain = \"go\";\n" {
		t.Fatalf("the module begins with %q", before)
	}
	if inside, ok := strings.CutSuffix(rest, glueSuffix); !ok || inside != string(glue) {
		t.Error("the wrapper changed the compiler's text")
	}
}

func TestGlueRefuses(t *testing.T) {
	if _, err := WrapGlue("gcc", goGlue(t)); err == nil {
		t.Error("an unknown toolchain was accepted")
	}
	if _, err := WrapGlue("go", []byte("alert(1)")); err == nil {
		t.Error("a file without Go's class was accepted")
	}
}

// write makes a repository with the given files.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestScope runs the wrapped file: everything that it defines is on the scope object, the real global object is as it
// was, and what the scope object brings along is used.
func TestScope(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node on PATH")
	}
	glues := map[string][]byte{"go": goGlue(t)}
	if tinygo := tinygoGlue(t); tinygo != nil {
		glues["tinygo"] = tinygo
	}
	for name, glue := range glues {
		t.Run(name, func(t *testing.T) {
			root := write(t, map[string]string{"js/src/minipoly.ts": `
				import { loadGo, toolchain } from 'minipoly:go'
				const strict = (value, message) => { if (!value) throw new Error(message) }
				const before = Reflect.ownKeys(globalThis).map(String).join()
				let asked = 0
				const scope = Object.create(globalThis, { crypto: { value: { getRandomValues: () => { asked++ } } } })
				for (const name of ['fs', 'process', 'require', 'module']) Object.defineProperty(scope, name, { value: undefined, writable: true, configurable: true })
				const Go = loadGo(scope)
				strict(typeof Go === 'function' && scope.Go === Go, 'no Go on the scope')
				strict(Reflect.ownKeys(globalThis).map(String).join() === before, 'a global was added')
				strict(Object.hasOwn(scope, 'fs') && scope.fs !== undefined && scope.process.pid === -1, 'fs and process are not those of the file')
				strict(scope.performance === performance && Object.hasOwn(scope, 'performance'), 'no performance')
				const go = new Go()
				const memory = new ArrayBuffer(1024)
				go._inst = { exports: { mem: { buffer: memory }, memory: { buffer: memory }, getsp: () => 0 } }
				go.mem = new DataView(memory)
				if (toolchain === 'go') go.importObject.gojs['runtime.getRandomData'](0)
				else go.importObject.wasi_snapshot_preview1.random_get(0, 4)
				strict(asked === 1, 'the crypto of the scope was not used')
				const printed = []
				scope.fs.writeSync = (fd, bytes) => { printed.push(fd); return bytes.length }
				if (toolchain === 'go') {
					go.mem.setInt32(8, 2, true)
					go.importObject.gojs['runtime.wasmWrite'](0)
					strict(printed.join() === '2', 'fs of the scope was not used')
				}
				strict(new (loadGo({}))() instanceof Object, 'a bare object as the scope')
				console.log(toolchain, MINIPOLY_VERSION)
			`})
			files, err := Build(Options{Root: root, Version: "1.2.3", Toolchain: name, Glue: glue}, project.Bundle{Entry: "js/src/minipoly.ts", File: "minipoly.mjs"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			script := filepath.Join(root, "minipoly.mjs")
			if err := os.WriteFile(script, files["minipoly.mjs"], 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(node, script).CombinedOutput()
			if err != nil || strings.TrimSpace(string(out)) != name+" 1.2.3" {
				t.Errorf("%v\n%s", err, out)
			}
			if files["minipoly.mjs.map"] == nil {
				t.Error("no source map")
			}
		})
	}
}

// tinygoGlue is TinyGo's file, where there is a TinyGo; the end-to-end tests run it in any case.
func tinygoGlue(t *testing.T) []byte {
	t.Helper()
	found, _, err := toolchain.Find(t.Context(), step.New(io.Discard, false), string(toolchain.TinyGo))
	if err != nil || found == nil {
		t.Log("no TinyGo here")
		return nil
	}
	text, err := os.ReadFile(found.Glue)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestWasmIsInlined(t *testing.T) {
	root := write(t, map[string]string{"js/src/classic.ts": `import wasm from 'minipoly:wasm'; globalThis.wasm = wasm`})
	entry := project.Bundle{Entry: "js/src/classic.ts", File: "minipoly.js", Kind: project.Classic}
	module := []byte{0, 'a', 's', 'm', 0xff, 0xfe}
	files, err := Build(Options{Root: root}, entry, module)
	if err != nil {
		t.Fatal(err)
	}
	text := string(files["minipoly.js"])
	if !strings.Contains(text, base64.StdEncoding.EncodeToString(module)) || strings.Contains(text, "import") {
		t.Errorf("not inlined: %s", text)
	}
	if _, err := Build(Options{Root: root}, entry, nil); err == nil || !strings.Contains(err.Error(), "minipoly:wasm") {
		t.Errorf("a bundle without a module: %v", err)
	}
}

func TestPagesImportThePackageBesideThem(t *testing.T) {
	root := write(t, map[string]string{"js/playground/main.ts": `import { install } from 'minipoly'; const lazy = () => import('minipoly/storage'); install(lazy)`})
	files, err := Build(Options{Root: root}, project.Bundle{Entry: "js/playground/main.ts", File: "playground.js", Kind: project.Page}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := string(files["playground.js"])
	if !strings.Contains(text, `from"./minipoly.mjs"`) || !strings.Contains(text, `import("./storage.mjs")`) {
		t.Errorf("%s", text)
	}
}

func TestMessagesAreShown(t *testing.T) {
	root := write(t, map[string]string{"js/src/minipoly.ts": "export const x: number = ;\n"})
	_, err := Build(Options{Root: root}, project.Bundle{Entry: "js/src/minipoly.ts", File: "minipoly.mjs"}, nil)
	if err == nil || !strings.Contains(err.Error(), "minipoly.ts:1:") {
		t.Errorf("the error does not say where: %v", err)
	}
}
