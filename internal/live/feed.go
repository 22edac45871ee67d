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
	// manyInterviews limits the interviews that are read after changes that do not list
	// them, or list more.
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
	store   *store.Store
	now     func() time.Time
	feed    *feed
	records *sharedRecords
}

// New returns a Hub without watches. now returns the current time.
func New(s *store.Store, now func() time.Time) *Hub {
	return &Hub{store: s, now: now, feed: newFeed(), records: newSharedRecords()}
}

// feed holds the watches, and the changes that have not been distributed.
type feed struct {
	watching sync.Mutex // guards watchers; held for long, so receive does not take it: lists wait for it
	watchers map[watcher]struct{}

	mu        sync.Mutex // guards the fields below
	pending   store.Changes
	drainedAt time.Time
	wake      chan struct{} // holds one token while there are changes to distribute
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
	generation   uint64                  // generation of sharedRecords; records read before it are stale
}

func newFeed() *feed {
	return &feed{watchers: map[watcher]struct{}{}, wake: make(chan struct{}, 1)}
}

func (f *feed) add(w watcher) {
	f.watching.Lock()
	defer f.watching.Unlock()
	f.watchers[w] = struct{}{}
}

func (f *feed) remove(w watcher) {
	f.watching.Lock()
	defer f.watching.Unlock()
	delete(f.watchers, w)
}

func (f *feed) receive(c store.Changes) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pending = f.pending.And(c)
	signal(f.wake)
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
func (f *feed) drain(now time.Time) (store.Changes, time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	changes, since := f.pending, f.drainedAt
	f.pending, f.drainedAt = store.Changes{}, now
	return changes, since
}

func (f *feed) broadcast(h changeSet) {
	f.watching.Lock()
	defer f.watching.Unlock()
	for w := range f.watchers {
		w.take(h)
	}
}

// Follow starts to follow the changes in the school. The returned function distributes
// them to the subscriptions of this server until its ctx is done. It calls committed after
// changes, which must not block.
func (h *Hub) Follow(ctx context.Context, log *slog.Logger, committed func()) (func(context.Context), error) {
	run, err := h.store.Follow(ctx, log, h.now, func(c store.Changes) {
		h.feed.receive(c)
		committed()
	})
	if err != nil {
		return nil, err
	}
	h.feed.drain(h.now())
	if toOpen, err := h.store.SlotsToOpen(ctx, h.now()); err == nil {
		h.openByTheClock(toOpen)
	} else { // they are read, and the error is logged, with the first changes
		h.feed.receive(store.Changes{EverySlot: true})
	}
	return func(ctx context.Context) {
		var listening sync.WaitGroup
		defer listening.Wait()
		listening.Go(func() { run(ctx) })
		h.follow(ctx, log)
	}, nil
}

func (h *Hub) follow(ctx context.Context, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.feed.wake:
		}
		changes, since := h.feed.drain(h.now())
		set, err := h.readChanges(ctx, changes, since)
		switch {
		case err == nil:
			set.generation = h.records.next()
			h.feed.broadcast(set)
		case ctx.Err() == nil:
			log.WarnContext(ctx, "cannot read the changes", "error", err)
			changes.Lost = true
			time.AfterFunc(feedPause, func() { h.feed.receive(changes) })
		}
	}
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
		time.AfterFunc(until.Sub(now), func() { h.feed.receive(store.Changes{Slots: ids}) })
	}
}
