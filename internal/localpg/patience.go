package localpg

import (
	"context"
	"fmt"
	"time"
)

const (
	// pollEvery is the interval of all polling in this package.
	pollEvery = 3 * time.Millisecond
	// answerLimit bounds the wait for a server that this process did not start.
	answerLimit = 20 * time.Second
	// adoptAfter is how long an orphan must serve before it is adopted. One whose owner was just
	// killed may not have received the signal to shut down yet.
	adoptAfter = 300 * time.Millisecond
	// startLimit bounds the wait for a server started here, including crash recovery.
	startLimit = 2 * time.Minute
)

// patience polls until its context ends or its limit passes.
type patience struct {
	ctx    context.Context
	limit  time.Duration
	timer  *time.Timer
	ticker *time.Ticker
}

func newPatience(ctx context.Context, limit time.Duration) *patience {
	return &patience{ctx: ctx, limit: limit, timer: time.NewTimer(limit), ticker: time.NewTicker(pollEvery)}
}

// tick waits for the next poll. It returns an error if the context or the limit has ended.
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

// renew restarts the limit.
func (p *patience) renew() { p.timer.Reset(p.limit) }

func (p *patience) end() {
	p.timer.Stop()
	p.ticker.Stop()
}
