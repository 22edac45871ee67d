package gqlhttp

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"rehearse/internal/budget"
	"rehearse/internal/live"
)

// An event of a subscription is an operation of its own: it executes once its caller has
// the points and a permit for it. It waits for both and is never refused. An event never
// holds a permit while it waits for points.

// subscriber is a caller with subscriptions.
type subscriber struct {
	subscriptions int           // guarded by streams.mu
	paying        chan struct{} // holds a token while an event pays, so that a caller's events pay in turn
	credit        atomic.Int64  // points taken from the bucket and not spent yet; only the holder of paying spends
}

func newSubscriber() *subscriber { return &subscriber{paying: make(chan struct{}, 1)} }

// pay waits until the caller's bucket has the points, and takes them. It returns false if
// ctx is done.
func (s *subscriber) pay(ctx context.Context, a admission, caller string, points int) (ok bool) {
	if a.rates == nil {
		return true
	}
	select {
	case s.paying <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	defer func() { <-s.paying }()
	for s.credit.Load() < int64(points) {
		bought, after := a.buy(ctx, caller, points-int(s.credit.Load()))
		s.credit.Add(int64(bought))
		if bought == 0 && !pause(ctx, after) {
			return false
		}
	}
	s.credit.Add(-int64(points))
	return true
}

// Bounds of the time between two attempts to take points. The bucket's clock may differ
// from the timer's, and others may take the points first.
const (
	shortestPause = time.Millisecond
	longestPause  = time.Second
)

// pause waits for d, within the bounds. It returns false if ctx is done.
func pause(ctx context.Context, d time.Duration) (ok bool) {
	timer := time.NewTimer(min(max(d, shortestPause), longestPause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// shareOfEvents is the inverse of the share of a bucket that events leave to other
// operations of their caller, which are refused when they cannot pay.
const shareOfEvents = 4

// buy takes at least the given points for events of a caller, or returns the time to wait
// before the next attempt.
func (a admission) buy(ctx context.Context, caller string, points int) (bought int, after time.Duration) {
	limit := a.rates.Points.Limit()
	points = max(points, min(a.rates.EventsAhead, int(limit.PerSecond)))
	points = min(points, limit.Burst)
	verdict, err := a.rates.Points.TakeAbove(ctx, caller, points, min(limit.Burst/shareOfEvents, limit.Burst-points), a.rates.Now())
	switch {
	case err != nil && ctx.Err() == nil:
		a.log.ErrorContext(ctx, "cannot update the rate limits", "error", err)
		return 0, longestPause
	case err == nil && verdict.OK:
		return points, 0
	default:
		return 0, verdict.RetryAfter
	}
}

// pace controls when the events of a subscription execute, one at a time.
type pace struct {
	admission admission
	caller    string
	payer     *subscriber
	prices    eventPrices
	asked     chan struct{} // holds a token while the reader waits for an event

	mu      sync.Mutex
	release func() // releases the permit of the event; nil without one
}

func newPace(a admission, caller string, payer *subscriber, o *graphql.OperationContext) *pace {
	return &pace{
		admission: a, caller: caller, payer: payer, asked: make(chan struct{}, 1),
		prices: pricesOfEvents(o, a.documents.limits.Cost),
	}
}

// Ask implements Pace.
func (p *pace) Ask() {
	select {
	case p.asked <- struct{}{}:
	default:
	}
}

// OpenBudget implements Pace. An event has the same timeout as an operation.
func (p *pace) OpenBudget(ctx context.Context) (context.Context, *budget.Budget) {
	ctx, cancel := context.WithCancel(ctx)
	b := p.admission.answers.OpenEvent(ctx, cancel, p.caller, p.admission.timeout)
	return b, b
}

// Begin implements Pace.
func (p *pace) Begin(ctx context.Context) bool {
	select {
	case <-p.asked:
	case <-ctx.Done():
		return false
	}
	return p.payer.pay(ctx, p.admission, p.caller, p.prices.empty) && p.enter(ctx)
}

// Skip implements Pace.
func (p *pace) Skip(w live.Work) {
	p.Done()
	p.payer.credit.Add(int64(p.prices.empty - costOfTurn - watchCost(w)))
	p.Ask() // the reader is still waiting
}

// rest pays the part of an event's cost that Begin has not paid.
func (p *pace) rest(ctx context.Context, points int) bool {
	if points <= 0 {
		return true
	}
	p.Done() // do not hold the permit while waiting for points
	return p.payer.pay(ctx, p.admission, p.caller, points) && p.enter(ctx)
}

// enter waits for a permit.
func (p *pace) enter(ctx context.Context) bool {
	leave, ok := p.admission.waitForOperation(ctx, p.caller)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.release = leave
	return ok
}

// Done implements Pace.
func (p *pace) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.release != nil {
		p.release()
		p.release = nil
	}
}

// Afford implements Pace.
func (p *pace) Afford(ctx context.Context, what *live.SlotsChanged) bool {
	work := watchCost(what.Work)
	price := p.prices.of(len(what.Opened))
	if price > p.prices.most {
		*what = what.Refetchable()
		price = p.prices.empty
	}
	return p.rest(ctx, price+work+(len(what.Opened)+len(what.ClosedIDs))/comparedOfPoint-p.prices.empty)
}
