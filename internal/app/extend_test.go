package app_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/availability"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
)

// rules publishes an open-ended rule of one slot a day for each of n interviewers, and
// returns a clock 30 days ahead, at which 30 more days are due.
func (w *world) rules(n int) (later func() time.Time) {
	w.t.Helper()
	server := app.New(w.store, clock)
	for range n {
		_, err := server.AddWeeklyAvailability(w.t.Context(), availability.AddWeeklyAvailabilityInput{
			InterviewerID: w.interviewer().ID, StartDate: calendar.DateOf(t0), EveryWeeks: 1, SlotMinutes: 60,
			Weekdays:  []time.Weekday{0, 1, 2, 3, 4, 5, 6},
			StartTime: 12 * 60, EndTime: 13 * 60,
		})
		wantOutcome(w.t, "a rule", err, "ok")
	}
	return func() time.Time { return clock().Add(30 * 24 * time.Hour) }
}

func (w *world) countSlots() (n int) {
	w.t.Helper()
	if err := w.sql.QueryRowContext(w.t.Context(), "SELECT count(*) FROM slots").Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestTwoServersExtendConcurrently(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	later := w.rules(5)
	before := w.countSlots()
	locks := contains("FROM interviewers WHERE", "FOR NO KEY UPDATE")
	gate := pgtest.NewGate(locks)
	results := make([]availability.ExtendResult, 2)
	wait := concurrently(2, func(i int) (err error) {
		server := app.New(w.db.Intercepted(w.t, pgtest.Intercept{Before: gate.Hold}), later)
		results[i], err = server.ExtendAvailability(w.t.Context())
		return err
	})
	gate.Await(t, 2) // both are about to extend the same rule
	gate.Open()
	wantOutcomes(t, wait(), map[string]int{"ok": 2})
	if got := w.countSlots() - before; got != 150 || results[0].Slots+results[1].Slots != 150 {
		t.Errorf("got %d new slots, and results of %d and %d slots; want 150 in total", got, results[0].Slots, results[1].Slots)
	}
	w.wantNoFindings()
}

// Without the interviewer's lock, the constraint still prevents duplicates, but one server
// fails instead of finding nothing to do.
func TestTwoServersExtendConcurrentlyUnprotected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	later := w.rules(1)
	gate := pgtest.NewGate(insertsSlots)
	wait := concurrently(2, func(int) error {
		server := app.New(w.db.Intercepted(w.t, pgtest.Intercept{Before: gate.Hold, Rewrite: withoutLocks("interviewers")}), later)
		_, err := server.ExtendAvailability(w.t.Context())
		return err
	})
	gate.Await(t, 1)
	w.db.AwaitLockWaits(t, 1, `UPDATE "availabilities"`) // the other server has read the same state
	gate.Open()
	wantOutcomes(t, wait(), map[string]int{"ok": 1, "AVAILABILITY_CONFLICT": 1})
}

func TestExtendingResumesAfterAFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	later := w.rules(4)
	before := w.countSlots()
	inserts := 0
	errInjected := errors.New("injected")
	server := app.New(w.db.Intercepted(w.t, pgtest.Intercept{Before: func(_ context.Context, statement string) error {
		if insertsSlots(statement) {
			if inserts++; inserts == 3 {
				return errInjected
			}
		}
		return nil
	}}), later)
	if _, err := server.ExtendAvailability(t.Context()); !errors.Is(err, errInjected) {
		t.Fatalf("ExtendAvailability() = %v, want the injected error", err)
	}
	if got := w.countSlots() - before; got != 60 {
		t.Errorf("got %d new slots after the failure, want those of two rules, 60", got)
	}
	w.wantNoFindings()
	if _, err := server.ExtendAvailability(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.countSlots() - before; got != 120 {
		t.Errorf("got %d new slots after the second run, want 120", got)
	}
	w.wantNoFindings()
}

// Editing a rule while students book its slots loses no booking, and no slot is both
// booked and withdrawn.
func TestRuleChangesDuringBookings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := app.New(w.store, clock)
	by := w.interviewer()
	added, err := server.AddWeeklyAvailability(t.Context(), availability.AddWeeklyAvailabilityInput{
		InterviewerID: by.ID, StartDate: calendar.DateOf(t0).AddDays(1), EndDate: ptr(calendar.DateOf(t0).AddDays(8)),
		Weekdays: []time.Weekday{0, 1, 2, 3, 4, 5, 6}, StartTime: 10 * 60, EndTime: 14 * 60, EveryWeeks: 1, SlotMinutes: 60,
	})
	wantOutcome(t, "the rule", err, "ok")
	students := w.students(len(added.Slots))
	booked := make([]*reservation.Booked, len(students))
	edits := make([]*availability.UpdatedAvailability, 4)
	servers := w.servers(pgtest.Intercept{})
	wait := concurrently(len(students)+len(edits), func(i int) (err error) {
		if i < len(students) {
			booked[i], err = servers[i%2].Book(t.Context(), reservation.BookSlotInput{StudentID: students[i].ID, SlotID: added.Slots[i].ID})
			return err
		}
		n := i - len(students)
		edits[n], err = servers[n%2].UpdateAvailability(t.Context(), availability.UpdateAvailabilityInput{
			AvailabilityID: added.Availability.ID, StartTime: ptr(calendar.LocalTime((11 + n%2) * 60)), CancelBooked: n%2 == 1,
		})
		return err
	})
	errs := wait()
	bookings, cancelled := 0, 0
	for i, err := range errs {
		var refused booking.Refused
		switch {
		case err == nil && i < len(students):
			bookings++
		case err == nil:
			cancelled += len(edits[i-len(students)].Cancelled)
		case !errors.As(err, &refused) || (!refused.Has(booking.SlotIsWithdrawn) && !refused.Has(booking.BusyRetry)):
			t.Errorf("outcome of request %d = %v, want ok, SLOT_WITHDRAWN or BUSY_RETRY", i, err)
		}
	}
	var live int
	if err := w.sql.QueryRowContext(t.Context(), "SELECT count(*) FROM interviews WHERE status = 'BOOKED'").Scan(&live); err != nil {
		t.Fatal(err)
	}
	if live != bookings-cancelled {
		t.Errorf("got %d booked interviews after %d bookings and %d cancellations", live, bookings, cancelled)
	}
	w.wantNoFindings()
}
