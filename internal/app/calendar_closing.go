package app

import (
	"context"
	"fmt"
	"time"

	"rehearse/internal/app/operation"
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
	target, err := a.calendarOf(ctx, in.AvailabilityID)
	if err != nil {
		return nil, err
	}
	target.cancelBooked = in.CancelBooked
	return changeCalendar(ctx, a, target, func(c *calendarChange) (*Closed, error) {
		if err := c.lock(ctx); err != nil {
			return nil, err
		}
		current, err := c.tx.Availability(ctx, in.AvailabilityID)
		if err != nil {
			return nil, err
		}

		current.RemovedAt = &c.now
		if _, err := c.tx.UpdateAvailability(ctx, current, c.now); err != nil {
			return nil, err
		}
		if err := c.close(ctx, closing{target: store.SlotTarget{AvailabilityID: &current.ID}}); err != nil {
			return nil, err
		}
		return &c.result, c.appendEvent(ctx, booking.Event{
			Kind: booking.AvailabilityRemoved, Changes: booking.Changes{}.Add("availabilityId", nil, current.ID),
		})
	})
}

// calendarOf returns the calendar of an availability that the caller may change.
func (a *App) calendarOf(ctx context.Context, id booking.AvailabilityID) (calendarTarget, error) {
	known, err := operation.ReadOwned(ctx, operation.Staff, operation.AvailabilityAccess, a.store.Availability, id) // its interviewer never changes
	return calendarTarget{interviewerID: known.InterviewerID, reason: cancelReason}, err
}

// WithdrawSlotInput is the input of WithdrawSlot.
type WithdrawSlotInput struct {
	SlotID       booking.SlotID
	CancelBooked bool
}

// WithdrawSlot withdraws one future slot. Its availability does not publish it again.
// WithdrawSlot is idempotent.
func (a *App) WithdrawSlot(ctx context.Context, in WithdrawSlotInput) (*Closed, error) {
	known, err := operation.ReadOwned(ctx, operation.Staff, operation.SlotAccess, a.store.Slot, in.SlotID)
	if err != nil {
		return nil, err
	}
	target := calendarTarget{interviewerID: known.InterviewerID, cancelBooked: in.CancelBooked, reason: cancelReason}
	return changeCalendar(ctx, a, target, func(c *calendarChange) (*Closed, error) {
		if known.InPast(c.now) {
			return nil, booking.Refuse(booking.SlotInPast, "slotId", "The slot has started; only a future slot can be withdrawn.")
		}
		if err := c.lock(ctx); err != nil {
			return nil, err
		}
		if err := c.close(ctx, closing{target: store.SlotTarget{SlotID: &in.SlotID}, excepted: true}); err != nil {
			return nil, err
		}
		return &c.result, c.appendEvent(ctx, booking.Event{Kind: booking.SlotTakenBack, SlotID: in.SlotID})
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
	ctx = operation.WithKey(ctx, "blockTime", in.IdempotencyKey, in, blockedForm)
	if err := operation.AccessOf(ctx).AsInterviewer(in.InterviewerID); err != nil {
		return nil, err
	}
	if err := in.check().Err(); err != nil {
		return nil, err
	}
	target := calendarTarget{interviewerID: in.InterviewerID, cancelBooked: in.CancelBooked, reason: in.Reason}
	return changeCalendar(ctx, a, target, func(c *calendarChange) (*Blocked, error) {
		if err := c.lock(ctx); err != nil {
			return nil, err
		}
		spans, err := in.spans(c.interviewer)
		if err != nil {
			return nil, err
		}
		return c.block(ctx, spans, in.Reason)
	})
}

// block blocks time and withdraws the open slots that overlap it.
func (c *calendarChange) block(ctx context.Context, spans []calendar.Span, reason string) (*Blocked, error) {
	blocks := make([]booking.Block, len(spans))
	for i, span := range spans {
		blocks[i] = booking.Block{
			InterviewerID: c.interviewer.ID, Start: span.Start, End: span.End, Reason: reason, CreatedAt: c.now,
		}
	}
	blocks, err := c.tx.CreateBlocks(ctx, blocks)
	if err != nil {
		return nil, err
	}
	if err := c.close(ctx, closing{target: store.SlotTarget{Overlapping: spans}}); err != nil {
		return nil, err
	}
	var changes booking.Changes
	for _, block := range blocks {
		changes = changes.Add("block", nil, block.Told())
	}
	return &Blocked{Blocks: blocks, Closed: c.result}, c.appendEvent(ctx, booking.Event{Kind: booking.TimeBlocked, Changes: changes})
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
		"The time to block is missing or ambiguous; start and end (optionally with dates), date alone, or dates alone is expected.")...)
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
		return nil, booking.Refuse(booking.InvalidRange, field, fmt.Sprintf("The time of day exists on none of the dates in the time zone %s.", by.TimeZone))
	}
	return spans, nil
}

// UnblockTimeInput is the input of UnblockTime.
type UnblockTimeInput struct{ BlockID booking.BlockID }

// UnblockTime deletes a block, publishes the slots that the interviewer's availability
// has in its time, and returns them.
func (a *App) UnblockTime(ctx context.Context, in UnblockTimeInput) ([]booking.Slot, error) {
	known, err := operation.ReadOwned(ctx, operation.Staff, operation.BlockAccess, a.store.Block, in.BlockID) // a block is immutable
	if err != nil {
		return nil, err
	}
	target := calendarTarget{interviewerID: known.InterviewerID}
	return changeCalendar(ctx, a, target, func(c *calendarChange) ([]booking.Slot, error) {
		if err := c.lock(ctx); err != nil {
			return nil, err
		}
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
		return c.result.OpenedSlots, c.appendEvent(ctx, booking.Event{
			Kind: booking.TimeUnblocked, Changes: booking.Changes{}.Add("block", block.Told(), nil),
		})
	})
}
