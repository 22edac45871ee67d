package bench

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// samplePause is the time between two samples of what the backends wait for.
const samplePause = 10 * time.Millisecond

// commitWaits lets a contender work for one interval, and returns how many samples of
// pg_stat_activity it took in the meantime, and in how many of them a backend waited for a
// lock in order to commit. Transactions with NOTIFY wait for each other in this way.
func (w *world) commitWaits(b *testing.B, c contender, l load) (samples, waits int) {
	b.Helper()
	// A connection of its own: the contenders use those of the pool.
	conn, err := pgx.Connect(b.Context(), w.pool.Config().ConnString())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	ctx, stop := context.WithCancel(b.Context())
	var sampling sync.WaitGroup
	sampling.Go(func() {
		for ticks := time.NewTicker(samplePause); ; {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
			}
			var waiting bool
			if err := conn.QueryRow(b.Context(), `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
				AND state = 'active' AND wait_event_type = 'Lock' AND query ILIKE 'commit%')`).Scan(&waiting); err != nil {
				b.Errorf("sample what the backends wait for: %v", err)
				return
			}
			samples++
			if waiting {
				waits++
			}
		}
	})
	_, err = w.run(b.Context(), c, l)
	stop()
	sampling.Wait()
	if err != nil {
		b.Fatalf("%s: %v", c.name, err)
	}
	return samples, waits
}

// reportCommitWaits reports the share of samples in which a commit waited, and returns it as
// a note for the table.
func reportCommitWaits(b *testing.B, samples, waits int) string {
	b.Helper()
	b.ReportMetric(float64(waits)/float64(max(samples, 1)), "commit-waits/sample")
	return fmt.Sprintf("A booking of **rehearse** waited for a lock at its commit in %d of %d samples.", waits, samples)
}
