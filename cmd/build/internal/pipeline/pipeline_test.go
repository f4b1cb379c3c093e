package pipeline

import (
	"encoding/json"
	"slices"
	"testing"

	"minipoly/cmd/build/internal/artefact"
	"minipoly/cmd/build/internal/project"
)

// TestBudgetFile checks that every row of the budget speaks of artefacts that exist, and that the two promises of the
// package stand in it.
func TestBudgetFile(t *testing.T) {
	budget, err := artefact.ParseBudget(budgetFile)
	if err != nil {
		t.Fatal(err)
	}
	var made []string
	for _, m := range project.Modules {
		made = append(made, m.File)
	}
	for _, b := range project.Bundles {
		made = append(made, b.File)
	}
	made = append(made, "playground.css")
	promises := 0
	for _, row := range budget.Rows {
		for _, file := range row.Files {
			if !slices.Contains(made, file) {
				t.Errorf("row %q: nobody makes %s", row.Title(), file)
			}
		}
		if row.Toolchain != "tinygo" || len(row.Files) != 2 {
			continue
		}
		if slices.Equal(row.Files, []string{"storage.wasm", "storage.mjs"}) && row.Gzip <= 30000 ||
			slices.Equal(row.Files, []string{"minipoly.wasm", "minipoly.mjs"}) && row.Gzip <= 90000 {
			promises++
		}
	}
	if promises != 2 {
		t.Errorf("%d of the 2 promised sizes are in the budget", promises)
	}
}

func TestManifest(t *testing.T) {
	files := artefact.Set{"minipoly.mjs": nil, "minipoly.d.ts": []byte("x"), "minipoly.wasm": nil, "storage.mjs": nil}
	if err := manifest(files, "1.2.3"); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Name, Version, Type string
		Files               []string
		Exports             map[string]any
	}
	if err := json.Unmarshal(files["package.json"], &got); err != nil {
		t.Fatal(err)
	}
	if got.Name != "minipoly" || got.Version != "1.2.3" || got.Type != "module" {
		t.Errorf("%+v", got)
	}
	if want := files.Names(); !slices.Equal(slices.Sorted(slices.Values(got.Files)), want) {
		t.Errorf("files: %v, want %v", got.Files, want)
	}
	entry, ok := got.Exports["."].(map[string]any)
	if !ok || entry["import"] != "./minipoly.mjs" || entry["types"] != "./minipoly.d.ts" {
		t.Errorf("exports: %v", got.Exports)
	}
	if entry, ok := got.Exports["./storage"].(map[string]any); !ok || entry["types"] != nil {
		t.Errorf("types that are not there are exported: %v", entry)
	}
	if got.Exports["./minipoly.wasm"] != "./minipoly.wasm" {
		t.Error("the module cannot be imported by its name")
	}
}
