package app_test

import (
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/availability"
	"rehearse/internal/booking"
)

const (
	removedIsClosed = "removed availability has no open future slots"

	// refilled counts the open slots in the hour that a cancellation frees.
	refilled = `SELECT count(*) FROM slots
		WHERE status = 'OPEN' AND starts_at >= '2026-06-02T08:00:00Z' AND starts_at < '2026-06-02T09:00:00Z'`
)

// secondWindow is an hour with a booked slot of one window, and a second window that has two
// slots of half an hour in the same time. They are published when the interview is
// cancelled or moved.
type secondWindow struct {
	*world
	by        booking.Interviewer
	interview booking.Interview
	second    booking.AvailabilityID
}

func newSecondWindow(w *world) secondWindow {
	w.t.Helper()
	on, by := app.New(w.store, clock), w.interviewer()
	start := t0.Add(24 * time.Hour)
	window := func(length time.Duration, minutes int) *availability.Published {
		published, err := on.AddAvailability(w.t.Context(), availability.AddAvailabilityInput{
			InterviewerID: by.ID, Start: start, End: start.Add(length), SlotMinutes: minutes,
		})
		wantOutcome(w.t, "the window", err, "ok")
		return published
	}
	first, second := window(time.Hour, 60), window(2*time.Hour, 30)
	i := w.booked(w.student(), first.Slots[0])
	closed, err := on.RemoveAvailability(w.t.Context(), availability.RemoveAvailabilityInput{AvailabilityID: first.Availability.ID})
	wantOutcome(w.t, "the removal of the first", err, "ok")
	if len(closed.Conflicts) != 1 || len(second.Slots) != 2 {
		w.t.Fatalf("got %d conflicts and %d slots, want 1 and 2", len(closed.Conflicts), len(second.Slots))
	}
	return secondWindow{w, by, i, second.Availability.ID}
}

// waysToFree are the ways to free the hour.
var waysToFree = []struct {
	name string
	by   func(secondWindow) request
}{
	{"cancelled", func(u secondWindow) request { return u.cancels(u.interview) }},
	{"rescheduled", func(u secondWindow) request { return u.reschedules(u.interview, u.slot(u.interviewer(), 48)) }},
}

func (u secondWindow) removes() request {
	return func(on *app.App) error {
		_, err := on.RemoveAvailability(u.t.Context(), availability.RemoveAvailabilityInput{AvailabilityID: u.second})
		return err
	}
}

func (u secondWindow) blocksTime() request {
	start := u.interview.Start
	return func(on *app.App) error {
		_, err := on.BlockTime(u.t.Context(), availability.BlockTimeInput{
			InterviewerID: u.by.ID, Start: &start, End: ptr(start.Add(2 * time.Hour)), Reason: "away",
		})
		return err
	}
}

func (u secondWindow) deactivatesInterviewer() request { return u.deactivates(u.by.ID) }

func freedDuring(free, other func(secondWindow) request) func(*world) (first, second request) {
	return func(w *world) (first, second request) {
		u := newSecondWindow(w)
		return free(u), other(u)
	}
}

// refillRaces are the races between freeing the hour and removing the second window.
// Depending on the order, the slots are published and closed again, or never published.
func refillRaces() (races []race) {
	for _, free := range waysToFree {
		setup := freedDuring(free.by, secondWindow.removes)
		removed := race{
			waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "ok"},
			unlocked: []string{"interviewers", "slots"}, wantUnprotected: [2]string{"ok", "ok"}, wantBroken: removedIsClosed,
			query: refilled, wantCount: 0, wantCountUnprotected: 2,
		}
		before, after := removed, removed
		before.name, before.setup, before.gate = "an interview is "+free.name+", then the other window is removed", setup, insertsSlots
		after.name, after.setup, after.gate = "the other window is removed, then an interview is "+free.name, swap(setup), withdrawsSlots
		races = append(races, before, after)
	}
	return races
}

// closedTimeRaces are the races between freeing the hour and closing its time or freeing it
// again. They have no control, because the row lock of the booked slot keeps the other
// request out as well.
func closedTimeRaces() (races []race) {
	for _, free := range waysToFree {
		for _, c := range []struct {
			name string
			by   func(secondWindow) request
		}{{"its time is blocked", secondWindow.blocksTime}, {"its interviewer is deactivated", secondWindow.deactivatesInterviewer}} {
			setup := freedDuring(free.by, c.by)
			races = append(races, race{
				name: "an interview is " + free.name + ", then " + c.name, setup: setup, gate: insertsSlots,
				waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "ok"}, query: refilled, wantCount: 0,
			}, race{
				name: c.name + ", then an interview is " + free.name, setup: swap(setup), gate: withdrawsSlots,
				waitsIn: "FROM interviewers WHERE", want: [2]string{"ok", "ok"}, query: refilled, wantCount: 0,
			})
		}
	}
	return append(races, race{
		name: "an interview is cancelled twice", setup: freedDuring(waysToFree[0].by, waysToFree[0].by), gate: insertsSlots,
		waitsIn: "FROM students WHERE", want: [2]string{"ok", "ok"}, query: refilled, wantCount: 2,
	})
}

func TestRefillRaces(t *testing.T) {
	t.Parallel()
	testRaces(t, append(refillRaces(), closedTimeRaces()...))
}

func TestRefillRacesUnprotected(t *testing.T) {
	t.Parallel()
	testUnprotected(t, refillRaces())
}

// Without a concurrent request, the free time is published from the second window.
func TestRefillWithoutARace(t *testing.T) {
	t.Parallel()
	for _, free := range waysToFree {
		t.Run(free.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			u := newSecondWindow(w)
			wantOutcome(t, "the change", free.by(u)(app.New(w.store, clock)), "ok")
			if n := one[int](w, refilled); n != 2 {
				t.Errorf("got %d open slots in the hour, want 2", n)
			}
			w.wantNoFindings()
		})
	}
}
