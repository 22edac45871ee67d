package localpg

import (
	"context"
	"fmt"
	"time"
)

const (
	// pollEvery is the pace of everything that is waited for here.
	pollEvery = 3 * time.Millisecond
	// answerLimit bounds the wait for a server that this process did not start.
	answerLimit = 20 * time.Second
	// adoptAfter is how long an orphan must serve before it is taken over: one whose owner has just
	// been killed may not have got the signal to shut down yet.
	adoptAfter = 300 * time.Millisecond
	// startLimit bounds the wait for a server started here. Recovery after a crash takes its time.
	startLimit = 2 * time.Minute
)

// patience is a paced wait that ends with its context or its limit, whichever is first.
type patience struct {
	ctx    context.Context
	limit  time.Duration
	timer  *time.Timer
	ticker *time.Ticker
}

func newPatience(ctx context.Context, limit time.Duration) *patience {
	return &patience{ctx: ctx, limit: limit, timer: time.NewTimer(limit), ticker: time.NewTicker(pollEvery)}
}

// tick waits for the next turn. Its error says why there is none.
func (p *patience) tick() error {
	select {
	case <-p.ctx.Done():
		return p.ctx.Err()
	case <-p.timer.C:
		return fmt.Errorf("no progress for %s", p.limit)
	case <-p.ticker.C:
		return p.ctx.Err()
	}
}

// renew starts the limit afresh.
func (p *patience) renew() { p.timer.Reset(p.limit) }

func (p *patience) end() {
	p.timer.Stop()
	p.ticker.Stop()
}
