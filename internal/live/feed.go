// Package live sends changes of slots and interviews to the subscriptions of a server.
// The database announces changes that any server commits; the package reads the current
// state of what has changed, and passes it to the watches it concerns. Permissions are
// checked by package app.
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
	// manyInterviews limits the interviews that are read after a notification that does
	// not list the changed ones, or lists more.
	manyInterviews = MaxPending / 2
	// manySlots limits the slots that are read after a notification. The database lists at
	// most 200 of a statement.
	manySlots = MaxPending / 2
	// longestCommit bounds the time from a change's timestamp to its notification.
	longestCommit = time.Minute
	feedPause     = 200 * time.Millisecond // delay before a failed read is retried
)

// School distributes the changes in the school, made on any server, to the watches of this
// server.
type School struct {
	store   *store.Store
	now     func() time.Time
	feed    *feed
	records *sharedRecords
}

// New returns a School without watches. now returns the current time.
func New(s *store.Store, now func() time.Time) *School {
	return &School{store: s, now: now, feed: newFeed(), records: newSharedRecords()}
}

// feed holds the watches, and the changes that have not been distributed.
type feed struct {
	mu       sync.Mutex
	watchers map[watcher]struct{}
	heard    store.Changes
	heardAt  time.Time
	wake     chan struct{} // holds one token while there are changes to distribute
}

// watcher is a subscription that receives all changes and keeps the relevant ones. take
// must not block.
type watcher interface{ take(happened) }

// happened holds the current state of everything that has changed.
type happened struct {
	slots      []booking.Slot
	interviews []booking.Interview
	students   map[booking.StudentID]bool
	tagged     []booking.InterviewerID // interviewers whose slots' tags have changed
	manySlots  bool                    // more slots than are listed have changed
	moment     uint64                  // generation of sharedRecords; records read before it are stale
}

func newFeed() *feed {
	return &feed{watchers: map[watcher]struct{}{}, wake: make(chan struct{}, 1)}
}

func (f *feed) add(w watcher) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watchers[w] = struct{}{}
}

func (f *feed) remove(w watcher) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.watchers, w)
}

func (f *feed) hear(c store.Changes) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = f.heard.And(c)
	signal(f.wake)
}

// signal puts a token into wake unless it already holds one.
func signal(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// listen returns and clears the accumulated changes. It also returns the time of the
// previous call, after which they were received.
func (f *feed) listen(now time.Time) (store.Changes, time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	heard, since := f.heard, f.heardAt
	f.heard, f.heardAt = store.Changes{}, now
	return heard, since
}

func (f *feed) tell(h happened) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for w := range f.watchers {
		w.take(h)
	}
}

// Follow starts to listen for changes in the school. The returned function distributes
// them to the subscriptions of this server until its ctx is done.
func (s *School) Follow(ctx context.Context, log *slog.Logger) (run func(context.Context), err error) {
	listener, err := s.store.Listen(ctx)
	if err != nil {
		return nil, err
	}
	s.feed.listen(s.now())
	toOpen, err := s.store.SlotsToOpen(ctx, s.now())
	if err != nil {
		return nil, err
	}
	s.openByTheClock(toOpen)
	return func(ctx context.Context) {
		var listening sync.WaitGroup
		defer listening.Wait()
		listening.Go(func() { listener.Run(ctx, log, s.feed.hear) })
		s.follow(ctx, log)
	}, nil
}

func (s *School) follow(ctx context.Context, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.feed.wake:
		}
		heard, since := s.feed.listen(s.now())
		now, err := s.look(ctx, heard, since)
		switch {
		case err == nil:
			now.moment = s.records.next()
			s.feed.tell(now)
		case ctx.Err() == nil:
			log.WarnContext(ctx, "cannot read the changes", "error", err)
			heard.Lost = true
			time.AfterFunc(feedPause, func() { s.feed.hear(heard) })
		}
	}
}

// look reads the current state of what has changed. since is the time of the previous
// look; it bounds the search for interviews that are not listed in c.
func (s *School) look(ctx context.Context, c store.Changes, since time.Time) (happened, error) {
	h := happened{students: map[booking.StudentID]bool{}, tagged: c.Tagged, manySlots: c.ManySlots || c.Lost || len(c.Slots) > manySlots}
	var err error
	if !h.manySlots && len(c.Slots) > 0 {
		if h.slots, err = s.store.SlotsByID(ctx, c.Slots); err != nil {
			return h, err
		}
	}
	toOpen := h.slots
	if h.manySlots {
		if toOpen, err = s.store.SlotsToOpen(ctx, s.now()); err != nil {
			return h, err
		}
	}
	s.openByTheClock(toOpen)
	switch {
	case c.ManyInterviews || c.Lost || len(c.Interviews) > manyInterviews:
		h.interviews, err = s.store.InterviewsSince(ctx, since.Add(-longestCommit), manyInterviews)
	case len(c.Interviews) > 0:
		h.interviews, err = s.store.InterviewsByID(ctx, c.Interviews)
	}
	for _, id := range c.Students {
		h.students[id] = true
	}
	for _, i := range h.interviews {
		h.students[i.StudentID] = true
	}
	return h, err
}

// openByTheClock schedules a change notification for each slot that reopens when its hold
// expires or its full period ends, because the database sends none.
func (s *School) openByTheClock(slots []booking.Slot) {
	now := s.now()
	at := map[time.Time][]booking.SlotID{}
	for _, slot := range slots {
		for _, until := range []time.Time{slot.HeldUntil, slot.FullUntil} {
			if until.After(now) && until.Before(booking.Forever) {
				at[until] = append(at[until], slot.ID)
			}
		}
	}
	for until, ids := range at {
		time.AfterFunc(until.Sub(now), func() { s.feed.hear(store.Changes{Slots: ids}) })
	}
}
