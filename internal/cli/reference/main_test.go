package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The pages in docs/reference are those that go generate writes.
func TestReferencePagesAreUpToDate(t *testing.T) {
	t.Parallel()
	wanted, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range wanted {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := os.ReadFile(filepath.Join("..", folder, name))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("run go generate ./internal/cli (-generated +file):\n%s", diff)
			}
		})
	}
}
