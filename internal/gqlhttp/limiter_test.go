package gqlhttp

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"rehearse/internal/errorcode"
)

// come is a caller that asks for a permit.
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

// Requests wait through a rush. In a lasting rush they wait only briefly. Once no request
// waits, the next burst can be a rush again.
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

// A caller with a backlog gets its share of the permits and no more. A caller that comes
// after the backlog does not wait for it.
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

		cleo := ask("cleo") // all permits are taken
		first.leave()       // the greedy caller may have one more, but cleo is first
		if got := <-cleo; got.refused != nil {
			t.Fatalf("cleo: %v", got.refused)
		}
		if p.queued() != 3 {
			t.Fatalf("%d of the backlog wait", p.queued())
		}
		dora := ask("dora")
		second.leave() // it is the greedy caller's turn, which asked before dora
		greedy := <-backlog[0]
		if greedy.refused != nil || len(dora) != 0 {
			t.Fatalf("the backlog: %v; dora: %d", greedy.refused, len(dora))
		}
		ann.leave() // it is dora's turn, although two of the backlog came before
		if got := <-dora; got.refused != nil {
			t.Fatalf("dora: %v", got.refused)
		}
		ben.leave()
		if got := <-backlog[1]; got.refused != nil || p.running() != 4 {
			t.Fatalf("the rest of the backlog: %v, %d at work", got.refused, p.running())
		}
	})
}

// A caller that has its share waits on its own: it gets RATE_LIMITED, and other callers
// may still wait as long as in a rush.
func TestWaitForAPlaceOfACaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newLimiter("operations", 2, 1)
		greedy := <-p.come(t.Context(), "greedy")
		waits := func(who <-chan come, code errorcode.Code, wanted time.Duration) {
			t.Helper()
			got := <-who
			if got.refused == nil || got.refused.errors[0].Extensions["code"] != string(code) || got.after != wanted {
				t.Errorf("waited %v, wanted %v and %s: %+v", got.after, wanted, code, got.refused)
			}
		}
		early := p.come(t.Context(), "greedy")
		time.Sleep(waitInRush - time.Millisecond) // of the bubble's clock
		next := p.come(t.Context(), "greedy")
		waits(early, errorcode.RateLimited, waitInRush)
		waits(p.come(t.Context(), "greedy"), errorcode.RateLimited, waitAfter)
		ann := <-p.come(t.Context(), "ann")
		waits(p.come(t.Context(), "ben"), errorcode.Unavailable, waitInRush)
		waits(next, errorcode.RateLimited, waitInRush)
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
