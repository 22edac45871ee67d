// Package scratch makes the folders in which tests keep their databases: in memory where there
// is room, since a test of Postgres on a disk waits for the disk most of its time.
package scratch

import (
	"os"
	"path/filepath"
	"testing"
)

// Dir makes a folder that every user can enter, and removes it when the test ends. The
// folder of testing.T is closed to the account that Postgres has if the tests run as root.
// Programs may not run from it: systems forbid that in memory.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := Make()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	return dir
}

// Make makes such a folder for the caller to remove.
func Make() (string, error) {
	dir, err := os.MkdirTemp(memory(), "rehearse-test-")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the server's own user enters it
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}
