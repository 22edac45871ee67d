// Package scratch creates directories for the databases of tests. They are in memory if
// there is enough, because tests of Postgres on a disk mostly wait for the disk.
package scratch

import (
	"os"
	"path/filepath"
	"testing"
)

// Dir creates a directory that every user can enter and removes it when the test ends.
// Use it instead of testing.T.TempDir, which the account of Postgres cannot enter if the
// tests run as root. Do not execute programs from it: systems forbid execution from a
// directory in memory.
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

// Make creates a directory like Dir's, which the caller must remove.
func Make() (string, error) {
	dir, err := os.MkdirTemp(memory(), "rehearse-test-")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the account of Postgres must be able to enter the folder
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}
