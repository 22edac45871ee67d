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

// newWatch returns a Watch that calls next for each token in wake, and sends the event that it
// returns, if any.
func newWatch[E any](
	ctx context.Context, drop context.CancelCauseFunc, wake <-chan struct{}, next func(context.Context) (*E, Work),
) Watch[E] {
	return func(pace Pace, send func(context.Context, E)) error {
		defer drop(nil)
		for {
			select {
			case <-ctx.Done():
			case <-wake:
			}
			if ctx.Err() != nil || !pace.Begin(ctx) {
				if errors.Is(context.Cause(ctx), ErrSlow) {
					return ErrSlow
				}
				return nil
			}
			if event, work := next(ctx); event != nil {
				send(ctx, *event)
			} else {
				pace.Skip(work)
			}
		}
	}
}

// inbox holds unread changes: the latest state of each thing.
type inbox[K comparable, V any] struct {
	drop context.CancelCauseFunc // cancels the watch
	wake chan struct{}           // holds one token while there are changes

	mu  sync.Mutex
	new pendingChanges[K, V]
}

type pendingChanges[K comparable, V any] struct {
	items   map[K]V
	stale   bool // the student's record may have changed
	refetch bool // there are changes that items does not list
}

func newInbox[K comparable, V any](drop context.CancelCauseFunc) inbox[K, V] {
	return inbox[K, V]{drop: drop, wake: make(chan struct{}, 1), new: pendingChanges[K, V]{items: map[K]V{}}}
}

func (b *inbox[K, V]) put(add pendingChanges[K, V]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.Copy(b.new.items, add.items)
	b.new.stale, b.new.refetch = b.new.stale || add.stale, b.new.refetch || add.refetch
	if len(b.new.items) > MaxPending {
		b.drop(ErrSlow)
	}
	signal(b.wake)
}

func (b *inbox[K, V]) take() pendingChanges[K, V] {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.new
	b.new = pendingChanges[K, V]{items: map[K]V{}}
	return taken
}
