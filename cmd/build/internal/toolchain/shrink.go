package toolchain

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"slices"

	"minipoly/cmd/build/internal/step"
)

// cExports are what TinyGo's runtime and the C library export for C programs. Nobody calls them here, but what they
// reach (a hash table, an allocator's list) stays in the module as long as they are exported.
var cExports = []string{"malloc", "free", "calloc", "realloc", "arc4random", "fminimum", "fminimumf", "fmaximum", "fmaximumf"}

const exportSection = 7

// shrink drops the exports for C and lets wasm-opt remove what only they kept: 1 KB gzip of 20.
func shrink(ctx context.Context, log *step.Log, file string, env []string) error {
	optimizer, err := exec.LookPath("wasm-opt")
	if err != nil {
		return nil // TinyGo has found one of its own, or works without; the module is good as it is
	}
	module, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	module, err = dropExports(module, cExports)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, module, 0o644); err != nil {
		return err
	}
	_, err = log.Run(ctx, step.Command{Name: optimizer, Env: env, Args: []string{
		"-Oz", "--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-sign-ext", "--enable-mutable-globals",
		file, "-o", file,
	}})
	return err
}

// dropExports removes exports by name.
func dropExports(module []byte, names []string) ([]byte, error) {
	return eachSection(module, func(id byte, content []byte) ([]byte, error) {
		if id != exportSection {
			return content, nil
		}
		count, n := binary.Uvarint(content)
		if n <= 0 {
			return nil, errDamaged
		}
		rest := content[n:]
		var kept [][]byte
		for range count {
			// An export is its name, its kind and its index.
			length, n := binary.Uvarint(rest)
			if n <= 0 || uint64(len(rest)-n) < length+2 {
				return nil, errDamaged
			}
			name := string(rest[n : n+int(length)])
			end := n + int(length) + 1
			_, m := binary.Uvarint(rest[end:])
			if m <= 0 {
				return nil, errDamaged
			}
			end += m
			if !slices.Contains(names, name) {
				kept = append(kept, rest[:end])
			}
			rest = rest[end:]
		}
		return append(binary.AppendUvarint(nil, uint64(len(kept))), bytes.Join(kept, nil)...), nil
	})
}

var errDamaged = errors.New("damaged WebAssembly module")

// eachSection rewrites a module section by section: change gives the new content, nil removes the section.
func eachSection(module []byte, change func(id byte, content []byte) ([]byte, error)) ([]byte, error) {
	if !bytes.HasPrefix(module, wasmHeader) {
		return nil, errors.New("not a WebAssembly module")
	}
	changed := bytes.Clone(wasmHeader)
	for rest := module[len(wasmHeader):]; len(rest) > 0; {
		// A section is its id, its size in bytes (LEB128), and its content.
		size, n := binary.Uvarint(rest[1:])
		if n <= 0 || size > uint64(len(rest)-1-n) {
			return nil, errDamaged
		}
		end := 1 + n + int(size)
		content, err := change(rest[0], rest[1+n:end])
		if err != nil {
			return nil, err
		}
		if content != nil {
			changed = append(binary.AppendUvarint(append(changed, rest[0]), uint64(len(content))), content...)
		}
		rest = rest[end:]
	}
	return changed, nil
}
