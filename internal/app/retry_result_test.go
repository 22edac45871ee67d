package app_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"rehearse/internal/app"
	"rehearse/internal/app/availability"
	"rehearse/internal/app/reservation"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

// failsOnce returns a server whose first attempt at a transaction fails at commit with a
// serialization failure. beforeRetry runs before the second attempt.
func (w *world) failsOnce(now func() time.Time, beforeRetry func()) *app.App {
	w.t.Helper()
	var begun, failed atomic.Int64
	return app.New(w.db.Intercepted(w.t, pgtest.Intercept{Before: func(_ context.Context, statement string) error {
		switch {
		case statement == "begin" && begun.Add(1) == 2:
			beforeRetry()
		case statement == "commit" && failed.Add(1) == 1:
			return &pgconn.PgError{Severity: "ERROR", Code: "40001", Message: "injected"}
		}
		return nil
	}}), now)
}

// The first attempt counts 30 slots and is rolled back. Then another server extends the
// rule, so the second attempt has nothing to do.
func TestExtendCountsOnlyItsLastAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	later := w.rules(1)
	other := app.New(w.store, later)
	server := w.failsOnce(later, func() {
		result, err := other.ExtendAvailability(t.Context())
		if wantOutcome(t, "the other server", err, "ok"); result.Slots != 30 {
			t.Errorf("the other server reports %d slots, want 30", result.Slots)
		}
	})
	result, err := server.ExtendAvailability(t.Context())
	if wantOutcome(t, "extending", err, "ok"); result.Slots != 0 {
		t.Errorf("got %d slots, want 0: the other server published them", result.Slots)
	}
	w.wantNoFindings()
}

// The first attempt closes three slots. Then one of them is booked.
func TestBlockTimeReportsOnlyItsLastAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	by := w.interviewer()
	slots := []booking.Slot{w.slot(by, 1), w.slot(by, 2), w.slot(by, 3)}
	student := w.student()
	server := w.failsOnce(clock, func() {
		_, err := app.New(w.store, clock).Book(t.Context(), reservation.BookSlotInput{StudentID: student.ID, SlotID: slots[1].ID})
		wantOutcome(t, "the booking", err, "ok")
	})
	blocked, err := server.BlockTime(t.Context(), availability.BlockTimeInput{
		InterviewerID: by.ID, Start: &t0, End: ptr(t0.Add(24 * time.Hour)), Reason: "a holiday",
	})
	wantOutcome(t, "blocking", err, "ok")
	if len(blocked.Blocks) != 1 || len(blocked.ClosedSlots) != 2 || len(blocked.Conflicts) != 1 {
		t.Errorf("got %d blocks, %d closed slots and %d conflicts, want 1, 2 and 1",
			len(blocked.Blocks), len(blocked.ClosedSlots), len(blocked.Conflicts))
	}
	w.wantNoFindings()
}

// The first attempt creates a waiver whose id is rolled back.
func TestGrantWaiverReportsTheCommittedWaiver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	student := w.student()
	server := w.failsOnce(clock, func() {})
	granted, err := server.GrantWaiver(t.Context(), reservation.GrantWaiverInput{
		StudentID: student.ID, Rule: booking.WaiveLimit, Reason: "an exam", Uses: 1,
	})
	wantOutcome(t, "granting", err, "ok")
	if id := one[int64](w, "SELECT id FROM waivers"); int64(granted.ID) != id {
		t.Errorf("got waiver %d, want %d", granted.ID, id)
	}
	w.wantNoFindings()
}

// The second attempt finds the interviewer inactive and publishes nothing.
func TestUnblockTimeReportsOnlyItsLastAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	by := w.interviewer()
	w.slot(by, 2)
	other := app.New(w.store, clock)
	blocked, err := other.BlockTime(t.Context(), availability.BlockTimeInput{
		InterviewerID: by.ID, Start: &t0, End: ptr(t0.Add(24 * time.Hour)), Reason: "a holiday",
	})
	wantOutcome(t, "blocking", err, "ok")
	server := w.failsOnce(clock, func() {
		_, err := other.UpdateInterviewer(t.Context(), roster.UpdateInterviewerInput{
			InterviewerID: by.ID, InterviewerChange: booking.InterviewerChange{Active: ptr(false)},
		})
		wantOutcome(t, "deactivating", err, "ok")
	})
	slots, err := server.UnblockTime(t.Context(), availability.UnblockTimeInput{BlockID: blocked.Blocks[0].ID})
	if wantOutcome(t, "unblocking", err, "ok"); len(slots) != 0 {
		t.Errorf("got %d published slots of an inactive interviewer, want none", len(slots))
	}
	w.wantNoFindings()
}
