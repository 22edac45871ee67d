// Package sharedrun runs a function once for all callers that wait for it. Unlike a call of
// x/sync/singleflight, a run serves only the callers that came before it began, so it sees
// everything that they have done. A run knows what each of its callers asks for.
package sharedrun

import (
	"runtime"
	"sync"
)

// A Runner runs a function again and again.
type Runner[K, T any] struct {
	run     func(keys []K) (T, error)
	running chan struct{} // has an element for each run under way

	mu   sync.Mutex
	next *Run[K, T] // the run that has not begun, if somebody waits for it
}

// A Run is one run of the function. Its result is set when Done is closed.
type Run[K, T any] struct {
	keys    []K // of all callers
	callers int

	Done   chan struct{}
	Result T
	Err    error
}

// New returns a Runner of the function, with at most the given number of runs at a time.
func New[K, T any](most int, run func(keys []K) (T, error)) *Runner[K, T] {
	return &Runner[K, T]{run: run, running: make(chan struct{}, most)}
}

// Next returns the run that begins after the call. It does not wait for it. The run gets the
// keys of all its callers.
func (r *Runner[K, T]) Next(keys ...K) *Run[K, T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == nil {
		r.next = &Run[K, T]{Done: make(chan struct{})}
		go r.start(r.next)
	}
	r.next.callers++
	r.next.keys = append(r.next.keys, keys...)
	return r.next
}

func (r *Runner[K, T]) start(run *Run[K, T]) {
	r.running <- struct{}{}
	defer func() { <-r.running }()
	r.mu.Lock()
	r.gather(run)
	r.next = nil // whoever comes later waits for the next run
	r.mu.Unlock()
	defer close(run.Done)
	run.Result, run.Err = r.run(run.keys)
}

// maxYields bounds how long a run waits for more callers.
const maxYields = 10

// gather lets other goroutines run as long as they join the run, so that a busy machine needs
// fewer runs (BenchmarkAvailableSlots). An idle machine has no such goroutines.
func (r *Runner[K, T]) gather(run *Run[K, T]) {
	for yields, idle := 0, 0; yields < maxYields && idle < 2; yields++ {
		before := run.callers
		r.mu.Unlock()
		runtime.Gosched()
		r.mu.Lock()
		idle++
		if run.callers > before {
			idle = 0
		}
	}
}
