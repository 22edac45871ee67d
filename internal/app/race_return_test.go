package app_test

import (
	"slices"
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

// twoReturns reactivates an interviewer with three slots on two servers at once. It calls
// arrived when one of them is about to publish, and returns the number of slots that each
// reported.
func twoReturns(w *world, i pgtest.Intercept, arrived func(*pgtest.Gate)) (slots [2]int, errs []error) {
	w.t.Helper()
	by, gate := w.interviewer(), pgtest.NewGate(insertsSlots)
	server := app.New(w.store, clock)
	wantOutcome(w.t, "the window", publish(w, server, by, time.Hour), "ok")
	turn := func(on *app.App, active bool) (int, error) {
		updated, err := on.UpdateInterviewer(w.t.Context(), app.UpdateInterviewerInput{
			InterviewerID: by.ID, InterviewerChange: booking.InterviewerChange{Active: &active},
		})
		if err != nil {
			return 0, err
		}
		return len(updated.OpenedSlots), nil
	}
	_, err := turn(server, false)
	wantOutcome(w.t, "the leaving", err, "ok")
	i.Before = gate.Hold
	servers := w.servers(i)
	wait := atOnce(2, func(i int) (err error) {
		slots[i], err = turn(servers[i], true)
		return err
	})
	gate.Await(w.t, 1)
	arrived(gate)
	gate.Open()
	errs = wait()
	return slots, errs
}

func TestTwoReturnsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	slots, errs := twoReturns(w, pgtest.Intercept{}, func(*pgtest.Gate) { w.db.AwaitLockWaits(t, 1, "FROM interviewers WHERE") })
	wantOutcomes(t, errs, map[string]int{"ok": 2})
	if slots != [2]int{3, 0} && slots != [2]int{0, 3} {
		t.Errorf("%v slots were published; want 3 by one of them", slots)
	}
	w.wantSlots(3)
	w.wantSound()
}

// Without the lock both publish, and the constraint holds: one of them is refused because
// of the other's slots, or fails with a deadlock and is retried.
func TestTwoReturnsAtOnceUnprotected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gaveUp := &failures{}
	i := pgtest.Intercept{After: gaveUp.count, Rewrite: withoutLocks("interviewers")}
	_, errs := twoReturns(w, i, func(gate *pgtest.Gate) { gate.Await(t, 1) })
	if refused := slices.ContainsFunc(errs, func(err error) bool { return outcome(err) == "AVAILABILITY_CONFLICT" }); !refused && gaveUp.n() == 0 {
		t.Errorf("nobody was refused, and nobody met a deadlock: the control shows nothing (%v)", errs)
	}
	w.wantSlots(3)
}
