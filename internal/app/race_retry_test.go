package app_test

import (
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/booking"
)

func (w *world) grantsKeyed(s booking.Student) operation {
	return func(on *app.App) error {
		_, err := on.GrantWaiver(w.t.Context(), app.GrantWaiverInput{
			StudentID: s.ID, Rule: booking.WaiveLimit, Reason: "ill", Uses: 1, IdempotencyKey: ptr(key),
		})
		return err
	}
}

func (w *world) blocksKeyed(start time.Time) operation {
	by := w.interviewer()
	return func(on *app.App) error {
		_, err := on.BlockTime(w.t.Context(), app.BlockTimeInput{
			InterviewerID: by.ID, Start: &start, End: ptr(start.Add(time.Hour)), Reason: "holiday", IdempotencyKey: ptr(key),
		})
		return err
	}
}

// retriedWrites are writes that nothing but their key keeps from being done
// twice, and the statement at which the first is stopped.
func retriedWrites(w *world) map[string]struct {
	write operation
	gate  func(string) bool
	kind  booking.EventKind
} {
	return map[string]struct {
		write operation
		gate  func(string) bool
		kind  booking.EventKind
	}{
		"a waiver":     {w.grantsKeyed(w.student()), contains(`INSERT INTO "waivers"`), booking.WaiverGranted},
		"blocked time": {w.blocksKeyed(t0.Add(72 * time.Hour)), contains("INSERT INTO blocks"), booking.TimeBlocked},
	}
}

func TestRetriedWriteIsDoneOnce(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a waiver", "blocked time"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			one := retriedWrites(w)[name]
			w.wantEnds(w.resend(one.gate, one.write, one.write), [2]string{"ok", "ok"})
			w.wantHappened(one.kind, 1)
			w.wantSound()
		})
	}
}

// Without the key it is done twice.
func TestRetriedWriteUnprotected(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a waiver", "blocked time"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			one := retriedWrites(w)[name]
			w.wantEnds(w.resendUnprotected(one.gate, one.write, one.write), [2]string{"ok", "ok"})
			w.wantHappened(one.kind, 2)
		})
	}
}
