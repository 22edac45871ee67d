package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// Published is an availability and the runs of its slots.
type Published struct {
	booking.Availability
	Runs []Run
}

// Run is a sequence of slots of equal length, separated by the availability's gap and not
// withdrawn.
type Run struct {
	calendar.Span
	SlotMinutes int
}

// PublishedAfter returns the first availabilities with ids greater than after, ordered by
// id, including removed ones. A weekly rule has a run for each booked slot and no
// others. Future slots of an inactive interviewer are omitted: they are leftover bookings
// and not published.
func (r *Reader) PublishedAfter(
	ctx context.Context, after booking.AvailabilityID, first int, now time.Time,
) ([]Published, error) {
	var rows []availabilityRow
	err := r.db.WithContext(ctx).Where("id > ?", after).Order("id").Limit(first).Find(&rows).Error
	if err != nil {
		return nil, fault(err, "read the availability")
	}
	page := make([]Published, len(rows))
	keys, at := make(ids[booking.AvailabilityID], len(rows)), map[booking.AvailabilityID]int{}
	for i, a := range domains(rows) {
		page[i].Availability, keys[i], at[a.ID] = a, a.ID, i
	}
	var runs []struct {
		ID               booking.AvailabilityID
		StartsAt, EndsAt time.Time
		SlotMinutes      int
	}
	err = r.db.WithContext(ctx).Raw(`
		WITH standing AS (
			SELECT a.id, s.starts_at, s.ends_at, s.ends_at - s.starts_at AS length,
				a.time_zone IS NOT NULL OR (lag(s.ends_at) OVER by_start + make_interval(mins => a.gap_minutes), lag(s.ends_at - s.starts_at) OVER by_start)
					IS DISTINCT FROM (s.starts_at, s.ends_at - s.starts_at) AS begins
			FROM availabilities a JOIN interviewers i ON i.id = a.interviewer_id
			JOIN slots s ON s.availability_id = a.id AND `+notWithdrawn("s.")+` AND (a.time_zone IS NULL OR s.status = 'BOOKED')
				AND (i.active OR s.starts_at <= ?)
			WHERE a.id = ANY(?)
			WINDOW by_start AS (PARTITION BY a.id ORDER BY s.starts_at)),
		numbered AS (SELECT id, starts_at, ends_at, length, count(*) FILTER (WHERE begins) OVER (PARTITION BY id ORDER BY starts_at) AS run
			FROM standing)
		SELECT id, min(starts_at) AS starts_at, max(ends_at) AS ends_at, extract(epoch FROM min(length))::int / 60 AS slot_minutes
		FROM numbered GROUP BY id, run ORDER BY id, starts_at`, now, keys).Scan(&runs).Error
	for _, run := range runs {
		of := &page[at[run.ID]]
		of.Runs = append(of.Runs, Run{calendar.Span{Start: run.StartsAt.UTC(), End: run.EndsAt.UTC()}, run.SlotMinutes})
	}
	return page, fault(err, "read the slots of the availability")
}
