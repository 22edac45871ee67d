package store_test

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// lister reads lists of slots for student 1 from memory and counts the statements.
type lister struct {
	followingStore
	statements atomic.Int64
}

func newLister(t *testing.T, db pgtest.Database) *lister {
	t.Helper()
	l := &lister{}
	l.followingStore = follow(t, db, store.Options{Tracer: l.count()})
	pgtest.AwaitSlotsInMemory(t, l.Store)
	return l
}

// count is a tracer that counts the statements of requests.
func (l *lister) count() pgx.QueryTracer {
	return pgtest.Trace(func(text string, _ []any) {
		if !strings.HasPrefix(text, "NOTIFY") && !strings.Contains(text, "held_until, full_until FROM slots") {
			l.statements.Add(1)
		}
	})
}

// openSlotsFor lists slots as app does: it asks again if the record was stale, at most twice.
func openSlotsFor(
	ctx context.Context, s *store.Store, id booking.StudentID, offer func(booking.Record) booking.Offer, in store.SlotSearch, p store.Page,
) (slots []booking.BookableSlot, err error) {
	for range 3 {
		var page store.OpenSlotsPage
		record, err := s.RecordInMemory(ctx, id)
		if err == nil {
			page, err = s.OpenSlotsFor(ctx, record, offer(record.Record), in, p)
		}
		if !errors.Is(err, store.ErrNotCurrent) {
			return page.Slots, err
		}
	}
	return store.ListInSnapshot(ctx, s, func(r *store.Reader) (slots []booking.BookableSlot, err error) {
		record, err := r.Record(ctx, id)
		if err == nil {
			slots, _, err = r.OpenSlots(ctx, in, offer(record), p)
		}
		return slots, err
	})
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

// schoolWithRecord creates three interviewers with slots, and student 1 with a booked
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

// recordChanges contains every kind of change to the record of student 1, with the row of
// the change log that a transaction of the store writes for it.
var recordChanges = []struct{ name, statement, logged string }{
	{"a booking", `INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at, waivers)
		SELECT 1, interviewer_id, id, starts_at, ends_at, 'BOOKED', now(), '{}' FROM slots WHERE id = 202`, ofStudent},
	{"a grade", "UPDATE interviews SET grade = 5, status = 'COMPLETED', completed_at = ends_at WHERE slot_id = 1", ofStudent},
	{"a waiver", "INSERT INTO waivers (student_id, rule, reason, uses, granted_at) VALUES (1, 'LIMIT', 'ill', 1, now())", ofStudent},
	{"a waiver is revoked", "UPDATE waivers SET revoked_at = now()", ofStudent},
	{"a hold of another slot", `DO $$ BEGIN
		DELETE FROM holds;
		INSERT INTO holds (student_id, slot_id, placed_at, expires_at) VALUES (1, 206, '2026-06-01T00:00Z', '2026-06-01T00:01Z');
	END $$`, ofStudent},
	{"a hold ends", "UPDATE holds SET ended_at = $1", ofStudent},
	{"a hold is extended", "UPDATE holds SET expires_at = $1::timestamptz + interval '2 minutes', extended = true", ofStudent},
	{"the student's limit", "UPDATE students SET interview_limit = 7 WHERE id = 1", ofStudent},
	{"the student's e-mail", "UPDATE students SET email = '1@example.org' WHERE id = 1", ofStudent},
	{"an interviewer gets the student's e-mail", "UPDATE interviewers SET email = '1@students.example.org' WHERE id = 2", ofEveryStudent},
	{"an interviewer with the student's e-mail", `INSERT INTO interviewers (id, name, email, time_zone, active, created_at)
		VALUES (9, 'Interviewer Nine', '1@students.example.org', 'UTC', true, now())`, ofEveryStudent},
	{"the policy", "UPDATE booking_policy SET minimum_notice_seconds = 5", ofEveryStudent},
}

const (
	ofStudent      = "INSERT INTO changes (students) VALUES ('{1}')"
	ofEveryStudent = "INSERT INTO changes (every) VALUES ('{students}')"
)

// mustUseChanged lists after a change of the record, which was before, and returns the number of
// statements of the list. The list must use the changed record.
func (l *lister) mustUseChanged(t *testing.T, before booking.Record) (statements int64) {
	t.Helper()
	used, _, statements := l.list()
	now, err := l.Record(t.Context(), 1)
	if err != nil || reflect.DeepEqual(now, before) {
		t.Fatalf("the statement does not change the record (%v): %+v", err, now)
	}
	if !reflect.DeepEqual(used, now) {
		t.Errorf("the list uses the record %+v\nwant %+v", used, now)
	}
	return statements
}

// A list that begins after a change of the student's record reflects it.
func TestListUsesTheCurrentRecord(t *testing.T) {
	t.Parallel()
	for _, change := range recordChanges {
		t.Run(change.name, func(t *testing.T) {
			t.Parallel()
			database, rows := schoolWithRecord(t)
			l := newLister(t, database)
			before, slots, first := l.list()
			if _, _, next := l.list(); slots == 0 || first != 1 || next != 0 {
				t.Fatalf("a list has %d slots and takes %d statements, the next %d; want some slots and 1, then 0", slots, first, next)
			}
			executeAll(t, rows, change.statement, change.logged)
			if statements := l.mustUseChanged(t, before); statements != 1 {
				t.Errorf("the list after the change takes %d statements, want 1: the record", statements)
			}
			if _, _, statements := l.list(); statements != 0 {
				t.Errorf("the next list takes %d statements, want 0, because the record is in memory", statements)
			}
		})
	}
}

// A list misses a change that is not logged. This verifies that TestListUsesTheCurrentRecord
// depends on the log.
func TestListIsStaleWithoutTheLog(t *testing.T) {
	t.Parallel()
	for _, change := range recordChanges {
		t.Run(change.name, func(t *testing.T) {
			t.Parallel()
			database, rows := schoolWithRecord(t)
			l := newLister(t, database)
			l.list()
			execute(t, rows, change.statement)
			used, _, _ := l.list()
			now, err := l.Record(t.Context(), 1)
			if err != nil || reflect.DeepEqual(used, now) {
				t.Errorf("the list uses the current record without the log (%v)", err)
			}
			l.Renew() // as happens from time to time
			if used, _, _ := l.list(); !reflect.DeepEqual(used, now) {
				t.Errorf("after the memory was renewed, the list uses the record %+v\nwant %+v", used, now)
			}
		})
	}
}

// A list ends if its client has left, although the record is in memory.
func TestListEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	database, _ := schoolWithRecord(t)
	l := newLister(t, database)
	l.list()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	offers := 0
	_, err := openSlotsFor(ctx, l.Store, 1, func(r booking.Record) booking.Offer {
		offers++
		return r.Offer(planned)
	}, store.SlotSearch{In: calendar.Span{Start: planned, End: planned.AddDate(0, 0, 7)}}, store.Page{First: 10})
	if !errors.Is(err, context.Canceled) || offers != 1 {
		t.Errorf("openSlotsFor() = %v after %d offers, want context.Canceled after 1", err, offers)
	}
}

func execute(t *testing.T, rows *sql.DB, statement string) {
	t.Helper()
	executeOn(t, rows, statement)
}

// executeAll executes statements in one transaction.
func executeAll(t *testing.T, rows *sql.DB, statements ...string) {
	t.Helper()
	tx, err := rows.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, statement := range statements {
		executeOn(t, tx, statement)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func executeOn(t *testing.T, on interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}, statement string,
) {
	t.Helper()
	var args []any
	if strings.Contains(statement, "$1") {
		args = []any{planned}
	}
	if _, err := on.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// A server immediately forgets the records that it changes. Another student's change does not
// matter.
func TestListAfterAChangeByTheSameServer(t *testing.T) {
	t.Parallel()
	database, _ := schoolWithRecord(t)
	l := newLister(t, database)
	l.list()
	setLimit(t, l.Store, 1, 3)
	if record, _, statements := l.list(); statements != 1 || *record.Student.InterviewLimit != 3 {
		t.Errorf("the list takes %d statements for the student %+v, want 1 for the limit 3", statements, record.Student)
	}
	setLimit(t, l.Store, 2, 7)
	before := l.statements.Load()
	if l.list(); l.statements.Load() != before {
		t.Errorf("after a change of another student, the list takes %d statements, want 0", l.statements.Load()-before)
	}
}

func setLimit(t *testing.T, s *store.Store, id booking.StudentID, limit int) {
	t.Helper()
	inTx(t, s, func(tx *store.Tx) (booking.Student, error) {
		student, err := tx.LockStudent(t.Context(), id)
		if err != nil {
			return student, err
		}
		student.InterviewLimit = &limit
		return tx.UpdateStudent(t.Context(), student, time.Now())
	})
}

// A list without slots takes no more statements than one with slots.
func TestEmptyLists(t *testing.T) {
	t.Parallel()
	database, rows := schoolWithRecord(t)
	l := newLister(t, database)
	executeAll(t, rows, "UPDATE slots SET status = 'WITHDRAWN' WHERE status = 'OPEN'", "INSERT INTO changes (slots) SELECT array_agg(id) FROM slots")
	if _, slots, statements := l.list(); slots != 0 || statements != 1 {
		t.Errorf("the first list has %d slots and takes %d statements, want none and 1: the record", slots, statements)
	}
	if _, slots, statements := l.list(); slots != 0 || statements != 0 {
		t.Errorf("the next list has %d slots and takes %d statements, want none and 0", slots, statements)
	}
	_, err := l.RecordInMemory(t.Context(), 999)
	var refused booking.Refused
	if !errors.As(err, &refused) || !refused.Has(booking.NotFound) {
		t.Errorf("RecordInMemory() of an unknown student = %v, want NOT_FOUND", err)
	}
}

// Concurrent callers share the reads of their students' records, and each gets the record of its
// own student.
func TestRecordsAreReadTogether(t *testing.T) {
	t.Parallel()
	const students, unknown = 40, 999
	database, rows := schoolWithRecord(t)
	executeAll(t, rows, `INSERT INTO students (name, email, time_zone, created_at)
		SELECT 'Student ' || n, n || '@example.edu', 'UTC', now() FROM generate_series(1, 40) AS n`)
	s := newLister(t, database)
	var all sync.WaitGroup
	for id := range booking.StudentID(students) {
		all.Go(func() {
			if record, err := s.RecordInMemory(t.Context(), 1+id); err != nil || record.Student.ID != 1+id {
				t.Errorf("the record of student %d is %+v, %v", 1+id, record, err)
			}
		})
	}
	all.Go(func() {
		record, err := s.RecordInMemory(t.Context(), unknown)
		var refused booking.Refused
		if !errors.As(err, &refused) || !refused.Has(booking.NotFound) {
			t.Errorf("the record of an unknown student is %+v, %v; want NOT_FOUND", record, err)
		}
	})
	all.Wait()
}

// A change of the record can be committed after a list is requested, but before the SQL
// statement that reads its slots. The list reflects such a change.
func TestListFromSQLUsesTheCurrentRecord(t *testing.T) {
	t.Parallel()
	database, rows := schoolWithRecord(t)
	l := &lister{}
	var before func()
	l.followingStore = follow(t, database, store.Options{Tracer: pgtest.Trace(func(text string, _ []any) {
		if strings.Contains(text, "interviewer_id = ANY(") && before != nil {
			before()
		}
	})})
	pgtest.AwaitSlotsInMemory(t, l.Store)
	if _, slots, _ := l.list(); slots == 0 { // this call also reads the record into memory
		t.Fatal("the list has no slots")
	}
	before = sync.OnceFunc(func() {
		executeAll(t, rows, "UPDATE students SET interview_limit = 0 WHERE id = 1", ofStudent)
	})
	in := store.SlotSearch{In: calendar.Span{Start: planned, End: planned.AddDate(0, 0, 7)}, InterviewerIDs: []booking.InterviewerID{1, 2, 3}}
	limit := -1
	_, err := openSlotsFor(t.Context(), l.Store, 1, func(r booking.Record) booking.Offer {
		if r.Student.InterviewLimit != nil {
			limit = *r.Student.InterviewLimit
		}
		return r.Offer(planned)
	}, in, store.Page{First: 10})
	if err != nil || limit != 0 {
		t.Errorf("the list uses the limit %d (%v), want 0", limit, err)
	}
}

// Even if a student's record changes all the time, a list for this student ends and shows a
// single state. The school changes between two states: in one, the student may book slots, and
// in the other, none.
func TestListWhileTheRecordChanges(t *testing.T) {
	t.Parallel()
	for name, followed := range map[string]bool{"following the log": true, "not following the log": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, rows := schoolWithRecord(t)
			l := &lister{}
			change := func() {}
			o := store.Options{Tracer: pgtest.Trace(func(text string, _ []any) {
				if strings.Contains(text, "FROM slots WHERE") && !strings.Contains(text, "held_until, full_until FROM slots") {
					change()
				}
			})}
			if followed {
				l.followingStore = follow(t, database, o)
			} else {
				l.followingStore = followingStore{Store: database.Open(t, o), t: t}
			}
			changes := 0
			change = func() {
				changes++
				executeAll(t, rows, "UPDATE students SET interview_limit = 0 WHERE id = 1",
					"UPDATE slots SET status = 'WITHDRAWN' WHERE status = 'OPEN'", ofStudent, "INSERT INTO changes (every) VALUES ('{slots}')")
				executeAll(t, rows, "UPDATE students SET interview_limit = 15 WHERE id = 1",
					"UPDATE slots SET status = 'OPEN' WHERE status = 'WITHDRAWN'", ofStudent, "INSERT INTO changes (every) VALUES ('{slots}')")
			}
			in := store.SlotSearch{In: calendar.Span{Start: planned, End: planned.AddDate(0, 0, 7)}, InterviewerIDs: []booking.InterviewerID{1, 2, 3}}
			slots, err := openSlotsFor(t.Context(), l.Store, 1, func(r booking.Record) booking.Offer { return r.Offer(planned) }, in, store.Page{First: 10})
			if err != nil || len(slots) == 0 || changes == 0 || changes > 4 {
				t.Errorf("the list has %d slots (%v) after %d changes, want some after at most 4", len(slots), err, changes)
			}
		})
	}
}

// Concurrent lists of one student share the record in memory.
func TestConcurrentListsShareTheRecord(t *testing.T) {
	t.Parallel()
	database, _ := schoolWithRecord(t)
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
		setLimit(t, l.Store, 1, 100+n)
	}
	listing.Wait()
}

// The same lists come from SQL while the slots are not in memory: if there are more than
// memory may hold, or if the server does not follow the log.
func TestListsFromSQL(t *testing.T) {
	t.Parallel()
	database, _ := schoolWithRecord(t)
	l := newLister(t, database)
	_, want, _ := l.list()
	few := &lister{}
	few.followingStore = follow(t, database, store.Options{
		MaxSlotsInMemory: 1, Tracer: few.count(),
	})
	notFollowing := &lister{followingStore: followingStore{t: t}}
	notFollowing.Store = database.Open(t, store.Options{Tracer: notFollowing.count()})
	for name, from := range map[string]struct {
		*lister
		statements int64
	}{
		"beyond the capacity":   {few, 2},          // the record, the slots
		"not following the log": {notFollowing, 4}, // in a transaction
	} {
		t.Run(name, func(t *testing.T) {
			if _, slots, statements := from.list(); slots != want || statements != from.statements {
				t.Errorf("the list has %d slots and takes %d statements, want %d and %d", slots, statements, want, from.statements)
			}
		})
	}
}
