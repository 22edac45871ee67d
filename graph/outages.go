package graph

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"rehearse/internal/store"
)

// outageEvery limits how often an outage of one kind is logged, because every request fails
// with it.
const outageEvery = time.Minute

// outages logs that the database is unavailable, and how to fix it.
type outages struct {
	log   *slog.Logger
	mu    sync.Mutex
	kinds map[string]*rate.Sometimes // by advice, of which there are few
}

func newOutages(log *slog.Logger) *outages {
	return &outages{log: log, kinds: map[string]*rate.Sometimes{}}
}

func (o *outages) report(ctx context.Context, err error) {
	advice := store.Advice(err)
	o.mu.Lock()
	kind, known := o.kinds[advice]
	if !known {
		kind = &rate.Sometimes{Interval: outageEvery}
		o.kinds[advice] = kind
	}
	o.mu.Unlock()
	kind.Do(func() { o.log.ErrorContext(ctx, "the database is not available", "error", err, "do", advice) })
}
