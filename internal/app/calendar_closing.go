package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// RemoveAvailabilityInput is the input of RemoveAvailability.
type RemoveAvailabilityInput struct {
	AvailabilityID booking.AvailabilityID
	CancelBooked   bool
}

// RemoveAvailability withdraws the future open slots of an availability. A removed weekly
// rule publishes nothing further.
func (a *App) RemoveAvailability(ctx context.Context, in RemoveAvailabilityInput) (*Closed, error) {
	change := availabilityTarget{in.AvailabilityID, in.CancelBooked}
	return changeAvailability(ctx, a, change, func(c *calendarChange, current booking.Availability) (*Closed, error) {
		current.RemovedAt = &c.now
		if _, err := c.tx.UpdateAvailability(ctx, current, c.now); err != nil {
			return nil, err
		}
		if err := c.close(ctx, store.SlotTarget{AvailabilityID: &current.ID}, keepNone, false); err != nil {
			return nil, err
		}
		return &c.result, c.appendEvent(ctx, booking.AvailabilityRemoved, 0, booking.Changes{}.Add("availabilityId", nil, current.ID))
	})
}

// availabilityTarget identifies the availability to change and says whether to cancel
// conflicting bookings.
type availabilityTarget struct {
	id           booking.AvailabilityID
	cancelBooked bool
}

// changeAvailability changes an availability with its interviewer locked, and returns the
// result of the change.
func changeAvailability[T any](
	ctx context.Context, a *App, of availabilityTarget, change func(*calendarChange, booking.Availability) (*T, error),
) (*T, error) {
	owns := func(may access, known booking.Availability) bool { return may.isInterviewer(known.InterviewerID) }
	known, err := readOwned(ctx, staff, a.store.Availability, of.id, owns, "availability", "availabilityId") // the interviewer is immutable
	if err != nil {
		return nil, err
	}
	whose := calendarTarget{known.InterviewerID, of.cancelBooked, cancelReason}
	return changeCalendar(ctx, a, whose, func(c *calendarChange) (*T, error) {
		current, err := c.tx.Availability(ctx, of.id)
		if err != nil {
			return nil, err
		}
		return change(c, current)
	})
}

// WithdrawSlotInput is the input of WithdrawSlot.
type WithdrawSlotInput struct {
	SlotID       booking.SlotID
	CancelBooked bool
}

// WithdrawSlot withdraws one future slot. Its availability does not publish it again.
// WithdrawSlot is idempotent.
func (a *App) WithdrawSlot(ctx context.Context, in WithdrawSlotInput) (*Closed, error) {
	known, err := readOwned(ctx, staff, a.store.Slot, in.SlotID, access.gives, "slot", "slotId")
	if err != nil {
		return nil, err
	}
	if known.InPast(a.Now()) {
		return nil, booking.Refuse(booking.SlotInPast, "slotId", "The slot has started; only a future slot can be withdrawn.")
	}
	change := calendarTarget{known.InterviewerID, in.CancelBooked, cancelReason}
	return changeCalendar(ctx, a, change, func(c *calendarChange) (*Closed, error) {
		if err := c.close(ctx, store.SlotTarget{SlotID: &in.SlotID}, keepNone, true); err != nil {
			return nil, err
		}
		return &c.result, c.appendEvent(ctx, booking.SlotTakenBack, in.SlotID, nil)
	})
}

// BlockTimeInput is the input of BlockTime: the time to remove from an interviewer's
// calendar, such as a holiday.
type BlockTimeInput struct {
	InterviewerID booking.InterviewerID
	Start, End    *time.Time     // both or neither
	Date          *calendar.Date // a whole day; excludes the other time fields
	// Dates are the days on which to repeat the range, at the same local time of the
	// interviewer. Without a range, the whole days are blocked.
	Dates        []calendar.Date
	Reason       string
	CancelBooked bool

	IdempotencyKey *string
}

// Blocked is the result of blocking time.
type Blocked struct {
	Blocks []booking.Block
	Closed
}

// BlockTime withdraws the future open slots that overlap the range. While the block
// exists, no slots are published in the range.
func (a *App) BlockTime(ctx context.Context, in BlockTimeInput) (*Blocked, error) {
	ctx = WithKey(ctx, "blockTime", in.IdempotencyKey, in)
	if err := accessOf(ctx).asInterviewer(in.InterviewerID); err != nil {
		return nil, err
	}
	if err := in.check().Err(); err != nil {
		return nil, err
	}
	change := calendarTarget{in.InterviewerID, in.CancelBooked, in.Reason}
	return changeCalendar(ctx, a, change, func(c *calendarChange) (*Blocked, error) {
		spans, err := in.spans(c.interviewer)
		if err != nil {
			return nil, err
		}
		var blocks []booking.Block
		for _, span := range spans {
			blocks = append(blocks, booking.Block{
				InterviewerID: c.interviewer.ID, Start: span.Start, End: span.End, Reason: in.Reason, CreatedAt: c.now,
			})
		}
		if blocks, err = c.tx.CreateBlocks(ctx, blocks); err != nil {
			return nil, err
		}
		if err := c.close(ctx, store.SlotTarget{Overlapping: spans}, keepNone, false); err != nil {
			return nil, err
		}
		var changes booking.Changes
		for _, block := range blocks {
			changes = changes.Add("block", nil, block.Told())
		}
		return &Blocked{Blocks: blocks, Closed: c.result}, c.appendEvent(ctx, booking.TimeBlocked, 0, changes)
	})
}

func (in BlockTimeInput) check() booking.Refused {
	refused := booking.CheckBlock(in.Reason, len(in.Dates))
	switch {
	case in.Start != nil && in.End != nil && in.Date == nil:
		return append(refused, booking.CheckRange(calendar.Span{Start: *in.Start, End: *in.End}, booking.MaxBlock)...)
	case in.Start == nil && in.End == nil && (in.Date != nil) != (len(in.Dates) > 0):
		return refused
	}
	field := "date"
	switch {
	case in.Date != nil || in.Start == nil && in.End == nil:
	case in.Start == nil:
		field = "start"
	default:
		field = "end"
	}
	return append(refused, booking.Refuse(booking.InvalidInput, field,
		"The time to block is ambiguous or missing; either start and end (with optional dates), or date, or dates is expected.")...)
}

func (in BlockTimeInput) spans(by booking.Interviewer) ([]calendar.Span, error) {
	if in.Start != nil && in.Dates == nil {
		return []calendar.Span{{Start: *in.Start, End: *in.End}}, nil
	}
	zone, err := calendar.Zone(by.TimeZone)
	if err != nil {
		return nil, err
	}
	var spans []calendar.Span
	field := "dates"
	switch {
	case in.Start != nil:
		spans = calendar.OnDates(calendar.Span{Start: *in.Start, End: *in.End}, in.Dates, zone)
	case in.Date != nil:
		field, spans = "date", calendar.WholeDays([]calendar.Date{*in.Date}, zone)
	default:
		spans = calendar.WholeDays(in.Dates, zone)
	}
	if len(spans) == 0 {
		return nil, booking.Refuse(booking.InvalidRange, field, fmt.Sprintf("None of the days has this time in the time zone %s.", by.TimeZone))
	}
	return spans, nil
}

// UnblockTimeInput is the input of UnblockTime.
type UnblockTimeInput struct{ BlockID booking.BlockID }

// UnblockTime deletes a block, publishes the slots that the interviewer's availability
// has in its time, and returns them.
func (a *App) UnblockTime(ctx context.Context, in UnblockTimeInput) ([]booking.Slot, error) {
	owns := func(may access, known booking.Block) bool { return may.isInterviewer(known.InterviewerID) }
	known, err := readOwned(ctx, staff, a.store.Block, in.BlockID, owns, "blocked time", "blockId") // a block is immutable
	if err != nil {
		return nil, err
	}
	change := calendarTarget{whose: known.InterviewerID}
	return changeCalendar(ctx, a, change, func(c *calendarChange) ([]booking.Slot, error) {
		block, err := c.tx.Block(ctx, in.BlockID)
		if err != nil {
			return nil, err
		}
		if err := c.tx.DeleteBlock(ctx, in.BlockID); err != nil {
			return nil, err
		}
		if c.result.OpenedSlots, err = c.fill(ctx, []calendar.Span{block.Span()}); err != nil {
			return nil, err
		}
		return c.result.OpenedSlots, c.appendEvent(ctx, booking.TimeUnblocked, 0, booking.Changes{}.Add("block", block.Told(), nil))
	})
}

// ignoreMissing returns nil if err is a NOT_FOUND refusal, and err otherwise.
func ignoreMissing(err error) error {
	var refused booking.Refused
	if errors.As(err, &refused) && refused.Has(booking.NotFound) {
		return nil
	}
	return err
}
