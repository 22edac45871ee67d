package app_test

import (
	"testing"
	"time"

	"rehearse/internal/booking"
)

// ended counts the holds that were released before they expired.
const ended = "SELECT count(*) FROM events WHERE kind = 'HOLD_RELEASED'"

// studentWithHold returns a student who holds the first of n slots, each of another interviewer.
func studentWithHold(w *world, n int) (booking.Student, booking.Hold, []booking.Slot) {
	s, slots := w.student(), w.slots(n)
	return s, w.held(s, slots[0]), slots
}

// releaseRaces are the races of a student who books one slot while they hold another:
// the booking ends the hold once, and the held slot opens.
var releaseRaces = []race{
	{
		name: "a student who holds a slot books two others",
		setup: func(w *world) (first, second request) {
			s, _, slots := studentWithHold(w, 3)
			return w.books(s, slots[1]), w.books(s, slots[2])
		},
		gate: endsHold, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"students", "slots"}, wantUnprotected: [2]string{"ok", "ok"},
		query: ended, wantCount: 1, wantCountUnprotected: 2,
	},
	{
		name: "a student books another slot, then releases the hold",
		setup: func(w *world) (first, second request) {
			s, hold, slots := studentWithHold(w, 2)
			return w.books(s, slots[1]), w.releases(hold)
		},
		gate: endsHold, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"students", "slots"}, wantUnprotected: [2]string{"ok", "ok"},
		query: ended, wantCount: 1, wantCountUnprotected: 2,
	},
	{
		name: "a student releases the hold, then books another slot",
		setup: func(w *world) (first, second request) {
			s, hold, slots := studentWithHold(w, 2)
			return w.releases(hold), w.books(s, slots[1])
		},
		gate: endsHold, waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"students", "slots"}, wantUnprotected: [2]string{"ok", "ok"},
		query: ended, wantCount: 1, wantCountUnprotected: 2,
	},
	{
		name: "a student books another slot, then the held slot",
		setup: func(w *world) (first, second request) {
			s, hold, slots := studentWithHold(w, 2)
			return w.books(s, slots[1]), w.booksHeld(hold)
		},
		gate: endsHold, waitsIn: "FROM students WHERE", want: [2]string{"ok", "HOLD_EXPIRED"},
		unlocked: []string{"students", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: historyOfSlot,
		query: "SELECT count(*) FROM interviews", wantCount: 1, wantCountUnprotected: 2,
	},
	{
		name: "a student books another slot, then another student books the one that opens",
		setup: func(w *world) (first, second request) {
			s, _, slots := studentWithHold(w, 2)
			return w.books(s, slots[1]), w.books(w.student(), slots[0])
		},
		gate: endsHold, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "ok"},
		// Without the lock the second request is refused a slot that is about to open.
		unlocked: []string{"slots"}, wantUnprotected: [2]string{"ok", "SLOT_HELD"},
	},
	{
		name: "a student books another slot, then another student holds the one that opens",
		setup: func(w *world) (first, second request) {
			s, _, slots := studentWithHold(w, 2)
			return w.books(s, slots[1]), w.holds(w.student(), slots[0])
		},
		gate: endsHold, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"slots"}, wantUnprotected: [2]string{"ok", "SLOT_HELD"},
	},
	{
		name: "another student holds the slot of an expired hold, then its student books another slot in time",
		setup: func(w *world) (first, second request) {
			s, _, slots := studentWithHold(w, 2)
			return w.holds(w.student(), slots[0]), w.books(s, slots[1])
		},
		gate: placesHold, clocks: [2]time.Duration{late, onTime}, waitsIn: "FROM slots WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"slots"}, wantUnprotected: [2]string{"ok", "ok"},
		// The hold that is released is the other student's.
		query: ended, wantCount: 0, wantCountUnprotected: 1,
	},
	{
		name: "the held slot is withdrawn, then its student books another one",
		setup: func(w *world) (first, second request) {
			s, _, slots := studentWithHold(w, 2)
			return w.withdraws(slots[0]), w.books(s, slots[1])
		},
		gate: withdrawsSlots, waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
		unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"},
		query: ended, wantCount: 0, wantCountUnprotected: 1,
	},
}

func TestBookingWithAnotherHoldRaces(t *testing.T) {
	t.Parallel()
	testRaces(t, releaseRaces)
}

func TestBookingWithAnotherHoldRacesUnprotected(t *testing.T) {
	t.Parallel()
	testUnprotected(t, releaseRaces)
}
