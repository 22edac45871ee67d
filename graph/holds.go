package graph

import (
	"context"

	"rehearse/graph/loader"
	"rehearse/graph/model"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
)

func (r holdResolver) Student(ctx context.Context, holds []*booking.Hold) ([]*booking.Student, error) {
	return edge(ctx, holds, &loader.From(ctx).Students, func(h *booking.Hold) booking.StudentID { return h.StudentID })
}

func (r holdResolver) Slot(ctx context.Context, holds []*booking.Hold) ([]*booking.SlotView, error) {
	return edge(ctx, holds, &loader.From(ctx).Slots, func(h *booking.Hold) booking.SlotID { return h.SlotID })
}

func (r mutationResolver) HoldSlot(ctx context.Context, in reservation.HoldSlotInput) (*model.HoldSlotPayload, error) {
	hold, err := r.app.HoldSlot(ctx, in)
	refused, err := r.userErrors(ctx, err)
	student, err := ofHold(ctx, hold, err)
	return &model.HoldSlotPayload{Hold: hold, Student: student, Errors: refused}, err
}

func (r mutationResolver) ReleaseHold(ctx context.Context, in reservation.ReleaseHoldInput) (*model.ReleaseHoldPayload, error) {
	hold, err := r.app.ReleaseHold(ctx, in)
	refused, err := r.userErrors(ctx, err)
	student, err := ofHold(ctx, hold, err)
	return &model.ReleaseHoldPayload{Hold: hold, Student: student, Errors: refused}, err
}

func (r waiverResolver) Student(ctx context.Context, waivers []*booking.Waiver) ([]*booking.Student, error) {
	return edge(ctx, waivers, &loader.From(ctx).Students, func(w *booking.Waiver) booking.StudentID { return w.StudentID })
}

func (r mutationResolver) GrantWaiver(ctx context.Context, in reservation.GrantWaiverInput) (*model.GrantWaiverPayload, error) {
	waiver, err := r.app.GrantWaiver(ctx, in)
	refused, err := r.userErrors(ctx, err)
	student, err := ofWaiver(ctx, waiver, err)
	return &model.GrantWaiverPayload{Waiver: waiver, Student: student, Errors: refused}, err
}

func (r mutationResolver) RevokeWaiver(ctx context.Context, in reservation.RevokeWaiverInput) (*model.RevokeWaiverPayload, error) {
	waiver, err := r.app.RevokeWaiver(ctx, in)
	refused, err := r.userErrors(ctx, err)
	student, err := ofWaiver(ctx, waiver, err)
	return &model.RevokeWaiverPayload{Waiver: waiver, Student: student, Errors: refused}, err
}

// ofHold reads the student of a changed hold. It returns nil if the change failed.
func ofHold(ctx context.Context, hold *booking.Hold, err error) (*booking.Student, error) {
	if hold == nil || err != nil {
		return nil, err
	}
	return concerned(ctx, hold.StudentID)
}

// ofWaiver reads the student of a changed waiver. It returns nil if the change failed.
func ofWaiver(ctx context.Context, waiver *booking.Waiver, err error) (*booking.Student, error) {
	if waiver == nil || err != nil {
		return nil, err
	}
	return concerned(ctx, waiver.StudentID)
}
