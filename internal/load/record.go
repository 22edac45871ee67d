package load

import (
	"errors"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// recorder counts the results of requests, except those of the warm-up.
type recorder struct {
	mu      sync.Mutex
	tallies map[string]*tally // by kind
	failed  *hdrhistogram.Histogram
	all     *hdrhistogram.Histogram // latency of answered requests
	unsent  int
	example string // a failure's message
}

// tally holds the results of one kind of request.
type tally struct {
	answered  *hdrhistogram.Histogram
	refusals  map[string]int
	errors    map[string]int
	transport map[string]int
	shed      int // included in the errors
}

const (
	longest   = int64(time.Hour / time.Microsecond)
	precision = 3 // decimal digits
)

func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, longest, precision) }

func newRecorder() *recorder {
	r := &recorder{tallies: map[string]*tally{}, failed: newHistogram(), all: newHistogram()}
	for _, kind := range kinds {
		r.tallies[kind] = &tally{
			answered: newHistogram(), refusals: map[string]int{}, errors: map[string]int{}, transport: map[string]int{},
		}
	}
	return r
}

// record counts one request.
func (r *recorder) record(kind string, took time.Duration, refusals []string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.tallies[kind]
	micros := min(max(1, took.Microseconds()), longest) // within the histogram's range
	var failed *failure
	switch {
	case !errors.As(err, &failed):
		_, _ = t.answered.RecordValue(micros), r.all.RecordValue(micros)
		for _, code := range refusals {
			t.refusals[code]++
		}
		return
	case failed.transport:
		t.transport[failed.code]++
	default:
		t.errors[failed.code]++
		if failed.shed() {
			t.shed++
		}
	}
	_ = r.failed.RecordValue(micros)
	if r.example == "" || !failed.shed() {
		r.example = failed.Error()
	}
}

// notSent counts a request that was dropped because too many were in flight.
func (r *recorder) notSent() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unsent++
}
