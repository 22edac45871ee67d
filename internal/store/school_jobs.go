package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"rehearse/internal/school"
)

// The job queue of the only school also runs the jobs of the others, because a queue for each would
// poll in the schema of each. A periodic job adds a job for each school.

// schoolQueue is a queue of its own, so that servers of versions without schools take none of its
// jobs.
const schoolQueue = "schools"

const (
	schoolWorkers  = 2             // jobs of schools that run on a server at the same time
	schoolAttempts = 2             // the next period makes up for a job that fails
	jobRetention   = 2 * time.Hour // at least the longest period, because the rows prevent duplicates
)

// SchoolJobs are the periodic jobs of all schools that have schemas of their own.
type SchoolJobs struct {
	Names func(ctx context.Context) ([]school.Name, error) // of all schools
	Jobs  []SchoolJob
}

// SchoolJob is a job that runs for each school on one server at a time.
type SchoolJob struct {
	Name  string
	Every time.Duration
	Run   func(ctx context.Context, name school.Name) error
}

// everySchool is the payload of a periodic job that queues a job for each school.
type everySchool struct {
	Job string `json:"job"`
}

// Kind implements river.JobArgs.
func (everySchool) Kind() string { return "every_school" }

// oneSchool is the payload of a job of a school.
type oneSchool struct {
	Job    string      `json:"job"`
	School school.Name `json:"school"`
}

// Kind implements river.JobArgs.
func (oneSchool) Kind() string { return "school" }

func schoolJob(every time.Duration) *river.InsertOpts {
	return &river.InsertOpts{
		Queue: schoolQueue, MaxAttempts: schoolAttempts, UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: every},
	}
}

// periodic returns the periodic jobs that queue the jobs of schools.
func (j SchoolJobs) periodic() []*river.PeriodicJob {
	var jobs []*river.PeriodicJob
	for _, job := range j.Jobs {
		jobs = append(jobs, river.NewPeriodicJob(
			river.PeriodicInterval(job.Every),
			func() (river.JobArgs, *river.InsertOpts) { return everySchool{job.Name}, schoolJob(job.Every) },
			&river.PeriodicJobOpts{RunOnStart: true}))
	}
	return jobs
}

// register adds the workers of the jobs.
func (j SchoolJobs) register(workers *river.Workers) error {
	return errors.Join(
		river.AddWorkerSafely(workers, &everySchoolWorker{jobs: j}),
		river.AddWorkerSafely(workers, &schoolWorker{jobs: j}))
}

func (j SchoolJobs) named(name string) (SchoolJob, error) {
	for _, job := range j.Jobs {
		if job.Name == name {
			return job, nil
		}
	}
	return SchoolJob{}, river.JobCancel(fmt.Errorf("unknown job %q", name))
}

type everySchoolWorker struct {
	river.WorkerDefaults[everySchool]
	jobs SchoolJobs
}

// Work implements river.Worker.
func (w *everySchoolWorker) Work(ctx context.Context, queued *river.Job[everySchool]) error {
	job, err := w.jobs.named(queued.Args.Job)
	if err != nil {
		return err
	}
	names, err := w.jobs.Names(ctx)
	if err != nil || len(names) == 0 {
		return err
	}
	var batch []river.InsertManyParams
	for _, name := range names {
		batch = append(batch, river.InsertManyParams{Args: oneSchool{job.Name, name}, InsertOpts: schoolJob(job.Every)})
	}
	_, err = river.ClientFromContext[*sql.Tx](ctx).InsertManyFast(ctx, batch)
	return fault(err, "queue the jobs of schools")
}

type schoolWorker struct {
	river.WorkerDefaults[oneSchool]
	jobs SchoolJobs
}

// Work implements river.Worker. A school that was dropped has no jobs.
func (w *schoolWorker) Work(ctx context.Context, queued *river.Job[oneSchool]) error {
	job, err := w.jobs.named(queued.Args.Job)
	if err != nil {
		return err
	}
	err = job.Run(ctx, queued.Args.School)
	if errors.Is(err, ErrNoSchool) || errors.Is(err, ErrOldSchema) {
		return river.JobCancel(err)
	}
	return err
}
