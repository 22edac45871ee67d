package store_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// With two servers, a job runs on one of them, and a failed run is retried.
func TestJobRunsOnceOnTwoServers(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var runs atomic.Int64
	done := make(chan struct{})
	job := store.Job{Name: "count", Every: time.Hour, Run: func(context.Context) error {
		if runs.Add(1) == 1 {
			return errors.New("the first run fails")
		}
		close(done) // a third run would panic here
		return nil
	}}
	var stops []func() error
	for range 2 {
		stop, err := db.Open(t, store.Options{}).StartJobs(t.Context(), slog.New(slog.DiscardHandler), []store.Job{job}, store.SchoolJobs{})
		if err != nil {
			t.Fatal(err)
		}
		stops = append(stops, stop)
	}
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatalf("the job ran %d times within a minute, want 2", runs.Load())
	}
	for _, stop := range stops {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}
	var queued int
	if err := db.SQL(t).QueryRowContext(t.Context(), "SELECT count(*) FROM river_job").Scan(&queued); err != nil {
		t.Fatal(err)
	}
	if queued != 1 || runs.Load() != 2 {
		t.Errorf("the job is queued %d times and ran %d times, want 1 and 2", queued, runs.Load())
	}
}
