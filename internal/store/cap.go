package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// Capped reports whether a cap of the slot's interviewer applies, and who he is;
// NotFound when there is no such slot.
func (r *Reader) Capped(ctx context.Context, id booking.SlotID) (booking.InterviewerID, bool, error) {
	var found struct {
		ID     booking.InterviewerID
		Capped bool
	}
	err := r.db.WithContext(ctx).Raw(`
		SELECT v.id, num_nonnulls(v.max_per_day, v.max_per_week) > 0 AS capped
		FROM slots s JOIN interviewers v ON v.id = s.interviewer_id WHERE s.id = ?`, id).Take(&found).Error
	return found.ID, found.Capped, missing(err, "slot", "slotId", id)
}

// GivenStarts reads when the interviewer's interviews in a range start, those
// that were or are going to be given.
func (r *Reader) GivenStarts(ctx context.Context, id booking.InterviewerID, in calendar.Span) ([]time.Time, error) {
	var starts []time.Time
	err := r.db.WithContext(ctx).Raw(`
		SELECT starts_at FROM interviews WHERE interviewer_id = ? AND starts_at >= ? AND starts_at < ?
			AND status IN ('BOOKED', 'COMPLETED')`, id, in.Start, in.End).Scan(&starts).Error
	return starts, fault(err, "read the interviews of interviewer %d", id)
}

// GivenSince reads when the interviews of each interviewer start, those from a
// time on that were or are going to be given.
func (r *Reader) GivenSince(
	ctx context.Context, of []booking.InterviewerID, since time.Time,
) (map[booking.InterviewerID][]time.Time, error) {
	type row struct {
		InterviewerID booking.InterviewerID
		StartsAt      time.Time
	}
	rows, err := inBatches(of, func(batch []booking.InterviewerID) ([]row, error) {
		var rows []row
		err := r.db.WithContext(ctx).Raw(`
			SELECT interviewer_id, starts_at FROM interviews WHERE interviewer_id = ANY(?) AND starts_at >= ?
				AND status IN ('BOOKED', 'COMPLETED')`, ids[booking.InterviewerID](batch), since).Scan(&rows).Error
		return rows, fault(err, "read the interviews of %d interviewers", len(batch))
	})
	given := map[booking.InterviewerID][]time.Time{}
	for _, row := range rows {
		given[row.InterviewerID] = append(given[row.InterviewerID], row.StartsAt)
	}
	return given, err
}

// SetCapped writes which slots of the interviewer that start in a range lie in a
// full period, and which do not. He is locked already.
func (tx *Tx) SetCapped(ctx context.Context, id booking.InterviewerID, in calendar.Span, full []calendar.Span) error {
	starts, ends := bounds(full)
	err := tx.db.WithContext(ctx).Exec(`
		UPDATE slots SET capped = NOT capped
		WHERE interviewer_id = ? AND starts_at >= ? AND starts_at < ? AND status <> 'WITHDRAWN'
			AND capped <> EXISTS (SELECT FROM unnest(?::timestamptz[], ?::timestamptz[]) AS full_period (s, e)
				WHERE full_period.s <= slots.starts_at AND slots.starts_at < full_period.e)`,
		id, in.Start, in.End, starts, ends).Error
	return fault(err, "close the full days of interviewer %d", id)
}
