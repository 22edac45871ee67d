package app_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// failing returns an Intercept.Before that fails matching statements with the SQLSTATE
// code, up to the given number of times, and a counter of the failures.
func failing(code string, most int64, matches func(string) bool) (func(context.Context, string) error, *atomic.Int64) {
	return failingWith(&pgconn.PgError{Severity: "ERROR", Code: code, Message: "injected"}, most, matches)
}

func failingWith(err error, most int64, matches func(string) bool) (func(context.Context, string) error, *atomic.Int64) {
	var met atomic.Int64
	return func(_ context.Context, statement string) error {
		if matches(statement) && met.Add(1) <= most {
			return err
		}
		return nil
	}, &met
}

func isCommit(statement string) bool { return statement == "commit" }

func TestDeadlockIsRetried(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, code string
		matches    func(string) bool
		failures   int64
		want       string
		attempts   int64
	}{
		{"a deadlock in the first statement", "40P01", contains("FROM students WHERE"), 1, "ok", 2},
		{"a deadlock in a read", "40P01", contains("CROSS JOIN booking_policy"), 1, "ok", 2},
		{"a deadlock in a write", "40P01", insertsInterview, 1, "ok", 2},
		{"a serialization failure in a write", "40001", insertsInterview, 1, "ok", 2},
		{"a serialization failure at the commit", "40001", isCommit, 1, "ok", 2},
		{"three deadlocks", "40P01", insertsInterview, 3, "ok", 4},
		{"a deadlock in each attempt", "40P01", insertsInterview, 100, "BUSY_RETRY", 4},
		{"a serialization failure in each commit", "40001", isCommit, 100, "BUSY_RETRY", 4},
		{"a lock timeout is not retried", "55P03", insertsInterview, 100, "BUSY_RETRY", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s, slot := w.student(), w.slot(w.interviewer(), 1)
			before, met := failing(c.code, c.failures, c.matches)
			_, err := w.server(pgtest.Intercept{Before: before}).
				Book(t.Context(), reservation.BookSlotInput{StudentID: s.ID, SlotID: slot.ID})
			wantOutcome(t, "the booking", err, c.want)
			if met.Load() != c.attempts {
				t.Errorf("got %d attempts, want %d", met.Load(), c.attempts)
			}
			booked := one[int](w, "SELECT count(*) FROM interviews")
			if want := map[bool]int{true: 1}[c.want == "ok"]; booked != want {
				t.Errorf("got %d interviews, want %d", booked, want)
			}
			w.wantNoFindings()
		})
	}
}

// An error that ends the session, or that reports that Postgres does not accept
// connections, is ErrUnavailable: the caller may retry later, and the transaction is not
// retried.
func TestUnavailableDatabase(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, severity, code string
		unavailable          bool
	}{
		{"Postgres stops", "FATAL", "57P01", true},
		{"Postgres has crashed", "FATAL", "57P02", true},
		{"a transaction was idle", "FATAL", "25P03", true},
		{"a pooler cannot reach Postgres", "FATAL", "08P01", true},
		{"a protocol violation", "ERROR", "08P01", false},
		{"a module was replaced", "ERROR", "58P01", true},
		{"a disk fails", "ERROR", "58030", true},
		{"a disk is full", "ERROR", "53100", true},
		{"out of memory", "ERROR", "53200", true},
		{"too many connections", "ERROR", "53300", true},
		{"a connection is lost", "ERROR", "08006", true},
		{"Postgres stops during a statement", "ERROR", "57P01", true},
		{"Postgres starts", "ERROR", "57P03", true},
		{"a standby", "ERROR", "25006", true},
		{"a missing column", "ERROR", "42703", false},
		{"an internal error", "ERROR", "XX000", true},
		{"a damaged table", "ERROR", "XX001", true},
		{"an operator intervenes", "ERROR", "57000", true},
		{"a limit of Postgres", "ERROR", "54000", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s, slot := w.student(), w.slot(w.interviewer(), 1)
			ended := &pgconn.PgError{Severity: c.severity, Code: c.code, Message: "injected"}
			before, met := failingWith(ended, 100, insertsInterview)
			_, err := w.server(pgtest.Intercept{Before: before}).
				Book(t.Context(), reservation.BookSlotInput{StudentID: s.ID, SlotID: slot.ID})
			if err == nil || errors.Is(err, store.ErrUnavailable) != c.unavailable {
				t.Errorf("got %v, want ErrUnavailable: %t", err, c.unavailable)
			}
			if met.Load() != 1 {
				t.Errorf("got %d attempts, want 1", met.Load())
			}
			w.wantNoFindings()
		})
	}
}

func TestLockTimeoutRefusesAndWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, slot := w.student(), w.slot(w.interviewer(), 1)
	other, err := w.sql.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Rollback()
	if _, err := other.ExecContext(t.Context(), "SELECT FROM students WHERE id = $1 FOR UPDATE", s.ID); err != nil {
		t.Fatal(err)
	}
	server := app.New(w.db.Open(t, store.Options{LockTimeout: 100 * time.Millisecond}), clock)
	book := func(on *app.App) error {
		_, err := on.Book(t.Context(), reservation.BookSlotInput{StudentID: s.ID, SlotID: slot.ID})
		return err
	}
	wantOutcome(t, "the booking of a locked student", book(server), "BUSY_RETRY")
	if n := one[int](w, "SELECT count(*) FROM interviews"); n != 0 {
		t.Errorf("got %d interviews, want none", n)
	}
	if status := w.slotStatus(slot.ID); status != booking.SlotOpen {
		t.Errorf("the slot is %s, want OPEN", status)
	}
	if err := other.Rollback(); err != nil {
		t.Fatal(err)
	}
	// Checked on a server without the short timeout: a commit may wait for those of other
	// databases.
	wantOutcome(t, "the booking after the lock is released", book(app.New(w.store, clock)), "ok")
	w.wantNoFindings()
}

// An operation that cancels bookings starts again when another student books before it has
// the interviewer's lock. If students keep booking it gives up, and changes nothing.
func TestCancelBookedStartsAgainAfterBookings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		students int
		want     string
		booked   int
	}{
		{"four students", 4, "ok", 0},
		{"five students", 5, "BUSY_RETRY", 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			by, students, desk := w.interviewer(), w.students(c.students), w.server(pgtest.Intercept{})
			var slots []booking.Slot
			for hour := range c.students {
				slots = append(slots, w.slot(by, float64(hour+1)))
			}
			locks, next := contains("FROM interviewers WHERE", "FOR NO KEY UPDATE"), 0
			before := func(ctx context.Context, statement string) error {
				if !locks(statement) || next == c.students {
					return nil
				}
				next++
				_, err := desk.Book(ctx, reservation.BookSlotInput{StudentID: students[next-1].ID, SlotID: slots[next-1].ID})
				return err
			}
			_, err := w.server(pgtest.Intercept{Before: before}).UpdateInterviewer(t.Context(), roster.UpdateInterviewerInput{
				InterviewerID: by.ID, CancelBooked: true, InterviewerChange: booking.InterviewerChange{Active: ptr(false)},
			})
			wantOutcome(t, "the deactivation", err, c.want)
			if n := one[int](w, "SELECT count(*) FROM interviews WHERE status = 'BOOKED'"); next != c.students || n != c.booked {
				t.Errorf("%d of %d students have booked, and %d interviews are booked, want %d", next, c.students, n, c.booked)
			}
			w.wantNoFindings()
		})
	}
}
