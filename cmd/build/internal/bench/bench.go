// Package bench is `go run ./cmd/build bench`: it builds minipoly and its peers and measures them side by side in a real
// browser.
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"minipoly/cmd/build/internal/bundle"
	"minipoly/cmd/build/internal/pipeline"
	"minipoly/cmd/build/internal/step"
	"minipoly/cmd/build/internal/tools"
)

// peers is js/bench/peers.json: how the peers are bundled.
type peers struct {
	About   string            `json:"about"`
	Entries []string          `json:"entries"`
	Alias   map[string]string `json:"alias"`
	Define  map[string]string `json:"define"`
}

// Run builds everything, measures, and leaves the report in the folder bench of the output.
func Run(ctx context.Context, o pipeline.Options, args []string, log *step.Log) error {
	js := filepath.Join(o.Root, "js")
	for _, dir := range []string{js, filepath.Join(js, "bench")} {
		if err := tools.Packages(ctx, log, dir); err != nil {
			return err
		}
	}
	if err := tools.Node(ctx, log); err != nil {
		return err
	}
	chromium, err := tools.Chromium(ctx, log)
	if err != nil {
		return err
	}
	if _, err := pipeline.New(o, log).Build(ctx); errors.Is(err, pipeline.ErrIncomplete) {
		// The benchmark reports sizes too.
		log.Printf("minipoly: %v", err)
	} else if err != nil {
		return err
	}
	out := filepath.Join(o.Out, "bench")
	if err := bundlePeers(o.Root, out, log); err != nil {
		return err
	}
	log.Printf("\nminipoly: measuring in %s", chromium)
	_, err = log.Run(ctx, step.Command{
		Name: "node",
		Args: append([]string{filepath.Join(js, "bench", "run.mjs"), "--dist", o.Out, "--chromium", chromium, "--out", out}, args...),
		Dir:  o.Root,
		Show: true,
	})
	if err != nil {
		return err
	}
	log.Printf("\nminipoly: the report is in %s", out)
	return nil
}

func bundlePeers(root, out string, log *step.Log) error {
	text, err := os.ReadFile(filepath.Join(root, "js", "bench", "peers.json"))
	if err != nil {
		return err
	}
	var list peers
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil {
		return fmt.Errorf("js/bench/peers.json: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(out, "peers"), 0o755); err != nil {
		return err
	}
	for _, name := range list.Entries {
		err := log.Do("peer "+name, func() error {
			script, err := bundle.Peer(bundle.Options{Root: root}, "js/bench/peers/"+name+".js", list.Define, list.Alias)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(out, "peers", name+".js"), script, 0o644)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
