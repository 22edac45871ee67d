package app_test

import (
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/pgtest"
)

// operation is what one request asks of its server.
type operation func(on *app.App) error

// meeting is two requests that meet. The first is stopped at the gate: its
// verdict stands, and nothing is written. Then the second comes.
type meeting struct {
	name  string
	scene func(w *world) (first, second operation)
	gate  func(statement string) bool
	// clocks are how late it is for either, when they differ. A request is judged
	// by the time it arrived at: one that comes first may be served last.
	clocks [2]time.Duration

	// With the locks the second waits in a statement that has this in it.
	waits string
	want  [2]string // how the two end

	// Open: without the locks on these tables, and what constraint there is, the
	// second is done before the first goes on.
	without []string
	drop    string
	open    [2]string
	broken  string // the invariant that breaks; most rules are none

	// count is what must differ between the two ways to end.
	count            string
	sound, different int
}

func (m meeting) meet(t *testing.T, rewrite func(string) string, then func(w *world, second func() error) (ends func() error)) (*world, [2]string) {
	t.Helper()
	w := newWorld(t)
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

// serverAt is a server whose clock is so late.
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

// wait has the second of each meeting wait for the first, and see what it did.
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

// collide lets the second of each meeting pass the first, which must go wrong.
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
