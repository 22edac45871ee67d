package app_test

import (
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

const waiverOnce = "a waiver has at most its maximum number of uses"

var revokesWaiver = contains(`UPDATE "waivers"`)

// waived returns a student who has used all their interviews and has a waiver for one
// more.
func waived(w *world) (booking.Student, booking.Waiver) {
	w.t.Helper()
	s := w.student(func(s *booking.Student) { s.InterviewLimit = ptr(0) })
	waiver, err := app.New(w.store, clock).GrantWaiver(w.t.Context(), app.GrantWaiverInput{
		StudentID: s.ID, Rule: booking.WaiveLimit, Reason: "one more", Uses: 1,
	})
	wantOutcome(w.t, "the waiver", err, "ok")
	return s, *waiver
}

func (w *world) revokes(waiver booking.Waiver) request {
	return func(on *app.App) error {
		_, err := on.RevokeWaiver(w.t.Context(), app.RevokeWaiverInput{WaiverID: waiver.ID})
		return err
	}
}

func usedTwice(one, other wish) func(*world) (first, second request) {
	return func(w *world) (first, second request) {
		s, _ := waived(w)
		slots := w.slots(2)
		return one(w, s, slots[0]), other(w, s, slots[1])
	}
}

func usedAndRevoked(use wish) func(*world) (first, second request) {
	return func(w *world) (first, second request) {
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
		gate: placesHold, waits: "FROM students WHERE", want: [2]string{"ok", "ok"},
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
	{
		name: "the use of an expired hold goes to another slot, and the hold is used", scene: heldByWaiver,
		gate: insertsInterview, clocks: [2]time.Duration{late, onTime}, waits: "FROM students WHERE", want: [2]string{"ok", "LIMIT_REACHED"},
		without: []string{"students"}, open: [2]string{"ok", "ok"}, broken: waiverOnce,
	},
}

// heldByWaiver is a student who holds a slot by a waiver and books another after the hold
// has expired. The request that uses the hold arrived in time.
func heldByWaiver(w *world) (another, held request) {
	s, _ := waived(w)
	slots := w.slots(2)
	w.held(s, slots[0])
	return w.books(s, slots[1]), w.books(s, slots[0])
}

func TestWaiversWait(t *testing.T) {
	t.Parallel()
	wait(t, waiverMeetings)
}

func TestWaiversUnprotected(t *testing.T) {
	t.Parallel()
	collide(t, waiverMeetings)
}

// A no-show returns the use of a waiver. If the use has been spent on another booking when
// the no-show is undone, it is not spent twice.
func TestUndoneNoShowTakesNoUseTwice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		limit int // when the no-show is undone
		want  string
	}{
		{"where it is needed", 0, "LIMIT_REACHED"},
		{"where it is not needed any more", 2, "ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s, _ := waived(w)
			slots, early, after := w.slots(2), w.serverAt(0, pgtest.Intercept{}), w.serverAt(80*time.Minute, pgtest.Intercept{})
			done, err := early.Book(t.Context(), app.BookSlotInput{StudentID: s.ID, SlotID: slots[0].ID})
			wantOutcome(t, "the booking", err, "ok")
			i := done.Interview
			wantOutcome(t, "the no-show", w.misses(*i, booking.PartyInterviewer)(after), "ok")
			wantOutcome(t, "the booking by the same waiver", w.books(s, slots[1])(after), "ok")
			_, err = after.UpdateStudent(t.Context(), app.UpdateStudentInput{
				StudentID: s.ID, StudentChange: booking.StudentChange{InterviewLimit: booking.Set(&c.limit)},
			})
			wantOutcome(t, "the new limit", err, "ok")
			wantOutcome(t, "the no-show undone", w.undoes(*i)(after), c.want)
			w.wantSound()
		})
	}
}
