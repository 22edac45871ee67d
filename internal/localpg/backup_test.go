//go:build unix

package localpg

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A copy has what was committed before the call, and is a data folder of its own.
func TestCopyOfARunningCluster(t *testing.T) {
	t.Parallel()
	s := start(t, quick(clusterFolder(t)))
	run(t, s, "CREATE TABLE kept AS SELECT 'value' AS v")
	folder, restored := dataFolder(t), dataFolder(t)
	if err := s.CopyTo(t.Context(), folder, "missing"); err != nil {
		t.Fatal(err)
	}
	copied := start(t, quick(folder)) // while the original runs
	run(t, s, "UPDATE kept SET v = 'later'")
	verified := func(folder string) error {
		trial := start(t, quick(folder))
		defer stop(t, trial)
		if got := ask[string](t, trial, "SELECT v FROM kept"); got != "value" {
			t.Errorf("the copy to verify has the row %q", got)
		}
		return nil
	}
	if err := Restore(t.Context(), quick(restored), folder, verified); err == nil {
		t.Error("a cluster whose server runs was restored")
	}
	stop(t, copied)
	damaged := errors.New("damaged")
	if err := Restore(t.Context(), quick(restored), folder, func(string) error { return damaged }); !errors.Is(err, damaged) {
		t.Errorf("a damaged copy was restored: %v", err)
	}
	if err := Restore(t.Context(), quick(restored), folder, verified); err != nil { // the folder is empty
		t.Fatal(err)
	}
	again := start(t, quick(restored))
	if got := ask[string](t, again, "SELECT v FROM kept"); got != "value" {
		t.Errorf("the restored cluster has the row %q", got)
	}
	wantError(t, s.CopyTo(t.Context(), folder), "file exists")
	if _, err := os.Stat(filepath.Join(folder, "pgdata")); err != nil {
		t.Errorf("a copy that was not made removed another one: %v", err)
	}
}

func TestCopyThatFailsIsRemoved(t *testing.T) {
	t.Parallel()
	s := start(t, quick(clusterFolder(t)))
	ctx, cancel := context.WithCancel(t.Context())
	folder := dataFolder(t)
	failed := make(chan error)
	go func() { failed <- s.CopyTo(ctx, folder) }()
	eventually(t, "the copy begins", func() bool {
		_, err := os.Stat(folder)
		return err == nil
	})
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want context.Canceled", err)
	}
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the unfinished copy was not removed: %v", err)
	}
}

// Some packages of Postgres, such as that of npm, have only the server's programs. Then only a
// stopped cluster is copied.
func TestCopyWithoutPgBasebackup(t *testing.T) {
	t.Parallel()
	data := clusterFolder(t)
	c, err := openCluster(quick(data))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := c.binaries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	few := publicFolder(t)
	for _, name := range neededPrograms {
		if err := os.Symlink(whole.tool(name), filepath.Join(few, name)); err != nil {
			t.Fatal(err)
		}
	}
	o := quick(data)
	o.Env = func(name string) string { return map[string]string{"PGBIN": few}[name] }
	owner := start(t, o)
	run(t, owner, "CREATE TABLE kept AS SELECT 'value' AS v")
	folder := dataFolder(t)
	attached := start(t, o)
	wantError(t, attached.CopyTo(t.Context(), folder), "the Postgres programs in "+few+" lack pg_basebackup", "stop the server and try again")
	stop(t, attached)
	if err := owner.CopyTo(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	copied, original := start(t, quick(folder)), start(t, o)
	for _, s := range []*Server{copied, original} {
		if got := ask[string](t, s, "SELECT v FROM kept"); got != "value" {
			t.Errorf("got the row %q in %s", got, s.cluster.dir)
		}
	}
}
