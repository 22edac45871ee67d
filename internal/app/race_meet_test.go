package app_test

import (
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/pgtest"
)

// request is one request to a server.
type request func(on *app.App) error

// race is a race of two requests. The first is stopped at the gate, after its checks and
// before its first write. Then the second starts.
type race struct {
	name  string
	setup func(w *world) (first, second request)
	gate  func(statement string) bool
	// clocks are the offsets of the two servers' clocks. A request is judged at its
	// arrival time, so the request that arrived first may be executed last.
	clocks [2]time.Duration

	// waitsIn is a part of the statement in which the second request waits for a lock.
	waitsIn string
	want    [2]string // outcomes of the two requests

	// The control: without the locks on the tables in unlocked, and after the statement in
	// drop is run, the second request completes before the first continues.
	unlocked        []string
	drop            string
	wantUnprotected [2]string
	wantBroken      string // the invariant that breaks; empty if only the count differs

	// query returns a number that differs between the race and its control.
	query                string
	wantCount            int
	wantCountUnprotected int
}

// run executes the two requests and returns their outcomes. sendSecond sends the second
// request while the first is stopped, and returns a function that waits for its error.
func (m race) run(
	t *testing.T, rewrite func(string) string, sendSecond func(w *world, second func() error) (ends func() error),
) (*world, [2]string) {
	t.Helper()
	w := newWorld(t)
	w.late = max(m.clocks[0], m.clocks[1])
	first, second := m.setup(w)
	gate := pgtest.NewGate(m.gate)
	one, other := w.serverAt(m.clocks[0], pgtest.Intercept{Before: gate.Hold, Rewrite: rewrite}),
		w.serverAt(m.clocks[1], pgtest.Intercept{Rewrite: rewrite})
	if rewrite != nil && m.drop != "" {
		w.exec(m.drop)
	}
	firstEnds := inBackground(func() error { return first(one) })
	gate.Await(t, 1)
	secondEnds := sendSecond(w, func() error { return second(other) })
	gate.Open()
	return w, [2]string{outcome(firstEnds()), outcome(secondEnds())}
}

// serverAt returns a server whose clock is ahead of t0 by the given duration.
func (w *world) serverAt(late time.Duration, i pgtest.Intercept) *app.App {
	w.t.Helper()
	return app.New(w.db.Intercepted(w.t, i), func() time.Time { return t0.Add(late) })
}

// compare compares the outcomes, the broken invariant and the count. If broken is empty, no
// invariant may be broken.
func (m race) compare(w *world, got, want [2]string, broken string, count int) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("outcomes = %q, want %q", got, want)
	}
	if broken == "" {
		w.wantNoFindings()
	} else {
		w.wantBroken(broken)
	}
	if m.query == "" {
		return
	}
	if n := one[int](w, m.query); n != count {
		w.t.Errorf("%s = %d, want %d", m.query, n, count)
	}
}

// testRaces checks that the second request of each race waits for the first and sees its
// result.
func testRaces(t *testing.T, races []race) {
	t.Helper()
	for _, m := range races {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			w, got := m.run(t, nil, func(w *world, second func() error) func() error {
				ends := inBackground(second)
				w.db.AwaitLockWaits(t, 1, m.waitsIn)
				return ends
			})
			m.compare(w, got, m.want, "", m.wantCount)
		})
	}
}

// testUnprotected runs the control of each race, in which the second request overtakes the
// first, and checks that the expected violation occurs.
func testUnprotected(t *testing.T, races []race) {
	t.Helper()
	for _, m := range races {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			if m.want == m.wantUnprotected && m.wantBroken == "" && m.wantCount == m.wantCountUnprotected {
				t.Fatal("the control expects the same as the race")
			}
			w, got := m.run(t, withoutLocks(m.unlocked...), func(_ *world, second func() error) func() error {
				err := second()
				return func() error { return err }
			})
			m.compare(w, got, m.wantUnprotected, m.wantBroken, m.wantCountUnprotected)
		})
	}
}
