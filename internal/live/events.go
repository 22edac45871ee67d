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
	ctx, stop := context.WithCancel(ctx)
	w := &eventWatch{hub: h, filter: f, wake: make(chan struct{}, 1)}
	h.watch(ctx, w) // before reading, so that no event is missed
	var err error
	if after == nil {
		w.Last, err = h.store.LastEvent(ctx)
	} else {
		w.EventBatch, err = h.store.EventsAfter(ctx, *after, f, eventsAhead)
	}
	if err != nil {
		stop()
		return nil, err
	}
	return func(pace Pace, send func(context.Context, booking.Event)) error {
		defer stop()
		w.run(ctx, pace, send)
		return nil
	}, nil
}

func (w *eventWatch) take(set changeSet) {
	if set.events {
		signal(w.wake)
	}
}

func (w *eventWatch) run(ctx context.Context, pace Pace, send func(context.Context, booking.Event)) {
	for {
		if len(w.Events) == 0 && !w.More {
			select {
			case <-ctx.Done():
				return
			case <-w.wake:
			}
		}
		if !pace.Begin(ctx) {
			return
		}
		var work Work
		if len(w.Events) == 0 {
			w.read(ctx)
			work.Reads = readsOfEvents
		}
		if len(w.Events) == 0 {
			pace.Skip(work)
			continue
		}
		event := w.Events[0]
		w.Events = w.Events[1:]
		send(ctx, event)
	}
}

// read reads the next events. If it fails, it is repeated after a pause.
func (w *eventWatch) read(ctx context.Context) {
	batch, err := w.hub.store.EventsAfter(ctx, w.Last, w.filter, eventsAhead)
	if err != nil {
		w.More = false
		time.AfterFunc(feedPause, func() { signal(w.wake) })
		return
	}
	w.EventBatch = batch
}
