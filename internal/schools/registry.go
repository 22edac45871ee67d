// Package schools opens each school of a server when it is used, closes it when it has been idle, and
// finds the school that a request names.
package schools

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"rehearse/internal/school"
)

var (
	// ErrUnknown reports that there is no school with a name.
	ErrUnknown = errors.New("there is no such school")
	// ErrFull reports that a server has as many schools open as it may, and all are in use.
	ErrFull = errors.New("the server has too many schools open; try again")
)

// Served is an open school. It serves the requests to the school, without the path of the school.
type Served interface {
	http.Handler
	// Busy reports whether the school has work to do that no request waits for.
	Busy(ctx context.Context) bool
	// Close ends the work of the school and releases what it holds.
	Close(ctx context.Context) error
}

// Options configure a Registry.
type Options struct {
	Open func(ctx context.Context, name school.Name) (Served, error)
	List func(ctx context.Context) ([]school.Name, error) // the names of all schools
	Max  int                                              // schools that are open at the same time
	Idle time.Duration                                    // after which a school is closed that no request uses
	// Grace is how long the requests of a school can take at the end, before it is closed.
	Grace time.Duration
	Log   *slog.Logger
	Now   func() time.Time // the real time
}

const (
	// openTimeout bounds the opening of a school.
	openTimeout = 10 * time.Second
	// closeTimeout bounds the closing of a school, and the question whether it is busy.
	closeTimeout = 10 * time.Second
	// retryAfter is how long the failure to open a school is remembered.
	retryAfter = time.Second
	// lookEvery is the pause between two looks for schools to close.
	lookEvery = 5 * time.Second
	// listFor is how long the list of all schools, or the failure to read it, is remembered.
	listFor = time.Second
	// listTimeout bounds the reading of the list.
	listTimeout = 5 * time.Second
)

// A Registry opens a school when it is used first, and closes it when it has been idle.
type Registry struct {
	o       Options
	closing sync.WaitGroup

	mu      sync.Mutex
	open    map[school.Name]*entry
	ending  int // schools that are being closed
	stopped bool
	left    chan struct{} // holds a token after a use has ended

	listing sync.Mutex    // held while the list is read
	names   []school.Name // as read last; guarded by mu
	known   bool          // that they have been read; guarded by mu
	failed  error         // of the last attempt to read the list; guarded by mu
	listed  time.Time     // of the last attempt; guarded by mu
}

// entry is a school that is open, being opened, or could not be opened.
type entry struct {
	ready  chan struct{} // closed once served or err is set
	served Served
	err    error

	uses int       // guarded by Registry.mu
	last time.Time // when it was used or tried last; guarded by Registry.mu
}

// NewRegistry returns a Registry without open schools.
func NewRegistry(o Options) *Registry {
	return &Registry{o: o, open: map[school.Name]*entry{}, left: make(chan struct{}, 1)}
}

// Use returns an open school, which it opens if necessary. The school stays open until release is
// called. The error is ErrUnknown, ErrFull, or that of opening the school.
func (r *Registry) Use(ctx context.Context, name school.Name) (_ Served, release func(), err error) {
	e, err := r.enter(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	release = sync.OnceFunc(func() { r.leave(e) })
	select {
	case <-e.ready:
	case <-ctx.Done():
		release()
		return nil, nil, ctx.Err()
	}
	if e.err != nil {
		release()
		return nil, nil, e.err
	}
	return e.served, release, nil
}

// Opened is like Use, but returns false instead of opening a school.
func (r *Registry) Opened(name school.Name) (_ Served, release func(), is bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.open[name]
	if e == nil || e.served == nil {
		return nil, nil, false
	}
	e.uses++
	return e.served, sync.OnceFunc(func() { r.leave(e) }), true
}

// Open returns the number of open schools.
func (r *Registry) Open() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.open)
}

// enter returns the entry of a school, which counts as used. It starts to open the school if it is
// not open.
func (r *Registry) enter(ctx context.Context, name school.Name) (*entry, error) {
	if e := r.existing(name); e != nil {
		return e, nil
	}
	known, err := r.knows(ctx, name)
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, fmt.Errorf("%w: %q", ErrUnknown, name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.open[name]; e != nil {
		e.uses++
		return e, nil
	}
	// Schools that are being closed still hold connections.
	if r.stopped || r.ending >= r.o.Max || len(r.open) >= r.o.Max && !r.evict(ctx) {
		return nil, ErrFull
	}
	e := &entry{ready: make(chan struct{}), uses: 1}
	r.open[name] = e
	r.closing.Add(1) // until it is open: Run must not end before
	go r.start(context.WithoutCancel(ctx), name, e)
	return e, nil
}

// existing returns the entry of a school that is open or was tried a moment ago.
func (r *Registry) existing(name school.Name) *entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.open[name]
	if e == nil {
		return nil
	}
	e.uses++
	return e
}

// start opens a school.
func (r *Registry) start(ctx context.Context, name school.Name, e *entry) {
	defer r.closing.Done()
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	served, err := r.o.Open(ctx, name)
	r.mu.Lock()
	defer r.mu.Unlock()
	e.served, e.err, e.last = served, err, r.o.Now()
	close(e.ready)
	switch {
	case err != nil:
		r.o.Log.WarnContext(ctx, "cannot open a school", "school", name, "error", err)
		r.closing.Add(1)
		time.AfterFunc(retryAfter, func() {
			defer r.closing.Done()
			r.forget(name, e)
		})
	default:
		r.o.Log.InfoContext(ctx, "opened a school", "school", name)
	}
}

// forget removes a school that could not be opened, so that it is tried again.
func (r *Registry) forget(name school.Name, e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open[name] == e {
		delete(r.open, name)
	}
}

func (r *Registry) leave(e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.uses--
	e.last = r.o.Now()
	select {
	case r.left <- struct{}{}:
	default:
	}
}

// evict closes the school that was used least recently, and reports whether there is one that no
// request uses. The caller holds mu.
func (r *Registry) evict(ctx context.Context) bool {
	var oldest school.Name
	for name, e := range r.open {
		if e.uses == 0 && e.served != nil && (oldest == "" || e.last.Before(r.open[oldest].last)) {
			oldest = name
		}
	}
	if oldest == "" {
		return false
	}
	r.close(ctx, oldest)
	return true
}

// close removes an open school and closes it. The caller holds mu.
func (r *Registry) close(ctx context.Context, name school.Name) {
	e := r.open[name]
	delete(r.open, name)
	r.ending++
	r.closing.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		err := e.served.Close(ctx)
		r.mu.Lock()
		r.ending--
		r.mu.Unlock()
		if err != nil {
			r.o.Log.WarnContext(ctx, "cannot close a school", "school", name, "error", err)
			return
		}
		r.o.Log.InfoContext(ctx, "closed a school", "school", name)
	})
}

// knows reports whether there is a school with a name.
func (r *Registry) knows(ctx context.Context, name school.Name) (bool, error) {
	names, err := r.Names(ctx)
	return slices.Contains(names, name), err
}

// Names returns the names of all schools, as they were at most a second ago. If they cannot be read, the
// callers of the next second get the same error, so that they do not wait one after the other.
func (r *Registry) Names(ctx context.Context) ([]school.Name, error) {
	r.listing.Lock()
	defer r.listing.Unlock()
	r.mu.Lock()
	names, failed, fresh := r.names, r.failed, !r.listed.IsZero() && r.o.Now().Sub(r.listed) < listFor
	r.mu.Unlock()
	switch {
	case fresh && failed != nil:
		return nil, failed
	case fresh:
		return names, nil
	}
	// Others wait for the list, too, so it does not end with the request that asks for it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), listTimeout)
	defer cancel()
	names, err := r.o.List(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed, r.listed = err, r.o.Now()
	if err != nil {
		return nil, err
	}
	r.names, r.known = names, true
	return names, nil
}

// Alone reports that there are no schools. While the list cannot be read, it says what was true before,
// because nobody creates a school while the database is away. It returns false if it has never found out.
func (r *Registry) Alone(ctx context.Context) bool {
	_, _ = r.Names(ctx) // the names are remembered, and so is that they are not known
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known && len(r.names) == 0
}

// Any reports whether there were schools when the list was read last.
func (r *Registry) Any() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.names) > 0
}

// Run closes idle and dropped schools until ctx ends, and then all.
func (r *Registry) Run(ctx context.Context) {
	for {
		r.look(ctx)
		select {
		case <-ctx.Done():
			r.stop(ctx)
			return
		case <-time.After(min(lookEvery, r.o.Idle)):
		}
	}
}

// look closes the schools that are idle and not busy, and those that were dropped.
func (r *Registry) look(ctx context.Context) {
	names, err := r.Names(ctx)
	for _, name := range r.idle(func(name school.Name) bool { return err == nil && !slices.Contains(names, name) }) {
		served, release, is := r.Opened(name)
		if !is {
			continue
		}
		asking, cancel := context.WithTimeout(ctx, closeTimeout)
		busy := slices.Contains(names, name) && served.Busy(asking)
		cancel()
		r.mu.Lock()
		if e := r.open[name]; e != nil && e.served == served && e.uses == 1 && !busy {
			r.close(ctx, name)
		}
		r.mu.Unlock()
		release()
	}
}

// idle returns the open schools that no request has used for a while, and of those that were dropped
// the ones that no request uses.
func (r *Registry) idle(dropped func(school.Name) bool) []school.Name {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.o.Now()
	var names []school.Name
	for name, e := range r.open {
		if e.uses == 0 && e.served != nil && (now.Sub(e.last) >= r.o.Idle || dropped(name)) {
			names = append(names, name)
		}
	}
	return names
}

// stop closes each school when no request uses it any more, or after the grace, and waits until all are
// closed.
func (r *Registry) stop(ctx context.Context) {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	grace := time.After(r.o.Grace)
	for late := false; ; {
		used, opening := r.closeUnused(ctx, late)
		switch {
		case opening != nil:
			<-opening
			continue
		case used == 0:
			r.closing.Wait()
			return
		}
		select {
		case <-r.left:
		case <-grace:
			late = true
		}
	}
}

// closeUnused closes the schools that no request uses; with late, it closes all. It returns the number
// of those that are left, and the end of the opening of one that is being opened.
func (r *Registry) closeUnused(ctx context.Context, late bool) (used int, opening <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, e := range r.open {
		switch {
		case e.served != nil && (late || e.uses == 0):
			r.close(ctx, name)
		case e.served != nil:
			used++
		case e.err == nil:
			opening = e.ready
		}
	}
	return used, opening
}
