package app_test

import (
	"testing"
	"time"

	"rehearse/internal/booking"
)

// ended counts the holds that were released before they expired.
const ended = "SELECT count(*) FROM events WHERE kind = 'HOLD_RELEASED'"

// holdsOne returns a student who holds the first of n slots, each of another interviewer.
func holdsOne(w *world, n int) (booking.Student, booking.Hold, []booking.Slot) {
	s, slots := w.student(), w.slots(n)
	return s, w.held(s, slots[0]), slots
}

// releaseMeetings are the races of a student who books one slot while they hold another:
// the booking ends the hold once, and the held slot opens.
var releaseMeetings = []meeting{
	{
		name: "a student who holds a slot books two others",
		scene: func(w *world) (first, second request) {
			s, _, slots := holdsOne(w, 3)
			return w.books(s, slots[1]), w.books(s, slots[2])
		},
		gate: endsHold, waits: "FROM students WHERE", want: [2]string{"ok", "ok"},
		without: []string{"students", "slots"}, open: [2]string{"ok", "ok"},
		count: ended, sound: 1, different: 2,
	},
	{
		name: "a student books another slot, and lets go of the hold",
		scene: func(w *world) (first, second request) {
			s, hold, slots := holdsOne(w, 2)
			return w.books(s, slots[1]), w.releases(hold)
		},
		gate: endsHold, waits: "FROM students WHERE", want: [2]string{"ok", "ok"},
		without: []string{"students", "slots"}, open: [2]string{"ok", "ok"},
		count: ended, sound: 1, different: 2,
	},
	{
		name: "a student lets go of the hold, and books another slot",
		scene: func(w *world) (first, second request) {
			s, hold, slots := holdsOne(w, 2)
			return w.releases(hold), w.books(s, slots[1])
		},
		gate: endsHold, waits: "FROM students WHERE", want: [2]string{"ok", "ok"},
		without: []string{"students", "slots"}, open: [2]string{"ok", "ok"},
		count: ended, sound: 1, different: 2,
	},
	{
		name: "a student books another slot, and the held slot",
		scene: func(w *world) (first, second request) {
			s, hold, slots := holdsOne(w, 2)
			return w.books(s, slots[1]), w.booksWith(hold)
		},
		gate: endsHold, waits: "FROM students WHERE", want: [2]string{"ok", "HOLD_EXPIRED"},
		without: []string{"students", "slots"}, open: [2]string{"ok", "ok"}, broken: toldOfSlot,
		count: "SELECT count(*) FROM interviews", sound: 1, different: 2,
	},
	{
		name: "a student books another slot, and somebody else the one that opens",
		scene: func(w *world) (first, second request) {
			s, _, slots := holdsOne(w, 2)
			return w.books(s, slots[1]), w.books(w.student(), slots[0])
		},
		gate: endsHold, waits: "FROM slots WHERE", want: [2]string{"ok", "ok"},
		// Without the lock the second request is refused a slot that is about to open.
		without: []string{"slots"}, open: [2]string{"ok", "SLOT_HELD"},
	},
	{
		name: "a student books another slot, and somebody else holds the one that opens",
		scene: func(w *world) (first, second request) {
			s, _, slots := holdsOne(w, 2)
			return w.books(s, slots[1]), w.holds(w.student(), slots[0])
		},
		gate: endsHold, waits: "FROM slots WHERE", want: [2]string{"ok", "ok"},
		without: []string{"slots"}, open: [2]string{"ok", "SLOT_HELD"},
	},
	{
		name: "the expired hold goes to somebody else, and its student books another slot in time",
		scene: func(w *world) (first, second request) {
			s, _, slots := holdsOne(w, 2)
			return w.holds(w.student(), slots[0]), w.books(s, slots[1])
		},
		gate: placesHold, clocks: [2]time.Duration{late, onTime}, waits: "FROM slots WHERE", want: [2]string{"ok", "ok"},
		without: []string{"slots"}, open: [2]string{"ok", "ok"},
		// The hold that is released is the other student's.
		count: ended, sound: 0, different: 1,
	},
	{
		name: "the held slot is withdrawn, and its student books another",
		scene: func(w *world) (first, second request) {
			s, _, slots := holdsOne(w, 2)
			return w.withdraws(slots[0]), w.books(s, slots[1])
		},
		gate: withdrawsSlots, waits: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
		without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"},
		count: ended, sound: 0, different: 1,
	},
}

func TestBookingsWithAHoldElsewhereWait(t *testing.T) {
	t.Parallel()
	wait(t, releaseMeetings)
}

func TestBookingsWithAHoldElsewhereUnprotected(t *testing.T) {
	t.Parallel()
	collide(t, releaseMeetings)
}
