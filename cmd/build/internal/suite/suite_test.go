package suite

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	count, failures := report([]byte(`{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"a is fine\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB","Output":"b is wrong\n"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"output","Package":"p","Output":"FAIL\n"}
{"Action":"fail","Package":"p"}
{"ImportPath":"q","Action":"build-output","Output":"q.go:1: no such thing\n"}
{"ImportPath":"q","Action":"build-fail"}
`))
	if count != (Count{Passed: 1, Failed: 1, Skipped: 1}) {
		t.Errorf("%+v", count)
	}
	for _, want := range []string{"b is wrong", "no such thing"} {
		if !strings.Contains(failures, want) {
			t.Errorf("%q is missing in %q", want, failures)
		}
	}
	if strings.Contains(failures, "a is fine") {
		t.Errorf("the output of a passing test is shown: %q", failures)
	}
}

func TestVerbose(t *testing.T) {
	count, text := verbose([]byte("=== RUN   TestA\n--- PASS: TestA (0.00s)\n=== RUN   TestB\n    b_test.go:1: wrong\n--- FAIL: TestB (0.00s)\n    --- PASS: TestB/sub (0.00s)\n    --- SKIP: TestB/other (0.00s)\nFAIL\n"))
	if count != (Count{Passed: 2, Failed: 1, Skipped: 1}) {
		t.Errorf("%+v", count)
	}
	if !strings.Contains(text, "wrong") || strings.Contains(text, "TestA") {
		t.Errorf("%q", text)
	}
}

func TestTapCount(t *testing.T) {
	count := tapCount([]byte("ok 1 - a\n# tests 9\n# suites 2\n# pass 4\n# fail 1\n# cancelled 2\n# skipped 1\n# todo 1\n# duration_ms 12\n"))
	if count != (Count{Passed: 4, Failed: 3, Skipped: 2}) {
		t.Errorf("%+v", count)
	}
}

func TestSelected(t *testing.T) {
	for _, test := range []struct {
		want string
		name string
		is   bool
	}{
		{"", "go", true}, {"go", "go", true}, {"go", "vet", false}, {"e2e", "e2e-tinygo", true}, {"e2e", "e2e-go", true},
		{"e2e-go", "e2e-tinygo", false},
	} {
		var want []string
		if test.want != "" {
			want = []string{test.want}
		}
		if selected(want, test.name) != test.is {
			t.Errorf("-run %q selects %s: %t", test.want, test.name, !test.is)
		}
	}
}
