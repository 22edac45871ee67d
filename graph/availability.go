package graph

import (
	"context"

	"rehearse/graph/model"
	"rehearse/internal/app"
	"rehearse/internal/booking"
)

func (skippedSlotResolver) Overlaps(ctx context.Context, skipped []*booking.SkippedSlot) ([][]booking.Slot, error) {
	return within(ctx, skipped, func(s *booking.SkippedSlot) []booking.Slot { return s.Overlaps })
}

func (r mutationResolver) AddAvailability(ctx context.Context, in app.AddAvailabilityInput) (*model.AddAvailabilityPayload, error) {
	published, err := r.app.AddAvailability(ctx, in)
	refused, err := userErrors(ctx, err)
	payload := &model.AddAvailabilityPayload{Errors: refused}
	if published != nil {
		payload.Availability, payload.UnusedMinutes = &published.Availability, published.UnusedMinutes
		payload.Slots, payload.Skipped = published.Slots, published.Skipped
	}
	return payload, err
}

func (r mutationResolver) AddWeeklyAvailability(
	ctx context.Context, in app.AddWeeklyAvailabilityInput,
) (*model.AddWeeklyAvailabilityPayload, error) {
	published, err := r.app.AddWeeklyAvailability(ctx, in)
	refused, err := userErrors(ctx, err)
	payload := &model.AddWeeklyAvailabilityPayload{Errors: refused}
	if published != nil {
		payload.Availability, payload.UnusedMinutes = &published.Availability, published.UnusedMinutes
		payload.Slots, payload.Skipped = published.Slots, published.Skipped
	}
	return payload, err
}

func (r mutationResolver) UpdateAvailability(
	ctx context.Context, in model.UpdateAvailabilityInput,
) (*model.UpdateAvailabilityPayload, error) {
	change := app.AvailabilityChange{
		AvailabilityID: booking.AvailabilityID(in.AvailabilityID), Start: in.Start, End: in.End, TimeZone: in.TimeZone,
		StartDate: in.StartDate, Weekdays: in.Weekdays, StartTime: in.StartTime, EndTime: in.EndTime, EveryWeeks: in.EveryWeeks,
		SlotMinutes: in.SlotMinutes, GapMinutes: in.GapMinutes, Tags: in.Tags, CancelBooked: in.CancelBooked,
	}
	if end, given := in.EndDate.ValueOK(); given {
		change.EndDate = &end
	}
	updated, err := r.app.UpdateAvailability(ctx, change)
	refused, err := userErrors(ctx, err)
	payload := &model.UpdateAvailabilityPayload{Errors: refused}
	if updated != nil {
		payload.Availability, payload.UnusedMinutes = &updated.Availability, updated.UnusedMinutes
		payload.Slots, payload.Skipped = updated.Slots, updated.Skipped
		payload.ClosedSlots, payload.KeptSlots, payload.OpenedSlots = updated.ClosedSlots, updated.KeptSlots, updated.OpenedSlots
		payload.Conflicts, payload.Cancelled = updated.Conflicts, updated.Cancelled
	}
	return payload, err
}

func (r mutationResolver) RemoveAvailability(
	ctx context.Context, in app.RemoveAvailabilityInput,
) (*model.RemoveAvailabilityPayload, error) {
	closed, err := r.app.RemoveAvailability(ctx, in)
	refused, err := userErrors(ctx, err)
	payload := &model.RemoveAvailabilityPayload{Errors: refused}
	if closed != nil {
		payload.ClosedSlots, payload.KeptSlots, payload.OpenedSlots = closed.ClosedSlots, closed.KeptSlots, closed.OpenedSlots
		payload.Conflicts, payload.Cancelled = closed.Conflicts, closed.Cancelled
	}
	return payload, err
}

func (r mutationResolver) BlockTime(ctx context.Context, in app.BlockTimeInput) (*model.BlockTimePayload, error) {
	blocked, err := r.app.BlockTime(ctx, in)
	refused, err := userErrors(ctx, err)
	payload := &model.BlockTimePayload{Errors: refused}
	if blocked != nil {
		payload.Blocks, payload.ClosedSlots = blocked.Blocks, blocked.ClosedSlots
		payload.OpenedSlots, payload.Conflicts, payload.Cancelled = blocked.OpenedSlots, blocked.Conflicts, blocked.Cancelled
	}
	return payload, err
}

func (r mutationResolver) UnblockTime(ctx context.Context, in app.UnblockTimeInput) (*model.UnblockTimePayload, error) {
	slots, err := r.app.UnblockTime(ctx, in)
	refused, err := userErrors(ctx, err)
	return &model.UnblockTimePayload{Slots: slots, Errors: refused}, err
}

func (r mutationResolver) WithdrawSlot(ctx context.Context, in app.WithdrawSlotInput) (*model.WithdrawSlotPayload, error) {
	closed, err := r.app.WithdrawSlot(ctx, in)
	refused, err := userErrors(ctx, err)
	payload := &model.WithdrawSlotPayload{Errors: refused}
	if closed != nil {
		payload.ClosedSlots, payload.Conflicts, payload.Cancelled = closed.ClosedSlots, closed.Conflicts, closed.Cancelled
	}
	return payload, err
}
