// Package loader reads many objects of one kind with one statement. gqlgen calls a resolver
// with all sibling objects at once; it requests all their keys, and the loader reads those
// that the operation has not read yet.
package loader

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"rehearse/internal/app"
	"rehearse/internal/booking"
)

// Set holds the loaders of one operation. A loader does not read again what it has read or
// was primed with, so a Set must not outlive a mutation.
type Set struct {
	Students     Loader[booking.StudentID, booking.Student]
	Interviewers Loader[booking.InterviewerID, booking.Interviewer]
	Slots        Loader[booking.SlotID, booking.SlotView]
	Interviews   Loader[booking.InterviewID, booking.Interview]
	Records      Loader[booking.StudentID, booking.Record]
	Holds        Loader[booking.HoldID, booking.Hold]

	view        app.View // what the caller may see
	policy      policy
	generations generations
	timeout     time.Duration
}

// Fetches take the view as an argument, so that they are created once and not for each
// operation.
var (
	students     = byKey(app.View.StudentsByID, func(s booking.Student) booking.StudentID { return s.ID })
	interviewers = byKey(app.View.InterviewersByID, func(i booking.Interviewer) booking.InterviewerID { return i.ID })
	slots        = byKey(app.View.SlotsByID, func(s booking.SlotView) booking.SlotID { return s.ID })
	interviews   = byKey(app.View.InterviewsByID, func(i booking.Interview) booking.InterviewID { return i.ID })
	holds        = byKey(app.View.HoldsByID, func(h booking.Hold) booking.HoldID { return h.ID })
)

// New returns a Set that reads through the caller's view, with the given timeout for each
// read.
func New(view app.View, timeout time.Duration) *Set {
	s := &Set{view: view, timeout: timeout}
	v := &s.view
	s.Students.from(v, students)
	s.Interviewers.from(v, interviewers)
	// Saves a statement and half of the allocations of a list (BenchmarkHandler).
	s.Interviewers.known = app.View.CachedInterviewers
	s.Slots.from(v, slots)
	s.Interviews.from(v, interviews)
	s.Records.from(v, app.View.Records)
	s.Holds.from(v, holds)
	return s
}

// policy caches the booking policy.
type policy struct {
	once  sync.Once
	value booking.Policy
	err   error
}

// Policy returns the booking policy. It reads it at most once.
func (s *Set) Policy(ctx context.Context) (booking.Policy, error) {
	p := &s.policy
	p.once.Do(func() { p.value, p.err = s.view.Policy(ctx) })
	return p.value, p.err
}

type setKey struct{}

// WithSet returns a context that carries the Set to the resolvers.
func WithSet(ctx context.Context, s *Set) context.Context {
	return context.WithValue(ctx, setKey{}, s)
}

// From returns the Set of the context. It panics if there is none: the executor adds one
// before any resolver runs.
func From(ctx context.Context) *Set {
	return ctx.Value(setKey{}).(*Set)
}

// Prime adds objects that were read or written elsewhere, so that the loaders do not read
// them again. It ignores objects of kinds without a loader.
func Prime[T any](ctx context.Context, objects ...*T) {
	set := From(ctx)
	for _, object := range objects {
		switch o := any(object).(type) {
		case *booking.Student:
			set.Students.prime(ctx, o.ID, *o)
		case *booking.Interviewer:
			set.Interviewers.prime(ctx, o.ID, *o)
		case *booking.Interview:
			set.Interviews.prime(ctx, o.ID, *o)
		case *booking.SlotView:
			set.Slots.prime(ctx, o.ID, *o)
		}
	}
}

// Loader reads values of one kind by key.
type Loader[K ~int64, V any] struct {
	view  *app.View
	fetch fetch[K, V]
	known func(app.View, []K) map[K]*V // returns cached values; may be nil

	asking  sync.Mutex
	batches *dataloader.Loader[K, V] // created on first use, because most operations use few loaders
}

// fetch reads values by key. It omits keys that do not exist.
type fetch[K ~int64, V any] func(app.View, context.Context, []K) (map[K]V, error)

// from sets the source of the loader.
func (l *Loader[K, V]) from(v *app.View, f fetch[K, V]) { l.view, l.fetch = v, f }

// Map reads the values of the keys at once, without waiting for other requests to batch
// with: callers pass all keys of their path. A key that does not exist is an error.
func (l *Loader[K, V]) Map(ctx context.Context, keys []K) (map[K]*V, error) {
	return l.read(ctx, keys, func(error) bool { return false })
}

// Found is like Map, but omits keys that do not exist.
func (l *Loader[K, V]) Found(ctx context.Context, keys []K) (map[K]*V, error) {
	return l.read(ctx, keys, func(err error) bool { return errors.Is(err, errNotThere) })
}

// errNotThere reports a key that does not exist.
var errNotThere = errors.New("does not exist")

// read reads the values of the keys. It omits those whose error is ignored.
func (l *Loader[K, V]) read(ctx context.Context, keys []K, ignored func(error) bool) (map[K]*V, error) {
	var values map[K]*V
	if l.known != nil {
		values = l.known(*l.view, keys)
		if len(keys) > 0 && len(values) == len(keys) {
			return values, nil
		}
		keys = slices.DeleteFunc(slices.Clone(keys), func(key K) bool { return values[key] != nil })
	}
	if values == nil {
		values = make(map[K]*V, len(keys))
	}
	if len(keys) == 0 {
		return values, nil
	}
	thunks := l.ask(ctx, keys)
	for i, thunk := range thunks {
		value, err := thunk()
		switch {
		case err == nil:
			values[keys[i]] = &value
		case !ignored(err):
			return nil, err
		}
	}
	return values, nil
}

// prime adds a value, unless the key is known. It ignores the key zero, which belongs to a
// dry run of a booking.
func (l *Loader[K, V]) prime(ctx context.Context, key K, value V) {
	if key != 0 {
		l.asking.Lock()
		defer l.asking.Unlock()
		l.batched().Prime(ctx, key, value)
	}
}

// ask requests all keys in one batch. The lock keeps concurrent requests from splitting it.
func (l *Loader[K, V]) ask(ctx context.Context, keys []K) []dataloader.Thunk[V] {
	l.asking.Lock()
	defer l.asking.Unlock()
	batches := l.batched()
	thunks := make([]dataloader.Thunk[V], len(keys))
	for i, key := range keys {
		thunks[i] = batches.Load(ctx, key)
	}
	batches.Flush()
	return thunks
}

// batched returns the batching loader, which it creates on first use. The caller must hold
// the lock.
func (l *Loader[K, V]) batched() *dataloader.Loader[K, V] {
	if l.batches == nil {
		// ask flushes each batch. The default wait of 16 ms could split a batch on a slow machine.
		l.batches = dataloader.NewBatchedLoader(l.batch, dataloader.WithWait[K, V](time.Hour))
	}
	return l.batches
}

func (l *Loader[K, V]) batch(ctx context.Context, keys []K) []*dataloader.Result[V] {
	found, err := l.fetch(*l.view, ctx, keys)
	results := make([]*dataloader.Result[V], len(keys))
	for i, key := range keys {
		value, ok := found[key]
		switch {
		case err != nil:
			results[i] = &dataloader.Result[V]{Error: err}
		case !ok:
			results[i] = &dataloader.Result[V]{Error: fmt.Errorf("%T %d %w", key, key, errNotThere)}
		default:
			results[i] = &dataloader.Result[V]{Data: value}
		}
	}
	return results
}

// byKey converts a read of a list to a fetch by key.
func byKey[K ~int64, V any](read func(app.View, context.Context, []K) ([]V, error), key func(V) K) fetch[K, V] {
	return func(v app.View, ctx context.Context, keys []K) (map[K]V, error) {
		list, err := read(v, ctx, keys)
		found := make(map[K]V, len(list))
		for _, value := range list {
			found[key(value)] = value
		}
		return found, err
	}
}
