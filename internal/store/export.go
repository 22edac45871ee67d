package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// PublishedRun is slots of one availability that follow each other without a
// gap, are equally long and not withdrawn.
type PublishedRun struct {
	InterviewerID booking.InterviewerID
	calendar.Span
	SlotMinutes int
}

// PublishedRuns reads the runs of the `first` availabilities after the one
// given, in the order of their ids, and the last of these; it is 0 when there
// are no more. What somebody who is not active has in the future is left out:
// these are bookings that he left behind, and published is it no longer.
func (r *Reader) PublishedRuns(
	ctx context.Context, after booking.AvailabilityID, first int, now time.Time,
) (runs []PublishedRun, last booking.AvailabilityID, err error) {
	var rows []struct {
		AvailabilityID booking.AvailabilityID
		InterviewerID  booking.InterviewerID
		StartsAt       *time.Time
		EndsAt         *time.Time
		SlotMinutes    *int
	}
	err = r.db.WithContext(ctx).Raw(`
		WITH page AS (SELECT id, interviewer_id FROM availabilities WHERE id > ? ORDER BY id LIMIT ?),
		standing AS (
			SELECT p.id, s.starts_at, s.ends_at, s.ends_at - s.starts_at AS length,
				(lag(s.ends_at) OVER by_start, lag(s.ends_at - s.starts_at) OVER by_start)
					IS DISTINCT FROM (s.starts_at, s.ends_at - s.starts_at) AS begins
			FROM page p JOIN slots s ON s.availability_id = p.id AND s.status <> 'WITHDRAWN'
			JOIN interviewers i ON i.id = p.interviewer_id AND (i.active OR s.starts_at <= ?)
			WINDOW by_start AS (PARTITION BY p.id ORDER BY s.starts_at)),
		numbered AS (SELECT id, starts_at, ends_at, length, count(*) FILTER (WHERE begins) OVER (PARTITION BY id ORDER BY starts_at) AS run
			FROM standing),
		runs AS (SELECT id, run, min(starts_at) AS starts_at, max(ends_at) AS ends_at,
				extract(epoch FROM min(length))::int / 60 AS slot_minutes FROM numbered GROUP BY id, run)
		SELECT p.id AS availability_id, p.interviewer_id, r.slot_minutes, r.starts_at, r.ends_at
		FROM page p LEFT JOIN runs r ON r.id = p.id ORDER BY p.id, r.starts_at`, after, first, now).Scan(&rows).Error
	for _, row := range rows {
		last = row.AvailabilityID
		if row.StartsAt != nil {
			runs = append(runs, PublishedRun{
				InterviewerID: row.InterviewerID, SlotMinutes: *row.SlotMinutes,
				Span: calendar.Span{Start: row.StartsAt.UTC(), End: row.EndsAt.UTC()},
			})
		}
	}
	return runs, last, fault(err, "read what is published")
}
