package live

import (
	"testing"
	"time"

	"rehearse/internal/store"
)

// busy is a watcher that calls a function while it takes changes.
type busy struct{ during func() }

func (b *busy) take(changeSet) { b.during() }

// The store calls receive before it answers the lists that wait for the change log. They must
// not wait until all subscriptions have received earlier changes.
func TestReceiveDoesNotWaitForSubscriptions(t *testing.T) {
	t.Parallel()
	h := New(nil, time.Now)
	h.add(t.Context(), &busy{func() { h.receive(store.Changes{EverySlot: true}) }})
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.broadcast(changeSet{})
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("receive waits for the watchers")
	}
	if changes, _ := h.drain(); !changes.EverySlot {
		t.Error("the change was not received")
	}
}
