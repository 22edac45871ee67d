//go:build unix

package cli

import (
	"bufio"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/localpg"
	"rehearse/internal/pgtest"
)

// outboxRows adds rows to tables that the load leaves empty.
const outboxRows = `INSERT INTO waivers (student_id, rule, reason, uses, granted_at) SELECT id, 'PAIR', 'a reason', 2, now() FROM students LIMIT 3;
	INSERT INTO webhooks (url, kinds, student_ids, interviewer_ids, secret, created_at, version, updated_at)
		VALUES ('https://example.org', '{HOLD_PLACED}', '{}', '{}', 'x', now(), 1, now());
	INSERT INTO mail (kind, source, recipient_role, recipient_id, status, attempts, created_at, result)
		VALUES ('agenda', 'a test', 'ADMIN', 0, 'SENT', 1, now(), '250')`

// A school with bookings, holds, events, waivers, webhooks and messages continues on a newer major
// version of Postgres. What interrupts or prevents the upgrade leaves the old database as it was.
func TestUpgradePostgres(t *testing.T) {
	t.Parallel()
	c := newCrashes(t, false)
	_, wait := c.load()
	c.awaitAnswers(50)
	c.enough.Store(true)
	wait()
	first := regexp.MustCompile(`"lastId":"(\d+)"`).FindStringSubmatch(c.server.ask("{ eventsAfter(first: 7) { lastId } }"))[1]
	c.wantNoUpgrade("another process uses the data folder "+c.data, "stop it first")
	c.server.stop()
	version, before := c.stored(outboxRows)

	if !c.upgradeKilledAt("moving ") {
		// Only one version is installed, and no newer one can be downloaded.
		c.wantNoUpgrade("install ", "PGBIN")
		c.wantStored(version, before)
		return
	}
	c.wantStored(version, before)
	if !c.upgradeKilledAt("copied ") {
		t.Error("no table was copied")
	}
	c.wantStored(version, before)
	for _, wrong := range []struct{ before, after, says string }{
		{
			"UPDATE goose_db_version SET is_applied = false WHERE version_id = (SELECT max(version_id) FROM goose_db_version)", "UPDATE goose_db_version SET is_applied = true",
			"1 migrations are missing; run `rehearse migrate` or start with MIGRATE=on; PGBIN=",
		},
		{
			"UPDATE students SET interviews_counted = interviews_counted + 1", "UPDATE students SET interviews_counted = interviews_counted - 1",
			"rows violate an invariant, in the old database and in the copy; the copy was removed",
		},
	} {
		_, _ = c.stored(wrong.before)
		c.wantNoUpgrade(wrong.says)
		_, before = c.stored(wrong.after) // triggers have changed the students' versions
	}

	out := mustRun(t, c.data, nil, "upgrade-postgres")
	mustContain(t, "the output", out, "moving "+c.data+" from Postgres "+version, "rows of public.events\n", "every invariant holds\n", "to go back, stop the server, rename ")
	upgraded, after := c.stored("SELECT")
	if upgraded == version {
		t.Errorf("the data folder still has Postgres %s", version)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("tables (-before +after):\n%s", diff)
	}
	c.wantSound()
	c.startServer()
	mustContain(t, "events after the upgrade", c.server.ask(`{ eventsAfter(id: "`+first+`", first: 1) { nodes { id } } }`), `"nodes":[{"id":"`)
	c.server.stop()
	c.goBack(out)
	c.wantStored(version, before)
}

// stored starts Postgres, runs a statement, and returns the version of Postgres and digests of the
// tables, without what differs in a copy.
func (c *crashes) stored(statement string) (version string, tables map[string]string) {
	c.t.Helper()
	server, err := localpg.Start(c.t.Context(), localpg.Options{DataDir: c.data, Env: os.Getenv, Existing: true})
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(); err != nil {
			c.t.Error(err)
		}
	}()
	db := pgtest.Database{DSN: server.DSN(databaseName)}.SQL(c.t)
	if _, err := db.ExecContext(c.t.Context(), statement); err != nil {
		c.t.Fatal(err)
	}
	c.read(db.QueryRowContext(c.t.Context(), "SELECT split_part(current_setting('server_version'), ' ', 1)"), &version)
	tables = c.tables(db)
	for _, name := range []string{"changes", "event_sequence"} {
		if tables[name] == "" {
			c.t.Errorf("there is no table %s", name)
		}
		delete(tables, name)
	}
	return version, tables
}

// wantStored fails the test unless the data folder has this version of Postgres and these tables.
func (c *crashes) wantStored(version string, tables map[string]string) {
	c.t.Helper()
	got, after := c.stored("SELECT")
	if got != version {
		c.t.Errorf("the data folder has Postgres %s, want %s", got, version)
	}
	if diff := cmp.Diff(tables, after); diff != "" {
		c.t.Errorf("tables (-before +after):\n%s", diff)
	}
}

// wantNoUpgrade runs an upgrade that must fail with an error of one line.
func (c *crashes) wantNoUpgrade(says ...string) {
	c.t.Helper()
	code, out, errs := runOnce(c.t, c.data, nil, "upgrade-postgres")
	if code != exitFault || strings.Contains(out, "to go back") {
		c.t.Errorf("got exit code %d and %s, want %d", code, out, exitFault)
	}
	lines := strings.Split(strings.TrimSpace(errs), "\n")
	mustContain(c.t, "the error", lines[len(lines)-1], says...)
}

// upgradeKilledAt kills an upgrade once it prints a line with a prefix. It returns false if the
// upgrade ends without one.
func (c *crashes) upgradeKilledAt(prefix string) bool {
	c.t.Helper()
	cmd := command(c.t, c.data, nil, "upgrade-postgres")
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	found := false
	for lines := bufio.NewScanner(stdout); !found && lines.Scan(); {
		found = strings.HasPrefix(lines.Text(), prefix)
	}
	_ = cmd.Process.Kill() // fails if it has ended
	_ = cmd.Wait()         // reports that it was killed
	return found
}

// goBack does what an upgrade has printed to go back.
func (c *crashes) goBack(printed string) {
	c.t.Helper()
	found := regexp.MustCompile(`rename (\S+) to (\S+), and (\S+) to (\S+);`).FindStringSubmatch(printed)
	if found == nil {
		c.t.Fatalf("the output does not say how to go back: %s", printed)
	}
	for _, move := range [][]string{found[1:3], found[3:5]} {
		if err := os.Rename(move[0], move[1]); err != nil {
			c.t.Fatal(err)
		}
	}
}
