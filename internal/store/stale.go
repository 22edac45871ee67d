package store

import (
	"context"
	"database/sql"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rehearse/internal/booking"
	"rehearse/internal/store/mirror"
)

// While the database is away, memory or a standby answers queries. Both have everything that was
// committed before a known time, and may lack later changes. No write depends on such a read: only
// queries allow it, and InTx ignores AllowStale.

// staleness notes what the reads of a context may lack.
type staleness struct {
	since atomic.Pointer[time.Time] // nil if all reads were current
}

type stalenessKey struct{}

// AllowStale returns a context for the reads of a query. While the database is away, they may
// return stale data.
func AllowStale(ctx context.Context) context.Context {
	return context.WithValue(ctx, stalenessKey{}, &staleness{})
}

// StaleSince returns the time from which on changes may be missing in what the reads of the
// context have returned. It returns false if all of them were current.
func StaleSince(ctx context.Context) (time.Time, bool) {
	if noted, allowed := ctx.Value(stalenessKey{}).(*staleness); allowed {
		if since := noted.since.Load(); since != nil {
			return *since, true
		}
	}
	return time.Time{}, false
}

// note records that a read may lack the changes since a time.
func (n *staleness) note(since time.Time) {
	for {
		noted := n.since.Load()
		if noted != nil && !since.Before(*noted) || n.since.CompareAndSwap(noted, &since) {
			return
		}
	}
}

// A standIn serves stale reads: a standby that responds, or nothing.
type standIn struct {
	standby atomic.Pointer[replica]
	reads   prometheus.Counter
}

// A replica is a standby that has everything that was committed before a time.
type replica struct {
	pool  *sql.DB
	since time.Time
}

func newStandIn() *standIn {
	return &standIn{reads: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "rehearse_stale_reads_total", Help: "Reads that were served by a standby or from memory because the primary was away.",
	})}
}

// allow notes a stale read, and reports whether the context allows it.
func (s *standIn) allow(ctx context.Context, since time.Time) bool {
	noted, allowed := ctx.Value(stalenessKey{}).(*staleness)
	if allowed {
		noted.note(since)
		s.reads.Inc()
	}
	return allowed
}

// pool returns the pool that serves a stale read, or nil.
func (s *standIn) pool(ctx context.Context) *sql.DB {
	if standby := s.standby.Load(); standby != nil && s.allow(ctx, standby.since) {
		return standby.pool
	}
	return nil
}

// SlotsDuringOutage makes an offer of the student's record in memory, and returns it with a page of
// the slots in memory that it allows. It reports false unless the database is away, the context
// allows stale reads, and both are in memory.
func (s *Store) SlotsDuringOutage(
	ctx context.Context, id booking.StudentID, offerOf func(booking.Record) booking.Offer, f SlotSearch, p Page,
) (offer booking.Offer, page OpenSlotsPage, is bool) {
	if s.through.usable() == nil || f.Narrows() {
		return offer, page, false
	}
	since, is := s.mirror.AsOf(id, func(record *RecordInMemory, slots *mirror.Slots) (known bool) {
		offer = offerOf(record.Record)
		page.Slots, page.More, known = slots.Page(inMemory(offer, f, p))
		return known
	})
	if is = is && s.through.standIn.allow(ctx, since); is {
		s.lists.WithLabelValues(fromMemory).Inc()
	}
	return offer, page, is
}

// InterviewersByID is like that of the Reader. While the database is away, it returns the
// interviewers in memory if the context allows stale reads and all of them are there.
func (s *Store) InterviewersByID(ctx context.Context, keys []booking.InterviewerID) ([]booking.Interviewer, error) {
	found, err := s.Reader.InterviewersByID(ctx, keys)
	if err == nil || s.through.usable() == nil {
		return found, err
	}
	last, since, all := s.mirror.InterviewersAsOf(keys)
	if all && s.through.standIn.allow(ctx, since) {
		return last, nil
	}
	return nil, err
}
