package app_test

import (
	"fmt"
	"strings"
	"testing"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

const (
	toldLast     = "the last event of an interview has its status"
	nobodyIsGone = "an inactive interviewer has no open future slots"
)

func (w *world) moves(i booking.Interview, to booking.Slot) request {
	return func(on *app.App) error {
		_, err := on.RescheduleInterview(w.t.Context(), app.RescheduleInterviewInput{InterviewID: i.ID, SlotID: to.ID})
		return err
	}
}

func (w *world) cancels(i booking.Interview) request {
	return func(on *app.App) error {
		_, err := on.CancelInterview(w.t.Context(), app.CancelInterviewInput{InterviewID: i.ID, Reason: "ill"})
		return err
	}
}

func (w *world) grades(i booking.Interview, grade int) request {
	return func(on *app.App) error {
		_, err := on.CompleteInterview(w.t.Context(), app.CompleteInterviewInput{InterviewID: i.ID, Grade: &grade})
		return err
	}
}

func (w *world) misses(i booking.Interview, party booking.Party) request {
	return func(on *app.App) error {
		_, err := on.MarkNoShow(w.t.Context(), app.MarkNoShowInput{InterviewID: i.ID, Party: party})
		return err
	}
}

func (w *world) undoes(i booking.Interview) request {
	return func(on *app.App) error {
		_, err := on.UndoNoShow(w.t.Context(), app.UndoNoShowInput{InterviewID: i.ID})
		return err
	}
}

// inTurn runs two requests in sequence and returns the first error.
func inTurn(one, other request) request {
	return func(on *app.App) error {
		if err := one(on); err != nil {
			return err
		}
		return other(on)
	}
}

// moved returns a student with an interview on the first of n slots, each of another
// interviewer.
func moved(w *world, n int) (booking.Student, booking.Interview, []booking.Slot) {
	s, slots := w.student(), w.slots(n)
	return s, w.booked(s, slots[0]), slots
}

var moveMeetings = []meeting{
	{
		name: "one interview is moved to two slots",
		scene: func(w *world) (first, second request) {
			_, i, slots := moved(w, 3)
			return w.moves(i, slots[1]), w.moves(i, slots[2])
		},
		gate: updatesInterview, waits: "FROM students WHERE", want: [2]string{"ok", "ok"},
		without: []string{"students", "slots"}, open: [2]string{"ok", "ok"}, broken: oneOnSlot,
	},
	{
		name: "an interview is moved twice, and another books what it has left",
		scene: func(w *world) (first, second request) {
			_, i, slots := moved(w, 3)
			return w.moves(i, slots[1]), inTurn(w.moves(i, slots[2]), w.books(w.student(), slots[0]))
		},
		gate: updatesInterview, waits: "FROM students WHERE", want: [2]string{"ok", "ok"},
		without: []string{"students", "slots"}, open: [2]string{"ok", "ok"}, broken: oneOnSlot,
	},
	{
		name: "an interview is moved, and another books its slot",
		scene: func(w *world) (first, second request) {
			_, i, slots := moved(w, 2)
			return w.moves(i, slots[1]), w.books(w.student(), slots[0])
		},
		// Without the lock the second student is refused a slot that is about to open;
		// nothing breaks.
		gate: updatesInterview, waits: "FROM slots WHERE", want: [2]string{"ok", "ok"},
		without: []string{"slots"}, open: [2]string{"ok", "SLOT_TAKEN"},
	},
	{
		name: "an interview is moved to a slot, and another books it",
		scene: func(w *world) (first, second request) {
			_, i, slots := moved(w, 2)
			return w.moves(i, slots[1]), w.books(w.student(), slots[1])
		},
		gate: updatesInterview, waits: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		without: []string{"slots"}, drop: "DROP INDEX interviews_slot_key", open: [2]string{"ok", "ok"}, broken: oneOnSlot,
	},
	{
		name: "a slot is booked, and an interview is moved there",
		scene: func(w *world) (first, second request) {
			_, i, slots := moved(w, 2)
			return w.books(w.student(), slots[1]), w.moves(i, slots[1])
		},
		gate: insertsInterview, waits: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		without: []string{"slots"}, drop: "DROP INDEX interviews_slot_key", open: [2]string{"ok", "ok"}, broken: oneOnSlot,
	},
	{
		name: "an interview is moved to a slot, and another holds it",
		scene: func(w *world) (first, second request) {
			_, i, slots := moved(w, 2)
			return w.moves(i, slots[1]), w.holds(w.student(), slots[1])
		},
		gate: updatesInterview, waits: "FROM slots WHERE", want: [2]string{"ok", "SLOT_TAKEN"},
		without: []string{"slots"}, open: [2]string{"ok", "ok"},
		broken: oneHolder,
	},
	{
		name: "an interview is moved, and cancelled",
		scene: func(w *world) (first, second request) {
			_, i, slots := moved(w, 2)
			return w.moves(i, slots[1]), w.cancels(i)
		},
		gate: updatesInterview, waits: "FROM students WHERE", want: [2]string{"ok", "ok"},
		without: []string{"students", "slots"}, open: [2]string{"ok", "ok"}, broken: toldLast, // it is booked again
	},
	{
		name: "an interview is cancelled, and moved",
		scene: func(w *world) (first, second request) {
			_, i, slots := moved(w, 2)
			return w.cancels(i), w.moves(i, slots[1])
		},
		gate: updatesSlot, waits: "FROM students WHERE", want: [2]string{"ok", "WRONG_STATUS"},
		without: []string{"students", "slots"}, open: [2]string{"ok", "ok"}, broken: oneOnSlot,
	},
	{
		name: "an interview is moved, and the interviewer it is moved to leaves",
		scene: func(w *world) (first, second request) {
			_, i, slots := moved(w, 2)
			return w.moves(i, slots[1]), w.leaves(slots[1].InterviewerID)
		},
		gate: updatesInterview, waits: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
		without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"},
		// The deactivation reports no conflict, and the slot is not marked as taken back.
		count: "SELECT count(*) FROM slots WHERE taken_back", sound: 1, different: 0,
	},
	{
		name: "an interviewer is deactivated while an interview is rescheduled to them",
		scene: func(w *world) (first, second request) {
			_, i, slots := moved(w, 2)
			return w.leaves(slots[1].InterviewerID), w.moves(i, slots[1])
		},
		gate: withdrawsSlots, waits: "FROM interviewers WHERE", want: [2]string{"ok", "SLOT_WITHDRAWN"},
		without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"}, broken: oneOnSlot,
	},
	{
		name: "an interview is moved, and the interviewer it leaves is gone",
		scene: func(w *world) (first, second request) {
			_, i, slots := moved(w, 2)
			return w.moves(i, slots[1]), w.leaves(slots[0].InterviewerID)
		},
		gate: updatesInterview, waits: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
		without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"}, broken: nobodyIsGone,
	},
}

func TestMovesWait(t *testing.T) {
	t.Parallel()
	wait(t, moveMeetings)
}

func TestMovesUnprotected(t *testing.T) {
	t.Parallel()
	collide(t, moveMeetings)
}

var statusMeetings = []meeting{
	{
		name: "an interview is cancelled, and graded",
		scene: func(w *world) (first, second request) {
			i := w.pastBooking(w.student())
			return w.cancels(i), w.grades(i, 4)
		},
		gate: updatesSlot, waits: "FROM students WHERE", want: [2]string{"ok", "WRONG_STATUS"},
		without: []string{"students", "slots"}, open: [2]string{"ok", "ok"}, // the grade is lost
	},
	{
		name: "an interview is graded, and graded again",
		scene: func(w *world) (first, second request) {
			i := w.pastBooking(w.student())
			return w.grades(i, 4), w.grades(i, 1)
		},
		gate: updatesInterview, waits: "FROM students WHERE", want: [2]string{"ok", "ok"},
		without: []string{"students"}, open: [2]string{"ok", "ok"},
		// The second grade is lost.
		count: "SELECT grade FROM interviews", sound: 1, different: 4,
	},
	{
		name: "an interview is marked as missed, and graded",
		scene: func(w *world) (first, second request) {
			i := w.pastBooking(w.student())
			return w.misses(i, booking.PartyStudent), w.grades(i, 4)
		},
		gate: updatesInterview, waits: "FROM students WHERE", want: [2]string{"ok", "WRONG_STATUS"},
		without: []string{"students"}, open: [2]string{"ok", "ok"}, // the grade is lost
	},
	{
		name: "at 14 of 15 a no-show is undone, and a slot is booked",
		scene: func(w *world) (first, second request) {
			s, i := missed(w)
			return w.undoes(i), w.books(s, w.slots(1)[0])
		},
		gate: updatesInterview, waits: "FROM students WHERE", want: [2]string{"ok", "LIMIT_REACHED"},
		without: []string{"students"}, open: [2]string{"ok", "ok"},
		count: countUsed, sound: 15, different: 16,
	},
	{
		name: "at 14 of 15 a slot is booked, and a no-show is undone",
		scene: func(w *world) (first, second request) {
			s, i := missed(w)
			return w.books(s, w.slots(1)[0]), w.undoes(i)
		},
		gate: insertsInterview, waits: "FROM students WHERE", want: [2]string{"ok", "LIMIT_REACHED"},
		without: []string{"students"}, open: [2]string{"ok", "ok"},
		count: countUsed, sound: 15, different: 16,
	},
}

// missed returns a student at 14 of 15 and an interview whose interviewer did not show up.
func missed(w *world) (booking.Student, booking.Interview) {
	w.t.Helper()
	s := w.fourteen()
	i := w.pastBooking(s)
	wantOutcome(w.t, "the no-show", w.misses(i, booking.PartyInterviewer)(app.New(w.store, clock)), "ok")
	return s, i
}

func TestStatusesWait(t *testing.T) {
	t.Parallel()
	wait(t, statusMeetings)
}

func TestStatusesUnprotected(t *testing.T) {
	t.Parallel()
	collide(t, statusMeetings)
}

// inOpposition makes two requests want the same two rows. A third session holds the last
// row, which the second request wants first if it takes its locks in the opposite order.
func inOpposition(w *world, lock, waits string, opposite func(string) string, one, other request) (outcomes [2]string, gaveUp int) {
	w.t.Helper()
	deadlocks := &failures{}
	third, err := w.sql.BeginTx(w.t.Context(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer third.Rollback()
	if _, err := third.ExecContext(w.t.Context(), lock); err != nil {
		w.t.Fatal(err)
	}
	first, second := w.server(pgtest.Intercept{After: deadlocks.count}),
		w.server(pgtest.Intercept{After: deadlocks.count, Rewrite: opposite})
	otherEnds := meanwhile(func() error { return other(second) })
	w.db.AwaitLockWaits(w.t, 1, waits)
	oneEnds := meanwhile(func() error { return one(first) })
	w.db.AwaitLockWaits(w.t, 2, waits)
	if err := third.Rollback(); err != nil {
		w.t.Fatal(err)
	}
	return [2]string{outcome(oneEnds()), outcome(otherEnds())}, deadlocks.n()
}

// Two students who move to each other's slots are both refused without a deadlock, because
// slots are locked in id order.
func swapSlots(t *testing.T, opposite func(string) string) (*world, [2]string, int) {
	t.Helper()
	w := newWorld(t)
	slots := w.slots(2)
	one, other := w.booked(w.student(), slots[0]), w.booked(w.student(), slots[1])
	got, gaveUp := inOpposition(w, lockLast("slots", int64(slots[1].ID)), "FROM slots WHERE", opposite,
		w.moves(one, slots[1]), w.moves(other, slots[0]))
	return w, got, gaveUp
}

func TestTwoStudentsSwapSlots(t *testing.T) {
	t.Parallel()
	w, got, gaveUp := swapSlots(t, nil)
	if want := [2]string{"SLOT_TAKEN", "SLOT_TAKEN"}; got != want || gaveUp != 0 {
		t.Errorf("they ended with %q, and %d deadlocks; want %q and none", got, gaveUp, want)
	}
	w.wantSound()
}

func TestTwoStudentsSwapSlotsUnprotected(t *testing.T) {
	t.Parallel()
	if _, got, gaveUp := swapSlots(t, backwards("FROM slots")); gaveUp == 0 {
		t.Errorf("they ended with %q and no deadlock: the control shows nothing", got)
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
	got, gaveUp := inOpposition(w, lockLast("holds", one[int64](w, "SELECT max(id) FROM holds")), "UPDATE holds", opposite,
		w.holds(students[0], slots[1]), w.holds(students[1], slots[0]))
	return w, got, gaveUp
}

func TestTwoStudentsSwapExpiredHolds(t *testing.T) {
	t.Parallel()
	w, got, gaveUp := swapHolds(t, nil)
	if want := [2]string{"ok", "ok"}; got != want || gaveUp != 0 {
		t.Errorf("they ended with %q, and %d deadlocks; want %q and none", got, gaveUp, want)
	}
	w.wantSound()
}

func TestTwoStudentsSwapExpiredHoldsUnprotected(t *testing.T) {
	t.Parallel()
	w, got, gaveUp := swapHolds(t, backwards("FROM holds"))
	if gaveUp == 0 {
		t.Errorf("they ended with %q and no deadlock: the control shows nothing", got)
	}
	w.wantSound() // a retry resolves the deadlock
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
