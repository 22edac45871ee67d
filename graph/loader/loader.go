// Package loader reads many objects of one kind with one statement. gqlgen
// hands a resolver all sibling objects at once; it asks for all their keys,
// and the loader fetches those that this request has not read yet.
package loader

import (
	"context"
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
	Students     *Loader[booking.StudentID, booking.Student]
	Interviewers *Loader[booking.InterviewerID, booking.Interviewer]
	Slots        *Loader[booking.SlotID, booking.Slot]
	Interviews   *Loader[booking.InterviewID, booking.Interview]
	Records      *Loader[booking.StudentID, booking.Record]
	Holds        *Loader[booking.HoldID, booking.Hold]

	policy      func(context.Context) (booking.Policy, error)
	generations generations
	timeout     time.Duration
}

// New is a set that reads through r, which may take as long as timeout each time.
func New(r *store.Reader, timeout time.Duration) *Set {
	return &Set{
		policy:   once(r.Policy),
		timeout:  timeout,
		Students: newLoader(byKey(r.StudentsByID, func(s booking.Student) booking.StudentID { return s.ID })),
		Interviewers: newLoader(byKey(r.InterviewersByID, func(i booking.Interviewer) booking.InterviewerID { return i.ID })).
			knowing(r.KnownInterviewers),
		Slots:      newLoader(byKey(r.SlotsByID, func(s booking.Slot) booking.SlotID { return s.ID })),
		Interviews: newLoader(byKey(r.InterviewsByID, func(i booking.Interview) booking.InterviewID { return i.ID })),
		Records:    newLoader(r.Records),
		Holds:      newLoader(byKey(r.HoldsByID, func(h booking.Hold) booking.HoldID { return h.ID })),
	}
}

// Policy reads the booking policy, at most once.
func (s *Set) Policy(ctx context.Context) (booking.Policy, error) { return s.policy(ctx) }

// once reads a value the first time it is asked for.
func once[T any](read func(context.Context) (T, error)) func(context.Context) (T, error) {
	var first sync.Once
	var value T
	var failed error
	return func(ctx context.Context) (T, error) {
		first.Do(func() { value, failed = read(ctx) })
		return value, failed
	}
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
	asking  sync.Mutex
	batches *dataloader.Loader[K, V]
	known   func([]K) map[K]*V // what need not be read; may be nil
}

func (l *Loader[K, V]) knowing(known func([]K) map[K]*V) *Loader[K, V] {
	l.known = known
	return l
}

// Map reads the values of the keys, without waiting for others to ask: the keys
// are all there are at their place.
func (l *Loader[K, V]) Map(ctx context.Context, keys []K) (map[K]*V, error) {
	var values map[K]*V
	if l.known != nil {
		values = l.known(keys)
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
		if err != nil {
			return nil, err
		}
		values[keys[i]] = &value
	}
	return values, nil
}

// prime makes the value known, unless the key is. A key of zero names nothing: it
// is that of a booking that was only tried.
func (l *Loader[K, V]) prime(ctx context.Context, key K, value V) {
	if key != 0 {
		l.batches.Prime(ctx, key, value)
	}
}

// ask sends for all the keys at once: nobody else's question cuts them in two.
func (l *Loader[K, V]) ask(ctx context.Context, keys []K) []dataloader.Thunk[V] {
	l.asking.Lock()
	defer l.asking.Unlock()
	thunks := make([]dataloader.Thunk[V], len(keys))
	for i, key := range keys {
		thunks[i] = l.batches.Load(ctx, key)
	}
	l.batches.Flush()
	return thunks
}

// newLoader batches what fetch reads. fetch leaves out keys that name nothing.
func newLoader[K ~int64, V any](fetch func(context.Context, []K) (map[K]V, error)) *Loader[K, V] {
	return &Loader[K, V]{batches: dataloader.NewBatchedLoader(
		func(ctx context.Context, keys []K) []*dataloader.Result[V] {
			found, err := fetch(ctx, keys)
			results := make([]*dataloader.Result[V], len(keys))
			for i, key := range keys {
				value, ok := found[key]
				switch {
				case err != nil:
					results[i] = &dataloader.Result[V]{Error: err}
				case !ok:
					results[i] = &dataloader.Result[V]{Error: fmt.Errorf("%T %d is not there", key, key)}
				default:
					results[i] = &dataloader.Result[V]{Data: value}
				}
			}
			return results
		})}
}

// byKey turns a read of a list into one by key.
func byKey[K ~int64, V any](
	read func(context.Context, []K) ([]V, error), key func(V) K,
) func(context.Context, []K) (map[K]V, error) {
	return func(ctx context.Context, keys []K) (map[K]V, error) {
		list, err := read(ctx, keys)
		found := make(map[K]V, len(list))
		for _, value := range list {
			found[key(value)] = value
		}
		return found, err
	}
}
