package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivermigrate"
)

// Job is a periodic task that runs on one server at a time.
type Job struct {
	Name  string
	Every time.Duration
	Run   func(context.Context) error
}

const (
	jobTimeout = 5 * time.Minute
	// jobLost is the run time after which the server of a job is considered dead and the
	// job is retried.
	jobLost     = jobTimeout + time.Minute
	jobPatience = 5 * time.Second // for running jobs to end at shutdown
)

// StartJobs runs each job, and those of all other schools, immediately and then once in each interval,
// until stop is called. With several servers, one queues a run and one executes it. A failed run is
// retried; a run whose server died is retried after jobLost.
func (s *Store) StartJobs(ctx context.Context, log *slog.Logger, jobs []Job, schools SchoolJobs) (stop func() error, err error) {
	workers := river.NewWorkers()
	byName := map[string]Job{}
	var periodic []*river.PeriodicJob
	for _, job := range jobs {
		byName[job.Name] = job
		periodic = append(periodic, river.NewPeriodicJob(
			river.PeriodicInterval(job.Every),
			func() (river.JobArgs, *river.InsertOpts) {
				return jobArgs{Name: job.Name}, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: job.Every}}
			},
			&river.PeriodicJobOpts{RunOnStart: true}))
	}
	if err := errors.Join(river.AddWorkerSafely(workers, &worker{jobs: byName}), schools.register(workers)); err != nil {
		return nil, fmt.Errorf("register the jobs: %w", err)
	}
	client, err := river.NewClient(riverdatabasesql.New(s.pool), &river.Config{
		Logger:                      slog.New(quiet{log.Handler()}),
		JobTimeout:                  jobTimeout,
		PeriodicJobs:                append(periodic, schools.periodic()...),
		RescueStuckJobsAfter:        jobLost,
		CompletedJobRetentionPeriod: jobRetention,
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: len(jobs)}, schoolQueue: {MaxWorkers: schoolWorkers}},
		Workers:                     workers,
	})
	if err != nil {
		return nil, fmt.Errorf("create the job client: %w", err)
	}
	// Jobs end with stop, not with ctx, so that running jobs can shut down cleanly.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fault(err, "start the jobs")
	}
	return func() error {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobPatience)
		defer cancel()
		if s.Ping(stopping) != nil {
			cancel() // without a database, stopping would only wait for the timeout
		}
		return fault(client.StopAndCancel(stopping), "stop the jobs")
	}, nil
}

// quiet drops the library's messages below the level of warnings.
type quiet struct{ slog.Handler }

// Enabled implements slog.Handler.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// Handle implements slog.Handler. It drops errors that are caused by the shutdown.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	stopped := false
	r.Attrs(func(a slog.Attr) bool {
		err, is := a.Value.Any().(error)
		stopped = is && errors.Is(err, context.Canceled) || a.Value.String() == context.Canceled.Error()
		return !stopped
	})
	if stopped {
		return nil
	}
	return q.Handler.Handle(ctx, r)
}

// jobArgs is the payload of a queued job.
type jobArgs struct {
	Name string `json:"name"`
}

// Kind implements river.JobArgs.
func (jobArgs) Kind() string { return "periodic" }

type worker struct {
	river.WorkerDefaults[jobArgs]
	jobs map[string]Job
}

// Work implements river.Worker.
func (w *worker) Work(ctx context.Context, queued *river.Job[jobArgs]) error {
	job, known := w.jobs[queued.Args.Name]
	if !known {
		return river.JobCancel(fmt.Errorf("unknown job %q", queued.Args.Name))
	}
	return job.Run(ctx)
}

// migrateJobs migrates the tables of the job queue to the version of the library. It runs
// outside a transaction, because Postgres does not accept all steps in one. A migration
// that is interrupted resumes at the next run.
func migrateJobs(ctx context.Context, db *sql.DB) error {
	migrator, err := rivermigrate.New(riverdatabasesql.New(db), nil)
	if err != nil {
		return fmt.Errorf("read the migrations of the jobs: %w", err)
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}
