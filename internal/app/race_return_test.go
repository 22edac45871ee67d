package app_test

import (
	"slices"
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

// reactivateConcurrently reactivates an interviewer with three slots on two servers at
// once. It calls arrived when one of them is about to publish, and returns the number of
// slots that each reported.
func reactivateConcurrently(w *world, i pgtest.Intercept, arrived func(*pgtest.Gate)) (slots [2]int, errs []error) {
	w.t.Helper()
	by, gate := w.interviewer(), pgtest.NewGate(insertsSlots)
	server := app.New(w.store, clock)
	wantOutcome(w.t, "the window", publish(w, server, by, time.Hour), "ok")
	turn := func(on *app.App, active bool) (int, error) {
		updated, err := on.UpdateInterviewer(w.t.Context(), roster.UpdateInterviewerInput{
			InterviewerID: by.ID, InterviewerChange: booking.InterviewerChange{Active: &active},
		})
		if err != nil {
			return 0, err
		}
		return len(updated.OpenedSlots), nil
	}
	_, err := turn(server, false)
	wantOutcome(w.t, "the deactivation", err, "ok")
	i.Before = gate.Hold
	servers := w.servers(i)
	wait := concurrently(2, func(i int) (err error) {
		slots[i], err = turn(servers[i], true)
		return err
	})
	gate.Await(w.t, 1)
	arrived(gate)
	gate.Open()
	errs = wait()
	return slots, errs
}

func TestConcurrentReactivations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	slots, errs := reactivateConcurrently(w, pgtest.Intercept{}, func(*pgtest.Gate) { w.db.AwaitLockWaits(t, 1, "FROM interviewers WHERE") })
	wantOutcomes(t, errs, map[string]int{"ok": 2})
	if slots != [2]int{3, 0} && slots != [2]int{0, 3} {
		t.Errorf("the servers published %v slots, want 3 and 0", slots)
	}
	w.wantSlots(3)
	w.wantNoFindings()
}

// Without the lock both publish, and the constraint holds: one of them is refused because
// of the other's slots, or fails with a deadlock and is retried.
func TestConcurrentReactivationsUnprotected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	failed := &failures{}
	i := pgtest.Intercept{After: failed.count, Rewrite: withoutLocks("interviewers")}
	_, errs := reactivateConcurrently(w, i, func(gate *pgtest.Gate) { gate.Await(t, 1) })
	if refused := slices.ContainsFunc(errs, func(err error) bool { return outcome(err) == "AVAILABILITY_CONFLICT" }); !refused && failed.n() == 0 {
		t.Errorf("outcomes = %v, want a refusal or a deadlock", errs)
	}
	w.wantSlots(3)
}
