package store

import (
	"context"
	"fmt"
	"time"

	"rehearse/internal/booking"
)

// offeredInvariant is checked in Go, because the windows of a rule follow the daylight
// saving time of its zone.
const offeredInvariant = "every future time of an availability has a slot, an exception or a block"

// checkedAtOnce is the number of interviewers whose calendars are in memory at a time.
const checkedAtOnce = 50

// checkOffered returns the missing slots of the live availability of active interviewers,
// up to the time to which it is published.
func (r *Reader) checkOffered(ctx context.Context, now time.Time) (details []string, err error) {
	var after booking.InterviewerID
	for {
		var batch []booking.InterviewerID
		err := r.db.WithContext(ctx).Raw("SELECT id FROM interviewers WHERE active AND id > ? ORDER BY id LIMIT ?", after, checkedAtOnce).
			Scan(&batch).Error
		if err != nil || len(batch) == 0 {
			return details, fault(err, "read the active interviewers")
		}
		after = batch[len(batch)-1]
		gaps, err := r.gapsOf(ctx, batch, now)
		if err != nil {
			return nil, err
		}
		if details = append(details, gaps...); len(details) >= findingsPerInvariant {
			return details[:findingsPerInvariant], nil
		}
	}
}

func (r *Reader) gapsOf(ctx context.Context, batch []booking.InterviewerID, now time.Time) (details []string, err error) {
	calendars, err := r.calendarsToCome(ctx, batch, now)
	if err != nil {
		return nil, err
	}
	offers, err := r.AvailabilityWithExceptions(ctx, batch)
	if err != nil {
		return nil, err
	}
	for _, id := range batch {
		for _, o := range offers[id] {
			gaps, err := o.Gaps(calendars[id], now)
			if err != nil {
				return nil, err
			}
			for _, gap := range gaps {
				details = append(details, fmt.Sprintf("availability %d of interviewer %d has no slot from %s to %s",
					o.ID, id, gap.Start.UTC().Format(time.RFC3339), gap.End.UTC().Format(time.RFC3339)))
			}
		}
	}
	return details, nil
}

// calendarsToCome returns the slots, without the withdrawn ones, and the blocked time of
// each interviewer. Slots that have ended are excluded.
func (r *Reader) calendarsToCome(
	ctx context.Context, of []booking.InterviewerID, now time.Time,
) (map[booking.InterviewerID]booking.Calendar, error) {
	var slots []slotRow
	err := r.db.WithContext(ctx).
		Where("interviewer_id = ANY(?) AND ends_at > ? AND "+notWithdrawn(""), ids[booking.InterviewerID](of), now).
		Order("starts_at, id").Find(&slots).Error
	if err != nil {
		return nil, fault(err, "read the slots of %d interviewers", len(of))
	}
	calendars := map[booking.InterviewerID]booking.Calendar{}
	for _, slot := range domains(slots) {
		known := calendars[slot.InterviewerID]
		known.Standing = append(known.Standing, slot)
		calendars[slot.InterviewerID] = known
	}
	blocks, err := r.BlocksOf(ctx, of)
	for id, blocks := range blocks {
		known := calendars[id]
		known.Blocked = booking.Spans(blocks)
		calendars[id] = known
	}
	return calendars, err
}
