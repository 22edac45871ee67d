//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"testing"

	"rehearse/internal/localpg"
	"rehearse/internal/pgtest"
	"rehearse/internal/scratch"
)

// An external Postgres that archives its log can be recovered to a time before an accident, as
// docs/how-to/back-up.md describes. What was committed before that time is there.
func TestPointInTimeRecovery(t *testing.T) {
	t.Parallel()
	folder := scratch.Dir(t)
	archive, data := filepath.Join(folder, "archive"), filepath.Join(folder, "data")
	if err := os.Mkdir(archive, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(archive, 0o777); err != nil { // the account of Postgres writes to it
		t.Fatal(err)
	}
	run := func(data string, settings map[string]string) *localpg.Server {
		t.Helper()
		settings["fsync"] = "off"
		server, err := localpg.Start(t.Context(), localpg.Options{DataDir: data, Env: os.Getenv, Settings: settings})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = server.Stop() })
		return server
	}
	server := run(data, map[string]string{"archive_mode": "on", "archive_command": "test ! -f " + archive + "/%f && cp %p " + archive + "/%f"})
	if err := server.EnsureDatabase(t.Context(), "school"); err != nil {
		t.Fatal(err)
	}
	mustRun(t, data, []string{"DATABASE_URL=" + asURL(t, server.DSN("school"))}, "sample")
	recovered := filepath.Join(folder, "recovered")
	if err := server.CopyTo(t.Context(), recovered); err != nil { // a base backup
		t.Fatal(err)
	}
	db := pgtest.Database{DSN: server.DSN("school")}.SQL(t)
	move := func(zone string) (at string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), "UPDATE students SET time_zone = $1 WHERE id = 101", zone); err != nil {
			t.Fatal(err)
		}
		if err := db.QueryRowContext(t.Context(), "SELECT clock_timestamp()::text").Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	before := move("Europe/Paris")
	move("Asia/Tokyo") // the accident
	// A server that stops archives all of its log.
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(recovered, "pgdata", "recovery.signal"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	server = run(recovered, map[string]string{
		"restore_command": "cp " + archive + "/%f %p", "recovery_target_time": before, "recovery_target_action": "promote",
	})
	var zone string
	db = pgtest.Database{DSN: server.DSN("school")}.SQL(t)
	if err := db.QueryRowContext(t.Context(), "SELECT time_zone FROM students WHERE id = 101").Scan(&zone); err != nil || zone != "Europe/Paris" {
		t.Errorf("after the recovery, the time zone is %q: %v", zone, err)
	}
	env := []string{"DATABASE_URL=" + asURL(t, server.DSN("school"))}
	if out := mustRun(t, newDataFolder(t), env, "check"); out != "every invariant holds\n" {
		t.Errorf("check: got %s", out)
	}
}
