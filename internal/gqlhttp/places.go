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

// places limits how many operations execute at a time, in all and of one caller.
// With many more than the machine has cores for, each takes longer and fewer are
// done. An operation without a place waits for one, but not for long. The callers
// that wait take turns, so nobody waits for the backlog of another caller. A
// subscription that waits for events takes no place.
type places struct {
	most int    // in all
	each int    // of one caller
	what string // they limit, in messages

	shed     atomic.Int64 // operations that waited too long while all places were taken
	overOwn  atomic.Int64 // those that waited too long for places of their own caller
	mu       sync.Mutex
	taken    int
	waiting  int
	callers  map[string]*placeCaller // with a place, or waiting for one
	turns    *fifo.List              // of *placeCaller: those that the next free place may go to, in order
	allTaken rush                    // of turns
}

// placeCaller is a caller with its places.
type placeCaller struct {
	whose   string
	taken   int
	waiting fifo.List     // of *permit, the oldest first
	turn    *fifo.Element // in places.turns; nil if it waits for nothing, or has all the places it may have
	own     rush          // of waiting
}

// permit is a place of one operation, or the wait for one.
type permit struct {
	of     *places
	caller *placeCaller
	left   bool
	waits  *fifo.Element // in caller.waiting; nil if nobody had to wait
	there  chan struct{} // closes when the place is there
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

// newPlaces returns places for most of what is limited, of which one caller may have
// each.
func newPlaces(what string, most, each int) *places {
	return &places{what: what, most: most, each: min(each, most), callers: map[string]*placeCaller{}, turns: fifo.New()}
}

// quarter is the default share of one caller: at least one place.
func quarter(most int) int { return max(1, most/4) }

// take takes a place for the caller. leave gives it back, and may be called again.
func (p *places) take(ctx context.Context, whose string) (leave func(), refused *refusal) {
	return p.takeWithin(ctx, whose, 0)
}

// takeWithin takes a place, and waits for it so long, if that is longer than usual.
func (p *places) takeWithin(ctx context.Context, whose string, atLeast time.Duration) (leave func(), refused *refusal) {
	one, patience := p.ask(whose)
	patience = max(patience, atLeast)
	if one.waits != nil && !one.await(ctx, patience) {
		return nil, p.refuse(ctx, one.caller)
	}
	return one.leave, nil
}

// wait takes a place for the caller when there is one. It waits until ctx ends.
func (p *places) wait(ctx context.Context, whose string) (leave func(), ok bool) {
	one, _ := p.ask(whose)
	if one.waits != nil && !one.await(ctx, time.Duration(math.MaxInt64)) {
		return nil, false
	}
	return one.leave, true
}

// retryShed is when it is worth trying again, in seconds.
const retryShed = "1"

// refuse says why there was no place.
func (p *places) refuse(ctx context.Context, c *placeCaller) *refusal {
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

// ask takes a place if there is one. Otherwise the place is one to wait for, as
// long as patience says.
func (p *places) ask(whose string) (_ *permit, patience time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.callers[whose]
	if c == nil {
		c = &placeCaller{whose: whose}
		p.callers[whose] = c
	}
	if p.taken < p.most && c.taken < p.each { // then nobody waits who could have it
		p.give(c)
		return &permit{of: p, caller: c}, 0
	}
	one := &permit{of: p, caller: c, there: make(chan struct{})}
	one.waits = c.waiting.PushBack(one)
	p.waiting++
	p.settle(c)
	now := time.Now() //nolint:forbidigo // no operation's time: the queue's
	if c.own.lasts(now) || p.allTaken.lasts(now) {
		return one, waitAfter
	}
	return one, waitInRush
}

// await waits for the place, and reports whether it is there.
func (o *permit) await(ctx context.Context, patience time.Duration) (ok bool) {
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
	o.of.settle(o.caller)
	return false
}

// leave gives the place back. It may be called again.
func (o *permit) leave() {
	o.of.mu.Lock()
	defer o.of.mu.Unlock()
	if o.left {
		return
	}
	o.left = true
	o.caller.taken--
	o.of.taken--
	o.of.settle(o.caller)
}

func (p *places) give(c *placeCaller) {
	c.taken++
	p.taken++
}

// settle gives free places to those that wait, a caller after the other, once
// something has changed for c.
func (p *places) settle(c *placeCaller) {
	p.line(c)
	for p.taken < p.most && p.turns.Len() > 0 {
		next, _ := p.turns.Front().Value.(*placeCaller)
		p.turns.Remove(next.turn)
		next.turn = nil
		first, _ := next.waiting.Remove(next.waiting.Front()).(*permit)
		p.waiting--
		p.give(next)
		close(first.there)
		p.line(next)
	}
	now := time.Now() //nolint:forbidigo // no operation's time: the queue's
	p.allTaken.update(p.turns.Len(), now)
}

// line puts the caller at the end of the line if it waits for a place that it may
// have, and takes it out if not.
func (p *places) line(c *placeCaller) {
	c.own.update(c.waiting.Len(), time.Now()) //nolint:forbidigo // no operation's time: the queue's
	switch waits := c.waiting.Len() > 0 && c.taken < p.each; {
	case waits && c.turn == nil:
		c.turn = p.turns.PushBack(c)
	case !waits && c.turn != nil:
		p.turns.Remove(c.turn)
		c.turn = nil
	}
	if c.taken == 0 && c.waiting.Len() == 0 {
		delete(p.callers, c.whose)
	}
}

func (p *places) atWork() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken
}

func (p *places) inQueue() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waiting
}
