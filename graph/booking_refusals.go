package graph

import (
	"context"

	"rehearse/graph/loader"
	"rehearse/graph/page"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

func (r queryResolver) BookingRefusals(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *store.BookingRefusalFilter,
) (*page.BookingRefusalConnection, error) {
	f := orZero(filter)
	if err := inOrder(f.Start, f.End); err != nil {
		return nil, err
	}
	view := r.app.View(ctx)
	return list(ctx, page.BookingRefusals, wanted[store.BookingRefusalFilter]{
		Args: page.Args{First: first, After: after, Last: last, Before: before}, filter: &f,
	}, view.BookingRefusals, view.CountBookingRefusals)
}

func (r refusalResolver) Actor(ctx context.Context, refusals []*booking.BookingRefusal) ([]*booking.Actor, error) {
	return actors(ctx, refusals, func(r *booking.BookingRefusal) booking.Actor { return r.Actor })
}

func (r refusalResolver) Student(ctx context.Context, refusals []*booking.BookingRefusal) ([]*booking.Student, error) {
	return optional(ctx, refusals, &loader.From(ctx).Students, func(r *booking.BookingRefusal) booking.StudentID { return r.StudentID })
}

func (r refusalResolver) Slot(ctx context.Context, refusals []*booking.BookingRefusal) ([]*booking.SlotView, error) {
	return optional(ctx, refusals, &loader.From(ctx).Slots, func(r *booking.BookingRefusal) booking.SlotID { return r.SlotID })
}

func (r refusalResolver) Interview(ctx context.Context, refusals []*booking.BookingRefusal) ([]*booking.Interview, error) {
	return optional(ctx, refusals, &loader.From(ctx).Interviews, func(r *booking.BookingRefusal) booking.InterviewID { return r.InterviewID })
}
