package pgtest

import (
	"context"
	"sync"
	"testing"
	"time"
)

// patience bounds every wait of a test for something that must come. It is
// never waited for in full unless something is wrong.
const patience = time.Minute

// Gate holds the statements that match until it is opened, so that a test can
// stop a transaction at a chosen place and let another one act. Hold is meant
// for Intercept.Before.
type Gate struct {
	matches func(statement string) bool
	arrived chan struct{} // a held statement is handed to whoever awaits it
	open    chan struct{}
	once    sync.Once
}

// NewGate is a closed gate for the statements that match.
func NewGate(matches func(statement string) bool) *Gate {
	return &Gate{matches: matches, arrived: make(chan struct{}), open: make(chan struct{})}
}

// Hold returns when the gate is open, or when the statement does not match.
func (g *Gate) Hold(ctx context.Context, statement string) error {
	if !g.matches(statement) {
		return nil
	}
	select {
	case g.arrived <- struct{}{}:
	case <-g.open:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-g.open:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Await returns when n statements more stand at the gate.
func (g *Gate) Await(t testing.TB, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for i := range n {
		select {
		case <-g.arrived:
		case <-ctx.Done():
			t.Fatalf("%d of %d statements came to the gate: %v", i, n, ctx.Err())
		}
	}
}

// Open lets through what stands at the gate, and all that comes later.
func (g *Gate) Open() { g.once.Do(func() { close(g.open) }) }

// AwaitLockWaits returns when n sessions wait for a lock that another session
// holds, in statements that contain the text.
func (d Database) AwaitLockWaits(t testing.TB, n int, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	pool := d.SQL(t)
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for waiting := -1; waiting != n; {
		err := pool.QueryRowContext(ctx, `
			SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'
				AND cardinality(pg_blocking_pids(pid)) > 0 AND position($1 IN query) > 0`, text).Scan(&waiting)
		if err != nil {
			t.Fatalf("look who waits for a lock (%d of %d in %q): %v", waiting, n, text, err)
		}
		select {
		case <-again.C:
		case <-ctx.Done():
		}
	}
}
