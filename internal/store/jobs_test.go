package store_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// Two servers have the same job: it is worked once, and a run that fails is
// worked again.
func TestJobRunsOnceHoweverManyServers(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var runs atomic.Int64
	done := make(chan struct{})
	job := store.Job{Name: "count", Every: time.Hour, Run: func(context.Context) error {
		if runs.Add(1) == 1 {
			return errors.New("the first run fails")
		}
		close(done) // a third run would panic here
		return nil
	}}
	var servers errgroup.Group
	for range 2 {
		server := db.Open(t, store.Options{})
		servers.Go(func() error { return server.RunJobs(ctx, slog.New(slog.DiscardHandler), []store.Job{job}) })
	}
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatalf("the job was run %d times within a minute", runs.Load())
	}
	stop()
	if err := servers.Wait(); err != nil {
		t.Fatal(err)
	}
	var queued int
	if err := db.SQL(t).QueryRowContext(t.Context(), "SELECT count(*) FROM river_job").Scan(&queued); err != nil {
		t.Fatal(err)
	}
	if queued != 1 || runs.Load() != 2 {
		t.Errorf("queued %d times and run %d times, wanted once and twice", queued, runs.Load())
	}
}
