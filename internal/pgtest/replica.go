package pgtest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rehearse/internal/localpg"
	"rehearse/internal/scratch"
	"rehearse/internal/store"
)

// Launch starts a Postgres server of its own in a folder, without durability, until the test ends.
func Launch(t testing.TB, dir string, settings map[string]string) *localpg.Server {
	t.Helper()
	all := map[string]string{"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "restart_after_crash": "on"}
	maps.Copy(all, settings)
	server, err := localpg.Start(t.Context(), localpg.Options{DataDir: dir, Env: os.Getenv, Settings: all})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, server) })
	return server
}

func stop(t testing.TB, server *localpg.Server) {
	t.Helper()
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
}

// Migrate migrates the database postgres of a server.
func Migrate(t testing.TB, server *localpg.Server) {
	t.Helper()
	s, err := store.Open(t.Context(), server.DSN("postgres"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// Replicated starts a migrated server and a standby that follows it, from a copy of its folder.
func Replicated(t testing.TB) (primary, standby *localpg.Server) {
	t.Helper()
	dir, copied := scratch.Dir(t), scratch.Dir(t)
	primary = Launch(t, dir, nil)
	Migrate(t, primary)
	stop(t, primary)
	data := filepath.Join(copied, "pgdata")
	if err := os.CopyFS(data, os.DirFS(filepath.Join(dir, "pgdata"))); err != nil {
		t.Fatal(err)
	}
	primary = Launch(t, dir, nil)
	follows := fmt.Sprintf("primary_conninfo = '%s'\n", strings.ReplaceAll(primary.DSN("postgres"), "'", "''"))
	for name, text := range map[string]string{"standby.signal": "", "postgresql.auto.conf": follows} {
		if err := os.WriteFile(filepath.Join(data, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(data, 0o700); err != nil { //nolint:gosec // a folder, with the mode that Postgres demands
		t.Fatal(err)
	}
	return primary, Launch(t, copied, nil)
}
