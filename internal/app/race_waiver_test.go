package app_test

import (
	"testing"

	"rehearse/internal/app"
	"rehearse/internal/booking"
)

const waiverOnce = "a waiver is used no more often than it was granted for"

var revokesWaiver = contains(`UPDATE "waivers"`)

// waived is a student who has used all his interviews, and may have one more.
func waived(w *world) (booking.Student, booking.Waiver) {
	w.t.Helper()
	s := w.student(func(s *booking.Student) { s.LimitOverride = ptr(0) })
	waiver, err := app.New(w.store, clock).GrantWaiver(w.t.Context(), app.GrantWaiverInput{
		StudentID: s.ID, Rule: booking.WaiveLimit, Reason: "one more", Uses: 1,
	})
	wantOutcome(w.t, "the waiver", err, "ok")
	return s, *waiver
}

func (w *world) revokes(waiver booking.Waiver) operation {
	return func(on *app.App) error {
		_, err := on.RevokeWaiver(w.t.Context(), app.RevokeWaiverInput{WaiverID: waiver.ID})
		return err
	}
}

func usedTwice(one, other wish) func(*world) (first, second operation) {
	return func(w *world) (first, second operation) {
		s, _ := waived(w)
		slots := w.slots(2)
		return one(w, s, slots[0]), other(w, s, slots[1])
	}
}

func usedAndRevoked(use wish) func(*world) (first, second operation) {
	return func(w *world) (first, second operation) {
		s, waiver := waived(w)
		return use(w, s, w.slots(1)[0]), w.revokes(waiver)
	}
}

var waiverMeetings = []meeting{
	{
		name: "one use, and two bookings", scene: usedTwice((*world).books, (*world).books),
		gate: insertsInterview, waits: "FROM students WHERE", want: [2]string{"ok", "LIMIT_REACHED"},
		without: []string{"students"}, open: [2]string{"ok", "ok"}, broken: waiverOnce,
	},
	{
		name: "one use, a hold and a booking", scene: usedTwice((*world).holds, (*world).books),
		gate: placesHold, waits: "FROM students WHERE", want: [2]string{"ok", "LIMIT_REACHED"},
		without: []string{"students"}, open: [2]string{"ok", "ok"}, broken: waiverOnce,
	},
	{
		name: "it is used, and revoked", scene: usedAndRevoked((*world).books),
		gate: insertsInterview, waits: "FROM students WHERE", want: [2]string{"ok", "ok"},
		without: []string{"students"}, open: [2]string{"ok", "ok"},
		count: countHappened("WAIVER_REVOKED", "INTERVIEW_BOOKED"), sound: 0, different: 1,
	},
	{
		name: "it is used for a hold, and revoked", scene: usedAndRevoked((*world).holds),
		gate: placesHold, waits: "FROM students WHERE", want: [2]string{"ok", "ok"},
		without: []string{"students"}, open: [2]string{"ok", "ok"},
		count: countHappened("WAIVER_REVOKED", "HOLD_PLACED"), sound: 0, different: 1,
	},
	{
		name: "it is revoked, and used", scene: swap(usedAndRevoked((*world).books)),
		gate: revokesWaiver, waits: "FROM students WHERE", want: [2]string{"ok", "LIMIT_REACHED"},
		without: []string{"students"}, open: [2]string{"ok", "ok"},
	},
}

func TestWaiversWait(t *testing.T) {
	t.Parallel()
	wait(t, waiverMeetings)
}

func TestWaiversUnprotected(t *testing.T) {
	t.Parallel()
	collide(t, waiverMeetings)
}
