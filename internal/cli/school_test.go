//go:build unix

package cli

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"
)

// mustExec runs statements on a database.
func mustExec(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Schools are created, listed, checked and dropped. Commands work on the school in SCHOOL.
func TestSchoolCommand(t *testing.T) {
	t.Parallel()
	_, env := external(t)
	data := newDataFolder(t)
	mustContain(t, "create", mustRun(t, data, env, "school", "create", "north-high"), "created the school north-high")
	mustContain(t, "list", mustRun(t, data, env, "school", "list"), "north-high: ready\n")
	inNorth := append([]string{"SCHOOL=north-high"}, env...)
	mustRun(t, data, inNorth, "sample")
	exported := mustRun(t, data, env, "school", "export", "north-high", "students")
	mustContain(t, "the students of the school", exported, "Nora Newcomer")
	if again := mustRun(t, data, inNorth, "export", "students"); again != exported {
		t.Errorf("export with SCHOOL: got %.200s, want %.200s", again, exported)
	}
	if only := mustRun(t, data, env, "export", "students"); strings.Contains(only, "Nora") {
		t.Errorf("the only school has the students of another: %.200s", only)
	}
	mustContain(t, "check", mustRun(t, data, env, "school", "check"), "north-high: every invariant holds")
	mustContain(t, "check with SCHOOL", mustRun(t, data, inNorth, "check"), "every invariant holds")
	for _, c := range []struct {
		args []string
		env  []string
		code int
		says string
	}{
		{args: []string{"school", "create", "north-high"}, code: exitFault, says: "north-high: the school exists already"},
		{args: []string{"school", "create", "North"}, code: exitConfiguration, says: `the school is "North"; expected 1 to 30 lower case letters`},
		{args: []string{"school", "create", "a-"}, code: exitConfiguration, says: `the school is "a-"`},
		{args: []string{"school", "create", strings.Repeat("a", 31)}, code: exitConfiguration, says: "expected 1 to 30"},
		{args: []string{"school", "create"}, code: exitConfiguration, says: "NAME is missing; create works on one school"},
		{args: []string{"school", "list", "x"}, code: exitConfiguration, says: `unexpected argument "x"`},
		{args: []string{"school", "export", "north-high"}, code: exitConfiguration, says: "TABLE is missing"},
		{args: []string{"school", "export", "north-high", "grades"}, code: exitConfiguration, says: `TABLE is "grades"`},
		{args: []string{"school", "check", "south"}, code: exitFault, says: "south: the school does not exist"},
		{args: []string{"school", "drop", "north-high"}, code: exitConfiguration, says: `--confirm is ""; expected north-high, because drop deletes all data of the school`},
		{args: []string{"school", "drop", "north-high", "--confirm", "north"}, code: exitConfiguration, says: `--confirm is "north"`},
		{args: []string{"school", "drop", "south", "--confirm", "south"}, code: exitFault, says: "south: the school does not exist"},
		{args: []string{"school", "list", "--confirm", "x"}, code: exitConfiguration, says: "--confirm is for drop only"},
		{args: []string{"school", "list", "--parallel", "2"}, code: exitConfiguration, says: "--parallel is for migrate only"},
		{args: []string{"check"}, env: []string{"SCHOOL=south"}, code: exitFault, says: "`rehearse school create south` creates it"},
		{args: []string{"check"}, env: []string{"SCHOOL=South"}, code: exitConfiguration, says: `SCHOOL is "South"; expected 1 to 30`},
		{args: []string{"serve"}, env: []string{"SCHOOL=north-high"}, code: exitConfiguration, says: `SCHOOL is "north-high", and serve is not for one school; unset it`},
		{args: []string{"doctor"}, env: []string{"SCHOOL_DOMAIN=https://x", "SCHOOL_IDLE_TIMEOUT=0s", "MAX_OPEN_SCHOOLS=0"}, code: exitConfiguration, says: `SCHOOL_DOMAIN is "https://x"`},
		{args: []string{"doctor"}, env: []string{"SCHOOL_DOMAIN=example.org", "PUBLIC_URL=https://desk.example.org"}, code: exitConfiguration, says: "whose host would name a school"},
		{args: []string{"doctor"}, env: []string{"ADMIN_EMAILS=North:ada@example.org"}, code: exitConfiguration, says: `ADMIN_EMAILS is "North:ada@example.org"`},
	} {
		t.Run(strings.Join(append(c.env, c.args...), " "), func(t *testing.T) {
			code, _, errs := runOnce(t, data, append(c.env, env...), c.args...)
			if code != c.code || !strings.Contains(errs, c.says) {
				t.Errorf("got exit code %d and %s, want %d and %q", code, errs, c.code, c.says)
			}
		})
	}
	mustContain(t, "drop", mustRun(t, data, env, "school", "drop", "north-high", "--confirm", "north-high"), "dropped the school north-high")
	if out := mustRun(t, data, env, "school", "list"); out != "" {
		t.Errorf("the list after drop: %s", out)
	}
}

// A school that fails to migrate does not stop the others, and is named. A run that was killed is
// continued by the next.
func TestSchoolMigrate(t *testing.T) {
	t.Parallel()
	db, env := external(t)
	data := newDataFolder(t)
	conns := db.SQL(t)
	mustExec(t, conns, "CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public", `CREATE SCHEMA school_a`, `CREATE SCHEMA "school_b-2"`, `CREATE SCHEMA school_c`)
	mustContain(t, "list", mustRun(t, data, env, "school", "list"), "a: the schema of the school is older than this program")

	killed := command(t, data, env, "school", "migrate")
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	late := time.After(2 * time.Minute)
	for applied := 0; applied < 10; { // in the middle of the migrations of a school
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("%d migrations were applied", applied)
		}
		_ = conns.QueryRowContext(t.Context(), "SELECT count(*) FROM school_a.goose_db_version").Scan(&applied) // fails until it exists
	}
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait() // reports that it was killed

	mustExec(t, conns, "CREATE SCHEMA school_broken", "CREATE TABLE school_broken.students (id int)")
	code, out, errs := runOnce(t, data, env, "school", "migrate", "--parallel", "2")
	if code != exitFault {
		t.Errorf("migrate with a broken school: got exit code %d", code)
	}
	mustContain(t, "its output", out, "a: ", "b-2: ", "c: ", "migrations applied")
	mustContain(t, "its error", errs, "1 of 4 schools failed: broken", "broken: migrate the database")
	list := mustRun(t, data, env, "school", "list")
	mustContain(t, "list", list, "a: ready\n", "b-2: ready\n", "c: ready\n", "broken: the schema of the school is older")

	mustExec(t, conns, "DROP TABLE school_broken.students")
	mustRun(t, data, env, "school", "migrate", "broken")
	mustContain(t, "the next migrate", mustRun(t, data, env, "school", "migrate"), "a: 0 migrations applied", "broken: 0 migrations applied")
	mustContain(t, "check", mustRun(t, data, env, "school", "check"), "a: every invariant holds", "broken: every invariant holds")
}

// A server refuses a school whose schema lacks migrations, and serves it once it is migrated. It
// closes a school that is dropped, and leaves the others alone.
func TestServerFollowsSchools(t *testing.T) {
	t.Parallel()
	db, env := external(t)
	data := newDataFolder(t)
	conns := db.SQL(t)
	for _, name := range []string{"north", "south"} {
		mustRun(t, data, env, "school", "create", name)
	}
	mustExec(t, conns, "CREATE TABLE kept AS SELECT * FROM school_north.goose_db_version ORDER BY id DESC LIMIT 1",
		"DELETE FROM school_north.goose_db_version WHERE id = (SELECT id FROM kept)")
	r := start(t, data, append(env, "SCHOOL_IDLE_TIMEOUT=1s")...)
	ask := func(name string) (int, string) {
		return r.request(http.MethodPost, "/s/"+name+"/graphql", `{"query": "{ bookingPolicy { interviewLimit } }"}`, "Content-Type", "application/json")
	}
	status, text := ask("north")
	if status != http.StatusServiceUnavailable || !strings.Contains(text, `"UNAVAILABLE"`) || !strings.Contains(text, "until it is migrated") {
		t.Errorf("an older schema: got status %d and %s", status, text)
	}
	if status, text := r.get("/s/north/calendar/x.ics"); status != http.StatusServiceUnavailable {
		t.Errorf("a feed of an older schema: got status %d and %s", status, text)
	}
	if status, text := ask("south"); status != http.StatusOK {
		t.Errorf("the other school: got status %d and %s", status, text)
	}
	mustExec(t, conns, "INSERT INTO school_north.goose_db_version OVERRIDING SYSTEM VALUE SELECT * FROM kept")
	r.until("north is served", func() bool { status, _ := ask("north"); return status == http.StatusOK })

	mustRun(t, data, env, "school", "drop", "north", "--confirm", "north")
	r.until("north is gone", func() bool { status, _ := ask("north"); return status == http.StatusNotFound })
	if status, text := ask("south"); status != http.StatusOK {
		t.Errorf("the other school after the drop: got status %d and %s", status, text)
	}
	r.until("the idle schools are closed", func() bool {
		var open int
		err := conns.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'rehearse school log%'").Scan(&open)
		return err == nil && open == 0
	})
	r.stop()
}

// until waits until something is true.
func (r *running) until(what string, is func() bool) {
	r.t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for late := time.After(time.Minute); !is(); {
		select {
		case <-again.C:
		case <-late:
			r.t.Fatalf("waited too long until %s: %s", what, r.stderr)
		}
	}
}
