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

// Job is work that is done again and again, by one of the servers at a time.
type Job struct {
	Name  string
	Every time.Duration
	Run   func(context.Context) error
}

const (
	jobTimeout = 5 * time.Minute
	// A job that has run for longer has lost its server, and is worked again.
	jobLost     = jobTimeout + time.Minute
	jobPatience = 5 * time.Second // with jobs that are told to stop
)

// StartJobs begins to work the jobs, each now and whenever its time has passed
// again, until stop is called. However many servers do so, one queues a job and
// one works it; a job that fails is worked again, and one whose server dies as
// soon as it is late.
func (s *Store) StartJobs(ctx context.Context, log *slog.Logger, jobs []Job) (stop func() error, err error) {
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
	if err := river.AddWorkerSafely(workers, &worker{jobs: byName}); err != nil {
		return nil, fmt.Errorf("register the jobs: %w", err)
	}
	client, err := river.NewClient(riverdatabasesql.New(s.pool), &river.Config{
		Logger:               slog.New(quiet{log.Handler()}),
		JobTimeout:           jobTimeout,
		PeriodicJobs:         periodic,
		RescueStuckJobsAfter: jobLost,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: len(jobs)}},
		Workers:              workers,
	})
	if err != nil {
		return nil, fmt.Errorf("create the job client: %w", err)
	}
	// They end by stop, not with ctx: what is under way then can give up cleanly.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fault(err, "start the jobs")
	}
	return func() error {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobPatience)
		defer cancel()
		if s.Ping(stopping) != nil {
			cancel() // where there is no database, nobody can be told, and trying takes all patience
		}
		return fault(client.StopAndCancel(stopping), "stop the jobs")
	}, nil
}

// quiet keeps the library from telling when it starts and stops.
type quiet struct{ slog.Handler }

// Enabled implements slog.Handler.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// Handle implements slog.Handler. What was given up because the server stops is
// no error.
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

// jobArgs is how a job is queued.
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

// migrateJobs brings the tables of the job queue to what its library wants. It
// is no transaction, for Postgres does not take all of it in one; cut off, it
// goes on where it was.
func migrateJobs(ctx context.Context, db *sql.DB) error {
	migrator, err := rivermigrate.New(riverdatabasesql.New(db), nil)
	if err != nil {
		return fmt.Errorf("read the migrations of the jobs: %w", err)
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}
