package app_test

import (
	"slices"
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/availability"
	"rehearse/internal/app/roster"
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

func (w *world) deactivates(by booking.InterviewerID) request {
	return func(on *app.App) error {
		_, err := on.UpdateInterviewer(w.t.Context(), roster.UpdateInterviewerInput{
			InterviewerID: by, InterviewerChange: booking.InterviewerChange{Active: ptr(false)},
		})
		return err
	}
}

func (w *world) withdraws(slot booking.Slot) request {
	return func(on *app.App) error {
		_, err := on.WithdrawSlot(w.t.Context(), availability.WithdrawSlotInput{SlotID: slot.ID})
		return err
	}
}

func (w *world) blocks(slot booking.Slot) request {
	return func(on *app.App) error {
		_, err := on.BlockTime(w.t.Context(), availability.BlockTimeInput{
			InterviewerID: slot.InterviewerID, Start: &slot.Start, End: &slot.End, Reason: "away",
		})
		return err
	}
}

func (w *world) removes(slot booking.Slot) request {
	id := one[int64](w, "SELECT availability_id FROM slots WHERE id = $1", slot.ID)
	return func(on *app.App) error {
		_, err := on.RemoveAvailability(w.t.Context(), availability.RemoveAvailabilityInput{AvailabilityID: booking.AvailabilityID(id)})
		return err
	}
}

func (w *world) setsCap(by booking.InterviewerID, perDay int) request {
	return func(on *app.App) error {
		_, err := on.UpdateInterviewer(w.t.Context(), roster.UpdateInterviewerInput{
			InterviewerID: by, InterviewerChange: booking.InterviewerChange{MaxPerDay: booking.Set(&perDay)},
		})
		return err
	}
}

// waysToClose are the ways to remove a slot from a calendar. They take the same locks, so the
// tests below do not combine each of them with every order of requests.
var waysToClose = []struct {
	name   string
	closes func(*world, booking.Slot) request
}{
	{"withdrawn", (*world).withdraws}, {"blocked", (*world).blocks}, {"removed", (*world).removes},
	{"closed by a deactivation", func(w *world, slot booking.Slot) request { return w.deactivates(slot.InterviewerID) }},
}

// closingRaces are the races between a closing and an operation on the same slot.
func closingRaces() (races []race) {
	for n, c := range waysToClose {
		wanted := func(want slotRequest) func(*world) (first, second request) {
			return func(w *world) (first, second request) {
				slot := w.slots(1)[0]
				return want(w, w.student(), slot), c.closes(w, slot)
			}
		}
		booked := []race{{
			name: "a slot is booked, then " + c.name, setup: wanted((*world).books),
			gate: insertsInterview, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
			unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"},
			// Without the locks the closing sees an open slot: it reports no conflict, and
			// cancelling the booking would reopen the slot.
			query: "SELECT count(*) FROM slots WHERE taken_back", wantCount: 1, wantCountUnprotected: 0,
		}, {
			name: "a slot is " + c.name + ", then booked", setup: swap(wanted((*world).books)),
			gate: withdrawsSlots, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "SLOT_WITHDRAWN"},
			unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneInterviewOnSlot,
		}}
		held := []race{{
			name: "a slot is held, then " + c.name, setup: wanted((*world).holds),
			gate: placesHold, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
			unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneHolder,
			query: countHolds, wantCount: 0, wantCountUnprotected: 1,
		}, {
			name: "a slot is " + c.name + ", then held", setup: swap(wanted((*world).holds)),
			gate: withdrawsSlots, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "SLOT_WITHDRAWN"},
			unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: oneHolder,
		}}
		if n == 0 {
			races = append(races, slices.Concat(booked, held)...)
		} else {
			races = append(races, booked[n%2], held[(n+1)%2])
		}
	}
	return races
}

func TestClosingRaces(t *testing.T) {
	t.Parallel()
	testRaces(t, closingRaces())
}

func TestClosingRacesUnprotected(t *testing.T) {
	t.Parallel()
	testUnprotected(t, closingRaces())
}

// lastPlaceRaces are the races of two students for the last interview of a day.
var lastPlaceRaces = []race{
	{
		name: "both hold", setup: lastPlaceOf((*world).holds, (*world).holds),
		gate: placesHold, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "INTERVIEWER_FULL"},
		unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"},
		query: countUsed, wantCount: 1, wantCountUnprotected: 2,
	},
	{
		name: "one holds, the other books", setup: lastPlaceOf((*world).holds, (*world).books),
		gate: placesHold, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "INTERVIEWER_FULL"},
		unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"},
		query: countUsed, wantCount: 1, wantCountUnprotected: 2,
	},
	{
		name: "one books, the other holds", setup: lastPlaceOf((*world).books, (*world).holds),
		gate: insertsInterview, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "INTERVIEWER_FULL"},
		unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"},
		query: countUsed, wantCount: 1, wantCountUnprotected: 2,
	},
	{
		name: "one books, the other reschedules", setup: lastPlaceOf((*world).books, reschedulesThere),
		gate: insertsInterview, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "INTERVIEWER_FULL"},
		unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"},
		query:     "SELECT count(*) FROM interviews WHERE interviewer_id = (SELECT id FROM interviewers WHERE max_per_day = 1)",
		wantCount: 1, wantCountUnprotected: 2,
	},
}

type slotRequest func(*world, booking.Student, booking.Slot) request

// reschedulesThere moves an interview of the student to the slot.
func reschedulesThere(w *world, s booking.Student, to booking.Slot) request {
	return w.reschedules(w.booked(s, w.slot(w.interviewer(), 48)), to)
}

func lastPlaceOf(one, other slotRequest) func(*world) (first, second request) {
	return func(w *world) (first, second request) {
		by := w.interviewer()
		wantOutcome(w.t, "the cap", w.setsCap(by.ID, 1)(app.New(w.store, clock)), "ok")
		return one(w, w.student(), w.slot(by, 1)), other(w, w.student(), w.slot(by, 3))
	}
}

func TestLastPlaceRaces(t *testing.T) {
	t.Parallel()
	testRaces(t, lastPlaceRaces)
}

func TestLastPlaceRacesUnprotected(t *testing.T) {
	t.Parallel()
	testUnprotected(t, lastPlaceRaces)
}

// capRaces are the races between setting a cap and an operation that changes the number
// of counted interviews. An operation that reads no cap does not recount; it shares the
// interviewer's lock, so that no cap can be set until it commits.
func capRaces() (races []race) {
	for n, c := range []struct {
		name    string
		changes func(w *world, by booking.Interviewer) request
		gate    func(string) bool
	}{
		{"held", func(w *world, by booking.Interviewer) request { return w.holds(w.student(), w.slot(by, 1)) }, placesHold},
		{"booked", func(w *world, by booking.Interviewer) request { return w.books(w.student(), w.slot(by, 1)) }, insertsInterview},
		{"released", func(w *world, by booking.Interviewer) request {
			return w.releases(w.held(w.student(), w.slot(by, 1)))
		}, endsHold},
		{"cancelled", func(w *world, by booking.Interviewer) request {
			return w.cancels(w.booked(w.student(), w.slot(by, 1)))
		}, updatesSlot},
		{"rescheduled to another interviewer", func(w *world, by booking.Interviewer) request {
			return w.reschedules(w.booked(w.student(), w.slot(by, 1)), w.slot(w.interviewer(), 2))
		}, updatesInterview},
		{"rescheduled to the interviewer", func(w *world, by booking.Interviewer) request { return reschedulesThere(w, w.student(), w.slot(by, 1)) }, updatesInterview},
		{"marked as a no-show", func(w *world, by booking.Interviewer) request {
			return w.marksNoShow(w.booked(w.student(), w.slot(by, -1)), booking.PartyStudent)
		}, updatesInterview},
		{"restored from a no-show", func(w *world, by booking.Interviewer) request {
			i := w.booked(w.student(), w.slot(by, -1))
			wantOutcome(w.t, "the no-show", w.marksNoShow(i, booking.PartyStudent)(app.New(w.store, clock)), "ok")
			return w.undoesNoShow(i)
		}, updatesInterview},
	} {
		setup := func(w *world) (first, second request) {
			by := w.interviewer()
			return c.changes(w, by), w.setsCap(by.ID, 1)
		}
		locks := []string{"interviewers", "slots"}
		races = append(races, race{
			name: "an interview is " + c.name + " while a cap is set", setup: setup, gate: c.gate,
			waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
			unlocked: locks, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: fullDays,
		})
		if n%3 != 0 {
			continue // one order suffices for these
		}
		races = append(races, race{
			name: "a cap is set while an interview is " + c.name, setup: swap(setup), gate: setsFull,
			waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
			unlocked: locks, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: fullDays,
		})
	}
	return races
}

func TestCapRaces(t *testing.T) {
	t.Parallel()
	testRaces(t, capRaces())
}

func TestCapRacesUnprotected(t *testing.T) {
	t.Parallel()
	testUnprotected(t, capRaces())
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
	wantOutcome(t, "the cap", w.setsCap(by.ID, 1)(inTime), "ok")
	s, slot, other, another := w.student(), w.slot(by, 1), w.student(), w.slot(by, 3)
	w.held(s, slot)
	placed := inBackground(func() error { return w.holds(other, another)(tooLate) })
	gate.Await(t, 1)
	booked := inBackground(func() error { return w.books(s, slot)(inTime) })
	w.db.AwaitLockWaits(t, 1, "FROM interviewers WHERE")
	gate.Open()
	wantOutcome(t, "the hold of the last place", placed(), "ok")
	wantOutcome(t, "the booking with the expired hold", booked(), "ok")
	wantOutcome(t, "the booking with the other hold", w.books(other, another)(tooLate), "INTERVIEWER_FULL")
	w.wantNoFindings()
}

// An interview that ends while the deactivation of its interviewer is running is
// completed, and keeps its slot.
func TestDeactivationDuringACompletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, slot := w.student(), w.slots(1)[0]
	i := w.booked(s, slot)
	gate := pgtest.NewGate(updatesInterview)
	before, after := w.serverAt(59*time.Minute, pgtest.Intercept{}), w.serverAt(61*time.Minute, pgtest.Intercept{Before: gate.Hold})
	completed := inBackground(func() error { return w.grades(i, 4)(after) })
	gate.Await(t, 1)
	var left *roster.UpdatedInterviewer
	deactivated := inBackground(func() (err error) {
		left, err = before.UpdateInterviewer(t.Context(), roster.UpdateInterviewerInput{
			InterviewerID: slot.InterviewerID, CancelBooked: true, InterviewerChange: booking.InterviewerChange{Active: ptr(false)},
		})
		return err
	})
	w.db.AwaitLockWaits(t, 1, "FROM students WHERE")
	gate.Open()
	wantOutcome(t, "the completion", completed(), "ok")
	wantOutcome(t, "the deactivation", deactivated(), "ok")
	if len(left.Cancelled) != 0 || len(left.ClosedSlots) != 0 {
		t.Errorf("got %d cancelled interviews and %d closed slots, want none", len(left.Cancelled), len(left.ClosedSlots))
	}
	w.wantNoFindings()
}
