package catalogue

import (
	"bytes"
	"os"
	"testing"
)

func TestGeneratedFiles(t *testing.T) {
	files := Numbers()
	files["catalogue.ts"] = TypeScript()
	for name, want := range files {
		got, err := os.ReadFile("../../js/src/" + name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("js/src/%s is out of date: run go generate ./polyfill/catalogue (%v)", name, err)
		}
	}
}
