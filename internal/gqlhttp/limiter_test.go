package gqlhttp

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"rehearse/graph"
)

// come is somebody who asks for a place.
type come struct {
	leave   func()
	refused *refusal
	after   time.Duration
}

func (p *limiter) come(ctx context.Context, caller string) <-chan come {
	answered := make(chan come, 1)
	began := time.Now()
	go func() {
		leave, refused := p.acquire(ctx, caller)
		answered <- come{leave, refused, time.Since(began)}
	}()
	synctest.Wait()
	return answered
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newLimiter("operations", 2, 2)
		first, second := <-p.come(t.Context(), "a"), <-p.come(t.Context(), "a")
		if first.refused != nil || second.refused != nil || p.running() != 2 {
			t.Fatalf("two places are not taken: %d", p.running())
		}
		third := p.come(t.Context(), "a")
		if p.queued() != 1 {
			t.Fatalf("%d wait", p.queued())
		}
		first.leave()
		first.leave()
		if got := <-third; got.refused != nil || p.running() != 2 {
			t.Errorf("the third: %v, %d at work", got.refused, p.running())
		}
		gone, leave := context.WithCancel(t.Context())
		fourth := p.come(gone, "a")
		leave()
		if got := <-fourth; got.refused == nil || p.shed.Load() != 0 {
			t.Errorf("who left: %v, %d were shed", got.refused, p.shed.Load())
		}
	})
}

// A rush is waited for; when there is no end to it, nobody waits for long. When
// nobody waits any more, what comes next may be a rush again.
func TestWaitForAPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newLimiter("operations", 1, 1)
		working := <-p.come(t.Context(), "a")
		waits := func(wanted time.Duration, who <-chan come) {
			t.Helper()
			if got := <-who; got.refused == nil || got.after != wanted {
				t.Errorf("waited for %v, wanted %v: %v", got.after, wanted, got.refused)
			}
		}
		rush := p.come(t.Context(), "a")
		time.Sleep(waitInRush - time.Millisecond) // of the bubble's clock
		second := p.come(t.Context(), "a")
		waits(waitInRush, rush)
		synctest.Wait()
		later := p.come(t.Context(), "a")
		waits(waitAfter, later)
		waits(waitInRush, second)
		if p.shed.Load() != 3 || p.queued() != 0 {
			t.Errorf("%d were shed, %d wait", p.shed.Load(), p.queued())
		}
		again := p.come(t.Context(), "a")
		waits(waitInRush, again)
		working.leave()
	})
}

// A caller with a backlog has its share of the places and no more, and whoever
// comes after the backlog does not wait for it.
func TestCallersTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newLimiter("operations", 4, 2)
		ask := func(caller string) <-chan come { return p.come(t.Context(), caller) }
		first, second := <-ask("greedy"), <-ask("greedy")
		backlog := []<-chan come{ask("greedy"), ask("greedy"), ask("greedy")}
		if p.running() != 2 || p.queued() != 3 {
			t.Fatalf("of 4 places a caller has %d, and waits for %d", p.running(), p.queued())
		}
		ann, ben := <-ask("ann"), <-ask("ben")
		if ann.refused != nil || ann.after != 0 || ben.refused != nil || ben.after != 0 {
			t.Fatalf("others wait for a caller's backlog: %v, %v", ann, ben)
		}

		cleo := ask("cleo") // all places are taken
		first.leave()       // the greedy caller has one more to come, but cleo is first
		if got := <-cleo; got.refused != nil {
			t.Fatalf("cleo: %v", got.refused)
		}
		if p.queued() != 3 {
			t.Fatalf("%d of the backlog wait", p.queued())
		}
		dora := ask("dora")
		second.leave() // now it is the greedy caller's turn, who asked before dora
		greedy := <-backlog[0]
		if greedy.refused != nil || len(dora) != 0 {
			t.Fatalf("the backlog: %v; dora: %d", greedy.refused, len(dora))
		}
		ann.leave() // and now dora's, although two of the backlog came before
		if got := <-dora; got.refused != nil {
			t.Fatalf("dora: %v", got.refused)
		}
		ben.leave()
		if got := <-backlog[1]; got.refused != nil || p.running() != 4 {
			t.Fatalf("the rest of the backlog: %v, %d at work", got.refused, p.running())
		}
	})
}

// The wait of a caller that has its share is its own: it is told RATE_LIMITED,
// and others may wait for as long as in a rush.
func TestWaitForAPlaceOfACaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newLimiter("operations", 2, 1)
		greedy := <-p.come(t.Context(), "greedy")
		waits := func(who <-chan come, code graph.Code, wanted time.Duration) {
			t.Helper()
			got := <-who
			if got.refused == nil || got.refused.errors[0].Extensions["code"] != string(code) || got.after != wanted {
				t.Errorf("waited %v, wanted %v and %s: %+v", got.after, wanted, code, got.refused)
			}
		}
		early := p.come(t.Context(), "greedy")
		time.Sleep(waitInRush - time.Millisecond) // of the bubble's clock
		next := p.come(t.Context(), "greedy")
		waits(early, graph.CodeRateLimited, waitInRush)
		waits(p.come(t.Context(), "greedy"), graph.CodeRateLimited, waitAfter)
		ann := <-p.come(t.Context(), "ann")
		waits(p.come(t.Context(), "ben"), graph.CodeUnavailable, waitInRush)
		waits(next, graph.CodeRateLimited, waitInRush)
		if p.shed.Load() != 1 || p.overOwn.Load() != 3 {
			t.Errorf("%d and %d were shed", p.shed.Load(), p.overOwn.Load())
		}
		ann.leave()
		greedy.leave()
		if p.running() != 0 || len(p.callers) != 0 || p.turns.Len() != 0 {
			t.Errorf("%d at work, %d callers, %d turns are left", p.running(), len(p.callers), p.turns.Len())
		}
	})
}
