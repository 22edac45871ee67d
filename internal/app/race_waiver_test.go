package app_test

import (
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/app/roster"
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
	waiver, err := app.New(w.store, clock).GrantWaiver(w.t.Context(), reservation.GrantWaiverInput{
		StudentID: s.ID, Rule: booking.WaiveLimit, Reason: "one more", Uses: 1,
	})
	wantOutcome(w.t, "the waiver", err, "ok")
	return s, *waiver
}

func (w *world) revokes(waiver booking.Waiver) request {
	return func(on *app.App) error {
		_, err := on.RevokeWaiver(w.t.Context(), reservation.RevokeWaiverInput{WaiverID: waiver.ID})
		return err
	}
}

func usedTwice(one, other slotRequest) func(*world) (first, second request) {
	return func(w *world) (first, second request) {
		s, _ := waived(w)
		slots := w.slots(2)
		return one(w, s, slots[0]), other(w, s, slots[1])
	}
}

func usedAndRevoked(use slotRequest) func(*world) (first, second request) {
	return func(w *world) (first, second request) {
		s, waiver := waived(w)
		return use(w, s, w.slots(1)[0]), w.revokes(waiver)
	}
}

var waiverRaces = []race{
	{
		name: "two bookings with one use", setup: usedTwice((*world).books, (*world).books),
		gate: insertsInterview, waitsIn: "FROM students WHERE", want: [2]string{"ok", "LIMIT_REACHED"},
		unlocked: []string{"students"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: waiverOnce,
	},
	{
		name: "a hold and a booking with one use", setup: usedTwice((*world).holds, (*world).books),
		gate: placesHold, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"students"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: waiverOnce,
	},
	{
		name: "a booking, then a revocation", setup: usedAndRevoked((*world).books),
		gate: insertsInterview, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"students"}, wantUnprotected: [2]string{"ok", "ok"},
		query: countHappened("WAIVER_REVOKED", "INTERVIEW_BOOKED"), wantCount: 0, wantCountUnprotected: 1,
	},
	{
		name: "a hold, then a revocation", setup: usedAndRevoked((*world).holds),
		gate: placesHold, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"students"}, wantUnprotected: [2]string{"ok", "ok"},
		query: countHappened("WAIVER_REVOKED", "HOLD_PLACED"), wantCount: 0, wantCountUnprotected: 1,
	},
	{
		name: "a revocation, then a booking", setup: swap(usedAndRevoked((*world).books)),
		gate: revokesWaiver, waitsIn: "FROM students WHERE", want: [2]string{"ok", "LIMIT_REACHED"},
		unlocked: []string{"students"}, wantUnprotected: [2]string{"ok", "ok"},
	},
	{
		name: "a booking with the use of an expired hold, then a booking with the hold", setup: heldByWaiver,
		gate: insertsInterview, clocks: [2]time.Duration{late, onTime}, waitsIn: "FROM students WHERE", want: [2]string{"ok", "LIMIT_REACHED"},
		unlocked: []string{"students"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: waiverOnce,
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

func TestWaiverRaces(t *testing.T) {
	t.Parallel()
	testRaces(t, waiverRaces)
}

func TestWaiverRacesUnprotected(t *testing.T) {
	t.Parallel()
	testUnprotected(t, waiverRaces)
}

// A no-show returns the use of a waiver. If the use has been spent on another booking when
// the no-show is undone, it is not spent twice.
func TestUndoneNoShowUsesAWaiverOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		limit int // when the no-show is undone
		want  string
	}{
		{"the waiver is needed", 0, "LIMIT_REACHED"},
		{"the waiver is no longer needed", 2, "ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s, _ := waived(w)
			slots, early, after := w.slots(2), w.serverAt(0, pgtest.Intercept{}), w.serverAt(80*time.Minute, pgtest.Intercept{})
			done, err := early.Book(t.Context(), reservation.BookSlotInput{StudentID: s.ID, SlotID: slots[0].ID})
			wantOutcome(t, "the booking", err, "ok")
			i := done.Interview
			wantOutcome(t, "the no-show", w.marksNoShow(*i, booking.PartyInterviewer)(after), "ok")
			wantOutcome(t, "the booking by the same waiver", w.books(s, slots[1])(after), "ok")
			_, err = after.UpdateStudent(t.Context(), roster.UpdateStudentInput{
				StudentID: s.ID, StudentChange: booking.StudentChange{InterviewLimit: booking.Set(&c.limit)},
			})
			wantOutcome(t, "the new limit", err, "ok")
			wantOutcome(t, "the undoing of the no-show", w.undoesNoShow(*i)(after), c.want)
			w.wantNoFindings()
		})
	}
}
