package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
)

// mailBatch is the number of events that are examined in one transaction.
const mailBatch = 1000

// BeginMail makes the messages begin with the events that are committed after the call, if
// none have been dispatched before.
func (s *Store) BeginMail(ctx context.Context) error {
	if err := s.sequenceAll(ctx); err != nil {
		return err
	}
	err := s.db.WithContext(ctx).Exec("UPDATE mail_dispatch SET position = (SELECT last_position FROM event_sequence) WHERE position IS NULL").Error
	return fault(err, "begin the dispatch of messages")
}

// DispatchMail adds the messages about the events that have not been dispatched yet. It skips
// events that are older than booking.MailWindow.
func (s *Store) DispatchMail(ctx context.Context, now time.Time) error {
	for {
		all, err := s.sequence(ctx)
		if err != nil {
			return err
		}
		behind, err := one(ctx, s, func(behind *bool) []any { return []any{behind} },
			"SELECT coalesce(m.position < s.last_position, false) FROM mail_dispatch m, event_sequence s")
		if err != nil || !behind && all {
			return fault(err, "look for events without messages")
		}
		if _, err := InTx(ctx, s, func(tx *Tx) (Nothing, error) { return Nothing{}, tx.dispatchMail(ctx, now) }); err != nil {
			return err
		}
	}
}

// dispatchMail dispatches the next events. The position and the messages are written
// together, so no event is dispatched twice.
func (tx *Tx) dispatchMail(ctx context.Context, now time.Time) error {
	start, err := one(ctx, tx, func(start *int64) []any { return []any{start} }, "SELECT position FROM mail_dispatch FOR UPDATE")
	if err != nil {
		return fault(err, "lock the dispatch of messages")
	}
	end, err := one(ctx, tx, func(end *int64) []any { return []any{end} }, `
		SELECT coalesce(max(position), $1) FROM (
			SELECT position FROM event_positions WHERE position > $1::bigint ORDER BY position LIMIT $2) AS batch`, start, mailBatch)
	if err != nil {
		return fault(err, "find the next events")
	}
	var rows []eventRow
	err = tx.db.WithContext(ctx).Joins("JOIN event_positions ON event_id = events.id").
		Where("position > ? AND position <= ? AND kind IN ? AND at > ?", start, end, booking.MailEvents(), now.Add(-booking.MailWindow)).
		Order("position").Find(&rows).Error
	if err != nil {
		return fault(err, "read the next events")
	}
	var messages []booking.Mail
	for _, event := range domains(rows) {
		messages = append(messages, event.Mail()...)
	}
	if err := tx.AddMail(ctx, now, messages); err != nil {
		return err
	}
	err = tx.db.WithContext(ctx).Exec("UPDATE mail_dispatch SET position = ?", end).Error
	return fault(err, "advance the dispatch of messages")
}

// EventsByID returns the events with the ids and skips ids that do not exist.
func (r *Reader) EventsByID(ctx context.Context, keys []booking.EventID) ([]booking.Event, error) {
	var rows []eventRow
	err := r.db.WithContext(ctx).Where("id = ANY(?)", ids[booking.EventID](keys)).Find(&rows).Error
	return domains(rows), fault(err, "read %d events", len(keys))
}
