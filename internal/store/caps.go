package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// Capped returns a slot without its state and reports whether its interviewer has a daily or weekly cap.
// It returns NotFound if the slot does not exist.
func (r *Reader) Capped(ctx context.Context, id booking.SlotID) (booking.SlotRef, bool, error) {
	type row struct {
		booking.SlotRef
		capped bool
	}
	found, err := one(ctx, r, func(s *row) []any {
		return []any{(*int64)(&s.ID), (*int64)(&s.InterviewerID), (*instant)(&s.Start), (*instant)(&s.End), &s.capped}
	}, `
		SELECT s.id, s.interviewer_id, s.starts_at, s.ends_at, num_nonnulls(v.max_per_day, v.max_per_week) > 0
		FROM slots s JOIN interviewers v ON v.id = s.interviewer_id WHERE s.id = $1`, int64(id))
	return found.SlotRef, found.capped, missing(err, "slot", "slotId", id)
}

// Claims returns, for each interviewer, the booked and completed interviews that start in the range
// and the holds on the interviewer's open slots there. If without is not 0, it skips the interview
// with that id. Holds may be expired; the caller compares Until with the clock.
func (r *Reader) Claims(
	ctx context.Context, of []booking.InterviewerID, in calendar.Span, without booking.InterviewID,
) (map[booking.InterviewerID][]booking.Claim, error) {
	type row struct {
		InterviewerID   booking.InterviewerID
		StartsAt, Until time.Time
	}
	rows, err := inBatches(of, func(batch []booking.InterviewerID) ([]row, error) {
		var rows []row
		whose := ids[booking.InterviewerID](batch)
		err := r.db.WithContext(ctx).Raw(`
			SELECT interviewer_id, starts_at, ?::timestamptz AS until FROM interviews
			WHERE interviewer_id = ANY(?) AND starts_at >= ? AND starts_at < ? AND `+takesPlace+` AND id <> ?
			UNION ALL
			SELECT interviewer_id, starts_at, held_until FROM slots
			WHERE interviewer_id = ANY(?) AND starts_at >= ? AND starts_at < ? AND held_by IS NOT NULL AND status = 'OPEN'`,
			booking.Forever, whose, in.Start, in.End, without, whose, in.Start, in.End).Scan(&rows).Error
		return rows, fault(err, "read the interviews of %d interviewers", len(batch))
	})
	claims := map[booking.InterviewerID][]booking.Claim{}
	for _, row := range rows {
		claims[row.InterviewerID] = append(claims[row.InterviewerID], booking.Claim{Start: row.StartsAt.UTC(), Until: row.Until.UTC()})
	}
	return claims, err
}

// SetFull stores full_until of the interviewer's slots that start in the range: the
// latest Until of the full periods that contain the slot, or null. The interviewer must
// be locked.
func (tx *Tx) SetFull(ctx context.Context, id booking.InterviewerID, in calendar.Span, full []booking.FullPeriod) error {
	var starts, ends, untils instants
	for _, p := range full {
		starts, ends, untils = append(starts, p.Start), append(ends, p.End), append(untils, p.Until)
	}
	var changed []booking.SlotID
	err := tx.db.WithContext(ctx).Raw(`
		WITH wanted AS (
			SELECT s.id, max(p.until) AS until FROM slots s
			LEFT JOIN unnest(?::timestamptz[], ?::timestamptz[], ?::timestamptz[]) AS p (s, e, until)
				ON p.s <= s.starts_at AND s.starts_at < p.e
			WHERE s.interviewer_id = ? AND s.starts_at >= ? AND s.starts_at < ? AND `+notWithdrawn("s.")+`
			GROUP BY s.id)
		UPDATE slots SET full_until = wanted.until FROM wanted
		WHERE slots.id = wanted.id AND slots.full_until IS DISTINCT FROM wanted.until
		RETURNING slots.id`, starts, ends, untils, id, in.Start, in.End).Scan(&changed).Error
	note(tx, changedSlots, changed...)
	return fault(err, "close the full days of interviewer %d", id)
}
