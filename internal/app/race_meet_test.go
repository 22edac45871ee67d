package app_test

import (
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/pgtest"
)

// request is one request to a server.
type request func(on *app.App) error

// meeting is a race of two requests. The first is stopped at the gate, after its checks
// and before its first write. Then the second starts.
type meeting struct {
	name  string
	scene func(w *world) (first, second request)
	gate  func(statement string) bool
	// clocks are the offsets of the two servers' clocks. A request is judged at its
	// arrival time, so the request that arrived first may be executed last.
	clocks [2]time.Duration

	// waits is a part of the statement in which the second request waits for a lock.
	waits string
	want  [2]string // outcomes of the two requests

	// The control: without the locks on these tables and the dropped constraint, the
	// second request completes before the first continues.
	without []string
	drop    string
	open    [2]string
	broken  string // the invariant that breaks; empty if only count differs

	// count is a query whose result differs between the race and its control.
	count            string
	sound, different int
}

func (m meeting) meet(t *testing.T, rewrite func(string) string, then func(w *world, second func() error) (ends func() error)) (*world, [2]string) {
	t.Helper()
	w := newWorld(t)
	w.late = max(m.clocks[0], m.clocks[1])
	first, second := m.scene(w)
	gate := pgtest.NewGate(m.gate)
	one, other := w.serverAt(m.clocks[0], pgtest.Intercept{Before: gate.Hold, Rewrite: rewrite}),
		w.serverAt(m.clocks[1], pgtest.Intercept{Rewrite: rewrite})
	if rewrite != nil && m.drop != "" {
		w.exec(m.drop)
	}
	firstEnds := meanwhile(func() error { return first(one) })
	gate.Await(t, 1)
	secondEnds := then(w, func() error { return second(other) })
	gate.Open()
	return w, [2]string{outcome(firstEnds()), outcome(secondEnds())}
}

// serverAt returns a server whose clock is late by the given duration.
func (w *world) serverAt(late time.Duration, i pgtest.Intercept) *app.App {
	w.t.Helper()
	return app.New(w.db.Intercepted(w.t, i), func() time.Time { return t0.Add(late) })
}

func (m meeting) compare(w *world, got, want [2]string, broken string, count int) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("the two ended with %q, want %q", got, want)
	}
	if broken == "" {
		w.wantSound()
	} else {
		w.wantBroken(broken)
	}
	if m.count == "" {
		return
	}
	if n := one[int](w, m.count); n != count {
		w.t.Errorf("%s: %d, want %d", m.count, n, count)
	}
}

// wait checks that the second request of each meeting waits for the first and sees its
// result.
func wait(t *testing.T, meetings []meeting) {
	t.Helper()
	for _, m := range meetings {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			w, got := m.meet(t, nil, func(w *world, second func() error) func() error {
				ends := meanwhile(second)
				w.db.AwaitLockWaits(t, 1, m.waits)
				return ends
			})
			m.compare(w, got, m.want, "", m.sound)
		})
	}
}

// collide runs the control of each meeting, in which the second request overtakes the
// first, and checks that the expected violation occurs.
func collide(t *testing.T, meetings []meeting) {
	t.Helper()
	for _, m := range meetings {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			if m.want == m.open && m.broken == "" && m.sound == m.different {
				t.Fatal("nothing is said to go wrong")
			}
			w, got := m.meet(t, withoutLocks(m.without...), func(_ *world, second func() error) func() error {
				err := second()
				return func() error { return err }
			})
			m.compare(w, got, m.open, m.broken, m.different)
		})
	}
}
