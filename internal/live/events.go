package live

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

const (
	// eventsAhead is the number of events that a watch reads at once, and keeps.
	eventsAhead = 50
	// readsOfEvents is the number of statements of store.EventsAfter.
	readsOfEvents = 3
)

// eventWatch reads events from the database as fast as its reader takes them. It keeps only
// its position in the order of commits.
type eventWatch struct {
	hub    *Hub
	filter store.EventFilter
	wake   chan struct{} // holds one token while there may be events that were not looked for
	store.EventBatch
}

// Events watches events in commit order. Each is sent once: first those that were committed
// after the given one, then those that are committed later. If after is nil, it starts with
// the next one. A slow reader delays its own events only, and is not dropped.
func (h *Hub) Events(ctx context.Context, after *booking.EventID, f store.EventFilter) (Watch[booking.Event], error) {
	ctx, drop := context.WithCancelCause(ctx)
	w := &eventWatch{hub: h, filter: f, wake: make(chan struct{}, 1)}
	h.add(ctx, w) // before reading, so that no event is missed
	var err error
	if after == nil {
		w.Last, err = h.store.LastEvent(ctx)
	} else {
		w.EventBatch, err = h.store.EventsAfter(ctx, *after, f, eventsAhead)
	}
	if err != nil {
		drop(nil)
		return nil, err
	}
	w.wakeForMore()
	return newWatch(ctx, drop, w.wake, w.next), nil
}

func (w *eventWatch) take(set changeSet) {
	if set.events {
		signal(w.wake)
	}
}

func (w *eventWatch) wakeForMore() {
	if len(w.Events) > 0 || w.More {
		signal(w.wake)
	}
}

// next returns the next event. If it cannot be read, it is read again after a pause.
func (w *eventWatch) next(ctx context.Context) (event *booking.Event, work Work) {
	defer w.wakeForMore()
	if len(w.Events) == 0 {
		work.Reads = readsOfEvents
		batch, err := w.hub.store.EventsAfter(ctx, w.Last, w.filter, eventsAhead)
		if err != nil {
			w.More = false
			time.AfterFunc(feedPause, func() { signal(w.wake) })
			return nil, work
		}
		w.EventBatch = batch
	}
	if len(w.Events) > 0 {
		event, w.Events = &w.Events[0], w.Events[1:]
	}
	return event, work
}
