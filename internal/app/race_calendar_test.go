package app_test

import (
	"slices"
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

var (
	// withdrawsSlots matches the first write of a calendar change that closes slots.
	withdrawsSlots = contains("SET status = 'WITHDRAWN'")
	// setsFull matches the write of the full days, after they are computed.
	setsFull = contains("SET full_until")
)

const fullDays = "a slot is full exactly while its day or week has as many interviews and holds as the cap allows"

func (w *world) leaves(by booking.InterviewerID) request {
	return func(on *app.App) error {
		_, err := on.UpdateInterviewer(w.t.Context(), app.UpdateInterviewerInput{
			InterviewerID: by, InterviewerChange: booking.InterviewerChange{Active: ptr(false)},
		})
		return err
	}
}

func (w *world) withdraws(slot booking.Slot) request {
	return func(on *app.App) error {
		_, err := on.WithdrawSlot(w.t.Context(), app.WithdrawSlotInput{SlotID: slot.ID})
		return err
	}
}

func (w *world) blocks(slot booking.Slot) request {
	return func(on *app.App) error {
		_, err := on.BlockTime(w.t.Context(), app.BlockTimeInput{
			InterviewerID: slot.InterviewerID, Start: &slot.Start, End: &slot.End, Reason: "away",
		})
		return err
	}
}

func (w *world) removes(slot booking.Slot) request {
	id := one[int64](w, "SELECT availability_id FROM slots WHERE id = $1", slot.ID)
	return func(on *app.App) error {
		_, err := on.RemoveAvailability(w.t.Context(), app.RemoveAvailabilityInput{AvailabilityID: booking.AvailabilityID(id)})
		return err
	}
}

func (w *world) caps(by booking.InterviewerID, perDay int) request {
	return func(on *app.App) error {
		_, err := on.UpdateInterviewer(w.t.Context(), app.UpdateInterviewerInput{
			InterviewerID: by, InterviewerChange: booking.InterviewerChange{MaxPerDay: booking.Set(&perDay)},
		})
		return err
	}
}

// closings are the ways to remove a slot from a calendar. They take the same locks, so the
// tests below do not combine each of them with every order of requests.
var closings = []struct {
	name   string
	closes func(*world, booking.Slot) request
}{
	{"withdrawn", (*world).withdraws}, {"blocked", (*world).blocks}, {"removed", (*world).removes},
	{"left behind", func(w *world, slot booking.Slot) request { return w.leaves(slot.InterviewerID) }},
}

// closingMeetings are the races between a closing and an operation on the same slot.
func closingMeetings() (meetings []meeting) {
	for n, c := range closings {
		wanted := func(want wish) func(*world) (first, second request) {
			return func(w *world) (first, second request) {
				slot := w.slots(1)[0]
				return want(w, w.student(), slot), c.closes(w, slot)
			}
		}
		booked := []meeting{{
			name: "a slot is booked, and " + c.name, scene: wanted((*world).books),
			gate: insertsInterview, waits: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
			without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"},
			// Without the locks the closing sees an open slot: it reports no conflict, and
			// cancelling the booking would reopen the slot.
			count: "SELECT count(*) FROM slots WHERE taken_back", sound: 1, different: 0,
		}, {
			name: "a slot is " + c.name + ", and booked", scene: swap(wanted((*world).books)),
			gate: withdrawsSlots, waits: "FROM interviewers WHERE", want: [2]string{"ok", "SLOT_WITHDRAWN"},
			without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"}, broken: oneOnSlot,
		}}
		held := []meeting{{
			name: "a slot is held, and " + c.name, scene: wanted((*world).holds),
			gate: placesHold, waits: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
			without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"}, broken: oneHolder,
			count: countHolds, sound: 0, different: 1,
		}, {
			name: "a slot is " + c.name + ", and held", scene: swap(wanted((*world).holds)),
			gate: withdrawsSlots, waits: "FROM interviewers WHERE", want: [2]string{"ok", "SLOT_WITHDRAWN"},
			without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"}, broken: oneHolder,
		}}
		if n == 0 {
			meetings = append(meetings, slices.Concat(booked, held)...)
		} else {
			meetings = append(meetings, booked[n%2], held[(n+1)%2])
		}
	}
	return meetings
}

func TestClosingsWait(t *testing.T) {
	t.Parallel()
	wait(t, closingMeetings())
}

func TestClosingsUnprotected(t *testing.T) {
	t.Parallel()
	collide(t, closingMeetings())
}

// placeMeetings are the races of two students for the last interview of a day.
var placeMeetings = []meeting{
	{
		name: "both hold", scene: lastPlaceOf((*world).holds, (*world).holds),
		gate: placesHold, waits: "FROM interviewers WHERE", want: [2]string{"ok", "INTERVIEWER_FULL"},
		without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"},
		count: countUsed, sound: 1, different: 2,
	},
	{
		name: "one holds, the other books", scene: lastPlaceOf((*world).holds, (*world).books),
		gate: placesHold, waits: "FROM interviewers WHERE", want: [2]string{"ok", "INTERVIEWER_FULL"},
		without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"},
		count: countUsed, sound: 1, different: 2,
	},
	{
		name: "one books, the other holds", scene: lastPlaceOf((*world).books, (*world).holds),
		gate: insertsInterview, waits: "FROM interviewers WHERE", want: [2]string{"ok", "INTERVIEWER_FULL"},
		without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"},
		count: countUsed, sound: 1, different: 2,
	},
	{
		name: "one books, the other moves there", scene: lastPlaceOf((*world).books, moveElsewhere),
		gate: insertsInterview, waits: "FROM interviewers WHERE", want: [2]string{"ok", "INTERVIEWER_FULL"},
		without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"},
		count: "SELECT count(*) FROM interviews WHERE interviewer_id = (SELECT id FROM interviewers WHERE max_per_day = 1)",
		sound: 1, different: 2,
	},
}

type wish func(*world, booking.Student, booking.Slot) request

// moveElsewhere moves an interview of the student to the slot.
func moveElsewhere(w *world, s booking.Student, to booking.Slot) request {
	return w.moves(w.booked(s, w.slot(w.interviewer(), 48)), to)
}

func lastPlaceOf(one, other wish) func(*world) (first, second request) {
	return func(w *world) (first, second request) {
		by := w.interviewer()
		wantOutcome(w.t, "the cap", w.caps(by.ID, 1)(app.New(w.store, clock)), "ok")
		return one(w, w.student(), w.slot(by, 1)), other(w, w.student(), w.slot(by, 3))
	}
}

func TestTwoForTheLastPlaceWait(t *testing.T) {
	t.Parallel()
	wait(t, placeMeetings)
}

func TestTwoForTheLastPlaceUnprotected(t *testing.T) {
	t.Parallel()
	collide(t, placeMeetings)
}

// capMeetings are the races between setting a cap and an operation that changes the number
// of counted interviews. An operation that reads no cap does not recount; it shares the
// interviewer's lock, so that no cap can be set until it commits.
func capMeetings() (meetings []meeting) {
	for n, c := range []struct {
		name    string
		changes func(w *world, by booking.Interviewer) request
		gate    func(string) bool
	}{
		{"held", func(w *world, by booking.Interviewer) request { return w.holds(w.student(), w.slot(by, 1)) }, placesHold},
		{"booked", func(w *world, by booking.Interviewer) request { return w.books(w.student(), w.slot(by, 1)) }, insertsInterview},
		{"let go", func(w *world, by booking.Interviewer) request {
			return w.releases(w.held(w.student(), w.slot(by, 1)))
		}, endsHold},
		{"cancelled", func(w *world, by booking.Interviewer) request {
			return w.cancels(w.booked(w.student(), w.slot(by, 1)))
		}, updatesSlot},
		{"moved away", func(w *world, by booking.Interviewer) request {
			return w.moves(w.booked(w.student(), w.slot(by, 1)), w.slot(w.interviewer(), 2))
		}, updatesInterview},
		{"moved there", func(w *world, by booking.Interviewer) request { return moveElsewhere(w, w.student(), w.slot(by, 1)) }, updatesInterview},
		{"missed", func(w *world, by booking.Interviewer) request {
			return w.misses(w.booked(w.student(), w.slot(by, -1)), booking.PartyStudent)
		}, updatesInterview},
		{"not missed after all", func(w *world, by booking.Interviewer) request {
			i := w.booked(w.student(), w.slot(by, -1))
			wantOutcome(w.t, "the no-show", w.misses(i, booking.PartyStudent)(app.New(w.store, clock)), "ok")
			return w.undoes(i)
		}, updatesInterview},
	} {
		scene := func(w *world) (first, second request) {
			by := w.interviewer()
			return c.changes(w, by), w.caps(by.ID, 1)
		}
		locks := []string{"interviewers", "slots"}
		meetings = append(meetings, meeting{
			name: "an interview is " + c.name + ", and a cap is set", scene: scene, gate: c.gate,
			waits: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
			without: locks, open: [2]string{"ok", "ok"}, broken: fullDays,
		})
		if n%3 != 0 {
			continue // one order suffices for these
		}
		meetings = append(meetings, meeting{
			name: "a cap is set, and an interview is " + c.name, scene: swap(scene), gate: setsFull,
			waits: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
			without: locks, open: [2]string{"ok", "ok"}, broken: fullDays,
		})
	}
	return meetings
}

func TestCapsWait(t *testing.T) {
	t.Parallel()
	wait(t, capMeetings())
}

func TestCapsUnprotected(t *testing.T) {
	t.Parallel()
	collide(t, capMeetings())
}

// The place of an expired hold may go to another student before the server executes a
// request of the holder that arrived in time. Then both hold a slot, and the cap refuses
// one of the bookings.
func TestPlaceOfAnExpiredHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.late = late
	by, gate := w.interviewer(), pgtest.NewGate(placesHold)
	inTime, tooLate := w.serverAt(onTime, pgtest.Intercept{}), w.serverAt(late, pgtest.Intercept{Before: gate.Hold})
	wantOutcome(t, "the cap", w.caps(by.ID, 1)(inTime), "ok")
	s, slot, other, another := w.student(), w.slot(by, 1), w.student(), w.slot(by, 3)
	w.held(s, slot)
	placed := meanwhile(func() error { return w.holds(other, another)(tooLate) })
	gate.Await(t, 1)
	booked := meanwhile(func() error { return w.books(s, slot)(inTime) })
	w.db.AwaitLockWaits(t, 1, "FROM interviewers WHERE")
	gate.Open()
	wantOutcome(t, "the hold of the place", placed(), "ok")
	wantOutcome(t, "the booking with the hold that had it", booked(), "ok")
	wantOutcome(t, "the booking with the other hold", w.books(other, another)(tooLate), "INTERVIEWER_FULL")
	w.wantSound()
}

// An interview that ends while the deactivation of its interviewer is running is
// completed, and keeps its slot.
func TestLeavingAmidACompletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, slot := w.student(), w.slots(1)[0]
	i := w.booked(s, slot)
	gate := pgtest.NewGate(updatesInterview)
	before, after := w.serverAt(59*time.Minute, pgtest.Intercept{}), w.serverAt(61*time.Minute, pgtest.Intercept{Before: gate.Hold})
	completed := meanwhile(func() error { return w.grades(i, 4)(after) })
	gate.Await(t, 1)
	var left *app.UpdatedInterviewer
	gone := meanwhile(func() (err error) {
		left, err = before.UpdateInterviewer(t.Context(), app.UpdateInterviewerInput{
			InterviewerID: slot.InterviewerID, CancelBooked: true, InterviewerChange: booking.InterviewerChange{Active: ptr(false)},
		})
		return err
	})
	w.db.AwaitLockWaits(t, 1, "FROM students WHERE")
	gate.Open()
	wantOutcome(t, "the completion", completed(), "ok")
	wantOutcome(t, "the leaving", gone(), "ok")
	if len(left.Cancelled) != 0 || len(left.ClosedSlots) != 0 {
		t.Errorf("%d interviews were cancelled and %d slots closed, want none", len(left.Cancelled), len(left.ClosedSlots))
	}
	w.wantSound()
}
