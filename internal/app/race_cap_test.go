package app_test

import (
	"testing"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

// twoBookingsOfTheLastPlace returns bookings of two students for two slots of an
// interviewer with a cap of one interview a day.
func twoBookingsOfTheLastPlace(w *world) (inputs []reservation.BookSlotInput) {
	by := w.interviewer()
	_, err := app.New(w.store, clock).UpdateInterviewer(w.t.Context(), roster.UpdateInterviewerInput{
		InterviewerID: by.ID, InterviewerChange: booking.InterviewerChange{MaxPerDay: booking.Set(ptr(1))},
	})
	wantOutcome(w.t, "the cap", err, "ok")
	for i, s := range w.students(2) {
		inputs = append(inputs, reservation.BookSlotInput{StudentID: s.ID, SlotID: w.slot(by, float64(1+2*i)).ID})
	}
	return inputs
}

func TestTwoStudentsForTheLastPlaceOfADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inputs := twoBookingsOfTheLastPlace(w)
	errs := w.bookConcurrently(pgtest.NewGate(locksStudent), nil, inputs)
	wantOutcomes(t, errs, map[string]int{"ok": 1, "INTERVIEWER_FULL": 1})
	w.wantNoFindings()
}

// Without the interviewer's lock each transaction writes rows that the other has locked.
// The deadlock is resolved only by a retry, which may end in another deadlock.
func TestTwoStudentsForTheLastPlaceOfADayUnprotected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inputs := twoBookingsOfTheLastPlace(w)
	gate, deadlocks := pgtest.NewGate(insertsInterview), &failures{}
	servers := w.servers(pgtest.Intercept{
		Before: gate.Hold, Rewrite: withoutLocks("interviewers"), After: deadlocks.count,
	})
	wait := concurrently(len(inputs), func(i int) error {
		_, err := servers[i].Book(t.Context(), inputs[i])
		return err
	})
	gate.Await(t, len(inputs))
	gate.Open()
	if won := wait(); (won[0] == nil) == (won[1] == nil) {
		t.Errorf("outcomes = %v and %v, want one success", won[0], won[1])
	}
	if len(deadlocks.seen) == 0 {
		t.Error("no statement failed with a deadlock")
	}
}

// A cap that is set during a booking counts that booking.
func TestCapWaitsForABooking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	by := w.interviewer()
	one, other := w.slot(by, 1), w.slot(by, 3)
	gate := pgtest.NewGate(insertsInterview)
	first, second := w.server(pgtest.Intercept{Before: gate.Hold}), w.server(pgtest.Intercept{})
	booked := inBackground(func() error {
		_, err := first.Book(t.Context(), reservation.BookSlotInput{StudentID: w.student().ID, SlotID: one.ID})
		return err
	})
	gate.Await(t, 1)
	capped := inBackground(func() error {
		_, err := second.UpdateInterviewer(t.Context(), roster.UpdateInterviewerInput{
			InterviewerID: by.ID, InterviewerChange: booking.InterviewerChange{MaxPerDay: booking.Set(ptr(1))},
		})
		return err
	})
	w.db.AwaitLockWaits(t, 1, "FROM interviewers WHERE")
	gate.Open()
	wantOutcome(t, "the booking", booked(), "ok")
	wantOutcome(t, "the cap", capped(), "ok")
	_, err := second.Book(t.Context(), reservation.BookSlotInput{StudentID: w.student().ID, SlotID: other.ID})
	wantOutcome(t, "a booking after it", err, "INTERVIEWER_FULL")
	w.wantNoFindings()
}

// A booking that read no cap, and finds one once it holds the lock, starts again.
func TestBookingFindsACap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	by := w.interviewer()
	slot, student := w.slot(by, 1), w.student()
	gate := pgtest.NewGate(locksStudent)
	first, second := w.server(pgtest.Intercept{Before: gate.Hold}), w.server(pgtest.Intercept{})
	booked := inBackground(func() error {
		_, err := first.Book(t.Context(), reservation.BookSlotInput{StudentID: student.ID, SlotID: slot.ID})
		return err
	})
	gate.Await(t, 1)
	_, err := second.UpdateInterviewer(t.Context(), roster.UpdateInterviewerInput{
		InterviewerID: by.ID, InterviewerChange: booking.InterviewerChange{MaxPerDay: booking.Set(ptr(1))},
	})
	wantOutcome(t, "the cap", err, "ok")
	gate.Open()
	wantOutcome(t, "the booking", booked(), "ok")
	w.wantNoFindings() // the day is full
}
