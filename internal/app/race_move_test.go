package app_test

import (
	"fmt"
	"strings"
	"testing"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

const (
	lastEventOfInterview = "the last event of an interview has its status"
	noSlotsOfInactive    = "an inactive interviewer has no open future slots"
)

func (w *world) reschedules(i booking.Interview, to booking.Slot) request {
	return func(on *app.App) error {
		_, err := on.RescheduleInterview(w.t.Context(), reservation.RescheduleInterviewInput{InterviewID: i.ID, SlotID: to.ID})
		return err
	}
}

func (w *world) cancels(i booking.Interview) request {
	return func(on *app.App) error {
		_, err := on.CancelInterview(w.t.Context(), reservation.CancelInterviewInput{InterviewID: i.ID, Reason: "ill"})
		return err
	}
}

func (w *world) grades(i booking.Interview, grade int) request {
	return func(on *app.App) error {
		_, err := on.CompleteInterview(w.t.Context(), reservation.CompleteInterviewInput{InterviewID: i.ID, Grade: &grade})
		return err
	}
}

func (w *world) marksNoShow(i booking.Interview, party booking.Party) request {
	return func(on *app.App) error {
		_, err := on.MarkNoShow(w.t.Context(), reservation.MarkNoShowInput{InterviewID: i.ID, Party: party})
		return err
	}
}

func (w *world) undoesNoShow(i booking.Interview) request {
	return func(on *app.App) error {
		_, err := on.UndoNoShow(w.t.Context(), reservation.UndoNoShowInput{InterviewID: i.ID})
		return err
	}
}

// inSequence runs two requests in sequence and returns the first error.
func inSequence(one, other request) request {
	return func(on *app.App) error {
		if err := one(on); err != nil {
			return err
		}
		return other(on)
	}
}

// studentWithInterview returns a student with an interview on the first of n slots, each of
// another interviewer.
func studentWithInterview(w *world, n int) (booking.Student, booking.Interview, []booking.Slot) {
	s, slots := w.student(), w.slots(n)
	return s, w.booked(s, slots[0]), slots
}

var rescheduleRaces = []race{
	{
		name: "an interview is rescheduled to two slots",
		setup: func(w *world) (first, second request) {
			_, i, slots := studentWithInterview(w, 3)
			return w.reschedules(i, slots[1]), w.reschedules(i, slots[2])
		},
		gate: updatesInterview, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"students", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneInterviewOnSlot,
	},
	{
		name: "an interview is rescheduled twice, and another student books its first slot",
		setup: func(w *world) (first, second request) {
			_, i, slots := studentWithInterview(w, 3)
			return w.reschedules(i, slots[1]), inSequence(w.reschedules(i, slots[2]), w.books(w.student(), slots[0]))
		},
		gate: updatesInterview, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"students", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneInterviewOnSlot,
	},
	{
		name: "an interview is rescheduled, and another student books its old slot",
		setup: func(w *world) (first, second request) {
			_, i, slots := studentWithInterview(w, 2)
			return w.reschedules(i, slots[1]), w.books(w.student(), slots[0])
		},
		// Without the lock the second student is refused a slot that is about to open;
		// nothing breaks.
		gate: updatesInterview, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"slots"}, wantUnprotected: [2]string{"ok", "SLOT_TAKEN"},
	},
	{
		name: "an interview is rescheduled to a slot, and another student books it",
		setup: func(w *world) (first, second request) {
			_, i, slots := studentWithInterview(w, 2)
			return w.reschedules(i, slots[1]), w.books(w.student(), slots[1])
		},
		gate: updatesInterview, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		unlocked: []string{"slots"}, drop: "DROP INDEX interviews_slot_key", wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneInterviewOnSlot,
	},
	{
		name: "a slot is booked, and another interview is rescheduled to it",
		setup: func(w *world) (first, second request) {
			_, i, slots := studentWithInterview(w, 2)
			return w.books(w.student(), slots[1]), w.reschedules(i, slots[1])
		},
		gate: insertsInterview, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		unlocked: []string{"slots"}, drop: "DROP INDEX interviews_slot_key", wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneInterviewOnSlot,
	},
	{
		name: "an interview is rescheduled to a slot, and another student holds it",
		setup: func(w *world) (first, second request) {
			_, i, slots := studentWithInterview(w, 2)
			return w.reschedules(i, slots[1]), w.holds(w.student(), slots[1])
		},
		gate: updatesInterview, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		unlocked: []string{"slots"}, wantUnprotected: [2]string{"ok", "ok"},
		wantBroken: oneHolder,
	},
	{
		name: "an interview is rescheduled, then cancelled",
		setup: func(w *world) (first, second request) {
			_, i, slots := studentWithInterview(w, 2)
			return w.reschedules(i, slots[1]), w.cancels(i)
		},
		gate: updatesInterview, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"students", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: lastEventOfInterview, // it is booked again
	},
	{
		name: "an interview is cancelled, then rescheduled",
		setup: func(w *world) (first, second request) {
			_, i, slots := studentWithInterview(w, 2)
			return w.cancels(i), w.reschedules(i, slots[1])
		},
		gate: updatesSlot, waitsIn: "FROM students WHERE", want: [2]string{"ok", "WRONG_STATUS"},
		unlocked: []string{"students", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneInterviewOnSlot,
	},
	{
		name: "an interview is rescheduled, then its new interviewer is deactivated",
		setup: func(w *world) (first, second request) {
			_, i, slots := studentWithInterview(w, 2)
			return w.reschedules(i, slots[1]), w.deactivates(slots[1].InterviewerID)
		},
		gate: updatesInterview, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"},
		// The deactivation reports no conflict, and the slot is not marked as taken back.
		query: "SELECT count(*) FROM slots WHERE taken_back", wantCount: 1, wantCountUnprotected: 0,
	},
	{
		name: "an interviewer is deactivated, then an interview is rescheduled to them",
		setup: func(w *world) (first, second request) {
			_, i, slots := studentWithInterview(w, 2)
			return w.deactivates(slots[1].InterviewerID), w.reschedules(i, slots[1])
		},
		gate: withdrawsSlots, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "SLOT_WITHDRAWN"},
		unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneInterviewOnSlot,
	},
	{
		name: "an interview is rescheduled, then its old interviewer is deactivated",
		setup: func(w *world) (first, second request) {
			_, i, slots := studentWithInterview(w, 2)
			return w.reschedules(i, slots[1]), w.deactivates(slots[0].InterviewerID)
		},
		gate: updatesInterview, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: noSlotsOfInactive,
	},
}

func TestRescheduleRaces(t *testing.T) {
	t.Parallel()
	testRaces(t, rescheduleRaces)
}

func TestRescheduleRacesUnprotected(t *testing.T) {
	t.Parallel()
	testUnprotected(t, rescheduleRaces)
}

var statusRaces = []race{
	{
		name: "an interview is cancelled, then graded",
		setup: func(w *world) (first, second request) {
			i := w.pastBooking(w.student())
			return w.cancels(i), w.grades(i, 4)
		},
		gate: updatesSlot, waitsIn: "FROM students WHERE", want: [2]string{"ok", "WRONG_STATUS"},
		unlocked: []string{"students", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, // the grade is lost
	},
	{
		name: "an interview is graded twice",
		setup: func(w *world) (first, second request) {
			i := w.pastBooking(w.student())
			return w.grades(i, 4), w.grades(i, 1)
		},
		gate: updatesInterview, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"students"}, wantUnprotected: [2]string{"ok", "ok"},
		// The second grade is lost.
		query: "SELECT grade FROM interviews", wantCount: 1, wantCountUnprotected: 4,
	},
	{
		name: "an interview is marked as a no-show, then graded",
		setup: func(w *world) (first, second request) {
			i := w.pastBooking(w.student())
			return w.marksNoShow(i, booking.PartyStudent), w.grades(i, 4)
		},
		gate: updatesInterview, waitsIn: "FROM students WHERE", want: [2]string{"ok", "WRONG_STATUS"},
		unlocked: []string{"students"}, wantUnprotected: [2]string{"ok", "ok"}, // the grade is lost
	},
	{
		name: "at 14 of 15, a no-show is undone, then a slot is booked",
		setup: func(w *world) (first, second request) {
			s, i := missed(w)
			return w.undoesNoShow(i), w.books(s, w.slots(1)[0])
		},
		gate: updatesInterview, waitsIn: "FROM students WHERE", want: [2]string{"ok", "LIMIT_REACHED"},
		unlocked: []string{"students"}, wantUnprotected: [2]string{"ok", "ok"},
		query: countUsed, wantCount: 15, wantCountUnprotected: 16,
	},
	{
		name: "at 14 of 15, a slot is booked, then a no-show is undone",
		setup: func(w *world) (first, second request) {
			s, i := missed(w)
			return w.books(s, w.slots(1)[0]), w.undoesNoShow(i)
		},
		gate: insertsInterview, waitsIn: "FROM students WHERE", want: [2]string{"ok", "LIMIT_REACHED"},
		unlocked: []string{"students"}, wantUnprotected: [2]string{"ok", "ok"},
		query: countUsed, wantCount: 15, wantCountUnprotected: 16,
	},
}

// missed returns a student at 14 of 15 and an interview whose interviewer did not show up.
func missed(w *world) (booking.Student, booking.Interview) {
	w.t.Helper()
	s := w.studentWithOneLeft()
	i := w.pastBooking(s)
	wantOutcome(w.t, "the no-show", w.marksNoShow(i, booking.PartyInterviewer)(app.New(w.store, clock)), "ok")
	return s, i
}

func TestStatusRaces(t *testing.T) {
	t.Parallel()
	testRaces(t, statusRaces)
}

func TestStatusRacesUnprotected(t *testing.T) {
	t.Parallel()
	testUnprotected(t, statusRaces)
}

// inOppositeOrder makes two requests want the same two rows. A third session holds the last
// row, which the second request wants first if it takes its locks in the opposite order.
func inOppositeOrder(w *world, lock, waits string, opposite func(string) string, one, other request) (outcomes [2]string, deadlocks int) {
	w.t.Helper()
	failed := &failures{}
	third, err := w.sql.BeginTx(w.t.Context(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer third.Rollback()
	if _, err := third.ExecContext(w.t.Context(), lock); err != nil {
		w.t.Fatal(err)
	}
	first, second := w.server(pgtest.Intercept{After: failed.count}),
		w.server(pgtest.Intercept{After: failed.count, Rewrite: opposite})
	otherEnds := inBackground(func() error { return other(second) })
	w.db.AwaitLockWaits(w.t, 1, waits)
	oneEnds := inBackground(func() error { return one(first) })
	w.db.AwaitLockWaits(w.t, 2, waits)
	if err := third.Rollback(); err != nil {
		w.t.Fatal(err)
	}
	return [2]string{outcome(oneEnds()), outcome(otherEnds())}, failed.n()
}

// Two students who move to each other's slots are both refused without a deadlock, because
// slots are locked in id order.
func swapSlots(t *testing.T, opposite func(string) string) (*world, [2]string, int) {
	t.Helper()
	w := newWorld(t)
	slots := w.slots(2)
	one, other := w.booked(w.student(), slots[0]), w.booked(w.student(), slots[1])
	got, deadlocks := inOppositeOrder(w, lockLast("slots", int64(slots[1].ID)), "FROM slots WHERE", opposite,
		w.reschedules(one, slots[1]), w.reschedules(other, slots[0]))
	return w, got, deadlocks
}

func TestTwoStudentsSwapSlots(t *testing.T) {
	t.Parallel()
	w, got, deadlocks := swapSlots(t, nil)
	if want := [2]string{"SLOT_TAKEN", "SLOT_TAKEN"}; got != want || deadlocks != 0 {
		t.Errorf("outcomes = %q with %d deadlocks, want %q without one", got, deadlocks, want)
	}
	w.wantNoFindings()
}

func TestTwoStudentsSwapSlotsUnprotected(t *testing.T) {
	t.Parallel()
	if _, got, deadlocks := swapSlots(t, backwards("FROM slots")); deadlocks == 0 {
		t.Errorf("outcomes = %q without a deadlock, want one", got)
	}
}

// Two students swap the slots that they held, after both holds have expired. Each request
// ends both holds, which are locked in id order.
func swapHolds(t *testing.T, opposite func(string) string) (*world, [2]string, int) {
	t.Helper()
	w := newWorld(t)
	students, slots := w.students(2), w.slots(2)
	w.exec(`INSERT INTO holds (student_id, slot_id, placed_at, expires_at)
		SELECT s.id, l.id, timestamptz '2026-06-01T07:00:00Z', timestamptz '2026-06-01T07:05:00Z'
		FROM (SELECT id, row_number() OVER (ORDER BY id) FROM students) s
		JOIN (SELECT id, row_number() OVER (ORDER BY id) FROM slots) l USING (row_number) ORDER BY s.id`)
	w.exec(`UPDATE slots SET held_by = student_id, held_until = expires_at FROM holds WHERE slot_id = slots.id`)
	got, deadlocks := inOppositeOrder(w, lockLast("holds", one[int64](w, "SELECT max(id) FROM holds")), "UPDATE holds", opposite,
		w.holds(students[0], slots[1]), w.holds(students[1], slots[0]))
	return w, got, deadlocks
}

func TestTwoStudentsSwapExpiredHolds(t *testing.T) {
	t.Parallel()
	w, got, deadlocks := swapHolds(t, nil)
	if want := [2]string{"ok", "ok"}; got != want || deadlocks != 0 {
		t.Errorf("outcomes = %q with %d deadlocks, want %q without one", got, deadlocks, want)
	}
	w.wantNoFindings()
}

func TestTwoStudentsSwapExpiredHoldsUnprotected(t *testing.T) {
	t.Parallel()
	w, got, deadlocks := swapHolds(t, backwards("FROM holds"))
	if deadlocks == 0 {
		t.Errorf("outcomes = %q without a deadlock, want one", got)
	}
	w.wantNoFindings() // a retry resolves the deadlock
}

func lockLast(table string, id int64) string {
	return fmt.Sprintf("SELECT FROM %s WHERE id = %d FOR NO KEY UPDATE", table, id)
}

// backwards reverses the order in which statements lock several rows of a table.
func backwards(from string) func(string) string {
	return func(statement string) string {
		if strings.Contains(statement, from) {
			return strings.Replace(statement, "ORDER BY id FOR", "ORDER BY id DESC FOR", 1)
		}
		return statement
	}
}
