//go:build unix

package cli

import (
	"slices"
	"strings"
	"testing"
)

// The run of migrate that upgrades a database leaves what older servers need, because such servers
// may still be running.
// The next run removes it.
func TestMigrateExpandsBeforeItContracts(t *testing.T) {
	t.Parallel()
	db, env := external(t)
	_, err := db.SQL(t).ExecContext(t.Context(), "DROP TABLE goose_contract_version; DELETE FROM goose_db_version WHERE version_id >= 45") // as before an upgrade
	if err != nil {
		t.Fatal(err)
	}
	mustContain(t, "the first run", mustRun(t, newDataFolder(t), env, "migrate"), "3 migrations applied\n",
		"the schema still has what servers of the previous version need; run `rehearse migrate` again once they have stopped\n")
	if out := mustRun(t, newDataFolder(t), env, "migrate"); out != "0 migrations applied\n" {
		t.Errorf("the second run says %q", out)
	}
	_, out, _ := runOnce(t, newDataFolder(t), env, "doctor")
	mustContain(t, "doctor", out, "ok       schema: the schema is that of this program\n")
}

// After an upgrade, doctor and migrate name the older servers that are connected. Once these have
// stopped, migrate removes from the schema what only they need.
func TestMigrateContracts(t *testing.T) {
	t.Parallel()
	const name, left = "rehearse serve with CLOCK_OFFSET=0s", "the schema is that of this program, and still has what servers of older versions need"
	db, env := external(t)
	rows := db.SQL(t)
	if _, err := rows.ExecContext(t.Context(), "DELETE FROM goose_contract_version WHERE version_id > 0"); err != nil { // as after an upgrade
		t.Fatal(err)
	}
	examine := func(when, want string, env ...string) {
		t.Helper()
		_, out, _ := runOnce(t, newDataFolder(t), env, "doctor")
		mustContain(t, when, out, want)
	}
	off := slices.Concat(env, []string{"MIGRATE=off"})
	old, err := db.With("application_name", name).SQL(t).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if err := old.QueryRowContext(t.Context(), "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		t.Fatal(err)
	}
	examine("doctor beside an older server", "warning  schema: "+left+"; such servers are connected: "+name+"; replace them by servers of this version, and then run `rehearse migrate`", off...)
	mustContain(t, "migrate beside an older server", mustRun(t, newDataFolder(t), env, "migrate"),
		"0 migrations applied\n", "servers of an older version are connected ("+name+"); run `rehearse migrate` again once they have stopped\n")

	if _, err := rows.ExecContext(t.Context(), "SELECT pg_terminate_backend($1, 10000)", pid); err != nil {
		t.Fatal(err)
	}
	examine("doctor after the older server", "ok       schema: "+left+"; a server that runs for a minute removes it", env...)
	examine("doctor after the older server, with MIGRATE=off", "warning  schema: "+left+"; run `rehearse migrate`", off...)
	if out := mustRun(t, newDataFolder(t), env, "migrate"); strings.Contains(out, "older") {
		t.Errorf("migrate says %q after the older server has stopped", out)
	}
	examine("doctor at the end", "ok       schema: the schema is that of this program\n", off...)
}
