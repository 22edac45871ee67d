package app_test

import (
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/booking"
)

const (
	removedIsClosed = "removed availability has no open future slots"

	// refilled counts the open slots in the hour that a cancellation frees.
	refilled = `SELECT count(*) FROM slots
		WHERE status = 'OPEN' AND starts_at >= '2026-06-02T08:00:00Z' AND starts_at < '2026-06-02T09:00:00Z'`
)

// underlying is an hour with a booked slot of one window, and a second window that has two
// slots of half an hour in the same time. They are published when the interview is
// cancelled or moved.
type underlying struct {
	*world
	by        booking.Interviewer
	interview booking.Interview
	second    booking.AvailabilityID
}

func newUnderlying(w *world) underlying {
	w.t.Helper()
	on, by := app.New(w.store, clock), w.interviewer()
	start := t0.Add(24 * time.Hour)
	window := func(length time.Duration, minutes int) *app.Published {
		published, err := on.AddAvailability(w.t.Context(), app.AddAvailabilityInput{
			InterviewerID: by.ID, Start: start, End: start.Add(length), SlotMinutes: minutes,
		})
		wantOutcome(w.t, "the window", err, "ok")
		return published
	}
	first, second := window(time.Hour, 60), window(2*time.Hour, 30)
	i := w.booked(w.student(), first.Slots[0])
	closed, err := on.RemoveAvailability(w.t.Context(), app.RemoveAvailabilityInput{AvailabilityID: first.Availability.ID})
	wantOutcome(w.t, "the removal of the first", err, "ok")
	if len(closed.Conflicts) != 1 || len(second.Slots) != 2 {
		w.t.Fatalf("%d conflicts and %d slots, want 1 and 2", len(closed.Conflicts), len(second.Slots))
	}
	return underlying{w, by, i, second.Availability.ID}
}

// frees are the ways to free the hour.
var frees = []struct {
	name string
	by   func(underlying) request
}{
	{"cancelled", func(u underlying) request { return u.cancels(u.interview) }},
	{"moved away", func(u underlying) request { return u.moves(u.interview, u.slot(u.interviewer(), 48)) }},
}

func (u underlying) removes() request {
	return func(on *app.App) error {
		_, err := on.RemoveAvailability(u.t.Context(), app.RemoveAvailabilityInput{AvailabilityID: u.second})
		return err
	}
}

func (u underlying) away() request {
	start := u.interview.Start
	return func(on *app.App) error {
		_, err := on.BlockTime(u.t.Context(), app.BlockTimeInput{
			InterviewerID: u.by.ID, Start: &start, End: ptr(start.Add(2 * time.Hour)), Reason: "away",
		})
		return err
	}
}

func (u underlying) gone() request { return u.leaves(u.by.ID) }

func freedWhile(free, other func(underlying) request) func(*world) (first, second request) {
	return func(w *world) (first, second request) {
		u := newUnderlying(w)
		return free(u), other(u)
	}
}

// refillMeetings are the races between freeing the hour and removing the second window.
// Depending on the order, the slots are published and closed again, or never published.
func refillMeetings() (meetings []meeting) {
	for _, free := range frees {
		scene := freedWhile(free.by, underlying.removes)
		removed := meeting{
			waits: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
			without: []string{"interviewers", "slots"}, open: [2]string{"ok", "ok"}, broken: removedIsClosed,
			count: refilled, sound: 0, different: 2,
		}
		before, after := removed, removed
		before.name, before.scene, before.gate = "an interview is "+free.name+", and the other window is removed", scene, insertsSlots
		after.name, after.scene, after.gate = "the other window is removed, and an interview is "+free.name, swap(scene), withdrawsSlots
		meetings = append(meetings, before, after)
	}
	return meetings
}

// closedMeetings are the races between freeing the hour and closing its time or freeing it
// again. They have no control, because the row lock of the booked slot keeps the other
// request out as well.
func closedMeetings() (meetings []meeting) {
	for _, free := range frees {
		for _, c := range []struct {
			name string
			by   func(underlying) request
		}{{"its time is blocked", underlying.away}, {"its interviewer leaves", underlying.gone}} {
			scene := freedWhile(free.by, c.by)
			meetings = append(meetings, meeting{
				name: "an interview is " + free.name + ", and " + c.name, scene: scene, gate: insertsSlots,
				waits: "FROM interviewers WHERE", want: [2]string{"ok", "ok"}, count: refilled, sound: 0,
			}, meeting{
				name: c.name + ", and an interview is " + free.name, scene: swap(scene), gate: withdrawsSlots,
				waits: "FROM interviewers WHERE", want: [2]string{"ok", "ok"}, count: refilled, sound: 0,
			})
		}
	}
	return append(meetings, meeting{
		name: "an interview is cancelled twice", scene: freedWhile(frees[0].by, frees[0].by), gate: insertsSlots,
		waits: "FROM students WHERE", want: [2]string{"ok", "ok"}, count: refilled, sound: 2,
	})
}

func TestRefillsWait(t *testing.T) {
	t.Parallel()
	wait(t, append(refillMeetings(), closedMeetings()...))
}

func TestRefillsUnprotected(t *testing.T) {
	t.Parallel()
	collide(t, refillMeetings())
}

// Without a concurrent request, the free time is published from the second window.
func TestRefillOfACancellation(t *testing.T) {
	t.Parallel()
	for _, free := range frees {
		t.Run(free.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			u := newUnderlying(w)
			wantOutcome(t, "the change", free.by(u)(app.New(w.store, clock)), "ok")
			if n := one[int](w, refilled); n != 2 {
				t.Errorf("%d slots are open in the hour, want 2", n)
			}
			w.wantSound()
		})
	}
}
