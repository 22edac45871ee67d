package live

import (
	"context"
	"errors"
	"maps"
	"sync"
)

// A Watch calls tell for each change, one at a time and at the pace of its reader. It runs
// until the context it was created with ends, or returns ErrSlow if the reader is too slow.
type Watch[T any] func(pace Pace, tell func(context.Context, T)) error

// Pace slows a watch down to the rate at which its reader reads and the limits allow.
// Changes in the meantime are merged.
type Pace interface {
	// Begin waits until the watch may look at changes. It returns false if ctx has ended.
	// After true, the watch either tells something or calls Skip.
	Begin(ctx context.Context) bool
	// Skip ends the turn if there is nothing to tell. It reports the work that was done.
	Skip(Work)
}

// Work is the cost of computing a change.
type Work struct {
	Reads int // SQL statements
	Slots int // slots compared
}

// inbox holds unread changes: the latest state of each thing.
type inbox[K comparable, V any] struct {
	drop context.CancelCauseFunc // cancels the watch
	wake chan struct{}

	mu  sync.Mutex
	new news[K, V]
}

type news[K comparable, V any] struct {
	things  map[K]V
	stale   uint64 // generation the student's record must be read in or after; zero if the record is current
	refetch bool   // there are changes that things does not list
}

func newInbox[K comparable, V any](drop context.CancelCauseFunc) inbox[K, V] {
	return inbox[K, V]{drop: drop, wake: make(chan struct{}, 1)}
}

func (b *inbox[K, V]) put(add news[K, V]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.new.things == nil {
		b.new.things = add.things
	} else {
		maps.Copy(b.new.things, add.things)
	}
	b.new.stale, b.new.refetch = max(b.new.stale, add.stale), b.new.refetch || add.refetch
	if len(b.new.things) > MaxPending {
		b.drop(ErrSlow)
	}
	signal(b.wake)
}

func (b *inbox[K, V]) take() news[K, V] {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.new
	b.new = news[K, V]{}
	return taken
}

// ended returns why the watch ended: ErrSlow, or nil if the reader left.
func ended(ctx context.Context) error {
	if errors.Is(context.Cause(ctx), ErrSlow) {
		return ErrSlow
	}
	return nil
}

// watch subscribes w to the feed until ctx ends.
func (s *School) watch(ctx context.Context, w watcher) {
	s.feed.add(w)
	context.AfterFunc(ctx, func() { s.feed.remove(w) })
}
