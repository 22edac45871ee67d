package availability

import (
	"context"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// handOver finds the slots that another availability of the interviewer has as well, at exactly
// the same times. It assigns them to the other availability, and returns the rest.
func (c *CalendarChange) handOver(ctx context.Context, slots []booking.Slot) ([]booking.Slot, error) {
	if !c.Interviewer.Active || len(slots) == 0 {
		return slots, nil
	}
	spans := booking.SpansOf(slots)
	offers, known, err := c.offers(ctx, calendar.Span{Start: spans[0].Start, End: spans[len(spans)-1].End})
	if err != nil {
		return nil, err
	}
	matched, err := booking.MatchSlots(slots, offers, known.Blocked, c.Now)
	if err != nil {
		return nil, err
	}
	kept := map[booking.AvailabilityID][]booking.SlotID{}
	var rest []booking.Slot
	for _, slot := range slots {
		availability := matched[slot.ID]
		if availability == 0 {
			rest = append(rest, slot)
			continue
		}
		slot.WithdrawWhenFree = false
		kept[availability] = append(kept[availability], slot.ID)
		c.Result.KeptSlots = append(c.Result.KeptSlots, slot)
	}
	for _, offer := range offers {
		if err := c.Tx.ReassignSlots(ctx, offer.ID, kept[offer.ID]); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// Fill publishes and returns the slots that the interviewer's availability has in the
// freed time. The spans and the result are sorted by start. For an inactive interviewer,
// Fill publishes nothing.
func (c *CalendarChange) Fill(ctx context.Context, free []calendar.Span) ([]booking.Slot, error) {
	if !c.Interviewer.Active || len(free) == 0 {
		return nil, nil
	}
	offers, known, err := c.offers(ctx, calendar.Span{Start: free[0].Start, End: free[len(free)-1].End})
	if err != nil {
		return nil, err
	}
	planned, err := booking.Fill(free, offers, known, c.Now)
	if err != nil {
		return nil, err
	}
	var opened []booking.Slot
	for _, f := range planned {
		created, err := c.Tx.CreateSlots(ctx, f.Availability, f.New)
		if err != nil {
			return nil, err
		}
		if err := c.Tx.ReassignSlots(ctx, f.Availability.ID, f.Restored); err != nil {
			return nil, err
		}
		opened = append(opened, created...)
	}
	if c.Interviewer.Capped() && len(opened) > 0 {
		err = operation.Recount(ctx, c.Tx, c.Interviewer, operation.Always)
	}
	return booking.ByStart(opened), err
}

// offers returns the interviewer's availability, sorted by start, and the calendar around
// a range.
func (c *CalendarChange) offers(ctx context.Context, in calendar.Span) ([]booking.Offered, booking.Calendar, error) {
	offers, err := c.Tx.AvailabilityWithExceptions(ctx, []booking.InterviewerID{c.Interviewer.ID})
	if err != nil {
		return nil, booking.Calendar{}, err
	}
	const longest = booking.MaxSlotMinutes * time.Minute // a slot that overlaps the range may extend beyond it
	known, err := c.Tx.Calendar(ctx, c.Interviewer.ID, 0, calendar.Span{Start: in.Start.Add(-longest), End: in.End.Add(longest)})
	return offers[c.Interviewer.ID], known, err
}
