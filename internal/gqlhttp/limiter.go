package gqlhttp

import (
	"rehearse/internal/errorcode"

	fifo "container/list"
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// limiter limits concurrent operations, in total and per caller. With many more operations
// than cores, each takes longer and throughput drops. An operation without a permit waits
// briefly for one. Waiting callers take turns, so no caller waits for the backlog of
// another. A subscription that waits for events holds no permit.
type limiter struct {
	most int    // limit in total
	each int    // limit per caller
	what string // plural noun of what is limited, for messages

	shed     atomic.Int64 // operations that timed out while all permits were taken
	overOwn  atomic.Int64 // operations that timed out while their caller had all its permits
	mu       sync.Mutex
	taken    int
	waiting  int
	callers  map[string]*limitedCaller // callers that hold permits or wait for one
	turns    *fifo.List                // of *limitedCaller: callers eligible for the next free permit, in order
	allTaken busyPeriod                // how long turns has not been empty
}

// limitedCaller is a caller that holds permits or waits for one.
type limitedCaller struct {
	key     string
	taken   int
	waiting fifo.List     // of *permit, the oldest first
	turn    *fifo.Element // in limiter.turns; nil if the caller waits for nothing or has all its permits
	own     busyPeriod    // how long waiting has not been empty
}

// permit allows one operation to execute. It may not be granted yet.
type permit struct {
	of       *limiter
	caller   *limitedCaller
	released bool
	waits    *fifo.Element // in caller.waiting; nil if granted at once
	there    chan struct{} // closes when the permit is granted
}

// What limiters limit. Each followed by perCaller is the name of a limit, such as
// operationsPerCaller.
const (
	theOperations  = "operations"
	theMutations   = "mutations"
	theLargeBodies = "largeBodies"
	theImports     = "imports"
	perCaller      = "PerCaller"
)

// DefaultMaxOperations equals the default number of database connections.
const DefaultMaxOperations = 32

// DefaultMaxImports is one, because an import keeps all its rows and slots in memory.
const DefaultMaxImports = 1

// DefaultMaxLargeBodies bounds the memory of imports: a body of 8 MiB takes a few
// times as much while it is read.
const DefaultMaxLargeBodies = 4

// Operations wait longer in a short busy period, such as when bookings open, because it
// passes. If the queue has not been empty for longWait, the load is sustained: waiting delays
// every operation and completes none sooner.
const (
	longWait  = time.Second
	shortWait = 250 * time.Millisecond
)

// busyPeriod records since when a queue has not been empty.
type busyPeriod struct{ since time.Time }

func (r *busyPeriod) update(length int, now time.Time) {
	switch {
	case length == 0:
		r.since = time.Time{}
	case r.since.IsZero():
		r.since = now
	}
}

func (r *busyPeriod) lasts(now time.Time) bool {
	return !r.since.IsZero() && now.Sub(r.since) >= longWait
}

// newLimiter returns a limiter. The number of permits is most, and one caller may hold as many
// as each.
func newLimiter(what string, most, each int) *limiter {
	return &limiter{what: what, most: most, each: min(each, most), callers: map[string]*limitedCaller{}, turns: fifo.New()}
}

// quarter returns the default number of permits per caller.
func quarter(most int) int { return max(1, most/4) }

// ofMutations returns how many of the permits may be held by mutations. Mutations can wait for
// locks and then hold their permits for seconds; the rest of the permits is left to queries.
func ofMutations(most int) int { return max(1, most-quarter(most)) }

// acquireAll acquires a permit of each limiter, in order.
func acquireAll(ctx context.Context, caller string, limiters ...*limiter) (leave func(), refused *refusal) {
	var releases []func()
	leave = func() {
		for _, release := range releases {
			release()
		}
	}
	for _, l := range limiters {
		release, full := l.acquire(ctx, caller)
		if full != nil {
			leave()
			return nil, full
		}
		releases = append(releases, release)
	}
	return leave, nil
}

// acquire acquires a permit for the caller. leave releases it and is idempotent.
func (p *limiter) acquire(ctx context.Context, caller string) (leave func(), refused *refusal) {
	return p.acquireWithin(ctx, caller, 0)
}

// acquireWithin is like acquire, but waits for up to atLeast if that is longer than usual.
func (p *limiter) acquireWithin(ctx context.Context, caller string, atLeast time.Duration) (leave func(), refused *refusal) {
	one, patience := p.request(caller)
	patience = max(patience, atLeast)
	if one.waits != nil && !one.wait(ctx, patience) {
		return nil, p.refuse(ctx, one.caller)
	}
	return one.release, nil
}

// wait acquires a permit for the caller. It waits until ctx is done.
func (p *limiter) wait(ctx context.Context, caller string) (leave func(), ok bool) {
	one, _ := p.request(caller)
	if one.waits != nil && !one.wait(ctx, time.Duration(math.MaxInt64)) {
		return nil, false
	}
	return one.release, true
}

// retryShed is the Retry-After of a refused operation, in seconds.
const retryShed = "1"

// refuse returns the refusal of an operation that got no permit.
func (p *limiter) refuse(ctx context.Context, c *limitedCaller) *refusal {
	p.mu.Lock()
	own := c.taken >= p.each && p.each < p.most
	p.mu.Unlock()
	switch {
	case ctx.Err() != nil: // the client has disconnected, or the operation has timed out
	case own:
		p.overOwn.Add(1)
	default:
		p.shed.Add(1)
	}
	if own {
		message := "this caller has too many " + p.what + " in progress; try again when they are done"
		return limitReached(p.what+perCaller, p.each, message).with(retryAfterHeader, retryShed)
	}
	return because(unavailable, errorcode.Unavailable, "the server is overloaded; try again").with(retryAfterHeader, retryShed)
}

// request returns a permit, granted if one is free. Otherwise the operation waits for it
// for at most patience.
func (p *limiter) request(caller string) (_ *permit, patience time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.callers[caller]
	if c == nil {
		c = &limitedCaller{key: caller}
		p.callers[caller] = c
	}
	if p.taken < p.most && c.taken < p.each { // no eligible caller is waiting
		p.grant(c)
		return &permit{of: p, caller: c}, 0
	}
	one := &permit{of: p, caller: c, there: make(chan struct{})}
	one.waits = c.waiting.PushBack(one)
	p.waiting++
	p.grantNext(c)
	now := time.Now() //nolint:forbidigo // the queue uses the real time
	if c.own.lasts(now) || p.allTaken.lasts(now) {
		return one, shortWait
	}
	return one, longWait
}

// wait waits for the permit, and reports whether it was granted.
func (o *permit) wait(ctx context.Context, patience time.Duration) (ok bool) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-o.there:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	o.of.mu.Lock()
	defer o.of.mu.Unlock()
	select {
	case <-o.there: // granted at the last moment
		return true
	default:
	}
	o.caller.waiting.Remove(o.waits)
	o.of.waiting--
	o.of.grantNext(o.caller)
	return false
}

// release returns the permit. It is idempotent.
func (o *permit) release() {
	o.of.mu.Lock()
	defer o.of.mu.Unlock()
	if o.released {
		return
	}
	o.released = true
	o.caller.taken--
	o.of.taken--
	o.of.grantNext(o.caller)
}

func (p *limiter) grant(c *limitedCaller) {
	c.taken++
	p.taken++
}

// grantNext updates the turn of c, then grants free permits to the waiting callers in turn.
func (p *limiter) grantNext(c *limitedCaller) {
	p.updateTurn(c)
	for p.taken < p.most && p.turns.Len() > 0 {
		next, _ := p.turns.Front().Value.(*limitedCaller)
		p.turns.Remove(next.turn)
		next.turn = nil
		first, _ := next.waiting.Remove(next.waiting.Front()).(*permit)
		p.waiting--
		p.grant(next)
		close(first.there)
		p.updateTurn(next)
	}
	now := time.Now() //nolint:forbidigo // the queue uses the real time
	p.allTaken.update(p.turns.Len(), now)
}

// updateTurn appends the caller to the turns if it waits for a permit that it may have, and
// removes it otherwise.
func (p *limiter) updateTurn(c *limitedCaller) {
	c.own.update(c.waiting.Len(), time.Now()) //nolint:forbidigo // the queue uses the real time
	switch waits := c.waiting.Len() > 0 && c.taken < p.each; {
	case waits && c.turn == nil:
		c.turn = p.turns.PushBack(c)
	case !waits && c.turn != nil:
		p.turns.Remove(c.turn)
		c.turn = nil
	}
	if c.taken == 0 && c.waiting.Len() == 0 {
		delete(p.callers, c.key)
	}
}

func (p *limiter) running() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken
}

func (p *limiter) queued() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waiting
}
