package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rehearse/graph"
	"rehearse/internal/store"
)

// exec runs SQL past the server.
func (s *school) exec(statement string, args ...any) {
	s.t.Helper()
	if _, err := s.db.SQL(s.t).ExecContext(s.t.Context(), statement, args...); err != nil {
		s.t.Fatalf("%s: %v", statement, err)
	}
}

func (a answer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	return a.Errors[0].Extensions.Code
}

func TestFaultIsHiddenAndLogged(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.exec("ALTER TABLE booking_policy RENAME COLUMN hold_seconds TO secret_column")
	a := s.ask("{ bookingPolicy { version } }", nil)
	same(t, "code", a.code(), "INTERNAL")
	id := a.Errors[0].Extensions.ErrorID
	if id == "" || !strings.Contains(s.log.String(), id) || !strings.Contains(s.log.String(), "hold_seconds") {
		t.Errorf("the cause is not in the log under %q:\n%s", id, s.log)
	}
	if strings.Contains(a.body, "hold_seconds") || strings.Contains(a.body, "SQLSTATE") {
		t.Errorf("the cause reaches the client: %s", a.body)
	}
}

func TestFaultInAMutationChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.student(nil), s.newSlot(day)
	s.exec(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'secret cause'; END $$`)
	s.exec(`CREATE TRIGGER fail BEFORE UPDATE ON slots FOR EACH ROW EXECUTE FUNCTION fail()`)
	before := s.rows()
	a := s.ask(`mutation($s: ID!, $i: ID!) { bookSlot(input: {studentId: $i, slotId: $s}) { interview { id } errors { code } } }`,
		map[string]any{"s": slot, "i": student})
	same(t, "code", a.code(), "INTERNAL")
	same(t, "nothing is half-written", s.rows(), before)
	if strings.Contains(a.body, "secret cause") || !strings.Contains(s.log.String(), "secret cause") {
		t.Errorf("answered %s\nlogged %s", a.body, s.log)
	}
}

func TestPanicIsHiddenAndTheServerGoesOn(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{}, func(o *graph.HandlerOptions) { o.App = nil })
	a := s.ask(`{ eligibility(studentId: 1) { eligible } }`, nil)
	same(t, "code", a.code(), "INTERNAL")
	if !strings.Contains(s.log.String(), "panic") || strings.Contains(a.body, "nil pointer") {
		t.Errorf("answered %s\nlogged %s", a.body, s.log)
	}
	same(t, "the server goes on", string(s.ask("{ __typename }", nil).Data), `{"__typename":"Query"}`)
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{}, func(o *graph.HandlerOptions) { o.Timeout = 300 * time.Millisecond })
	lock, err := s.db.SQL(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.ExecContext(t.Context(), "LOCK TABLE students IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	same(t, "while the table is locked", s.ask("{ student(id: 1) { id } }", nil).code(), "TIMEOUT")
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	patient := newServer(t, s.db, store.Options{})
	same(t, "and after", patient.ask("{ student(id: 1) { id } }", nil).code(), "")
}

func TestBusy(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{LockTimeout: 100 * time.Millisecond})
	student, slot := s.student(nil), s.newSlot(day)
	lock, err := s.db.SQL(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.ExecContext(t.Context(), "SELECT FROM slots FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	same(t, "while somebody holds the slot", codes(s.book(student, slot).Errors), []string{"BUSY_RETRY"})
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	newServer(t, s.db, store.Options{}).booked(student, slot)
}

// A full disk is met by an insert, or at the commit.
func TestFullDiskIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, trigger := range map[string]string{
		"at an insert": "CREATE TRIGGER disk BEFORE INSERT ON interviews FOR EACH ROW EXECUTE FUNCTION full_disk()",
		"at the commit": `CREATE CONSTRAINT TRIGGER disk AFTER INSERT ON interviews DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW EXECUTE FUNCTION full_disk()`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			student, slot := s.student(nil), s.newSlot(day)
			before := s.rows()
			for _, statement := range []string{
				`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
					RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`, trigger,
			} {
				if _, err := s.db.SQL(t).ExecContext(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			book := fmt.Sprintf("mutation { bookSlot(input: {studentId: %s, slotId: %s}) { interview { id } } }", student, slot)
			same(t, "code", s.ask(book, nil).code(), "UNAVAILABLE")
			same(t, "what was written", s.rows(), before)
			if !strings.Contains(s.log.String(), "the disk of Postgres is full") {
				t.Errorf("the log does not say what to do: %s", s.log)
			}
		})
	}
}

func TestUnavailable(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	var name string
	if err := s.db.SQL(t).QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	admin := s.db.Admin(t)
	for _, statement := range []string{
		"ALTER DATABASE " + name + " ALLOW_CONNECTIONS false",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'",
	} {
		if _, err := admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	a := s.ask("{ bookingPolicy { version } }", nil)
	same(t, "code", a.code(), "UNAVAILABLE")
	if strings.Contains(a.body, name) {
		t.Errorf("the database is named: %s", a.body)
	}
	for range 5 {
		same(t, "the next request", s.ask("{ bookingPolicy { version } }", nil).code(), "UNAVAILABLE")
	}
	if n := strings.Count(s.log.String(), `msg="the database is not available"`); n != 1 {
		t.Errorf("an outage is logged %d times:\n%s", n, s.log)
	}
	if _, err := admin.ExecContext(t.Context(), "ALTER DATABASE "+name+" ALLOW_CONNECTIONS true"); err != nil {
		t.Fatal(err)
	}
	same(t, "and it recovers", s.ask("{ bookingPolicy { version } }", nil).code(), "")
}
