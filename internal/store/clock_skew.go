package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

const (
	// SkewWarning is the difference between the clocks that is logged.
	SkewWarning = time.Second
	// SkewLimit is the difference from which on a server is not ready.
	SkewLimit = 30 * time.Second
	warnEvery = time.Minute
)

// errSkewed reports that this server would apply rules about time wrongly.
var errSkewed = errors.New("the clocks differ")

// clockSkew compares the clock of this server with that of Postgres, which stands for the clocks
// of all servers on the database.
type clockSkew struct {
	now  func() time.Time // the real time
	log  *slog.Logger
	warn rate.Sometimes
	last atomic.Int64 // the last skew
}

func newClockSkew(o Options) *clockSkew {
	c := &clockSkew{now: o.Now, log: cmp.Or(o.Log, slog.New(slog.DiscardHandler)), warn: rate.Sometimes{Interval: warnEvery}}
	if c.now == nil {
		c.now = time.Now //nolint:forbidigo // the clock of this machine is compared
	}
	return c
}

// measure records the skew, given the time of this server before Postgres was asked, and the
// response of Postgres. It counts only the difference that the duration of the request does not
// explain. It logs a large skew, and returns an error about a larger one.
func (c *clockSkew) measure(ctx context.Context, before, postgres time.Time) error {
	skew := before.Sub(postgres)
	if skew < 0 {
		skew = min(0, c.now().Sub(postgres))
	}
	c.last.Store(int64(skew))
	if skew.Abs() < SkewWarning {
		return nil
	}
	direction := "ahead of"
	if skew < 0 {
		direction = "behind"
	}
	err := fmt.Errorf("%w: the clock of this server is %v %s that of Postgres", errSkewed, skew.Abs().Round(time.Millisecond), direction)
	if skew.Abs() >= SkewLimit {
		return err
	}
	c.warn.Do(func() { c.log.WarnContext(ctx, "the clocks differ", "error", err, "do", adviceClocks) })
	return nil
}

// ClockSkew returns how far the clock of this server was ahead of that of Postgres at the last
// check of Ready. It is negative if the clock was behind.
func (s *Store) ClockSkew() time.Duration { return time.Duration(s.skew.last.Load()) }
