// Package live sends changes of slots and interviews to the subscriptions of a server.
// The store follows the change log, which contains what any server commits; the package reads
// the current state of what has changed, and passes it to the watches it concerns. Permissions
// are checked by package app.
package live

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// ErrSlow reports that a subscription ended because its client, or the client's rate
// limit, did not keep up with the events.
var ErrSlow = errors.New("the client reads events too slowly, or its rate limit delays them")

const (
	// MaxPending limits the unread changes of a subscription.
	MaxPending = 1000
	// manyInterviews limits the interviews that are read if the changes do not list them, or
	// list more than this number.
	manyInterviews = MaxPending / 2
	// manySlots limits the slots that are read after a read of the change log.
	manySlots = MaxPending / 2
	// longestCommit bounds the time from a change's timestamp to its read from the log.
	longestCommit = time.Minute
	feedPause     = 200 * time.Millisecond // delay before a failed read is retried
)

// Hub distributes the changes in the school, made on any server, to the watches of this
// server.
type Hub struct {
	store *store.Store
	now   func() time.Time

	watching sync.Mutex // guards watchers; receive does not take it, because it is held for long, and lists wait for receive
	watchers map[watcher]struct{}

	mu        sync.Mutex // guards the fields below
	pending   store.Changes
	drainedAt time.Time
	wake      chan struct{} // holds one token while there are changes to distribute
}

// New returns a Hub without watches. now returns the current time.
func New(s *store.Store, now func() time.Time) *Hub {
	return &Hub{store: s, now: now, watchers: map[watcher]struct{}{}, wake: make(chan struct{}, 1)}
}

// watcher is a subscription that receives all changes and keeps the relevant ones. take
// must not block.
type watcher interface{ take(changeSet) }

// changeSet holds the current state of everything that has changed.
type changeSet struct {
	slots        []booking.Slot
	interviews   []booking.Interview
	students     map[booking.StudentID]bool
	everyStudent bool                    // the record of any student may have changed
	tagged       []booking.InterviewerID // interviewers whose slots' tags have changed
	manySlots    bool                    // more slots than are listed have changed
	events       bool                    // there may be new events
}

// add subscribes w to the changes until ctx ends.
func (h *Hub) add(ctx context.Context, w watcher) {
	h.watching.Lock()
	defer h.watching.Unlock()
	h.watchers[w] = struct{}{}
	context.AfterFunc(ctx, func() {
		h.watching.Lock()
		defer h.watching.Unlock()
		delete(h.watchers, w)
	})
}

func (h *Hub) receive(c store.Changes) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pending = h.pending.And(c)
	signal(h.wake)
}

// signal puts a token into wake unless it already holds one.
func signal(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// drain returns and clears the accumulated changes. It also returns the time of the
// previous call, after which they were received.
func (h *Hub) drain() (store.Changes, time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	changes, since := h.pending, h.drainedAt
	h.pending, h.drainedAt = store.Changes{}, h.now()
	return changes, since
}

func (h *Hub) broadcast(set changeSet) {
	h.watching.Lock()
	defer h.watching.Unlock()
	for w := range h.watchers {
		w.take(set)
	}
}

// Follow starts to follow the changes in the school. The returned function distributes
// them to the subscriptions of this server until its ctx is done. After changes it
// calls committed, which must not block.
func (h *Hub) Follow(ctx context.Context, log *slog.Logger, committed func()) (func(context.Context), error) {
	run, err := h.store.Follow(ctx, log, h.now, func(c store.Changes) {
		h.receive(c)
		committed()
	})
	if err != nil {
		return nil, err
	}
	h.receive(store.Changes{EverySlot: true}) // for the slots that reopen by the clock
	h.distribute(ctx, log)
	return func(ctx context.Context) {
		var listening sync.WaitGroup
		defer listening.Wait()
		listening.Go(func() { run(ctx) })
		for {
			select {
			case <-ctx.Done():
				return
			case <-h.wake:
				h.distribute(ctx, log)
			}
		}
	}, nil
}

// distribute passes the accumulated changes on to the watches. If it cannot read what has
// changed, it does so later.
func (h *Hub) distribute(ctx context.Context, log *slog.Logger) {
	changes, since := h.drain()
	set, err := h.readChanges(ctx, changes, since)
	if err == nil {
		h.broadcast(set)
		return
	}
	if ctx.Err() == nil {
		log.WarnContext(ctx, "cannot read the changes", "error", err)
	}
	changes.Lost = true
	time.AfterFunc(feedPause, func() { h.receive(changes) })
}

// readChanges reads the current state of what has changed. since is the time of the previous
// call; it bounds the search for interviews that are not listed in c.
func (h *Hub) readChanges(ctx context.Context, c store.Changes, since time.Time) (changeSet, error) {
	set := changeSet{students: map[booking.StudentID]bool{}, tagged: c.Retagged, everyStudent: c.EveryStudent, events: c.Events || c.Lost,
		manySlots: c.EverySlot || c.Lost || len(c.Slots) > manySlots}
	var err error
	if !set.manySlots && len(c.Slots) > 0 {
		if set.slots, err = h.store.SlotsByID(ctx, c.Slots); err != nil {
			return set, err
		}
	}
	toOpen := set.slots
	if set.manySlots {
		if toOpen, err = h.store.SlotsToOpen(ctx, h.now()); err != nil {
			return set, err
		}
	}
	h.openByTheClock(toOpen)
	switch {
	case c.EveryInterview || c.Lost || len(c.Interviews) > manyInterviews:
		set.interviews, err = h.store.InterviewsSince(ctx, since.Add(-longestCommit), manyInterviews)
	case len(c.Interviews) > 0:
		set.interviews, err = h.store.InterviewsByID(ctx, c.Interviews)
	}
	for _, id := range c.Students {
		set.students[id] = true
	}
	for _, i := range set.interviews {
		set.students[i.StudentID] = true
	}
	return set, err
}

// openByTheClock schedules a change of each slot that reopens when its hold expires or its
// full period ends, because the change log has none.
func (h *Hub) openByTheClock(slots []booking.Slot) {
	now := h.now()
	at := map[time.Time][]booking.SlotID{}
	for _, slot := range slots {
		for _, until := range []time.Time{slot.HeldUntil, slot.FullUntil} {
			if until.After(now) && until.Before(booking.Forever) {
				at[until] = append(at[until], slot.ID)
			}
		}
	}
	for until, ids := range at {
		time.AfterFunc(until.Sub(now), func() { h.receive(store.Changes{Slots: ids}) })
	}
}
