package graph_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// listsOfStaff selects each list that a standby may serve.
const listsOfStaff = `{
	students(first: 5) { nodes { name interviews(first: 5) { nodes { id } totalCount } } totalCount }
	interviewers(first: 5) { totalCount nodes {
		interviews(first: 5) { nodes { id events(first: 5) { nodes { id } } } totalCount }
		slots(first: 5) { nodes { id } totalCount }
		availability(first: 5) { nodes { id } totalCount }
		blocks(first: 5) { nodes { id } totalCount }
	} }
	interviews(first: 5) { nodes { id } totalCount }
	slots(first: 5) { nodes { id } totalCount }
	events(first: 5) { nodes { id } totalCount }
}`

// A standby serves the lists of staff, and nothing that a booking needs. The caller sees what they
// have written through another server, however late the standby is.
func TestStandbyServesListsOfStaff(t *testing.T) {
	t.Parallel()
	primary, standby := pgtest.Replicated(t)
	db, o := pgtest.Database{DSN: primary.DSN("postgres")}.With("synchronous_commit", "on"), store.Options{StandbyDSN: standby.DSN("postgres")}
	one, other := newServer(t, db, o), newServer(t, db, o)
	onStandby := pgtest.Database{DSN: o.StandbyDSN}.SQL(t)
	ask(t, onStandby, "SELECT pg_stat_reset()::text") // it was copied with the statistics of the migrations

	student := one.Student(nil)
	if booked := one.Book(student, one.NewSlot(48*time.Hour)); booked.Interview == nil {
		t.Fatalf("the booking was refused: %v", booked.Errors)
	}
	listed := []string{"students", "interviewers", "interviews", "slots", "events", "availabilities", "blocks"}
	one.List(student)
	for again := time.NewTicker(20 * time.Millisecond); scans(t, onStandby, listed...) < len(listed); <-again.C {
		if a := other.Ask(listsOfStaff, nil); len(a.Errors) > 0 {
			t.Fatalf("the lists of staff: %s", a.Body)
		}
	}
	if n := scans(t, onStandby, "booking_policy", "holds", "idempotency_keys", "changes", "waivers"); n > 0 {
		t.Errorf("%d tables were read on the standby that only decisions need", n)
	}

	ask(t, onStandby, "SELECT pg_wal_replay_pause()::text")
	for again := time.NewTicker(2 * time.Millisecond); ask(t, onStandby, "SELECT pg_get_wal_replay_pause_state()") != "paused"; <-again.C {
	}
	one.Student(in{"name": "Written While The Standby Is Late"})
	for name, server := range map[string]*school{"the same server": one, "another server": other} {
		if a := server.Ask(listsOfStaff, nil); len(a.Errors) > 0 || !strings.Contains(a.Body, "Written While The Standby Is Late") {
			t.Errorf("%s does not list a student who was just created: %s", name, a.Body)
		}
	}
	ask(t, onStandby, "SELECT pg_wal_replay_resume()::text")
}

// While a commit waits for its synchronous standby, another standby may already list a new person
// that the primary does not show yet. The list does not fail.
func TestStandbyThatIsAhead(t *testing.T) {
	t.Parallel()
	primary, standby := pgtest.Replicated(t)
	db := pgtest.Database{DSN: primary.DSN("postgres")}.With("synchronous_commit", "on")
	s := newServer(t, db, store.Options{StandbyDSN: standby.DSN("postgres")})
	poll(t, "the standby is read", func() bool { return s.Store.StandbyErr() == nil })
	onPrimary := db.SQL(t)
	for _, statement := range []string{"ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()"} {
		if _, err := onPrimary.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	poll(t, "commits wait", func() bool { return ask(t, onPrimary, "SHOW synchronous_standby_names") == "nobody" })
	created := make(chan answer, 1)
	go func() {
		created <- s.Ask(`mutation { createStudent(input: {name: "Ahead", email: "ahead@example.org", timeZone: "UTC"}) { student { id } } }`, nil)
	}()
	poll(t, "the standby lists the student", func() bool {
		a := s.Ask(`{ students(first: 5) { nodes { name eligibility { eligible } interviews(first: 5) { nodes { id } } } } }`, nil)
		if len(a.Errors) > 0 {
			t.Fatalf("the list failed: %s", a.Body)
		}
		return strings.Contains(a.Body, "Ahead")
	})
	select {
	case a := <-created:
		t.Fatalf("the commit did not wait: %s", a.Body)
	default:
	}
	if a := <-created; len(a.Errors) == 0 || a.Errors[0].Extensions.Code != "OUTCOME_UNKNOWN" {
		t.Errorf("the commit was confirmed: %s", a.Body)
	}
}

// scans returns how many of the tables have been read on a server.
func scans(t *testing.T, on *sql.DB, tables ...string) (n int) {
	t.Helper()
	for _, table := range tables {
		if ask(t, on, "SELECT (seq_scan + coalesce(idx_scan, 0) > 0)::text FROM pg_stat_user_tables WHERE relname = $1", table) == "true" {
			n++
		}
	}
	return n
}

func ask(t *testing.T, on *sql.DB, query string, args ...any) (text string) {
	t.Helper()
	if err := on.QueryRowContext(t.Context(), query, args...).Scan(&text); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return text
}
