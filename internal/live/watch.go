package live

import (
	"context"
	"errors"
	"maps"
	"sync"
)

// A Watch calls send for each change, one at a time and at the pace of its reader. It runs
// until the context it was created with ends, or returns ErrSlow if the reader is too slow.
type Watch[T any] func(pace Pace, send func(context.Context, T)) error

// Pace slows a watch down to the rate at which its reader reads and the limits allow.
// Changes in the meantime are merged.
type Pace interface {
	// Begin waits until the watch may look at changes. It returns false if ctx has ended.
	// After true, the watch either sends an event or calls Skip.
	Begin(ctx context.Context) bool
	// Skip ends the turn if there is nothing to send. It reports the work that was done.
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
	new pendingChanges[K, V]
}

type pendingChanges[K comparable, V any] struct {
	items   map[K]V
	stale   uint64 // generation the student's record must be read in or after; zero if the record is current
	refetch bool   // there are changes that items does not list
}

func newInbox[K comparable, V any](drop context.CancelCauseFunc) inbox[K, V] {
	return inbox[K, V]{drop: drop, wake: make(chan struct{}, 1)}
}

func (b *inbox[K, V]) put(add pendingChanges[K, V]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.new.items == nil {
		b.new.items = add.items
	} else {
		maps.Copy(b.new.items, add.items)
	}
	b.new.stale, b.new.refetch = max(b.new.stale, add.stale), b.new.refetch || add.refetch
	if len(b.new.items) > MaxPending {
		b.drop(ErrSlow)
	}
	signal(b.wake)
}

func (b *inbox[K, V]) take() pendingChanges[K, V] {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.new
	b.new = pendingChanges[K, V]{}
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
func (h *Hub) watch(ctx context.Context, w watcher) {
	h.feed.add(w)
	context.AfterFunc(ctx, func() { h.feed.remove(w) })
}
