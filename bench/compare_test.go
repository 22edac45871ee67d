package bench

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// contender is one implementation of the measured work. Several clients call do
// concurrently, each with its own random source.
type contender struct {
	metric  string // its name in the metrics of the benchmark output
	name    string
	do      func(ctx context.Context, random *rand.Rand) error
	process process // process that does the work, if it is separate
	settles bool    // may be called without limit; is warmed up until its rate is stable

	// interval replaces do for a program that does all the work of an interval itself.
	interval func(context.Context, load) (interlude, error)
}

// load is the amount of work in an interval.
type load struct {
	clients int
	most    int           // operations in an interval; 0 for no limit
	time    time.Duration // duration of an interval; 0 for the default
}

var rounds = flag.Int("rounds", 7, "measured intervals of each contender")

const (
	interval = time.Second
	warmUp   = 100             // operations of each contender before the measurement
	settling = 3 * time.Second // warm-up of a contender that settles, with settlers clients
	settlers = 16
)

// interlude holds the measurements of one interval of one contender.
type interlude struct {
	rate     float64 // operations per second
	p50, p99 time.Duration
	cpu      time.Duration // of the contender's process, per operation
	postgres time.Duration // CPU time of the Postgres backends, per operation
	reads    float64       // of the change log, per operation
}

// compare measures the contenders and reports the ratio of each to the first, which is the
// floor.
func (w *world) compare(b *testing.B, l load, contenders []contender, notes ...string) {
	b.Helper()
	t := table{header: []string{"per second", "p50 ms", "p99 ms", "CPU µs", "Postgres CPU µs", "log reads", "MiB", "ratio", "range of rounds"}, notes: notes}
	intervals := w.measure(b, l, contenders)
	floor := rate(intervals[0])
	for n, c := range contenders {
		var ratios []float64
		for round := range intervals[n] {
			ratios = append(ratios, intervals[n][round].rate/intervals[0][round].rate)
		}
		t.add(c.name, fmt.Sprintf("%.0f", rate(intervals[n])), millis(p50(intervals[n])),
			millis(median(intervals[n], func(i interlude) float64 { return i.p99.Seconds() })),
			known(median(intervals[n], func(i interlude) float64 { return i.cpu.Seconds() * 1e6 })),
			known(median(intervals[n], func(i interlude) float64 { return i.postgres.Seconds() * 1e6 })),
			share(median(intervals[n], func(i interlude) float64 { return i.reads })),
			known(float64(c.process.memory())/(1<<20)),
			fmt.Sprintf("%.2f", rate(intervals[n])/floor), fmt.Sprintf("%.2f .. %.2f", slices.Min(ratios), slices.Max(ratios)))
		b.ReportMetric(rate(intervals[n]), c.metric+"/s")
		if n > 0 {
			b.ReportMetric(rate(intervals[n])/floor, c.metric+"-ratio")
		}
	}
	w.publish(b, t)
}

// measure runs the contenders in alternation (A B B A) and returns the intervals of each,
// so that a slow moment of the machine affects one interval and not a whole run.
func (w *world) measure(b *testing.B, l load, contenders []contender) [][]interlude {
	b.Helper()
	for _, c := range contenders {
		before := load{clients: l.clients, most: warmUp}
		if c.settles {
			before = load{clients: settlers, time: settling}
		}
		if _, err := w.run(b.Context(), c, before); err != nil {
			b.Fatalf("%s: %v", c.name, err)
		}
	}
	intervals := make([][]interlude, len(contenders))
	for round := range *rounds {
		for n := range contenders {
			if round%2 == 1 {
				n = len(contenders) - 1 - n // reverse the order in every other round
			}
			one, err := w.run(b.Context(), contenders[n], l)
			if err != nil {
				b.Fatalf("%s: %v", contenders[n].name, err)
			}
			intervals[n] = append(intervals[n], one)
		}
	}
	return intervals
}

func rate(intervals []interlude) float64 {
	return median(intervals, func(i interlude) float64 { return i.rate })
}

func p50(intervals []interlude) float64 {
	return median(intervals, func(i interlude) float64 { return i.p50.Seconds() })
}

func millis(seconds float64) string { return fmt.Sprintf("%.2f", seconds*1000) }

// known formats n, and returns an empty string for an unknown (zero) value.
func known(n float64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", n)
}

// share is like known, for a number below 1.
func share(n float64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", n)
}

func median(intervals []interlude, of func(interlude) float64) float64 {
	values := make([]float64, len(intervals))
	for n, i := range intervals {
		values[n] = of(i)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// run lets the clients work for one interval.
func (w *world) run(ctx context.Context, c contender, l load) (interlude, error) {
	if c.interval != nil {
		return c.interval(ctx, l)
	}
	var started atomic.Int64
	var waiting sync.WaitGroup
	times := make([][]time.Duration, l.clients)
	problems := make([]error, l.clients)
	backends := cpuOfBackends{}
	if err := w.backends(ctx, backends); err != nil {
		return interlude{}, err
	}
	reads, postgres := c.process.logReads(ctx), backends.taken()
	begin, spent := time.Now(), c.process.cpu()
	for client := range l.clients {
		waiting.Go(func() {
			random := rand.New(rand.NewPCG(uint64(client), uint64(begin.UnixNano())))
			for time.Since(begin) < cmp.Or(l.time, interval) || l.most > 0 {
				if l.most > 0 && started.Add(1) > int64(l.most) {
					return
				}
				at := time.Now()
				if err := c.do(ctx, random); err != nil {
					problems[client] = err
					return
				}
				times[client] = append(times[client], time.Since(at))
			}
		})
	}
	waiting.Wait()
	elapsed := time.Since(begin)
	spent = c.process.cpu() - spent
	if err := w.backends(ctx, backends); err != nil { // those that were started in the meantime
		return interlude{}, err
	}
	postgres = backends.taken() - postgres
	reads = c.process.logReads(ctx) - reads
	all := slices.Concat(times...)
	if err := errors.Join(problems...); err != nil {
		return interlude{}, err
	}
	slices.Sort(all)
	return interlude{
		rate: float64(len(all)) / elapsed.Seconds(),
		p50:  all[len(all)/2], p99: all[len(all)*99/100], cpu: spent / time.Duration(len(all)),
		postgres: postgres / time.Duration(len(all)), reads: float64(reads) / float64(len(all)),
	}, nil
}

// client keeps idle connections for many callers.
var client = &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConns: 256, MaxIdleConnsPerHost: 256}}

// fetch sends a request and returns the body of a 200 response.
func fetch(ctx context.Context, method, url string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", response.Status, text)
	}
	return text, nil
}
