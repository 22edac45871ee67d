package app_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

// anotherKey rewrites each idempotency key to a fresh one, which disables idempotency.
func anotherKey(statement string) string {
	if strings.Contains(statement, "INSERT INTO idempotency_keys") {
		return strings.Replace(statement, "VALUES ($1, $2, $3,", "VALUES ($1, $2, $3 || random()::text,", 1)
	}
	return statement
}

const key = "3f1c" // key of every request in this file

func (w *world) booksKeyed(s booking.Student, slot booking.Slot) request {
	return func(on *app.App) error {
		_, err := on.Book(w.t.Context(), reservation.BookSlotInput{StudentID: s.ID, SlotID: slot.ID, IdempotencyKey: ptr(key)})
		return err
	}
}

func (w *world) holdsKeyed(s booking.Student, slot booking.Slot) request {
	return func(on *app.App) error {
		_, err := on.HoldSlot(w.t.Context(), reservation.HoldSlotInput{StudentID: s.ID, SlotID: slot.ID, IdempotencyKey: ptr(key)})
		return err
	}
}

// resend stops the first request at the gate and then sends the second. Row locks are
// disabled, so that only the idempotency key makes the second request wait. sendSecond sends
// the second request, and returns a function that waits for its error.
func resend(
	w *world, gate func(string) bool, rewrite func(string) string, first, second request,
	sendSecond func(second func() error) (ends func() error),
) [2]string {
	w.t.Helper()
	rows := withoutLocks("students", "interviewers", "slots")
	i := pgtest.Intercept{Rewrite: func(statement string) string { return rewrite(rows(statement)) }}
	held := pgtest.NewGate(gate)
	other := w.server(i)
	i.Before = held.Hold
	one := w.server(i)
	firstEnds := inBackground(func() error { return first(one) })
	held.Await(w.t, 1)
	secondEnds := sendSecond(func() error { return second(other) })
	held.Open()
	return [2]string{outcome(firstEnds()), outcome(secondEnds())}
}

func (w *world) resend(gate func(string) bool, first, second request) [2]string {
	w.t.Helper()
	return resend(w, gate, func(s string) string { return s }, first, second, func(second func() error) func() error {
		ends := inBackground(second)
		w.db.AwaitLockWaits(w.t, 1, "idempotency_keys")
		return ends
	})
}

func (w *world) resendUnprotected(gate func(string) bool, first, second request) [2]string {
	w.t.Helper()
	return resend(w, gate, anotherKey, first, second, func(second func() error) func() error {
		err := second()
		return func() error { return err }
	})
}

func (w *world) wantOutcomePair(got, want [2]string) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("outcomes = %q, want %q", got, want)
	}
}

func (w *world) wantEvents(kind booking.EventKind, n int) {
	w.t.Helper()
	if got := one[int](w, "SELECT count(*) FROM events WHERE kind = $1", string(kind)); got != n {
		w.t.Errorf("got %d events %s, want %d", got, kind, n)
	}
}

func TestBookingIsRepeatedConcurrently(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, slot := w.student(), w.slots(1)[0]
	got := w.resend(insertsInterview, w.booksKeyed(s, slot), w.booksKeyed(s, slot))
	w.wantOutcomePair(got, [2]string{"ok", "ok"})
	w.wantEvents(booking.InterviewBooked, 1)
	w.wantNoFindings()
}

// Without the key and the constraints there are two bookings.
func TestBookingIsRepeatedConcurrentlyUnprotected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, slot := w.student(), w.slots(1)[0]
	w.exec("DROP INDEX interviews_slot_key; DROP INDEX interviews_pair_key; ALTER TABLE interviews DROP CONSTRAINT interviews_no_overlap")
	got := w.resendUnprotected(insertsInterview, w.booksKeyed(s, slot), w.booksKeyed(s, slot))
	w.wantOutcomePair(got, [2]string{"ok", "ok"})
	w.wantEvents(booking.InterviewBooked, 2)
}

// A hold that is sent again is not extended.
func TestHoldIsRepeatedConcurrently(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, slot := w.student(), w.slot(w.interviewer(), 24)
	got := w.resend(placesHold, w.holdsKeyed(s, slot), w.holdsKeyed(s, slot))
	w.wantOutcomePair(got, [2]string{"ok", "ok"})
	w.wantEvents(booking.HoldPlaced, 1)
	w.wantEvents(booking.HoldExtended, 0)
	w.wantNoFindings()
}

func TestHoldIsRepeatedConcurrentlyUnprotected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, slot := w.student(), w.slot(w.interviewer(), 24)
	got := w.resendUnprotected(placesHold, w.holdsKeyed(s, slot), w.holdsKeyed(s, slot))
	w.wantOutcomePair(got, [2]string{"ok", "ok"})
	w.wantEvents(booking.HoldPlaced, 2)
}

// A request with the key of a running request and another input waits for that request,
// and is refused.
func TestKeyIsUsedForTwoInputsConcurrently(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, slots := w.student(), w.slots(2)
	got := w.resend(insertsInterview, w.booksKeyed(s, slots[0]), w.booksKeyed(s, slots[1]))
	w.wantOutcomePair(got, [2]string{"ok", "IDEMPOTENCY_MISMATCH"})
	w.wantEvents(booking.InterviewBooked, 1)
	w.wantNoFindings()
}

func TestKeyIsUsedForTwoInputsConcurrentlyUnprotected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, slots := w.student(), w.slots(2)
	got := w.resendUnprotected(insertsInterview, w.booksKeyed(s, slots[0]), w.booksKeyed(s, slots[1]))
	w.wantOutcomePair(got, [2]string{"ok", "ok"})
	w.wantEvents(booking.InterviewBooked, 2)
}

// When a request fails, the request that waits for its key runs.
func TestBookingIsRepeatedAndTheFirstFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, slot := w.student(), w.slots(1)[0]
	gate := pgtest.NewGate(insertsInterview)
	fail, _ := failing("57014", 1, insertsInterview)
	first := w.server(pgtest.Intercept{Before: func(ctx context.Context, statement string) error {
		return errors.Join(gate.Hold(ctx, statement), fail(ctx, statement))
	}})
	second := w.server(pgtest.Intercept{})
	firstEnds := inBackground(func() error { return w.booksKeyed(s, slot)(first) })
	gate.Await(t, 1)
	secondEnds := inBackground(func() error { return w.booksKeyed(s, slot)(second) })
	w.db.AwaitLockWaits(t, 1, "idempotency_keys")
	gate.Open()
	if got := outcome(firstEnds()); !strings.HasPrefix(got, "internal error") {
		t.Errorf("outcome of the first = %s, want an internal error", got)
	}
	wantOutcome(t, "the second", secondEnds(), "ok")
	w.wantEvents(booking.InterviewBooked, 1)
	w.wantNoFindings()
}

// A repeated request gets the same refusal, with the same alternatives.
func TestRefusalIsRepeated(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		wants func(*world, booking.Student, booking.Slot) request
	}{
		{"booking", (*world).booksKeyed}, {"hold", (*world).holdsKeyed},
		{"move", func(w *world, s booking.Student, to booking.Slot) request {
			i := w.booked(s, w.slot(w.interviewer(), 48))
			return func(on *app.App) error {
				_, err := on.RescheduleInterview(w.t.Context(), reservation.RescheduleInterviewInput{
					InterviewID: i.ID, SlotID: to.ID, IdempotencyKey: ptr(key),
				})
				return err
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			slots, on := w.slots(2), w.server(pgtest.Intercept{})
			taken := w.booked(w.student(), slots[0])
			wants := c.wants(w, w.student(), slots[0])
			wantTaken := func(what string, err error) {
				t.Helper()
				wantOutcome(t, what, err, "SLOT_TAKEN")
				var refused booking.Refused
				if !errors.As(err, &refused) || !slices.ContainsFunc(refused[0].Alternatives, func(s booking.BookableSlot) bool { return s.ID == slots[1].ID }) {
					t.Errorf("%s: the other slot is not among the alternatives", what)
				}
			}
			wantTaken("the first request", wants(on))
			wantTaken("the repeated request", wants(on))
			wantOutcome(t, "the cancellation", w.cancels(taken)(on), "ok")
			wantTaken("the repeated request after the slot is free", wants(on))
		})
	}
}

// A dry run stores no response, so its key can be used for the booking, whatever the dry
// run returned.
func TestDryRunStoresNoResponse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	slot, on := w.slots(1)[0], w.server(pgtest.Intercept{})
	taken, s := w.booked(w.student(), slot), w.student()
	_, err := on.Book(t.Context(), reservation.BookSlotInput{StudentID: s.ID, SlotID: slot.ID, IdempotencyKey: ptr(key), DryRun: true})
	wantOutcome(t, "the dry run", err, "SLOT_TAKEN")
	if n := one[int](w, "SELECT count(*) FROM idempotency_keys"); n != 0 {
		t.Errorf("got %d stored responses, want none", n)
	}
	wantOutcome(t, "the cancellation", w.cancels(taken)(on), "ok")
	wantOutcome(t, "the booking", w.booksKeyed(s, slot)(on), "ok")
	w.wantNoFindings()
}
