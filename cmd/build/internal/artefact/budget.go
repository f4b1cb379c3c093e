package artefact

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Budget is the most that artefacts may weigh, in bytes after gzip.
type Budget struct {
	Rows []Row `json:"rows"`
}

// Row is one limit. The limit holds for the sum of the files.
type Row struct {
	Name      string   `json:"name,omitempty"` // what the sum stands for; the files' names when empty
	Files     []string `json:"files"`
	Toolchain string   `json:"toolchain,omitempty"` // "tinygo", "go", or empty for both
	Gzip      int      `json:"gzip"`                // bytes
}

// Title names the row for people.
func (r Row) Title() string {
	if r.Name != "" {
		return r.Name
	}
	return strings.Join(r.Files, " + ")
}

// ParseBudget reads a budget file. Unknown fields are errors, so that a misspelt limit is not a limit that never acts.
func ParseBudget(text []byte) (Budget, error) {
	var budget Budget
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&budget); err != nil {
		return budget, fmt.Errorf("size budget: %w", err)
	}
	for _, row := range budget.Rows {
		if len(row.Files) == 0 || row.Gzip <= 0 || !slices.Contains([]string{"", "tinygo", "go"}, row.Toolchain) {
			return budget, fmt.Errorf("size budget: row %q needs files, a limit in bytes, and the toolchain tinygo, go or none", row.Title())
		}
	}
	return budget, nil
}

// Usage is what a row of the budget came to.
type Usage struct {
	Row  Row
	Gzip int // bytes
}

// Exceeded reports whether the files weigh more than they may.
func (u Usage) Exceeded() bool { return u.Gzip > u.Row.Gzip }

// Check compares sizes with the rows of the budget for a toolchain. A file that the build did not make is an error:
// a limit on a misspelt name would never act.
func (b Budget) Check(sizes map[string]Size, toolchain string) ([]Usage, error) {
	var used []Usage
	for _, row := range b.Rows {
		if row.Toolchain != "" && row.Toolchain != toolchain {
			continue
		}
		usage := Usage{Row: row}
		for _, file := range row.Files {
			size, ok := sizes[file]
			if !ok {
				return nil, fmt.Errorf("size budget: %s is not among the artefacts", file)
			}
			usage.Gzip += size.Gzip
		}
		used = append(used, usage)
	}
	return used, nil
}

// BudgetTable formats the budget's rows, one a line.
func BudgetTable(used []Usage) string {
	var text strings.Builder
	width := len("budget")
	for _, usage := range used {
		width = max(width, len(usage.Row.Title()))
	}
	_, _ = fmt.Fprintf(&text, "  %-*s %11s %11s\n", width, "budget", "gzip", "at most")
	for _, usage := range used {
		verdict := ""
		if usage.Exceeded() {
			verdict = "  EXCEEDED by " + Bytes(usage.Gzip-usage.Row.Gzip)
		}
		_, _ = fmt.Fprintf(&text, "  %-*s %11s %11s%s\n", width, usage.Row.Title(), Bytes(usage.Gzip), Bytes(usage.Row.Gzip), verdict)
	}
	return text.String()
}
