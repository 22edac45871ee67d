package graph

import (
	"context"

	"rehearse/graph/model"
	"rehearse/graph/payload"
	"rehearse/internal/app/availability"
	"rehearse/internal/booking"
)

func (skippedSlotResolver) Overlaps(ctx context.Context, skipped []*booking.SkippedSlot) ([][]booking.SlotView, error) {
	return within(ctx, skipped, func(s *booking.SkippedSlot) []booking.SlotView {
		return booking.Views(s.Overlaps[:min(len(s.Overlaps), maxOverlaps)])
	})
}

func (r mutationResolver) AddAvailability(ctx context.Context, in availability.AddAvailabilityInput) (*payload.Publication, error) {
	published, err := r.app.AddAvailability(ctx, in)
	refused, err := r.userErrors(ctx, err)
	return payload.NewPublication(published, refused), err
}

func (r mutationResolver) AddWeeklyAvailability(
	ctx context.Context, in availability.AddWeeklyAvailabilityInput,
) (*payload.Publication, error) {
	published, err := r.app.AddWeeklyAvailability(ctx, in)
	refused, err := r.userErrors(ctx, err)
	return payload.NewPublication(published, refused), err
}

func (r mutationResolver) UpdateAvailability(
	ctx context.Context, in availability.UpdateAvailabilityInput,
) (*payload.Update, error) {
	updated, err := r.app.UpdateAvailability(ctx, in)
	refused, err := r.userErrors(ctx, err)
	if updated == nil {
		return &payload.Update{Publication: payload.Publication{Errors: refused}}, err
	}
	return &payload.Update{
		Publication: *payload.NewPublication(&updated.Published, refused), Closed: payload.Closed{Change: updated.Closed},
	}, err
}

func (r mutationResolver) RemoveAvailability(ctx context.Context, in availability.RemoveAvailabilityInput) (*payload.Removal, error) {
	closed, err := r.app.RemoveAvailability(ctx, in)
	refused, err := r.userErrors(ctx, err)
	return &payload.Removal{Errors: refused, Closed: payload.Closed{Change: orZero(closed)}}, err
}

func (r mutationResolver) BlockTime(ctx context.Context, in availability.BlockTimeInput) (*payload.Blocking, error) {
	blocked, err := r.app.BlockTime(ctx, in)
	refused, err := r.userErrors(ctx, err)
	made := orZero(blocked)
	if made.DryRun {
		made.Blocks = nil
	}
	return &payload.Blocking{Blocks: notNil(made.Blocks), Errors: refused, Closed: payload.Closed{Change: made.Closed, DryRun: made.DryRun}}, err
}

func (r mutationResolver) UnblockTime(ctx context.Context, in availability.UnblockTimeInput) (*payload.Unblocking, error) {
	slots, err := r.app.UnblockTime(ctx, in)
	refused, err := r.userErrors(ctx, err)
	return &payload.Unblocking{Errors: refused, Published: payload.Published{All: slots}}, err
}

func (r mutationResolver) WithdrawSlot(ctx context.Context, in availability.WithdrawSlotInput) (*model.WithdrawSlotPayload, error) {
	closed, err := r.app.WithdrawSlot(ctx, in)
	refused, err := r.userErrors(ctx, err)
	withdrawn := &model.WithdrawSlotPayload{Errors: refused}
	if closed != nil {
		withdrawn.ClosedSlots, withdrawn.Conflicts, withdrawn.Cancelled = booking.Views(closed.ClosedSlots), closed.Conflicts, closed.Cancelled
	}
	return withdrawn, err
}
