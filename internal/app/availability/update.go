package availability

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// UpdateAvailabilityInput is the input of UpdateAvailability. Fields that are nil stay as they
// are.
type UpdateAvailabilityInput struct {
	AvailabilityID  booking.AvailabilityID
	ExpectedVersion *int       // the update is refused if the current version differs
	Start, End      *time.Time // only for a window

	TimeZone           *string // TimeZone to EveryWeeks: only for a weekly rule
	StartDate          *calendar.Date
	EndDate            booking.Optional[calendar.Date] // nil removes the end date
	Weekdays           []time.Weekday
	StartTime, EndTime *calendar.LocalTime
	EveryWeeks         *int

	SlotMinutes, GapMinutes *int
	Tags                    []string
	CancelBooked            bool
}

// UpdatedAvailability is the result of UpdateAvailability: the availability and the slots
// and interviews that the update affected.
type UpdatedAvailability struct {
	Published
	Closed
}

// UpdateAvailability changes an availability and its future slots: slots that are still
// part of it stay unchanged, the others are withdrawn, and new ones are published.
func (s *Calendars) UpdateAvailability(ctx context.Context, in UpdateAvailabilityInput) (*UpdatedAvailability, error) {
	target, err := s.calendarOf(ctx, in.AvailabilityID)
	if err != nil {
		return nil, err
	}
	target.CancelBooked = in.CancelBooked
	return ChangeCalendar(ctx, s.store, s.now, target, func(c *CalendarChange) (*UpdatedAvailability, error) {
		if err := c.Lock(ctx); err != nil {
			return nil, err
		}
		current, err := c.Tx.Availability(ctx, in.AvailabilityID)
		if err != nil {
			return nil, err
		}

		if err := current.CheckExpected(in.ExpectedVersion, "availability").Err(); err != nil {
			return nil, err
		}
		next, refused := in.apply(current)
		refused = append(refused, c.Interviewer.MayPublish()...)
		// An update of endDate alone may leave the rule without future slots.
		if len(refused) == 0 && (in.StartDate != nil || in.Weekdays != nil || in.EveryWeeks != nil) {
			refused = next.CheckToCome(c.Now)
		}
		if err := refused.Err(); err != nil {
			return nil, err
		}
		published, err := c.republish(ctx, current, next)
		if err != nil {
			return nil, err
		}
		updated := &UpdatedAvailability{Published: *published, Closed: c.Result}
		return updated, c.AppendEvent(ctx, booking.Event{Kind: booking.AvailabilityUpdated, Changes: next.Changes(current)})
	})
}

// republish saves the changed availability and makes its future slots match it.
func (c *CalendarChange) republish(ctx context.Context, current, next booking.Availability) (*Published, error) {
	until, err := c.horizon(ctx)
	if err != nil {
		return nil, err
	}
	if next.Weekly != nil {
		next.PublishedUntil = &until
	}
	if next, err = c.save(ctx, current, next); err != nil {
		return nil, err
	}
	wanted, err := c.plan(ctx, next, next.Start.Add(-booking.Resolution), until)
	if err != nil {
		return nil, err
	}
	stays := map[calendar.Span]bool{}
	for _, slot := range wanted.Standing {
		stays[slot.Span()] = true
	}
	var published *Published
	err = c.close(ctx, closing{
		target: store.SlotTarget{AvailabilityID: &next.ID},
		keeps:  func(s booking.Slot) bool { return stays[s.Span()] },
		publish: func() error {
			// Plan again: the slots that were closed do not block new ones.
			plan, err := c.plan(ctx, next, next.Start.Add(-booking.Resolution), until)
			if err == nil {
				published, err = c.write(ctx, next, plan)
			}
			return err
		},
	})
	return published, err
}

// save writes the availability and returns it. If the change edits nothing, save only
// updates how far the rule is published.
func (c *CalendarChange) save(ctx context.Context, current, next booking.Availability) (booking.Availability, error) {
	if len(next.Changes(current)) > 0 {
		return c.Tx.UpdateAvailability(ctx, next, c.Now)
	}
	return next, c.Tx.ExtendAvailability(ctx, next)
}

func (in UpdateAvailabilityInput) apply(to booking.Availability) (booking.Availability, booking.Refused) {
	booking.Assign(&to.SlotMinutes, in.SlotMinutes)
	booking.Assign(&to.GapMinutes, in.GapMinutes)
	if in.Tags != nil {
		to.Tags = in.Tags
	}
	if to.Weekly == nil {
		booking.Assign(&to.Start, in.Start)
		booking.Assign(&to.End, in.End)
		return in.check(in.TimeZone != nil || in.StartDate != nil || in.EndDate.IsSet() || in.Weekdays != nil ||
			in.StartTime != nil || in.EndTime != nil || in.EveryWeeks != nil, to,
			"The availability is a window; only start, end, slotMinutes, gapMinutes and tags can change.")
	}
	rule := *to.Weekly
	booking.Assign(&rule.TimeZone, in.TimeZone)
	booking.Assign(&rule.StartDate, in.StartDate)
	rule.EndDate = in.EndDate.Or(rule.EndDate)
	booking.Assign(&rule.StartTime, in.StartTime)
	booking.Assign(&rule.EndTime, in.EndTime)
	booking.Assign(&rule.EveryWeeks, in.EveryWeeks)
	if in.Weekdays != nil {
		rule.Weekdays = in.Weekdays
	}
	to.Weekly = &rule
	return in.check(in.Start != nil || in.End != nil, to,
		"The availability is a weekly rule; start and end cannot change, only its dates and times of day.")
}

func (in UpdateAvailabilityInput) check(
	strange bool, to booking.Availability, message string,
) (booking.Availability, booking.Refused) {
	if strange {
		return to, booking.Refuse(booking.InvalidInput, "availabilityId", message)
	}
	return to.Normalise()
}
