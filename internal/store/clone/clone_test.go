package clone_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/sample"
	"rehearse/internal/store"
	"rehearse/internal/store/clone"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func exec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// texts returns the rows of a query that returns one text in each.
func texts(t *testing.T, db *sql.DB, query string) (got []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		got = append(got, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return got
}

// contents returns the rows of all tables and sequences. log_cnt says how a sequence is logged.
func contents(t *testing.T, db *sql.DB) map[string][]string {
	t.Helper()
	got := map[string][]string{}
	for _, name := range texts(t, db, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')") {
		got[name] = texts(t, db, "SELECT (to_jsonb(t) - 'log_cnt')::text FROM (SELECT * FROM "+name+") t ORDER BY 1")
	}
	return got
}

func copyTo(t *testing.T, from, to pgtest.Database) (map[string]int64, error) {
	t.Helper()
	copied := map[string]int64{}
	err := clone.Database(t.Context(), from.DSN, to.DSN, func(table string, rows int64) { copied[table] = rows })
	return copied, err
}

// fill loads the sample school, and rows of tables that it leaves empty.
func fill(t *testing.T, from pgtest.Database) *sql.DB {
	t.Helper()
	s, db := from.Open(t, store.Options{}), from.SQL(t)
	if err := (sample.Request{Size: sample.SizeSchool}).Load(t.Context(), s, time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`INSERT INTO waivers (student_id, rule, reason, uses, granted_at) SELECT id, 'PAIR', E'a "quote"\n\tand \\ tab', 2, now() FROM students LIMIT 3`,
		"INSERT INTO webhooks (url, kinds, student_ids, interviewer_ids, secret, created_at, version, updated_at) VALUES ('https://example.org', '{}', '{101}', '{}', 'x', now(), 1, now())",
		`INSERT INTO webhook_deliveries (webhook_id, event_id, kind, position, status, attempts, created_at, next_attempt_at)
			SELECT w.id, 7, 'X', 7, 'PENDING', 0, now(), now() FROM webhooks w`,
		"INSERT INTO mail (kind, source, recipient_role, recipient_id, status, attempts, created_at, result) VALUES ('A', 'b', 'ADMIN', 0, 'SENT', 1, 'infinity', '')",
		`INSERT INTO river_job (args, kind, max_attempts, state, tags, finalized_at) VALUES ('{"a": 1}', 'k', 3, 'completed', '{a,b}', now())`,
		"INSERT INTO changes (slots) VALUES ('{1}')",
	} {
		exec(t, db, statement)
	}
	return db
}

// A copy has all rows and the state of all sequences, but for the change log and the transaction
// id of the sequence of events. Copying fires no trigger.
func TestCopy(t *testing.T) {
	t.Parallel()
	from, to := pgtest.New(t), pgtest.New(t)
	source, target := fill(t, from), to.SQL(t)
	exec(t, source, "UPDATE event_sequence SET settling = 3, settling_xid = '9000000000000000', gaps = '{[1,2)}'")
	exec(t, target, "INSERT INTO changes (slots) VALUES ('{2}')") // like a migration
	want := contents(t, source)
	copied, err := copyTo(t, from, to)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"students", "interviews", "events", "waivers", "webhook_deliveries", "mail", "river_job", "goose_db_version"} {
		if n := copied["public."+table]; n == 0 || n != int64(len(want[table])) {
			t.Errorf("%d rows of %s were copied, want %d", n, table, len(want[table]))
		}
	}
	if _, reported := copied["public.changes"]; reported || len(want["changes"]) == 0 {
		t.Errorf("the change log was copied, or is empty: %v", want["changes"])
	}
	want["changes"] = nil
	exec(t, source, "UPDATE event_sequence SET settling = NULL, settling_xid = NULL")
	want["event_sequence"] = contents(t, source)["event_sequence"]
	if diff := cmp.Diff(want, contents(t, target)); diff != "" {
		t.Errorf("tables (-source +copy):\n%s", diff)
	}
	if _, err := target.ExecContext(t.Context(), "DELETE FROM events"); err == nil || !strings.Contains(err.Error(), "append-only") {
		t.Errorf("triggers are off after the copy: deleting events: %v", err)
	}
}

// appendEvent appends an event in a transaction that commits unless undo is set.
func appendEvent(ctx context.Context, s *store.Store, during func() error) error {
	_, err := store.InTx(ctx, s, func(tx *store.Tx) (store.Nothing, error) {
		event := booking.Event{At: time.Now(), Kind: booking.PolicyUpdated, Actor: booking.Actor{Role: booking.RoleAdmin, ID: 1}}
		if err := tx.AppendEvents(ctx, event); err != nil {
			return store.Nothing{}, err
		}
		return store.Nothing{}, during()
	})
	return err
}

// A reader of events that continues on the copy reads each event once, though events were committed
// in another order than that of their ids, some have no position yet, and the transaction ids of
// the old server are ahead of the new one's or behind them.
func TestReadersOfEventsContinue(t *testing.T) {
	t.Parallel()
	for name, xid := range map[string]string{"ahead": "9000000000000000", "behind": "4"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := pgtest.New(t), pgtest.New(t)
			old, db := from.Open(t, store.Options{}), from.SQL(t)
			commit, errUndone := func() error { return nil }, errors.New("rolled back")
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			var last booking.EventID
			var read []booking.EventID
			drain := func(s *store.Store) {
				t.Helper()
				for more := true; more; {
					batch, err := s.EventsAfter(t.Context(), last, store.EventFilter{}, 2)
					must(err)
					for _, e := range batch.Events {
						read = append(read, e.ID)
					}
					more, last = batch.More, batch.Last
				}
			}
			must(appendEvent(t.Context(), old, commit))       // 1
			must(appendEvent(t.Context(), old, func() error { // 2 is committed after 3 and 5
				must(appendEvent(t.Context(), old, commit))                                              // 3
				if err := appendEvent(t.Context(), old, func() error { return errUndone }); err == nil { // 4
					t.Error("event 4 was committed")
				}
				must(appendEvent(t.Context(), old, commit)) // 5
				drain(old)
				return nil
			}))
			must(appendEvent(t.Context(), old, commit)) // 6 has no position, nor has 2
			if want := []booking.EventID{1, 3, 5}; !slices.Equal(read, want) {
				t.Fatalf("before the copy, %v were read, want %v", read, want)
			}
			exec(t, db, "UPDATE event_sequence SET settling_xid = '"+xid+"'")
			if _, err := copyTo(t, from, to); err != nil {
				t.Fatal(err)
			}
			fresh := to.Open(t, store.Options{})
			must(appendEvent(t.Context(), fresh, commit)) // 7
			drain(fresh)
			if want := []booking.EventID{1, 3, 5, 2, 6, 7}; !slices.Equal(read, want) {
				t.Errorf("%v were read, want %v", read, want)
			}
			target := to.SQL(t)
			for started := time.Now(); texts(t, target, "SELECT gaps::text FROM event_sequence")[0] != "{}"; {
				must(appendEvent(t.Context(), fresh, commit))
				drain(fresh)
				if time.Since(started) > time.Minute {
					t.Fatal("the gap of event 4, which never comes, is not given up")
				}
			}
			if want := int(last); len(read) != want-1 {
				t.Errorf("%d events were read up to event %d, want all but event 4", len(read), last)
			}
		})
	}
}

// A copy that would lack something is refused.
func TestCopyIsComplete(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ source, target, want string }{
		"a table of somebody else": {"CREATE TABLE notes (id int)", "", "the database has public.notes (id integer), which is not part of this program's schema"},
		"a view":                   {"CREATE VIEW all_students AS SELECT id FROM students", "", "the database has public.all_students (id bigint)"},
		"another schema":           {`CREATE SCHEMA "my own"; CREATE TABLE "my own".t (id int)`, "", `the database has "my own".t`},
		"another column":           {"ALTER TABLE students ADD COLUMN shoe_size int", "", "shoe_size integer"},
		"a missing table":          {"DROP TABLE calendar_feeds", "", "the database lacks public.calendar_feeds"},
		"a row that is lost": {"", `CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
			CREATE TRIGGER lose BEFORE INSERT ON students FOR EACH ROW WHEN (NEW.id = 101) EXECUTE FUNCTION lose(); ALTER TABLE students ENABLE ALWAYS TRIGGER lose`,
			"copy public.students: "},
		"a row that disappears": {"", `CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM students WHERE id = 101; RETURN NULL; END $$;
			CREATE TRIGGER lose AFTER INSERT ON students EXECUTE FUNCTION lose(); ALTER TABLE students ENABLE ALWAYS TRIGGER lose`,
			"the copy of public.students has "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := pgtest.New(t), pgtest.New(t)
			db := fill(t, from)
			if test.source != "" {
				exec(t, db, test.source)
			}
			if test.target != "" {
				exec(t, to.SQL(t), test.target)
			}
			if _, err := copyTo(t, from, to); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got the error %v, want %q", err, test.want)
			}
		})
	}
}
