package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// lister reads lists of slots for student 1 and counts the statements.
type lister struct {
	*store.Store
	t          *testing.T
	statements atomic.Int64
}

func newLister(t *testing.T, db pgtest.Database) *lister {
	t.Helper()
	l := &lister{t: t}
	l.Store = db.Open(t, store.Options{Tracer: pgtest.Trace(func(string, []any) { l.statements.Add(1) })})
	return l
}

// openSlotsFor lists slots as app does: it asks again if the record was stale.
func openSlotsFor(
	ctx context.Context, s *store.Store, id booking.StudentID, offer func(booking.Record) booking.Offer, in store.SlotSearch, p store.Page,
) ([]booking.BookableSlot, error) {
	record, err := s.ListRecord(ctx, id)
	for err == nil {
		var page store.OpenSlotsPage
		page, err = s.OpenSlotsFor(ctx, record, offer(record.Record), in, p)
		if page.Current == nil {
			return page.Slots, err
		}
		record = *page.Current
	}
	return nil, err
}

// list lists the slots of the week. It returns the last record that an offer was derived
// from, the number of slots, and the number of statements.
func (l *lister) list() (record booking.Record, slots int, statements int64) {
	l.t.Helper()
	before := l.statements.Load()
	offer := func(r booking.Record) booking.Offer {
		record = r
		return r.Offer(planned)
	}
	in := store.SlotSearch{In: calendar.Span{Start: planned, End: planned.AddDate(0, 0, 7)}}
	page, err := openSlotsFor(l.t.Context(), l.Store, 1, offer, in, store.Page{First: 10})
	if err != nil {
		l.t.Fatal(err)
	}
	return record, len(page), l.statements.Load() - before
}

// schoolWithRecord creates three interviewers with slots, and student 1 with a future
// interview, a waiver and a hold. Student 2 has none of these.
func schoolWithRecord(t *testing.T) (pgtest.Database, *sql.DB) {
	t.Helper()
	database := pgtest.New(t)
	rows := database.SQL(t)
	publish(t, rows, 600)
	for _, statement := range []string{
		`INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at, waivers)
			SELECT 1, interviewer_id, id, starts_at, ends_at, 'BOOKED', $1, '{}' FROM slots WHERE id = 1`,
		`INSERT INTO waivers (student_id, rule, reason, uses, granted_at) VALUES (1, 'GRADES', 'ill', 1, $1)`,
		`INSERT INTO holds (student_id, slot_id, placed_at, expires_at) VALUES (1, 205, $1, $1::timestamptz + interval '1 minute')`,
	} {
		if _, err := rows.ExecContext(t.Context(), statement, planned); err != nil {
			t.Fatal(err)
		}
	}
	return database, rows
}

// recordChanges contains every kind of change to the record of student 1. table is the
// table that the statement changes.
var recordChanges = []struct{ name, table, statement string }{
	{"a booking", "interviews", `INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at, waivers)
		SELECT 1, interviewer_id, id, starts_at, ends_at, 'BOOKED', now(), '{}' FROM slots WHERE id = 202`},
	{"a grade", "interviews", "UPDATE interviews SET grade = 5, status = 'COMPLETED', completed_at = ends_at WHERE slot_id = 1"},
	{"an interview is deleted", "interviews", "DELETE FROM interviews WHERE slot_id = 1"},
	{"a waiver", "waivers", "INSERT INTO waivers (student_id, rule, reason, uses, granted_at) VALUES (1, 'LIMIT', 'ill', 1, now())"},
	{"a waiver is revoked", "waivers", "UPDATE waivers SET revoked_at = now()"},
	{"a waiver is deleted", "waivers", "DELETE FROM waivers"},
	{"a hold of another slot", "holds", `DO $$ BEGIN
		DELETE FROM holds;
		INSERT INTO holds (student_id, slot_id, placed_at, expires_at) VALUES (1, 206, '2026-06-01T00:00Z', '2026-06-01T00:01Z');
	END $$`},
	{"a hold ends", "holds", "UPDATE holds SET ended_at = $1"},
	{"a hold is extended", "holds", "UPDATE holds SET expires_at = $1::timestamptz + interval '2 minutes', extended = true"},
	{"a hold is deleted", "holds", "DELETE FROM holds"},
	{"the student's limit", "students", "UPDATE students SET interview_limit = 7 WHERE id = 1"},
	{"the student's e-mail", "students", "UPDATE students SET email = '1@example.org' WHERE id = 1"},
	{"an interviewer gets the student's e-mail", "interviewers", "UPDATE interviewers SET email = '1@students.example.org' WHERE id = 2"},
	{"an interviewer with the student's e-mail", "interviewers", `INSERT INTO interviewers (id, name, email, time_zone, active, created_at)
		VALUES (9, 'Interviewer Nine', '1@students.example.org', 'UTC', true, now())`},
	{"the policy", "booking_policy", "UPDATE booking_policy SET minimum_notice_seconds = 5"},
}

// A list reflects every change of the student's record.
func TestListUsesTheCurrentRecord(t *testing.T) {
	t.Parallel()
	for _, change := range recordChanges {
		t.Run(change.name, func(t *testing.T) {
			t.Parallel()
			database, rows := schoolWithRecord(t)
			l := newLister(t, database)
			before, slots, _ := l.list()
			if _, _, statements := l.list(); slots == 0 || statements != 1 {
				t.Fatalf("a list with a cached record has %d slots and takes %d statements, want some slots and 1 statement", slots, statements)
			}
			execute(t, rows, change.statement)
			used, _, statements := l.list()
			if statements != 3 {
				t.Errorf("the list after the change takes %d statements, want 3: one with the stale record, the record, the list", statements)
			}
			now, err := l.Record(t.Context(), 1)
			if err != nil || reflect.DeepEqual(now, before) {
				t.Fatalf("the statement does not change the record (%v): %+v", err, now)
			}
			if !reflect.DeepEqual(used, now) {
				t.Errorf("the list uses the record %+v\nwant %+v", used, now)
			}
			if _, _, statements := l.list(); statements != 1 {
				t.Errorf("the next list takes %d statements, want 1: the record is not cached", statements)
			}
		})
	}
}

// A list misses changes that do not renew the record's version. This verifies that
// TestListUsesTheCurrentRecord depends on the triggers.
func TestListIsStaleWithoutVersions(t *testing.T) {
	t.Parallel()
	for _, change := range recordChanges {
		if change.table != "interviews" && change.table != "waivers" {
			continue
		}
		t.Run(change.name, func(t *testing.T) {
			t.Parallel()
			database, rows := schoolWithRecord(t)
			l := newLister(t, database)
			l.list()
			execute(t, rows, "ALTER TABLE "+change.table+" DISABLE TRIGGER USER")
			execute(t, rows, change.statement)
			used, _, _ := l.list()
			if now, err := l.Record(t.Context(), 1); err != nil || reflect.DeepEqual(used, now) {
				t.Errorf("the list uses the current record without the triggers (%v)", err)
			}
		})
	}
}

func execute(t *testing.T, rows *sql.DB, statement string) {
	t.Helper()
	var args []any
	if strings.Contains(statement, "$1") {
		args = []any{planned}
	}
	if _, err := rows.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// One transaction renews a student's version once, however often it writes, and does not
// renew the version of a student that it created.
func TestRecordVersionChangesOncePerTransaction(t *testing.T) {
	t.Parallel()
	_, rows := schoolWithRecord(t)
	version := func() (version string) {
		t.Helper()
		if err := rows.QueryRowContext(t.Context(), "SELECT record_version FROM students WHERE id = 1").Scan(&version); err != nil {
			t.Fatal(err)
		}
		return version
	}
	before := version()
	execute(t, rows, `DO $$ DECLARE
		renewed uuid;
	BEGIN
		UPDATE waivers SET uses = 2;
		renewed := (SELECT record_version FROM students WHERE id = 1);
		UPDATE interviews SET waivers = '{1}';
		IF renewed <> (SELECT record_version FROM students WHERE id = 1) THEN
			RAISE EXCEPTION 'the version changed twice';
		END IF;
	END $$`)
	if version() == before {
		t.Error("the transaction did not change the record version")
	}
	execute(t, rows, `DO $$ DECLARE
		given uuid;
	BEGIN
		INSERT INTO students (id, name, email, time_zone, created_at) VALUES (1000, 'New', 'new@example.org', 'UTC', now())
			RETURNING record_version INTO given;
		INSERT INTO waivers (student_id, rule, reason, uses, granted_at) VALUES (1000, 'LIMIT', 'ill', 1, now());
		IF given <> (SELECT record_version FROM students WHERE id = 1000) THEN
			RAISE EXCEPTION 'the version of a new student changed';
		END IF;
	END $$`)
}

// A server evicts the records that it changes: the next list takes two statements and does
// not try the stale record. Another student's change does not matter.
func TestListAfterAChangeByTheSameServer(t *testing.T) {
	t.Parallel()
	database, rows := schoolWithRecord(t)
	l := newLister(t, database)
	l.list()
	limit := 3
	inTx(t, l.Store, func(tx *store.Tx) (store.Nothing, error) {
		student, err := tx.LockStudent(t.Context(), 1)
		if err != nil {
			return store.Nothing{}, err
		}
		student.InterviewLimit = &limit
		_, err = tx.UpdateStudent(t.Context(), student, time.Now())
		return store.Nothing{}, err
	})
	if record, _, statements := l.list(); statements != 2 || *record.Student.InterviewLimit != limit {
		t.Errorf("the list takes %d statements for the student %+v, want 2 for the limit %d", statements, record.Student, limit)
	}
	execute(t, rows, "UPDATE students SET interview_limit = 7 WHERE id = 2")
	if _, _, statements := l.list(); statements != 1 {
		t.Errorf("after a change of another student, the list takes %d statements, want 1", statements)
	}
}

// A list without slots reads the record at most once: for a week without slots, a student
// who may not book, and an unknown student.
func TestEmptyLists(t *testing.T) {
	t.Parallel()
	database, rows := schoolWithRecord(t)
	l := newLister(t, database)
	execute(t, rows, "UPDATE slots SET status = 'WITHDRAWN' WHERE status = 'OPEN'")
	if _, slots, statements := l.list(); slots != 0 || statements != 2 {
		t.Errorf("the first list has %d slots and takes %d statements, want none and 2: the record, the list", slots, statements)
	}
	if _, slots, statements := l.list(); slots != 0 || statements != 2 {
		t.Errorf("the next list has %d slots and takes %d statements, want none and 2: the list, a check of the record", slots, statements)
	}
	execute(t, rows, "UPDATE students SET interview_limit = 0 WHERE id = 1")
	execute(t, rows, "UPDATE holds SET ended_at = $1")
	l.list()
	if record, slots, statements := l.list(); slots != 0 || statements != 1 || record.Offer(planned).Eligibility.Eligible {
		t.Errorf("the list of an ineligible student has %d slots and takes %d statements, want none and 1", slots, statements)
	}
	_, err := l.ListRecord(t.Context(), 999)
	var refused booking.Refused
	if !errors.As(err, &refused) || !refused.Has(booking.NotFound) {
		t.Errorf("ListRecord() of an unknown student = %v, want NOT_FOUND", err)
	}
}

// Concurrent lists of one student share the cached record.
func TestConcurrentListsShareTheCachedRecord(t *testing.T) {
	t.Parallel()
	database, rows := schoolWithRecord(t)
	l := newLister(t, database)
	want, slots, _ := l.list()
	var listing sync.WaitGroup
	for range 8 {
		listing.Go(func() {
			for range 20 {
				if record, n, _ := l.list(); n != slots || !reflect.DeepEqual(record.History, want.History) {
					t.Errorf("got %d slots with the history %+v, want %d with %+v", n, record.History, slots, want.History)
				}
			}
		})
	}
	for n := range 10 {
		execute(t, rows, fmt.Sprintf("UPDATE students SET name = 'Student %d' WHERE id = 1", n))
	}
	listing.Wait()
}
