package gqlhttp

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"rehearse/internal/errorcode"
)

// attempt is the result of a request for a permit.
type attempt struct {
	leave   func()
	refused *refusal
	after   time.Duration
}

// begin requests a permit and returns when the request has been granted, refused or queued.
func (p *limiter) begin(ctx context.Context, caller string) <-chan attempt {
	answered := make(chan attempt, 1)
	began := time.Now()
	go func() {
		leave, refused := p.acquire(ctx, caller)
		answered <- attempt{leave, refused, time.Since(began)}
	}()
	synctest.Wait()
	return answered
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newLimiter("operations", 2, 2)
		first, second := <-p.begin(t.Context(), "a"), <-p.begin(t.Context(), "a")
		if first.refused != nil || second.refused != nil || p.running() != 2 {
			t.Fatalf("got %d running requests, want 2", p.running())
		}
		third := p.begin(t.Context(), "a")
		if p.queued() != 1 {
			t.Fatalf("got %d queued requests, want 1", p.queued())
		}
		first.leave()
		first.leave()
		if got := <-third; got.refused != nil || p.running() != 2 {
			t.Errorf("the third request: got %v with %d running", got.refused, p.running())
		}
		gone, leave := context.WithCancel(t.Context())
		fourth := p.begin(gone, "a")
		leave()
		if got := <-fourth; got.refused == nil || p.shed.Load() != 0 {
			t.Errorf("the canceled request: got %v; %d requests were shed", got.refused, p.shed.Load())
		}
	})
}

// Requests wait through a rush. In a lasting rush they wait only briefly. Once no request
// waits, the next burst can be a rush again.
func TestLimiterWaitTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newLimiter("operations", 1, 1)
		working := <-p.begin(t.Context(), "a")
		waits := func(wanted time.Duration, who <-chan attempt) {
			t.Helper()
			if got := <-who; got.refused == nil || got.after != wanted {
				t.Errorf("waited for %v, want %v: %v", got.after, wanted, got.refused)
			}
		}
		rush := p.begin(t.Context(), "a")
		time.Sleep(longWait - time.Millisecond) // of the bubble's clock
		second := p.begin(t.Context(), "a")
		waits(longWait, rush)
		synctest.Wait()
		later := p.begin(t.Context(), "a")
		waits(shortWait, later)
		waits(longWait, second)
		if p.shed.Load() != 3 || p.queued() != 0 {
			t.Errorf("%d requests were shed, %d are queued", p.shed.Load(), p.queued())
		}
		again := p.begin(t.Context(), "a")
		waits(longWait, again)
		working.leave()
	})
}

// A caller with a backlog gets its share of the permits and no more. A caller that comes
// after the backlog does not wait for it.
func TestLimiterIsFairAmongCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newLimiter("operations", 4, 2)
		ask := func(caller string) <-chan attempt { return p.begin(t.Context(), caller) }
		first, second := <-ask("greedy"), <-ask("greedy")
		backlog := []<-chan attempt{ask("greedy"), ask("greedy"), ask("greedy")}
		if p.running() != 2 || p.queued() != 3 {
			t.Fatalf("a caller has %d of 4 permits and %d queued requests", p.running(), p.queued())
		}
		ann, ben := <-ask("ann"), <-ask("ben")
		if ann.refused != nil || ann.after != 0 || ben.refused != nil || ben.after != 0 {
			t.Fatalf("others wait behind a caller's backlog: %v, %v", ann, ben)
		}

		cleo := ask("cleo") // all permits are taken
		first.leave()       // the greedy caller may have one more, but cleo is first
		if got := <-cleo; got.refused != nil {
			t.Fatalf("cleo was refused: %v", got.refused)
		}
		if p.queued() != 3 {
			t.Fatalf("%d requests of the backlog are queued", p.queued())
		}
		dora := ask("dora")
		second.leave() // it is the turn of the greedy caller, which asked before dora
		greedy := <-backlog[0]
		if greedy.refused != nil || len(dora) != 0 {
			t.Fatalf("the backlog: got %v; dora got %d permits", greedy.refused, len(dora))
		}
		ann.leave() // it is dora's turn, although two of the backlog came before
		if got := <-dora; got.refused != nil {
			t.Fatalf("dora was refused: %v", got.refused)
		}
		ben.leave()
		if got := <-backlog[1]; got.refused != nil || p.running() != 4 {
			t.Fatalf("the rest of the backlog: got %v with %d running", got.refused, p.running())
		}
	})
}

// A caller that has its share waits on its own: it gets RATE_LIMITED, and other callers
// may still wait as long as in a rush.
func TestLimiterWaitTimePerCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newLimiter("operations", 2, 1)
		greedy := <-p.begin(t.Context(), "greedy")
		waits := func(who <-chan attempt, code errorcode.Code, wanted time.Duration) {
			t.Helper()
			got := <-who
			if got.refused == nil || got.refused.errors[0].Extensions["code"] != string(code) || got.after != wanted {
				t.Errorf("waited %v, want %v and %s: %+v", got.after, wanted, code, got.refused)
			}
		}
		early := p.begin(t.Context(), "greedy")
		time.Sleep(longWait - time.Millisecond) // of the bubble's clock
		next := p.begin(t.Context(), "greedy")
		waits(early, errorcode.RateLimited, longWait)
		waits(p.begin(t.Context(), "greedy"), errorcode.RateLimited, shortWait)
		ann := <-p.begin(t.Context(), "ann")
		waits(p.begin(t.Context(), "ben"), errorcode.Unavailable, longWait)
		waits(next, errorcode.RateLimited, longWait)
		if p.shed.Load() != 1 || p.overOwn.Load() != 3 {
			t.Errorf("%d requests were shed for the server's limit, %d for the caller's", p.shed.Load(), p.overOwn.Load())
		}
		ann.leave()
		greedy.leave()
		if p.running() != 0 || len(p.callers) != 0 || p.turns.Len() != 0 {
			t.Errorf("%d running requests, %d callers and %d turns are left", p.running(), len(p.callers), p.turns.Len())
		}
	})
}
