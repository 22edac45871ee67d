package app_test

import (
	"testing"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

var (
	// updatesInterview matches the write of a change of an interview.
	updatesInterview = contains(`UPDATE "interviews"`)
	// updatesSlot matches the write of a slot's status.
	updatesSlot = contains(`UPDATE "slots"`)
)

// gradeRace is a student with one interview to grade and one slot to book.
type gradeRace struct {
	*world
	student  booking.Student
	slot     booking.Slot
	ungraded booking.Interview
}

func newGradeRace(t *testing.T) gradeRace {
	t.Helper()
	w := newWorld(t)
	s := w.student()
	return gradeRace{world: w, student: s, slot: w.slot(w.interviewer(), 1), ungraded: w.pastBooking(s)}
}

func (r gradeRace) book(on *app.App) error {
	_, err := on.Book(r.t.Context(), reservation.BookSlotInput{StudentID: r.student.ID, SlotID: r.slot.ID})
	return err
}

// fail completes the interview with a grade that is too low for further bookings.
func (r gradeRace) fail(on *app.App) error {
	_, err := on.CompleteInterview(r.t.Context(), reservation.CompleteInterviewInput{InterviewID: r.ungraded.ID, Grade: ptr(1)})
	return err
}

// committed counts the failing grades and the future bookings of the slot.
func (r gradeRace) committed() (failing, booked int) {
	r.t.Helper()
	return one[int](r.world, "SELECT count(*) FROM interviews WHERE grade = 1"),
		one[int](r.world, "SELECT count(*) FROM interviews WHERE status = 'BOOKED' AND slot_id = $1", r.slot.ID)
}

func (r gradeRace) wantCommitted(when string, failing, booked int) {
	r.t.Helper()
	if f, b := r.committed(); f != failing || b != booked {
		r.t.Errorf("%s, %d failing grades and %d bookings are committed, want %d and %d", when, f, b, failing, booked)
	}
}

func TestGradeWaitsForABooking(t *testing.T) {
	t.Parallel()
	r := newGradeRace(t)
	gate := pgtest.NewGate(insertsInterview)
	first, second := r.server(pgtest.Intercept{Before: gate.Hold}), r.server(pgtest.Intercept{})
	booked := inBackground(func() error { return r.book(first) })
	gate.Await(t, 1)
	graded := inBackground(func() error { return r.fail(second) })
	r.db.AwaitLockWaits(t, 1, "FROM students WHERE")
	r.wantCommitted("while the grade waits", 0, 0)
	gate.Open()
	wantOutcome(t, "the booking", booked(), "ok")
	wantOutcome(t, "the grade", graded(), "ok")
	r.wantCommitted("in the end", 1, 1)
	r.wantNoFindings()
}

func TestBookingWaitsForAGrade(t *testing.T) {
	t.Parallel()
	r := newGradeRace(t)
	gate := pgtest.NewGate(updatesInterview)
	first, second := r.server(pgtest.Intercept{Before: gate.Hold}), r.server(pgtest.Intercept{})
	graded := inBackground(func() error { return r.fail(first) })
	gate.Await(t, 1)
	booked := inBackground(func() error { return r.book(second) })
	r.db.AwaitLockWaits(t, 1, "FROM students WHERE")
	gate.Open()
	wantOutcome(t, "the grade", graded(), "ok")
	wantOutcome(t, "the booking", booked(), "GRADES_TOO_LOW")
	r.wantCommitted("in the end", 1, 0)
	r.wantNoFindings()
}

// Without the student's lock a booking succeeds that the grades forbid: the failing grade is
// committed before the insert of the booking is sent. No constraint can prevent it.
func TestGradeDuringABookingUnprotected(t *testing.T) {
	t.Parallel()
	r := newGradeRace(t)
	gate := pgtest.NewGate(insertsInterview)
	first := r.server(pgtest.Intercept{Before: gate.Hold, Rewrite: withoutLocks("students")})
	second := r.server(pgtest.Intercept{Rewrite: withoutLocks("students")})
	booked := inBackground(func() error { return r.book(first) })
	gate.Await(t, 1)
	wantOutcome(t, "the grade", r.fail(second), "ok")
	r.wantCommitted("while the booking is stopped", 1, 0)
	gate.Open()
	wantOutcome(t, "the booking", booked(), "ok")
	r.wantCommitted("in the end", 1, 1)
	if r.eligibility(r.student.ID).Eligible {
		t.Error("the student is eligible, want the grade to be too low")
	}
	r.wantNoFindings()
}

// cancelRace is a booking that two requests cancel, and another student who wants its
// slot.
type cancelRace struct {
	*world
	interview booking.Interview
	other     booking.Student
}

func newCancelRace(t *testing.T) cancelRace {
	t.Helper()
	w := newWorld(t)
	return cancelRace{world: w, interview: w.booked(w.student(), w.slot(w.interviewer(), 1)), other: w.student()}
}

func (r cancelRace) cancel(on *app.App) error {
	_, err := on.CancelInterview(r.t.Context(), reservation.CancelInterviewInput{InterviewID: r.interview.ID, Reason: "ill"})
	return err
}

func (r cancelRace) book(on *app.App) error {
	_, err := on.Book(r.t.Context(), reservation.BookSlotInput{StudentID: r.other.ID, SlotID: r.interview.SlotID})
	return err
}

func TestTwoCancellationsAndABooking(t *testing.T) {
	t.Parallel()
	r := newCancelRace(t)
	gate := pgtest.NewGate(updatesSlot)
	first, second := r.server(pgtest.Intercept{Before: gate.Hold}), r.server(pgtest.Intercept{})
	cancelled := inBackground(func() error { return r.cancel(first) })
	gate.Await(t, 1)
	again := inBackground(func() error { return r.cancel(second) })
	r.db.AwaitLockWaits(t, 1, "FROM students WHERE")
	booked := inBackground(func() error { return r.book(second) })
	r.db.AwaitLockWaits(t, 1, "FROM slots WHERE")
	gate.Open()
	wantOutcome(t, "the cancellation", cancelled(), "ok")
	wantOutcome(t, "the second cancellation", again(), "ok")
	wantOutcome(t, "the booking that waited", booked(), "ok")
	r.wantNoFindings()
}

// Without the locks a cancellation that was decided on stale state opens a slot that the
// next student has booked. The constraint still keeps a third student out, but the slot is
// listed and nobody can book it.
func TestTwoCancellationsAndABookingUnprotected(t *testing.T) {
	t.Parallel()
	r := newCancelRace(t)
	gate := pgtest.NewGate(updatesSlot)
	locks := withoutLocks("students", "interviewers", "slots")
	first := r.server(pgtest.Intercept{Before: gate.Hold, Rewrite: locks})
	second := r.server(pgtest.Intercept{Rewrite: locks})
	cancelled := inBackground(func() error { return r.cancel(first) })
	gate.Await(t, 1)
	wantOutcome(t, "the second cancellation", r.cancel(second), "ok")
	wantOutcome(t, "the booking", r.book(second), "ok")
	gate.Open()
	wantOutcome(t, "the cancellation", cancelled(), "ok")
	if status := r.slotStatus(r.interview.SlotID); status != booking.SlotOpen {
		t.Errorf("the slot is %s, want OPEN", status)
	}
	r.wantBroken("a slot is BOOKED exactly when it has one live interview")
}

// Of a grade and a cancellation of the same interview, the second sees the result of the
// first.
func TestCancellationWaitsForAGrade(t *testing.T) {
	t.Parallel()
	r := newGradeRace(t)
	gate := pgtest.NewGate(updatesInterview)
	first, second := r.server(pgtest.Intercept{Before: gate.Hold}), r.server(pgtest.Intercept{})
	graded := inBackground(func() error { return r.fail(first) })
	gate.Await(t, 1)
	cancelled := inBackground(func() error { return r.cancelUngraded(second) })
	r.db.AwaitLockWaits(t, 1, "FROM students WHERE")
	gate.Open()
	wantOutcome(t, "the grade", graded(), "ok")
	wantOutcome(t, "the cancellation of a completed interview", cancelled(), "WRONG_STATUS")
	r.wantNoFindings()
}

func (r gradeRace) cancelUngraded(on *app.App) error {
	_, err := on.CancelInterview(r.t.Context(), reservation.CancelInterviewInput{InterviewID: r.ungraded.ID, Reason: "ill"})
	return err
}

// Without the student's lock the second overwrites the first: the interview is completed
// after it was cancelled, and its slot is open.
func TestCancellationDuringAGradeUnprotected(t *testing.T) {
	t.Parallel()
	r := newGradeRace(t)
	gate := pgtest.NewGate(updatesInterview)
	first := r.server(pgtest.Intercept{Before: gate.Hold, Rewrite: withoutLocks("students")})
	second := r.server(pgtest.Intercept{Rewrite: withoutLocks("students")})
	graded := inBackground(func() error { return r.fail(first) })
	gate.Await(t, 1)
	wantOutcome(t, "the cancellation", r.cancelUngraded(second), "ok")
	gate.Open()
	wantOutcome(t, "the grade", graded(), "ok")
	r.wantBroken("a slot is BOOKED exactly when it has one live interview")
}
