// Package sharedrun runs a function once for all callers that wait for it. Unlike a call of
// x/sync/singleflight, a run serves only the callers that came before it began, so it sees
// everything that they have done.
package sharedrun

import "sync"

// A Runner runs a function again and again, one run at a time.
type Runner[T any] struct {
	run     func() (T, error)
	running sync.Mutex // held during a run

	mu   sync.Mutex
	next *Run[T] // the run that has not begun, if somebody waits for it
}

// A Run is one run of the function. Its result is set when Done is closed.
type Run[T any] struct {
	Done   chan struct{}
	Result T
	Err    error
}

// New returns a Runner of the function.
func New[T any](run func() (T, error)) *Runner[T] { return &Runner[T]{run: run} }

// Next returns the run that begins after the call. It does not wait for it.
func (r *Runner[T]) Next() *Run[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == nil {
		r.next = &Run[T]{Done: make(chan struct{})}
		go r.start(r.next)
	}
	return r.next
}

func (r *Runner[T]) start(run *Run[T]) {
	r.running.Lock()
	defer r.running.Unlock()
	r.mu.Lock()
	r.next = nil // whoever comes later waits for the next run
	r.mu.Unlock()
	defer close(run.Done)
	run.Result, run.Err = r.run()
}
