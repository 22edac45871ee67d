package gqlhttp

import (
	"rehearse/graph"

	fifo "container/list"
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// limiter limits how many operations execute at a time, in all and of one caller.
// With many more than the machine has cores for, each takes longer and fewer are
// done. An operation without a permit waits for one, but not for long. The callers
// that wait take turns, so nobody waits for the backlog of another caller. A
// subscription that waits for events takes no permit.
type limiter struct {
	most int    // in all
	each int    // of one caller
	what string // they limit, in messages

	shed     atomic.Int64 // operations that waited too long while all permits were taken
	overOwn  atomic.Int64 // those that waited too long for permits of their own caller
	mu       sync.Mutex
	taken    int
	waiting  int
	callers  map[string]*limitedCaller // with a permit, or waiting for one
	turns    *fifo.List                // of *limitedCaller: those that the next free permit may go to, in order
	allTaken rush                      // of turns
}

// limitedCaller is a caller that has permits, or waits for one.
type limitedCaller struct {
	key     string
	taken   int
	waiting fifo.List     // of *permit, the oldest first
	turn    *fifo.Element // in limiter.turns; nil if it waits for nothing, or has all the permits it may have
	own     rush          // of waiting
}

// permit lets one operation execute; it may have to wait.
type permit struct {
	of       *limiter
	caller   *limitedCaller
	released bool
	waits    *fifo.Element // in caller.waiting; nil if nobody had to wait
	there    chan struct{} // closes when the permit is granted
}

// DefaultMaxOperations is as many as the database has connections for.
const DefaultMaxOperations = 32

// DefaultMaxLargeBodies bounds the memory of imports: a body of 8 MiB takes a few
// times as much while it is read.
const DefaultMaxLargeBodies = 4

// In a rush, such as when bookings open, everybody waits, because it passes. A
// queue that is not empty for longer than that does not pass: each operation would
// wait as long as it may, and none would be done sooner.
const (
	waitInRush = time.Second
	waitAfter  = 250 * time.Millisecond
)

// rush remembers since when a queue has not been empty.
type rush struct{ since time.Time }

func (r *rush) update(length int, now time.Time) {
	switch {
	case length == 0:
		r.since = time.Time{}
	case r.since.IsZero():
		r.since = now
	}
}

func (r *rush) lasts(now time.Time) bool { return !r.since.IsZero() && now.Sub(r.since) >= waitInRush }

// newLimiter returns places for most of what is limited, of which one caller may have
// each.
func newLimiter(what string, most, each int) *limiter {
	return &limiter{what: what, most: most, each: min(each, most), callers: map[string]*limitedCaller{}, turns: fifo.New()}
}

// quarter returns the default share of one caller: at least one permit.
func quarter(most int) int { return max(1, most/4) }

// acquire takes a permit for the caller. leave gives it back, and may be called again.
func (p *limiter) acquire(ctx context.Context, caller string) (leave func(), refused *refusal) {
	return p.acquireWithin(ctx, caller, 0)
}

// acquireWithin takes a place, and waits for it so long, if that is longer than usual.
func (p *limiter) acquireWithin(ctx context.Context, caller string, atLeast time.Duration) (leave func(), refused *refusal) {
	one, patience := p.request(caller)
	patience = max(patience, atLeast)
	if one.waits != nil && !one.wait(ctx, patience) {
		return nil, p.refuse(ctx, one.caller)
	}
	return one.release, nil
}

// wait takes a place for the caller when there is one. It waits until ctx ends.
func (p *limiter) wait(ctx context.Context, caller string) (leave func(), ok bool) {
	one, _ := p.request(caller)
	if one.waits != nil && !one.wait(ctx, time.Duration(math.MaxInt64)) {
		return nil, false
	}
	return one.release, true
}

// retryShed is when it is worth trying again, in seconds.
const retryShed = "1"

// refuse returns why there was no permit.
func (p *limiter) refuse(ctx context.Context, c *limitedCaller) *refusal {
	p.mu.Lock()
	own := c.taken >= p.each && p.each < p.most
	p.mu.Unlock()
	switch {
	case ctx.Err() != nil: // the client has left, or there is no time left
	case own:
		p.overOwn.Add(1)
	default:
		p.shed.Add(1)
	}
	if own {
		no := because(rateLimited, graph.CodeRateLimited, "this caller has too many "+p.what+" in progress; try again when they are done")
		no.errors[0].Extensions["limit"], no.errors[0].Extensions["allowed"] = p.what+"PerCaller", p.each
		return no.with(retryAfterHeader, retryShed)
	}
	return because(unavailable, graph.CodeUnavailable, "the server is overloaded; try again").with(retryAfterHeader, retryShed)
}

// request takes a permit if there is one. Otherwise the permit is one to wait for, as
// long as patience says.
func (p *limiter) request(caller string) (_ *permit, patience time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.callers[caller]
	if c == nil {
		c = &limitedCaller{key: caller}
		p.callers[caller] = c
	}
	if p.taken < p.most && c.taken < p.each { // then nobody waits who could have it
		p.grant(c)
		return &permit{of: p, caller: c}, 0
	}
	one := &permit{of: p, caller: c, there: make(chan struct{})}
	one.waits = c.waiting.PushBack(one)
	p.waiting++
	p.grantNext(c)
	now := time.Now() //nolint:forbidigo // no operation's time: the queue's
	if c.own.lasts(now) || p.allTaken.lasts(now) {
		return one, waitAfter
	}
	return one, waitInRush
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
	case <-o.there: // at the last moment
		return true
	default:
	}
	o.caller.waiting.Remove(o.waits)
	o.of.waiting--
	o.of.grantNext(o.caller)
	return false
}

// release gives the permit back. It may be called again.
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

// grantNext grants free permits to those that wait, a caller after the other, once
// something has changed for c.
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
	now := time.Now() //nolint:forbidigo // no operation's time: the queue's
	p.allTaken.update(p.turns.Len(), now)
}

// updateTurn puts the caller at the end of the line if it waits for a permit that it may
// have, and takes it out if not.
func (p *limiter) updateTurn(c *limitedCaller) {
	c.own.update(c.waiting.Len(), time.Now()) //nolint:forbidigo // no operation's time: the queue's
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
