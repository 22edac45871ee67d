package availability

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
func (s *Calendars) RemoveAvailability(ctx context.Context, in RemoveAvailabilityInput) (*Closed, error) {
	target, err := s.calendarOf(ctx, in.AvailabilityID)
	if err != nil {
		return nil, err
	}
	target.CancelBooked = in.CancelBooked
	return ChangeCalendar(ctx, s.store, s.now, target, func(c *CalendarChange) (*Closed, error) {
		if err := c.Lock(ctx); err != nil {
			return nil, err
		}
		current, err := c.Tx.Availability(ctx, in.AvailabilityID)
		if err != nil {
			return nil, err
		}

		current.RemovedAt = &c.Now
		if _, err := c.Tx.UpdateAvailability(ctx, current, c.Now); err != nil {
			return nil, err
		}
		if err := c.close(ctx, closing{target: store.SlotTarget{AvailabilityID: &current.ID}}); err != nil {
			return nil, err
		}
		return &c.Result, c.AppendEvent(ctx, booking.Event{
			Kind: booking.AvailabilityRemoved, Changes: booking.Changes{}.Add("availabilityId", nil, current.ID),
		})
	})
}

// calendarOf returns the calendar of an availability that the caller may change.
func (s *Calendars) calendarOf(ctx context.Context, id booking.AvailabilityID) (CalendarTarget, error) {
	known, err := operation.ReadOwned(ctx, operation.Staff, operation.AvailabilityAccess, s.store.Availability, id) // its interviewer never changes
	return CalendarTarget{InterviewerID: known.InterviewerID, Reason: CancelReason}, err
}

// WithdrawSlotInput is the input of WithdrawSlot.
type WithdrawSlotInput struct {
	SlotID       booking.SlotID
	CancelBooked bool
}

// WithdrawSlot withdraws one future slot. Its availability does not publish it again.
// WithdrawSlot is idempotent.
func (s *Calendars) WithdrawSlot(ctx context.Context, in WithdrawSlotInput) (*Closed, error) {
	known, err := operation.ReadOwned(ctx, operation.Staff, operation.SlotAccess, s.store.Slot, in.SlotID)
	if err != nil {
		return nil, err
	}
	target := CalendarTarget{InterviewerID: known.InterviewerID, CancelBooked: in.CancelBooked, Reason: CancelReason}
	return ChangeCalendar(ctx, s.store, s.now, target, func(c *CalendarChange) (*Closed, error) {
		if known.InPast(c.Now) {
			return nil, booking.Refuse(booking.SlotInPast, "slotId", "The slot has started; only a future slot can be withdrawn.")
		}
		if err := c.Lock(ctx); err != nil {
			return nil, err
		}
		if err := c.close(ctx, closing{target: store.SlotTarget{SlotID: &in.SlotID}, excepted: true}); err != nil {
			return nil, err
		}
		return &c.Result, c.AppendEvent(ctx, booking.Event{Kind: booking.SlotWithdrawal, SlotID: in.SlotID})
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

	DryRun         bool `json:"-"` // as in AddAvailabilityInput
	IdempotencyKey *string
}

// Blocked is the result of blocking time.
type Blocked struct {
	Blocks []booking.Block
	DryRun bool // nothing was changed, so the ids of blocks and opened slots mean nothing
	Closed
}

// BlockTime withdraws the future open slots that overlap the range. While the block
// exists, no slots are published in the range.
func (s *Calendars) BlockTime(ctx context.Context, in BlockTimeInput) (*Blocked, error) {
	ctx = operation.WithKey(ctx, "blockTime", in.IdempotencyKey, in, blockedForm)
	if err := operation.AccessOf(ctx).AsInterviewer(in.InterviewerID); err != nil {
		return nil, err
	}
	if err := in.check().Err(); err != nil {
		return nil, err
	}
	target := CalendarTarget{InterviewerID: in.InterviewerID, CancelBooked: in.CancelBooked, Reason: in.Reason, DryRun: in.DryRun}
	blocked, err := ChangeCalendar(ctx, s.store, s.now, target, func(c *CalendarChange) (*Blocked, error) {
		if err := c.Lock(ctx); err != nil {
			return nil, err
		}
		spans, err := in.spans(c.Interviewer)
		if err != nil {
			return nil, err
		}
		return c.Block(ctx, spans, in.Reason)
	})
	if err != nil || !in.DryRun {
		return blocked, err
	}
	return blocked, blocked.asBefore(ctx, &s.store.Reader)
}

// asBefore reads the slots and interviews again after a dry run, which has not changed them.
func (b *Blocked) asBefore(ctx context.Context, r *store.Reader) (err error) {
	b.DryRun = true
	if b.Cancelled, err = readInterviews(ctx, r, booking.InterviewIDs(b.Cancelled)); err != nil {
		return err
	}
	slots, err := operation.ReadSlots(ctx, r, booking.SlotIDs(b.ClosedSlots))
	b.ClosedSlots = slots.Of(booking.SlotIDs(b.ClosedSlots))
	return err
}

// Block blocks time and withdraws the open slots that overlap it.
func (c *CalendarChange) Block(ctx context.Context, spans []calendar.Span, reason string) (*Blocked, error) {
	blocks := make([]booking.Block, len(spans))
	for i, span := range spans {
		blocks[i] = booking.Block{
			InterviewerID: c.Interviewer.ID, Start: span.Start, End: span.End, Reason: reason, CreatedAt: c.Now,
		}
	}
	blocks, err := c.Tx.CreateBlocks(ctx, blocks)
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
	return &Blocked{Blocks: blocks, Closed: c.Result}, c.AppendEvent(ctx, booking.Event{Kind: booking.TimeBlocked, Changes: changes})
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
func (s *Calendars) UnblockTime(ctx context.Context, in UnblockTimeInput) ([]booking.Slot, error) {
	known, err := operation.ReadOwned(ctx, operation.Staff, operation.BlockAccess, s.store.Block, in.BlockID) // a block is immutable
	if err != nil {
		return nil, err
	}
	target := CalendarTarget{InterviewerID: known.InterviewerID}
	return ChangeCalendar(ctx, s.store, s.now, target, func(c *CalendarChange) ([]booking.Slot, error) {
		if err := c.Lock(ctx); err != nil {
			return nil, err
		}
		block, err := c.Tx.Block(ctx, in.BlockID)
		if err != nil {
			return nil, err
		}
		if err := c.Tx.DeleteBlock(ctx, in.BlockID); err != nil {
			return nil, err
		}
		if c.Result.OpenedSlots, err = c.Fill(ctx, []calendar.Span{block.Span()}); err != nil {
			return nil, err
		}
		return c.Result.OpenedSlots, c.AppendEvent(ctx, booking.Event{
			Kind: booking.TimeUnblocked, Changes: booking.Changes{}.Add("block", block.Told(), nil),
		})
	})
}
