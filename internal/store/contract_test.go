package store_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// lastOf010 is the last migration of version 0.1.0.
const lastOf010 = 32

// schemaOf010 returns an empty database with the schema of version 0.1.0.
func schemaOf010(t *testing.T) (pgtest.Database, *store.Store, *sql.DB) {
	t.Helper()
	database := pgtest.New(t)
	rows := database.SQL(t)
	execute(t, rows, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	s := database.Open(t, store.Options{})
	if err := s.MigrateTo(t.Context(), lastOf010); err != nil {
		t.Fatal(err)
	}
	return database, s, rows
}

// forOlderServers matches what only servers of older versions need.
var forOlderServers = regexp.MustCompile(`record_version|announce|rehearse_changes|logs_changes|anonymise_the_rest|forget_meeting_url`)

// An upgraded database has the schema of a new one once it is contracted. Until then, it also has
// what servers of older versions need.
func TestContractedSchemaIsThatOfANewDatabase(t *testing.T) {
	t.Parallel()
	_, s, rows := schemaOf010(t)
	want := schemaIn(t, pgtest.New(t).SQL(t))
	if at := slices.IndexFunc(want, forOlderServers.MatchString); at >= 0 {
		t.Errorf("a new database has %s", want[at])
	}
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(schemaIn(t, rows), forOlderServers.MatchString) {
		t.Error("the upgraded database has nothing for servers of older versions")
	}
	var unsafe []string
	err := rows.QueryRowContext(t.Context(), `SELECT ARRAY(SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
		AND proconfig IS DISTINCT FROM '{"search_path=public, pg_temp"}')`).Scan(pgtype.NewMap().SQLScanner(&unsafe))
	if err != nil || len(unsafe) > 0 {
		t.Errorf("functions that run as their owner look for temporary tables first: %q, %v", unsafe, err)
	}
	for range 2 {
		if older, err := s.Contract(t.Context()); len(older) > 0 || err != nil {
			t.Fatalf("Contract() = %v, %v", older, err)
		}
		if diff := cmp.Diff(want, schemaIn(t, rows)); diff != "" {
			t.Errorf("schema (-new +upgraded):\n%s", diff)
		}
	}
	if expanded, _, err := s.Expanded(t.Context()); expanded || err != nil {
		t.Errorf("Expanded() = %t, %v after Contract", expanded, err)
	}
	// Contract can be interrupted at any statement, and starts over. A database on which an earlier
	// form of migration 34 has removed all these parts is in the same state as after an interruption.
	execute(t, rows, "DROP TABLE goose_contract_version; DELETE FROM goose_db_version WHERE version_id >= 45")
	if applied, err := s.Migrate(t.Context()); applied != 4 || err != nil {
		t.Errorf("the second Migrate() = %d, %v; want 4 migrations", applied, err)
	}
	if older, err := s.Contract(t.Context()); len(older) > 0 || err != nil {
		t.Errorf("the second Contract() = %v, %v", older, err)
	}
	if diff := cmp.Diff(want, schemaIn(t, rows)); diff != "" {
		t.Errorf("schema after the second Contract() (-new +upgraded):\n%s", diff)
	}
}

// schemaIn returns the columns, functions, triggers, indexes and constraints of a database.
func schemaIn(t *testing.T, rows *sql.DB) []string {
	t.Helper()
	var all string
	err := rows.QueryRowContext(t.Context(), `SELECT string_agg(line, E'\n' ORDER BY line) FROM (
		SELECT format('column %s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
			FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
			LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attnum > 0 AND NOT a.attisdropped
		UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
			AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = p.oid AND e.deptype = 'e')
		UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
		UNION ALL SELECT format('%s of %s: %s', conname, conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
	) AS lines (line)`).Scan(&all)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(all, "\n")
}

// Until the schema is contracted, servers of 0.1.0 notice what a new server writes: a record
// gets another version, and a notification says what has changed.
func TestOlderServersNoticeChanges(t *testing.T) {
	t.Parallel()
	database, s, rows := schemaOf010(t)
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	publish(t, rows, 200)
	old, err := pgx.Connect(t.Context(), database.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = old.Close(context.WithoutCancel(t.Context())) }()
	version := func() (v string) {
		t.Helper()
		if err := old.QueryRow(t.Context(), "SELECT record_version::text FROM students WHERE id = 1").Scan(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	if _, err := old.Exec(t.Context(), "LISTEN rehearse_changes"); err != nil {
		t.Fatal(err)
	}
	before := version()
	setLimit(t, s, 1, 3)
	if version() == before {
		t.Error("the record has the same version after a change")
	}
	heard, err := old.WaitForNotification(t.Context())
	if err != nil || heard.Payload != "students 1" {
		t.Errorf("the notification is %+v, %v; want students 1", heard, err)
	}
}

// expand adds the triggers for servers of older versions to a database that is contracted.
func expand(t *testing.T, rows *sql.DB) {
	t.Helper()
	for _, file := range []string{"00034_log_for_older_servers.sql", "00045_written_by_older_servers.sql", "00048_intake.sql"} {
		text, err := os.ReadFile(filepath.Join("migrations", file))
		if err != nil {
			t.Fatal(err)
		}
		execute(t, rows, string(text))
	}
}

// A list reflects what a server of an older version has changed, although it does not log its
// changes. TestListIsStaleWithoutTheLog makes the same changes without the triggers.
func TestListAfterAChangeByAnOlderServer(t *testing.T) {
	t.Parallel()
	for _, change := range recordChanges {
		t.Run(change.name, func(t *testing.T) {
			t.Parallel()
			database, rows := schoolWithRecord(t)
			expand(t, rows)
			l := newLister(t, database)
			before, _, _ := l.list()
			execute(t, rows, change.statement)
			l.mustUseChanged(t, before)
		})
	}
	t.Run("a slot", func(t *testing.T) {
		t.Parallel()
		database, rows := schoolWithRecord(t)
		expand(t, rows)
		l := newLister(t, database)
		before := l.SlotsInMemory()
		execute(t, rows, "UPDATE slots SET status = 'WITHDRAWN' WHERE status = 'OPEN' AND id = 300")
		if l.list(); l.SlotsInMemory() != before-1 {
			t.Errorf("%d slots are in memory after one of %d was withdrawn", l.SlotsInMemory(), before)
		}
	})
}

// writesOfOlderServers are writes of each kind.
var writesOfOlderServers = []string{
	`INSERT INTO interviewers (id, name, email, time_zone, active, created_at) VALUES (9, 'Nine', 'nine@example.org', 'UTC', true, now())`,
	"UPDATE interviewers SET email = 'nine@example.edu' WHERE id = 9",
	"UPDATE interviewers SET tags = '{go}' WHERE id = 9",
	"INSERT INTO students (name, email, time_zone, created_at) VALUES ('Ada', 'ada@example.org', 'UTC', now())",
	"UPDATE students SET interview_limit = 3 WHERE id = 1",
	`INSERT INTO availabilities (id, interviewer_id, starts_at, ends_at, slot_minutes, created_at)
		VALUES (9, 1, '2027-01-01T00:00Z', '2027-01-01T02:00Z', 60, now()), (10, 1, '2027-01-01T00:00Z', '2027-01-01T03:00Z', 60, now())`,
	"UPDATE availabilities SET tags = '{go}' WHERE id = 9",
	`INSERT INTO slots (id, interviewer_id, availability_id, starts_at, ends_at, status)
		VALUES (9001, 1, 9, '2027-01-01T00:00Z', '2027-01-01T01:00Z', 'OPEN')`,
	"UPDATE slots SET availability_id = 10 WHERE id = 9001",
	"UPDATE slots SET status = 'BOOKED' WHERE id = 9001",
	`INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at)
		SELECT 2, interviewer_id, id, starts_at, ends_at, 'BOOKED', now() FROM slots WHERE id = 9001`,
	"UPDATE interviews SET note = 'well prepared' WHERE slot_id = 9001",
	"INSERT INTO holds (student_id, slot_id, placed_at, expires_at) VALUES (2, 206, '2026-06-01T00:00Z', '2026-06-01T00:01Z')",
	"UPDATE holds SET ended_at = '2026-06-01T00:01Z' WHERE slot_id = 206",
	"INSERT INTO waivers (student_id, rule, reason, uses, granted_at) VALUES (2, 'LIMIT', 'ill', 1, now())",
	"UPDATE waivers SET revoked_at = now() WHERE student_id = 2",
	"UPDATE booking_policy SET minimum_notice_seconds = 5",
	`INSERT INTO events (at, kind, actor_role, actor_id, request_id, changes) VALUES (now(), 'POLICY_UPDATED', 'ADMIN', 0, '', '[]')`,
}

// The triggers log everything that servers of older versions write, and nothing of transactions
// that log their own changes.
func TestWritesOfOlderServersAreLogged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		begin  string
		logged bool
	}{
		"older server": {"SELECT 1", true},
		"server":       {"SELECT set_config('rehearse.logs_changes', 'on', true)", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, rows := schoolWithRecord(t)
			expand(t, rows)
			database.RecordWrites(t)
			writer := database.With("application_name", "writer").SQL(t) // others are not recorded
			for _, statement := range writesOfOlderServers {
				executeAll(t, writer, test.begin, statement)
			}
			var recorded, logged int
			if err := rows.QueryRowContext(t.Context(), "SELECT (SELECT count(DISTINCT xid) FROM written), (SELECT count(*) FROM changes WHERE xid IN (SELECT xid FROM written))").Scan(&recorded, &logged); err != nil {
				t.Fatal(err)
			}
			unlogged := database.UnloggedWrites(t)
			if recorded < len(writesOfOlderServers)-1 { // a new availability changes no slot
				t.Errorf("%d of %d writes were recorded", recorded, len(writesOfOlderServers))
			}
			if test.logged && len(unlogged) > 0 {
				t.Errorf("not logged: %q", unlogged)
			}
			if !test.logged && (logged > 0 || len(unlogged) == 0) {
				t.Errorf("%d rows were added to the log, want none", logged)
			}
		})
	}
}

// When a server of an older version anonymises a student, the personal data that this server does
// not know is also removed, but only that of this student.
func TestOlderServersAnonymise(t *testing.T) {
	t.Parallel()
	_, rows := schoolWithRecord(t)
	expand(t, rows)
	for _, statement := range []string{
		"UPDATE interviews SET meeting_url = 'https://meet.example.org/1', intake = 'I know Go.'",
		"INSERT INTO calendar_feeds (student_id, secret_hash, created_at) SELECT id, sha256(id::text::bytea), now() FROM students WHERE id <= 2",
		`INSERT INTO notification_preferences (student_id, bookings, grades, reminders, agenda, feedback)
			SELECT id, true, true, true, true, true FROM students WHERE id <= 2`,
		`INSERT INTO events (at, kind, actor_role, actor_id, request_id, student_id, changes)
			SELECT now(), 'STUDENT_UPDATED', 'ADMIN', 0, '', id, '[]' FROM students WHERE id <= 2 ORDER BY id`,
		"INSERT INTO webhooks (url, kinds, student_ids, interviewer_ids, secret, created_at, version, updated_at) VALUES ('https://example.org', '{}', '{}', '{}', 'x', now(), 1, now())",
		`INSERT INTO webhook_deliveries (webhook_id, event_id, kind, position, status, attempts, created_at, response_body)
			SELECT w.id, e.id, e.kind, e.id, 'SUCCEEDED', 1, now(), 'hello' FROM webhooks w, events e`,
	} {
		execute(t, rows, statement)
	}
	left := func() (n [5]int) {
		t.Helper()
		err := rows.QueryRowContext(t.Context(), `SELECT (SELECT count(meeting_url) FROM interviews), (SELECT count(*) FROM calendar_feeds),
			(SELECT count(*) FROM notification_preferences), (SELECT count(response_body) FROM webhook_deliveries),
			(SELECT count(intake) FROM interviews)`).Scan(&n[0], &n[1], &n[2], &n[3], &n[4])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if got := left(); got != [5]int{1, 2, 2, 2, 1} {
		t.Fatalf("there are %v links, feeds, preferences, responses and intakes", got)
	}
	execute(t, rows, "UPDATE students SET name = 'Anonymous', anonymised_at = now() WHERE id = 1")
	if got := left(); got != [5]int{0, 1, 1, 1, 0} {
		t.Errorf("%v links, feeds, preferences, responses and intakes are left, want 0 and those of the other student", got)
	}
}

// An interview that a server of an older version moves to another interviewer loses the link to the
// room of the first one.
func TestOlderServersHandOver(t *testing.T) {
	t.Parallel()
	_, rows := schoolWithRecord(t)
	expand(t, rows)
	link := func(statements ...string) (url sql.NullString) {
		t.Helper()
		executeAll(t, rows, append([]string{"UPDATE interviews SET meeting_url = 'https://meet.example.org/1'"}, statements...)...)
		if err := rows.QueryRowContext(t.Context(), "SELECT meeting_url FROM interviews ORDER BY id LIMIT 1").Scan(&url); err != nil {
			t.Fatal(err)
		}
		return url
	}
	const handOver = "UPDATE interviews SET interviewer_id = interviewer_id + 1"
	if url := link(handOver); url.Valid {
		t.Errorf("the interview keeps %q", url.String)
	}
	if url := link("UPDATE interviews SET note = 'late'"); !url.Valid {
		t.Error("the interview has lost its link although its interviewer is the same")
	}
	if url := link("SELECT set_config('rehearse.logs_changes', 'on', true)", handOver); !url.Valid {
		t.Error("a server of this version has lost the link")
	}
}

// recontract makes a database count as one that is still to be contracted.
const recontract = "DELETE FROM goose_contract_version WHERE version_id > 0"

// named opens a session with a name. The returned function closes it, and waits until Postgres has
// noticed.
func named(t *testing.T, database pgtest.Database, name string) (end func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database.With("application_name", name).DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) }) // and the garbage collector does not close it before
	rows := database.SQL(t)
	return func() {
		t.Helper()
		if err := conn.Close(t.Context()); err != nil {
			t.Error(err)
		}
		for sessions := 1; sessions > 0; {
			err := rows.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE pid = $1", int64(conn.PgConn().PID())).Scan(&sessions)
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The schema is not contracted while a server is connected that does not know it. Other sessions
// do not matter, unless their names begin with the one that the database URL gives to servers.
func TestContractWaitsForOlderServers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		server string // the name that the database URL sets
		other  string
		waits  bool
	}{
		"0.1.0":                        {"", "rehearse serve with CLOCK_OFFSET=0s", true},
		"an older schema":              {"", "rehearse serve with CLOCK_OFFSET=0s, schema 44", true},
		"an older schema, pooled":      {"", "rehearse serve with CLOCK_OFFSET=0s, schema 44 - 10.0.0.1:6432", true},
		"this schema":                  {"", "rehearse serve with CLOCK_OFFSET=0s, schema 45", false},
		"a newer schema":               {"", "rehearse serve with CLOCK_OFFSET=0s, schema 100", false},
		"another program":              {"", "psql", false},
		"0.1.0 with a given name":      {"school", "school", true},
		"this schema, a given name":    {"school", "school, schema 45", false},
		"another program, given name":  {"school", "psql", false},
		"0.1.0, pooled, given name":    {"school", "school - 10.0.0.1:6432", true},
		"0.1.0 with a very long name":  {strings.Repeat("x", 63), strings.Repeat("x", 63), true},
		"0.1.0 beside a given name":    {"school", "rehearse serve with CLOCK_OFFSET=0s", true},
		"an older schema, given name":  {"school", "school, schema 44", true},
		"a newer schema, a given name": {"school", "school, schema 100", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := pgtest.New(t)
			execute(t, database.SQL(t), recontract)
			end := named(t, database, test.other)
			if test.server != "" {
				database = database.With("application_name", test.server)
			}
			s := database.Open(t, store.Options{})
			older, err := s.Contract(t.Context())
			if want := test.waits; (len(older) > 0) != want || err != nil {
				t.Errorf("Contract() = %q, %v; want it to wait: %t", older, err, want)
			}
			if expanded, _, err := s.Expanded(t.Context()); expanded != test.waits || err != nil {
				t.Errorf("Expanded() = %t, %v; want %t", expanded, err, test.waits)
			}
			end()
			if older, err := s.Contract(t.Context()); len(older) > 0 || err != nil {
				t.Errorf("Contract() = %q, %v after the session ended", older, err)
			}
		})
	}
}

// A server contracts the schema only after two successive looks without an older server.
func TestContractInTime(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	rows := database.SQL(t)
	execute(t, rows, recontract)
	contracted := func() (done bool) {
		if err := rows.QueryRowContext(t.Context(), "SELECT count(*) > 1 FROM goose_contract_version").Scan(&done); err != nil {
			t.Error(err)
		}
		return done
	}
	var looks atomic.Int64
	var end func()
	s := database.Intercepted(t, pgtest.Intercept{Before: func(_ context.Context, statement string) error {
		if !strings.Contains(statement, "pg_stat_activity") {
			return nil
		}
		switch looks.Add(1) {
		case 2: // the first look has found none
			end = named(t, database, "rehearse serve with CLOCK_OFFSET=0s")
		case 4:
			if contracted() {
				t.Error("the schema was contracted after one look without an older server")
			}
			end()
		case 5:
			if contracted() {
				t.Error("the schema was contracted after one look without an older server")
			}
		}
		return nil
	}})
	s.ContractInTime(t.Context(), time.Millisecond)
	if !contracted() || looks.Load() != 5 {
		t.Errorf("contracted: %t after %d looks, want true after 5", contracted(), looks.Load())
	}
	s.ContractInTime(t.Context(), time.Hour) // returns at once
}

// Only the owner of the tables contracts the schema, and the table that records this is theirs. A
// server with another user stops trying.
func TestOwnerContracts(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	rows := database.SQL(t)
	var user string
	if err := rows.QueryRowContext(t.Context(), "SELECT 'contractor_of_' || current_database()").Scan(&user); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := rows.ExecContext(context.WithoutCancel(t.Context()), "DROP OWNED BY "+user+"; DROP ROLE "+user); err != nil {
			t.Error(err)
		}
	})
	execute(t, rows, "DROP TABLE goose_contract_version; CREATE ROLE "+user+"; GRANT USAGE, CREATE ON SCHEMA public TO "+user)
	s := database.With("role", user).Open(t, store.Options{})
	if _, err := s.Contract(t.Context()); err == nil || !strings.Contains(err.Error(), "the database user does not own the tables") {
		t.Errorf("Contract() returns %v", err)
	}
	s.ContractInTime(t.Context(), time.Millisecond) // returns
	var exists bool
	if err := rows.QueryRowContext(t.Context(), "SELECT to_regclass('goose_contract_version') IS NOT NULL").Scan(&exists); err != nil || exists {
		t.Errorf("the table exists: %t, %v", exists, err)
	}
}

// The name of a session says which schema the server knows. This part of the name does not matter
// for the comparison of clocks.
func TestOtherSessionsIgnoreTheSchema(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	const prefix = "rehearse serve with CLOCK_OFFSET="
	s := database.Open(t, store.Options{Application: prefix + "0s"})
	for _, name := range []string{prefix + "0s", prefix + "0s, schema 44", prefix + "0s, schema 1000", prefix + "240h0m0s", prefix + "240h0m0s, schema 44", "psql"} {
		named(t, database, name)
	}
	others, err := s.OtherSessions(t.Context(), prefix)
	if err != nil || !slices.Equal(others, []string{prefix + "240h0m0s"}) {
		t.Errorf("OtherSessions() = %q, %v; want only the one with another offset", others, err)
	}
}
