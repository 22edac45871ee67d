// Package loader reads many objects of one kind with one statement. gqlgen
// hands a resolver all sibling objects at once; it asks for all their keys,
// and the loader fetches those that this request has not read yet.
package loader

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// Set is the loaders of one request: what one of them has read or been told, it
// does not read again, so a Set must not outlive a mutation.
type Set struct {
	Students     Loader[booking.StudentID, booking.Student]
	Interviewers Loader[booking.InterviewerID, booking.Interviewer]
	Slots        Loader[booking.SlotID, booking.Slot]
	Interviews   Loader[booking.InterviewID, booking.Interview]
	Records      Loader[booking.StudentID, booking.Record]
	Holds        Loader[booking.HoldID, booking.Hold]

	reader      *store.Reader
	policy      policy
	generations generations
	timeout     time.Duration
}

// Fetches take the reader as an argument, so that they are made once and not for each request.
var (
	students     = byKey((*store.Reader).StudentsByID, func(s booking.Student) booking.StudentID { return s.ID })
	interviewers = byKey((*store.Reader).InterviewersByID, func(i booking.Interviewer) booking.InterviewerID { return i.ID })
	slots        = byKey((*store.Reader).SlotsByID, func(s booking.Slot) booking.SlotID { return s.ID })
	interviews   = byKey((*store.Reader).InterviewsByID, func(i booking.Interview) booking.InterviewID { return i.ID })
	holds        = byKey((*store.Reader).HoldsByID, func(h booking.Hold) booking.HoldID { return h.ID })
)

// New is a set that reads through r, which may take as long as timeout each time.
func New(r *store.Reader, timeout time.Duration) *Set {
	s := &Set{reader: r, timeout: timeout}
	s.Students.from(r, students)
	s.Interviewers.from(r, interviewers)
	s.Interviewers.known = (*store.Reader).KnownInterviewers
	s.Slots.from(r, slots)
	s.Interviews.from(r, interviews)
	s.Records.from(r, (*store.Reader).Records)
	s.Holds.from(r, holds)
	return s
}

// policy is the booking policy as it was read first.
type policy struct {
	once  sync.Once
	value booking.Policy
	err   error
}

// Policy reads the booking policy, at most once.
func (s *Set) Policy(ctx context.Context) (booking.Policy, error) {
	p := &s.policy
	p.once.Do(func() { p.value, p.err = s.reader.Policy(ctx) })
	return p.value, p.err
}

type setKey struct{}

// WithSet carries a set to the resolvers.
func WithSet(ctx context.Context, s *Set) context.Context {
	return context.WithValue(ctx, setKey{}, s)
}

// From is the set of this request. It panics when there is none: the handler
// puts one there before any resolver runs.
func From(ctx context.Context) *Set {
	return ctx.Value(setKey{}).(*Set)
}

// Prime makes objects known that were read or written otherwise, whole, so that
// none of them is read again by its id. Objects of a kind without a loader are
// passed over. So are slots: a list of what can be booked reads only a part of them.
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
		}
	}
}

// Loader reads values of one kind by key.
type Loader[K ~int64, V any] struct {
	reader *store.Reader
	fetch  fetch[K, V]
	known  func(*store.Reader, []K) map[K]*V // what need not be read; may be nil

	asking  sync.Mutex
	batches *dataloader.Loader[K, V] // nil until it is used: most requests use few loaders
}

// fetch reads values by key. It leaves out keys that name nothing.
type fetch[K ~int64, V any] func(*store.Reader, context.Context, []K) (map[K]V, error)

// from says what the loader reads, and through what.
func (l *Loader[K, V]) from(r *store.Reader, f fetch[K, V]) { l.reader, l.fetch = r, f }

// Map reads the values of the keys, without waiting for others to ask: the keys
// are all there are at their place. A key that names nothing is an error.
func (l *Loader[K, V]) Map(ctx context.Context, keys []K) (map[K]*V, error) {
	return l.read(ctx, keys, func(error) bool { return false })
}

// Found reads the values of the keys as Map does, and leaves out keys that name
// nothing.
func (l *Loader[K, V]) Found(ctx context.Context, keys []K) (map[K]*V, error) {
	return l.read(ctx, keys, func(err error) bool { return errors.Is(err, errNotThere) })
}

// errNotThere is the error of a key that names nothing.
var errNotThere = errors.New("does not exist")

// read reads the values of the keys, and leaves out those whose error is ignored.
func (l *Loader[K, V]) read(ctx context.Context, keys []K, ignored func(error) bool) (map[K]*V, error) {
	var values map[K]*V
	if l.known != nil {
		values = l.known(l.reader, keys)
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

// prime makes the value known, unless the key is. A key of zero names nothing: it
// is that of a booking that was only tried.
func (l *Loader[K, V]) prime(ctx context.Context, key K, value V) {
	if key != 0 {
		l.asking.Lock()
		defer l.asking.Unlock()
		l.batched().Prime(ctx, key, value)
	}
}

// ask sends for all the keys at once: nobody else's question cuts them in two.
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

// batched returns what batches the loader's questions. The caller holds the lock.
func (l *Loader[K, V]) batched() *dataloader.Loader[K, V] {
	if l.batches == nil {
		l.batches = dataloader.NewBatchedLoader(l.batch)
	}
	return l.batches
}

func (l *Loader[K, V]) batch(ctx context.Context, keys []K) []*dataloader.Result[V] {
	found, err := l.fetch(l.reader, ctx, keys)
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

// byKey turns a read of a list into one by key.
func byKey[K ~int64, V any](read func(*store.Reader, context.Context, []K) ([]V, error), key func(V) K) fetch[K, V] {
	return func(r *store.Reader, ctx context.Context, keys []K) (map[K]V, error) {
		list, err := read(r, ctx, keys)
		found := make(map[K]V, len(list))
		for _, value := range list {
			found[key(value)] = value
		}
		return found, err
	}
}
