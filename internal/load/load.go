// Package load is a load generator. It sends a running server the requests of students, and
// of those who book for them, and measures the response times. It uses only the public API.
package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"rehearse/internal/errorcode"
)

// run is the state of one run.
type run struct {
	Options
	workload *workload
	recorder *recorder

	begin    time.Time
	measured time.Time // end of the warm-up
	end      time.Time
	started  atomic.Int64
	ended    time.Time
}

// Run generates the load that o describes. If ctx ends, it stops early and returns what it
// has measured.
func Run(ctx context.Context, o Options) (*Result, error) {
	c := newClient(o)
	defer c.http.CloseIdleConnections()
	found, err := findSchool(ctx, c, o.Students, o.Now())
	if err != nil {
		return nil, explained(err)
	}
	if o.Mix.Book > 0 && len(found.mayBook) == 0 {
		return nil, fmt.Errorf("none of the first %d students may book; use --mix without book", len(found.students))
	}
	r := &run{Options: o, recorder: newRecorder(), workload: &workload{
		client: c, school: found, mix: o.Mix, journeys: newJourneys(found.mayBook),
	}}
	before, err := scrape(ctx, o.Metrics)
	server := &Server{Before: before}
	if err != nil {
		server = nil
	}
	stop := r.loop(ctx)
	most, cpu, during := stop()
	result := r.result()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), takeBackTimeout)
	defer cancel()
	result.LeftBehind = r.workload.takeBack(ctx)
	if server == nil {
		result.ServerError = err.Error()
		return result, nil
	}
	server.Most = most
	if during > 0 {
		server.Cores = cpu / during.Seconds()
	}
	if rate := result.All.Rate; rate > 0 {
		server.CPUMillis = server.Cores / rate * 1000
	}
	if server.After, err = scrape(ctx, o.Metrics); err != nil {
		result.ServerError = err.Error()
	}
	result.Server = server
	return result, nil
}

const takeBackTimeout = 30 * time.Second

// explained adds advice to an error of the first requests.
func explained(err error) error {
	var failed *failure
	if !errors.As(err, &failed) {
		return err
	}
	switch errorcode.Code(failed.code) {
	case errorcode.Forbidden, errorcode.Unauthenticated:
		return fmt.Errorf("%w; --token or LOAD_TOKEN with an administrator's token is expected (rehearse token --role admin --id 0)", err)
	case errorcode.RateLimited:
		return fmt.Errorf("%w; start the server with RATE_LIMIT=off", err)
	default:
		return err
	}
}

// loop sends requests until the end of the run. stop ends the collection of server metrics.
func (r *run) loop(ctx context.Context) (stop func() (Figures, float64, time.Duration)) {
	r.begin = r.Now()
	r.measured = r.begin.Add(r.WarmUp)
	r.end = r.measured.Add(r.Duration)
	ready := make(chan struct{})
	watching := time.AfterFunc(r.WarmUp, func() {
		stop = watch(ctx, r.Metrics, r.Now)
		close(ready)
	})
	if r.Rate > 0 {
		r.open(ctx)
	} else {
		r.closed(ctx)
	}
	r.ended = r.Now()
	if watching.Stop() { // the run ended during the warm-up
		return func() (f Figures, cpu float64, during time.Duration) { return }
	}
	<-ready
	return stop
}

// more reports whether to send another request.
func (r *run) more(ctx context.Context, at time.Time) bool {
	return ctx.Err() == nil && at.Before(r.end) && (r.Operations == 0 || r.started.Add(1) <= int64(r.Operations))
}

// closed runs a closed loop: each client sends as soon as its last request is answered.
func (r *run) closed(ctx context.Context) {
	var clients sync.WaitGroup
	for n := range r.Clients {
		clients.Go(func() {
			random := newRandom(r.Seed, uint64(n)) //nolint:gosec // n is not negative
			for at := r.Now(); r.more(ctx, at); at = r.Now() {
				r.send(ctx, r.workload.next(random), at)
			}
		})
	}
	clients.Wait()
}

// open runs an open loop: requests follow a schedule that does not depend on the responses.
func (r *run) open(ctx context.Context) {
	var underWay sync.WaitGroup
	defer underWay.Wait()
	places := make(chan struct{}, r.MaxInFlight)
	arrivals, random := newSchedule(r.Rate, r.Seed), newRandom(r.Seed, 0)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		at := r.begin.Add(arrivals.next())
		timer.Reset(at.Sub(r.Now()))
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		if !r.more(ctx, at) {
			return
		}
		select {
		case places <- struct{}{}:
		default:
			if !at.Before(r.measured) {
				r.recorder.notSent()
			}
			continue
		}
		next := r.workload.next(random)
		underWay.Go(func() {
			defer func() { <-places }()
			r.send(ctx, next, at)
		})
	}
}

// send executes an operation that is due. It completes even if the run is stopped.
func (r *run) send(ctx context.Context, next operation, due time.Time) {
	refusals, err := next.do(context.WithoutCancel(ctx))
	if !due.Before(r.measured) {
		r.recorder.record(next.kind, r.Now().Sub(due), refusals, err)
	}
}
