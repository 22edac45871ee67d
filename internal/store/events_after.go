package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/booking"
)

// maxExamined is the number of events that EventsAfter compares with its filter. It is at
// most sequenceBatch, so one run of the sequence suffices for a call.
const maxExamined = 10_000

// An EventBatch is a part of the events in commit order.
type EventBatch struct {
	Events []booking.Event // those that match the filter, in commit order
	// Last is the id of the last event that was compared with the filter, from which the next
	// batch continues. It is the id that was given if there are no later events.
	Last booking.EventID
	More bool // there may be further events
}

// EventsAfter returns events in commit order: those that were committed after the given one,
// whatever their ids are. 0 means from the beginning. A reader that continues with Last
// receives each event exactly once, however the transactions of the events overlap, and the
// events of an interview in the order in which they happened. A batch has at most first
// events. It has fewer, and possibly none, if it is the last, or if the filter matches only a
// few of the 10,000 events that a call compares at most. The batch contains everything that was committed before the call,
// unless it says that there is more. An unknown id is refused with NOT_FOUND.
func (s *Store) EventsAfter(ctx context.Context, after booking.EventID, f EventFilter, first int) (EventBatch, error) {
	all, err := s.sequence(ctx)
	if err != nil {
		return EventBatch{}, err
	}
	w, err := s.eventWindow(ctx, after)
	if errors.Is(err, pgx.ErrNoRows) && !all { // the event may have no position yet
		if err = s.sequenceAll(ctx); err == nil {
			all = true
			w, err = s.eventWindow(ctx, after)
		}
	}
	if err != nil {
		return EventBatch{}, missing(err, "event", "id", after)
	}
	var rows []eventRow
	if w.last != after {
		err = f.apply(s.db.WithContext(ctx)).Joins("JOIN event_positions ON event_id = events.id").
			Where("position > ? AND position <= ?", w.start, w.end).Order("position").Limit(first + 1).Find(&rows).Error
	}
	batch := EventBatch{Last: w.last, More: !all || w.end == w.start+maxExamined}
	var more bool
	if batch.Events, more = cutPage(domains(rows), Page{First: first}); more {
		batch.Last, batch.More = batch.Events[first-1].ID, true
	}
	return batch, fault(err, "list events in commit order")
}

// LastEvent returns the id of the last event in commit order, or 0 if there is none. Events
// that are committed after the call come after it.
func (s *Store) LastEvent(ctx context.Context) (booking.EventID, error) {
	if err := s.sequenceAll(ctx); err != nil {
		return 0, err
	}
	var last booking.EventID
	err := s.send(ctx, statement{
		"SELECT event_id FROM event_positions ORDER BY position DESC LIMIT 1", nil,
		func(rows pgx.Rows) error { return rows.Scan((*int64)(&last)) },
	})
	return last, fault(err, "read the last event")
}

// sequenceAll assigns positions to all events that were committed before the call.
func (s *Store) sequenceAll(ctx context.Context) error {
	for {
		if all, err := s.sequence(ctx); all || err != nil {
			return err
		}
	}
}

// eventWindow is a range of positions that EventsAfter examines.
type eventWindow struct {
	start, end int64           // the first one exclusive; equal if there are no later events
	last       booking.EventID // the event at the end
}

// eventWindow returns the window after an event, or after the beginning if the id is 0. It
// returns pgx.ErrNoRows if the event has no position.
func (s *Store) eventWindow(ctx context.Context, after booking.EventID) (eventWindow, error) {
	return one(ctx, s, func(w *eventWindow) []any { return []any{&w.start, &w.end, (*int64)(&w.last)} }, readEventWindow, int64(after), maxExamined)
}

const readEventWindow = `
	WITH given AS (SELECT position FROM event_positions WHERE event_id = $1::bigint UNION ALL SELECT 0 WHERE $1::bigint = 0)
	SELECT given.position, coalesce(last.position, given.position), coalesce(last.event_id, $1::bigint) FROM given
	LEFT JOIN LATERAL (
		SELECT position, event_id FROM event_positions WHERE position <= given.position + $2::bigint ORDER BY position DESC LIMIT 1) AS last ON true`
