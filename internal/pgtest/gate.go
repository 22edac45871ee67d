package pgtest

import (
	"context"
	"sync"
	"testing"
	"time"
)

// patience is the timeout for events that tests wait for. A wait takes that long only if
// something is wrong.
const patience = time.Minute

// Gate holds matching statements until it is opened, so that a test can pause a transaction
// at a chosen statement while another one runs. Use Hold as Intercept.Before.
type Gate struct {
	matches func(statement string) bool
	arrived chan struct{} // receives once for each held statement
	open    chan struct{}
	once    sync.Once
}

// NewGate returns a closed gate for the statements that match.
func NewGate(matches func(statement string) bool) *Gate {
	return &Gate{matches: matches, arrived: make(chan struct{}), open: make(chan struct{})}
}

// Hold blocks until the gate is open. It returns at once if the statement does not match.
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

// Await waits until n more statements are held.
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

// Open releases all held statements, and lets later ones pass.
func (g *Gate) Open() { g.once.Do(func() { close(g.open) }) }

// AwaitLockWaits waits until exactly n sessions wait for locks of other sessions, in
// statements that contain the text.
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
			t.Fatalf("count the sessions that wait for a lock (%d of %d in %q): %v", waiting, n, text, err)
		}
		select {
		case <-again.C:
		case <-ctx.Done():
		}
	}
}
