package app_test

import (
	"strings"
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/availability"
	"rehearse/internal/app/reservation"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

var (
	// updatesInterviewer matches the write of a deactivation, after it has withdrawn the open
	// slots.
	updatesInterviewer = contains(`UPDATE "interviewers"`)
	// insertsSlots matches the insert of the slots of a publication.
	insertsSlots = contains(`INSERT INTO "slots"`)
	// insertsAvailability matches the first write of a publication.
	insertsAvailability = contains(`INSERT INTO "availabilities"`)
	// updatesPolicy matches the write of a policy change.
	updatesPolicy = contains("UPDATE booking_policy")
)

// deactivationRace is an interviewer who is deactivated while a student wants their slot.
type deactivationRace struct {
	*world
	interviewer booking.Interviewer
	slot        booking.Slot
	student     booking.Student
}

func newDeactivationRace(t *testing.T) deactivationRace {
	t.Helper()
	w := newWorld(t)
	by := w.interviewer()
	return deactivationRace{world: w, interviewer: by, slot: w.slot(by, 1), student: w.student()}
}

func (r deactivationRace) deactivate(on *app.App) (*roster.UpdatedInterviewer, error) {
	return on.UpdateInterviewer(r.t.Context(), roster.UpdateInterviewerInput{
		InterviewerID:     r.interviewer.ID,
		InterviewerChange: booking.InterviewerChange{Active: ptr(false), Email: ptr("former@example.org")},
	})
}

func (r deactivationRace) book(on *app.App) error {
	_, err := on.Book(r.t.Context(), reservation.BookSlotInput{StudentID: r.student.ID, SlotID: r.slot.ID})
	return err
}

func (r deactivationRace) cancel(on *app.App, i booking.Interview) error {
	_, err := on.CancelInterview(r.t.Context(), reservation.CancelInterviewInput{InterviewID: i.ID, Reason: "ill"})
	return err
}

// wantDeactivated checks the response of the deactivation, and the status of the slot in the
// database.
func (r deactivationRace) wantDeactivated(left *roster.UpdatedInterviewer, closed, conflicts int, status booking.SlotStatus) {
	r.t.Helper()
	if len(left.ClosedSlots) != closed || len(left.Conflicts) != conflicts {
		r.t.Errorf("got %d closed slots and %d conflicts, want %d and %d",
			len(left.ClosedSlots), len(left.Conflicts), closed, conflicts)
	}
	if got := r.slotStatus(r.slot.ID); got != status {
		r.t.Errorf("the slot is %s, want %s", got, status)
	}
}

func TestDeactivationWaitsForABooking(t *testing.T) {
	t.Parallel()
	r := newDeactivationRace(t)
	gate, deadlocks := pgtest.NewGate(insertsInterview), &failures{}
	first := r.server(pgtest.Intercept{Before: gate.Hold, After: deadlocks.count})
	second := r.server(pgtest.Intercept{After: deadlocks.count})
	booked := inBackground(func() error { return r.book(first) })
	gate.Await(t, 1)
	var left *roster.UpdatedInterviewer
	deactivated := inBackground(func() (err error) { left, err = r.deactivate(second); return err })
	r.db.AwaitLockWaits(t, 1, "FROM interviewers WHERE")
	gate.Open()
	wantOutcome(t, "the booking", booked(), "ok")
	wantOutcome(t, "the deactivation", deactivated(), "ok")
	r.wantDeactivated(left, 0, 1, booking.SlotBooked)
	deadlocks.want(t, 0)
	r.wantNoFindings()
}

func TestBookingWaitsForADeactivation(t *testing.T) {
	t.Parallel()
	r := newDeactivationRace(t)
	gate, deadlocks := pgtest.NewGate(updatesInterviewer), &failures{}
	first := r.server(pgtest.Intercept{Before: gate.Hold, After: deadlocks.count})
	second := r.server(pgtest.Intercept{After: deadlocks.count})
	var left *roster.UpdatedInterviewer
	deactivated := inBackground(func() (err error) { left, err = r.deactivate(first); return err })
	gate.Await(t, 1)
	booked := inBackground(func() error { return r.book(second) })
	r.db.AwaitLockWaits(t, 1, "FROM interviewers WHERE")
	gate.Open()
	wantOutcome(t, "the deactivation", deactivated(), "ok")
	wantOutcome(t, "the booking", booked(), "SLOT_WITHDRAWN")
	r.wantDeactivated(left, 1, 0, booking.SlotWithdrawn)
	deadlocks.want(t, 0)
	r.wantNoFindings()
}

// Without the locks of the slot and of the interviewer, the administrator's response says
// that the slot is withdrawn and that no booking remains, but a student has booked it.
func TestDeactivationDuringABookingUnprotected(t *testing.T) {
	t.Parallel()
	r := newDeactivationRace(t)
	gate := pgtest.NewGate(insertsInterview)
	first := r.server(pgtest.Intercept{Before: gate.Hold, Rewrite: withoutLocks("slots", "interviewers")})
	second := r.server(pgtest.Intercept{Rewrite: withoutLocks("slots", "interviewers")})
	booked := inBackground(func() error { return r.book(first) })
	gate.Await(t, 1)
	left, err := r.deactivate(second)
	wantOutcome(t, "the deactivation", err, "ok")
	gate.Open()
	wantOutcome(t, "the booking", booked(), "ok")
	r.wantDeactivated(left, 1, 0, booking.SlotBooked)
}

func TestDeactivationWaitsForACancellation(t *testing.T) {
	t.Parallel()
	r := newDeactivationRace(t)
	i := r.booked(r.student, r.slot)
	gate := pgtest.NewGate(updatesSlot)
	first, second := r.server(pgtest.Intercept{Before: gate.Hold}), r.server(pgtest.Intercept{})
	cancelled := inBackground(func() error { return r.cancel(first, i) })
	gate.Await(t, 1)
	var left *roster.UpdatedInterviewer
	deactivated := inBackground(func() (err error) { left, err = r.deactivate(second); return err })
	r.db.AwaitLockWaits(t, 1, "FROM interviewers WHERE")
	gate.Open()
	wantOutcome(t, "the cancellation", cancelled(), "ok")
	wantOutcome(t, "the deactivation", deactivated(), "ok")
	r.wantDeactivated(left, 1, 0, booking.SlotWithdrawn)
	r.wantNoFindings()
}

func TestCancellationWaitsForADeactivation(t *testing.T) {
	t.Parallel()
	r := newDeactivationRace(t)
	i := r.booked(r.student, r.slot)
	gate := pgtest.NewGate(updatesInterviewer)
	first, second := r.server(pgtest.Intercept{Before: gate.Hold}), r.server(pgtest.Intercept{})
	var left *roster.UpdatedInterviewer
	deactivated := inBackground(func() (err error) { left, err = r.deactivate(first); return err })
	gate.Await(t, 1)
	cancelled := inBackground(func() error { return r.cancel(second, i) })
	r.db.AwaitLockWaits(t, 1, "FROM interviewers WHERE")
	gate.Open()
	wantOutcome(t, "the deactivation", deactivated(), "ok")
	wantOutcome(t, "the cancellation", cancelled(), "ok")
	r.wantDeactivated(left, 0, 1, booking.SlotWithdrawn)
	r.wantNoFindings()
}

// Without the locks of the interviewer and of the slot, a cancellation opens a slot of an
// inactive interviewer: it read the interviewer before the deactivation, and does not see
// that the slot is to stay closed.
func TestDeactivationDuringACancellationUnprotected(t *testing.T) {
	t.Parallel()
	r := newDeactivationRace(t)
	i := r.booked(r.student, r.slot)
	gate := pgtest.NewGate(updatesInterviewer)
	first := r.server(pgtest.Intercept{Before: gate.Hold, Rewrite: withoutLocks("interviewers", "slots")})
	second := r.server(pgtest.Intercept{Rewrite: withoutLocks("interviewers", "slots")})
	var left *roster.UpdatedInterviewer
	deactivated := inBackground(func() (err error) { left, err = r.deactivate(first); return err })
	gate.Await(t, 1)
	cancelled := inBackground(func() error { return r.cancel(second, i) })
	r.db.AwaitLockWaits(t, 1, `UPDATE "slots"`)
	gate.Open()
	wantOutcome(t, "the deactivation", deactivated(), "ok")
	wantOutcome(t, "the cancellation", cancelled(), "ok")
	r.wantDeactivated(left, 0, 1, booking.SlotOpen)
	r.wantBroken("an inactive interviewer has no open future slots")
}

// publish adds a window of three hours with slots of an hour. The window starts an hour and the
// given duration after t0.
func publish(w *world, on *app.App, by booking.Interviewer, after time.Duration) error {
	start := t0.Add(time.Hour + after)
	_, err := on.AddAvailability(w.t.Context(), availability.AddAvailabilityInput{
		InterviewerID: by.ID, Start: start, End: start.Add(3 * time.Hour), SlotMinutes: 60,
	})
	return err
}

func TestTwoPublicationsOfOneTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		after time.Duration
		want  string
		slots int
	}{
		{"the same window", 0, "ok", 3},
		{"a window shifted by one slot", time.Hour, "ok", 4},
		{"a window shifted by half a slot", 30 * time.Minute, "AVAILABILITY_CONFLICT", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			by := w.interviewer()
			gate := pgtest.NewGate(insertsSlots)
			first, second := w.server(pgtest.Intercept{Before: gate.Hold}), w.server(pgtest.Intercept{})
			one := inBackground(func() error { return publish(w, first, by, 0) })
			gate.Await(t, 1)
			other := inBackground(func() error { return publish(w, second, by, c.after) })
			w.db.AwaitLockWaits(t, 1, "FROM interviewers WHERE")
			gate.Open()
			wantOutcome(t, "the first publication", one(), "ok")
			wantOutcome(t, "the second publication", other(), c.want)
			w.wantSlots(c.slots)
			w.wantNoFindings()
		})
	}
}

func (w *world) wantSlots(n int) {
	w.t.Helper()
	if got := one[int](w, "SELECT count(*) FROM slots WHERE status <> 'WITHDRAWN'"); got != n {
		w.t.Errorf("got %d slots that are not withdrawn, want %d", got, n)
	}
}

func TestTwoPublicationsByTheConstraintAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wantOutcomes(t, unlockedPublications(w, 30*time.Minute), map[string]int{"ok": 1, "AVAILABILITY_CONFLICT": 1})
	w.wantSlots(3)
	w.wantNoFindings()
}

func TestTwoPublicationsUnprotected(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		after time.Duration
	}{
		{"the same window", 0},
		{"a window shifted by half a slot", 30 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.exec("ALTER TABLE slots DROP CONSTRAINT slots_no_overlap")
			w.exec("DROP INDEX availabilities_window_key")
			wantOutcomes(t, unlockedPublications(w, c.after), map[string]int{"ok": 2})
			w.wantSlots(6)
			w.wantBroken("an interviewer's slots do not overlap")
		})
	}
}

// unlockedPublications plans two overlapping windows before either is written, without the
// interviewer's lock.
func unlockedPublications(w *world, after time.Duration) []error {
	w.t.Helper()
	by, gate := w.interviewer(), pgtest.NewGate(insertsAvailability)
	servers := w.servers(pgtest.Intercept{Before: gate.Hold, Rewrite: withoutLocks("interviewers")})
	wait := concurrently(2, func(i int) error { return publish(w, servers[i], by, time.Duration(i)*after) })
	gate.Await(w.t, 2)
	gate.Open()
	return wait()
}

// limit sets the policy's limit if the policy still has its first version.
func limit(w *world, on *app.App, n int) error {
	_, err := on.UpdateBookingPolicy(w.t.Context(), roster.UpdateBookingPolicyInput{ExpectedVersion: ptr(1), InterviewLimit: &n})
	return err
}

func (w *world) wantPolicy(limit, version int) {
	w.t.Helper()
	p, err := w.store.Policy(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	if p.InterviewLimit != limit || p.Version != version {
		w.t.Errorf("the policy has the limit %d and the version %d, want %d and %d", p.InterviewLimit, p.Version, limit, version)
	}
}

func TestTwoChangesOfOnePolicyVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gate := pgtest.NewGate(updatesPolicy)
	first, second := w.server(pgtest.Intercept{Before: gate.Hold}), w.server(pgtest.Intercept{})
	one := inBackground(func() error { return limit(w, first, 10) })
	gate.Await(t, 1)
	other := inBackground(func() error { return limit(w, second, 20) })
	w.db.AwaitLockWaits(t, 1, "FROM booking_policy")
	gate.Open()
	wantOutcome(t, "the first change", one(), "ok")
	wantOutcome(t, "the second change", other(), "VERSION_CONFLICT")
	w.wantPolicy(10, 2)
	w.wantNoFindings()
}

// Without the lock both changes of version 1 pass the check, and the second write fails on
// the unique version instead of being refused.
func TestTwoChangesOfOnePolicyVersionUnprotected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gate := pgtest.NewGate(updatesPolicy)
	locks := withoutLocks("booking_policy")
	first := w.server(pgtest.Intercept{Before: gate.Hold, Rewrite: locks})
	second := w.server(pgtest.Intercept{Rewrite: locks})
	one := inBackground(func() error { return limit(w, first, 10) })
	gate.Await(t, 1)
	wantOutcome(t, "the second change", limit(w, second, 20), "ok")
	w.wantPolicy(20, 2)
	gate.Open()
	if got := outcome(one()); !strings.Contains(got, "booking_policy_versions_pkey") {
		t.Errorf("outcome of the first change = %s, want an error about booking_policy_versions_pkey", got)
	}
	w.wantPolicy(20, 2)
}

// A policy change does not wait for bookings: a booking that has read the old policy
// succeeds as if it had come first, and the next one follows the new policy.
func TestPolicyChangeDuringABooking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, slots := w.student(), w.slots(2)
	gate := pgtest.NewGate(insertsInterview)
	first, second := w.server(pgtest.Intercept{Before: gate.Hold}), w.server(pgtest.Intercept{})
	book := func(on *app.App, slot booking.Slot) error {
		_, err := on.Book(t.Context(), reservation.BookSlotInput{StudentID: s.ID, SlotID: slot.ID})
		return err
	}
	booked := inBackground(func() error { return book(first, slots[0]) })
	gate.Await(t, 1)
	wantOutcome(t, "the change of the limit to 0", limit(w, second, 0), "ok")
	gate.Open()
	wantOutcome(t, "the booking under the old policy", booked(), "ok")
	wantOutcome(t, "the booking under the new policy", book(second, slots[1]), "LIMIT_REACHED")
	w.wantNoFindings()
}

// twentyWithOneEmail creates twenty students with the same email address at once.
func twentyWithOneEmail(w *world) []error {
	gate := pgtest.NewGate(contains(`INSERT INTO "students"`))
	servers := w.servers(pgtest.Intercept{Before: gate.Hold})
	wait := concurrently(20, func(i int) error {
		_, err := servers[i%2].CreateStudent(w.t.Context(), roster.CreateStudentInput{
			StudentDetails: booking.StudentDetails{Name: "Ada", Email: "Ada@Example.org", TimeZone: "UTC"},
		})
		return err
	})
	gate.Await(w.t, 20)
	gate.Open()
	return wait()
}

func TestTwentyStudentsWithOneEmail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wantOutcomes(t, twentyWithOneEmail(w), map[string]int{"ok": 1, "INVALID_INPUT": 19})
	w.wantNoFindings()
}

func TestTwentyStudentsWithOneEmailUnprotected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec("DROP INDEX students_email_key")
	wantOutcomes(t, twentyWithOneEmail(w), map[string]int{"ok": 20})
	if n := one[int](w, "SELECT count(*) FROM students WHERE email = 'ada@example.org'"); n != 20 {
		t.Errorf("%d students have the e-mail, want 20", n)
	}
}
