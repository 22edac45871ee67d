package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rehearse/internal/gqlhttp"
	"rehearse/internal/store"
)

// exec runs SQL directly on the database.
func (s *school) exec(statement string, args ...any) {
	s.T.Helper()
	if _, err := s.DB.SQL(s.T).ExecContext(s.T.Context(), statement, args...); err != nil {
		s.T.Fatalf("%s: %v", statement, err)
	}
}

func TestInternalErrorIsHiddenAndLogged(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.exec("ALTER TABLE booking_policy RENAME COLUMN hold_seconds TO secret_column")
	a := s.Ask("{ bookingPolicy { version } }", nil)
	same(t, "error code", a.Code(), "INTERNAL")
	id := a.Errors[0].Extensions.ErrorID
	if id == "" || !strings.Contains(s.Log.String(), id) || !strings.Contains(s.Log.String(), "hold_seconds") {
		t.Errorf("log = %s\nwant the cause with the error id %q", s.Log, id)
	}
	if strings.Contains(a.Body, "hold_seconds") || strings.Contains(a.Body, "SQLSTATE") {
		t.Errorf("response = %s, want it without the cause", a.Body)
	}
}

func TestInternalErrorInMutationChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.Student(nil), s.NewSlot(day)
	s.exec(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'secret cause'; END $$`)
	s.exec(`CREATE TRIGGER fail BEFORE UPDATE ON slots FOR EACH ROW EXECUTE FUNCTION fail()`)
	before := s.Rows()
	a := s.Ask(`mutation($s: ID!, $i: ID!) { bookSlot(input: {studentId: $i, slotId: $s}) { interview { id } errors { code } } }`,
		map[string]any{"s": slot, "i": student})
	same(t, "error code", a.Code(), "INTERNAL")
	same(t, "rows", s.Rows(), before)
	if strings.Contains(a.Body, "secret cause") || !strings.Contains(s.Log.String(), "secret cause") {
		t.Errorf("response = %s\nlog = %s\nwant the cause in the log only", a.Body, s.Log)
	}
}

func TestPanicIsHiddenAndLogged(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) { o.App = nil })
	a := s.Ask(`{ eligibility(studentId: 1) { eligible } }`, nil)
	same(t, "error code", a.Code(), "INTERNAL")
	if !strings.Contains(s.Log.String(), "panic") || strings.Contains(a.Body, "nil pointer") {
		t.Errorf("response = %s\nlog = %s\nwant the cause in the log only", a.Body, s.Log)
	}
	same(t, "answer to the next request", string(s.Ask("{ __typename }", nil).Data), `{"__typename":"Query"}`)
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) { o.Timeout = 300 * time.Millisecond })
	lock, err := s.DB.SQL(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.ExecContext(t.Context(), "LOCK TABLE students IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	same(t, "error code while the table is locked", s.Ask("{ student(id: 1) { id } }", nil).Code(), "TIMEOUT")
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	patient := newServer(t, s.DB, store.Options{})
	same(t, "error code after the lock", patient.Ask("{ student(id: 1) { id } }", nil).Code(), "")
}

func TestBusy(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{LockTimeout: 100 * time.Millisecond})
	student, slot := s.Student(nil), s.NewSlot(day)
	lock, err := s.DB.SQL(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.ExecContext(t.Context(), "SELECT FROM slots FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	same(t, "refusal codes while the slot is locked", codes(s.Book(student, slot).Errors), []string{"BUSY_RETRY"})
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	newServer(t, s.DB, store.Options{}).Booked(student, slot)
}

// Triggers that make a booking fail.
const (
	atInsert = "CREATE TRIGGER failing BEFORE INSERT ON interviews FOR EACH ROW EXECUTE FUNCTION fail()"
	atCommit = `CREATE CONSTRAINT TRIGGER failing AFTER INSERT ON interviews DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION fail()`
)

// failBookings makes Postgres report the SQLSTATE for each booking.
func failBookings(t *testing.T, s *school, code, trigger string) {
	t.Helper()
	for _, statement := range []string{
		"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '" + code + "'; END $$", trigger,
	} {
		if _, err := s.DB.SQL(t).ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// An insert or the commit can meet a Postgres that is out of service.
func TestOutagesAreUnavailable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, code, trigger, advice string }{
		{"a full disk at an insert", "53100", atInsert, "the disk of Postgres is full"},
		{"a full disk at the commit", "53100", atCommit, "the disk of Postgres is full"},
		{"an operator at the commit", "57P01", atCommit, "Postgres is stopping"},
		{"a missing library at an insert", "58P01", atInsert, "reinstall it"},
		{"an input or output error at the commit", "58030", atCommit, "reinstall it"},
		{"damaged data at an insert", "XX001", atInsert, "restore a backup"},
		{"an internal error at the commit", "XX000", atCommit, "an internal error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			student, slot := s.Student(nil), s.NewSlot(day)
			before := s.Rows()
			failBookings(t, s, c.code, c.trigger)
			book := fmt.Sprintf("mutation { bookSlot(input: {studentId: %s, slotId: %s}) { interview { id } } }", student, slot)
			same(t, "error code", s.Ask(book, nil).Code(), "UNAVAILABLE")
			same(t, "rows", s.Rows(), before)
			if !strings.Contains(s.Log.String(), c.advice) {
				t.Errorf("log = %s, want the advice %q", s.Log, c.advice)
			}
		})
	}
}

// If the session ends at the commit, the client cannot know what became of the change, and repeats
// the request with the same key.
func TestOutcomeOfACommitIsUnknown(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.Student(nil), s.NewSlot(day)
	admin := s.DB.SQL(t)
	for _, statement := range []string{
		"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$", atCommit,
	} {
		if _, err := admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	book := fmt.Sprintf(`mutation { bookSlot(input: {studentId: %s, slotId: %s, idempotencyKey: "once"}) { interview { id } errors { code } } }`, student, slot)
	refused := s.Ask(book, nil)
	same(t, "error code", refused.Code(), "OUTCOME_UNKNOWN")
	if !strings.Contains(refused.Body, "same idempotency key") {
		t.Errorf("response = %s, want it to name the idempotency key", refused.Body)
	}
	if _, err := admin.ExecContext(t.Context(), "DROP TRIGGER failing ON interviews"); err != nil {
		t.Fatal(err)
	}
	same(t, "error code of the repeated request", s.Ask(book, nil).Code(), "")
	var interviews int
	if err := admin.QueryRowContext(t.Context(), "SELECT count(*) FROM interviews").Scan(&interviews); err != nil || interviews != 1 {
		t.Errorf("the database has %d interviews (%v), want 1", interviews, err)
	}
}

// A lock that is not available is refused at the commit as it is at any other statement.
func TestBusyAtTheCommit(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.Student(nil), s.NewSlot(day)
	failBookings(t, s, "55P03", atCommit)
	same(t, "refusal codes", codes(s.Book(student, slot).Errors), []string{"BUSY_RETRY"})
}

func TestUnavailable(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	var name string
	if err := s.DB.SQL(t).QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	admin := s.DB.Admin(t)
	for _, statement := range []string{
		"ALTER DATABASE " + name + " ALLOW_CONNECTIONS false",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'",
	} {
		if _, err := admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	a := s.Ask("{ bookingPolicy { version } }", nil)
	same(t, "error code", a.Code(), "UNAVAILABLE")
	if strings.Contains(a.Body, name) {
		t.Errorf("response = %s, want it without the name of the database", a.Body)
	}
	for range 5 {
		same(t, "error code of the next request", s.Ask("{ bookingPolicy { version } }", nil).Code(), "UNAVAILABLE")
	}
	if n := strings.Count(s.Log.String(), `msg="the database is not available"`); n != 1 {
		t.Errorf("log has %d lines about the outage, want 1:\n%s", n, s.Log)
	}
	if _, err := admin.ExecContext(t.Context(), "ALTER DATABASE "+name+" ALLOW_CONNECTIONS true"); err != nil {
		t.Fatal(err)
	}
	same(t, "error code after the recovery", s.Ask("{ bookingPolicy { version } }", nil).Code(), "")
}
