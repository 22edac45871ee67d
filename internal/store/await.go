package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/sethvargo/go-retry"
)

const (
	awaitLimit = 5 * time.Second // of one attempt to reach the database
	awaitFirst = 100 * time.Millisecond
	awaitMost  = 5 * time.Second // between two attempts
)

// await waits until the database responds, and logs each failed attempt. After o.Patience, it
// returns the last error. It returns at once with an error that waiting cannot mend.
func (s *Store) await(ctx context.Context, o Options) error {
	if o.Patience == 0 {
		return s.Ping(ctx)
	}
	backoff := retry.WithMaxDuration(o.Patience, retry.WithCappedDuration(awaitMost, retry.NewExponential(awaitFirst)))
	waited := false
	err := retry.Do(ctx, backoff, func(ctx context.Context) error {
		bounded, cancel := context.WithTimeout(ctx, awaitLimit)
		defer cancel()
		err := s.Ping(bounded)
		if !isAway(err) || ctx.Err() != nil {
			return err
		}
		waited = true
		s.log.WarnContext(ctx, "waiting for the "+s.Name(), "error", err, "do", Advice(err))
		return retry.RetryableError(err)
	})
	if err == nil && waited {
		s.log.InfoContext(ctx, "the database responds")
	}
	return err
}

// isAway reports whether the database may respond later, without a change of the configuration.
// A wrong password and a missing database are not such errors.
func isAway(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		_, is := outage(pg)
		return is
	}
	return errors.Is(err, ErrUnavailable) || errors.Is(err, ErrTimeout)
}
