package graph

import (
	"context"

	"rehearse/graph/loader"
	"rehearse/graph/page"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

func (r queryResolver) Events(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *store.EventFilter, orderBy *store.Order,
) (*page.EventConnection, error) {
	f := orZero(filter)
	if err := inOrder(f.Start, f.End); err != nil {
		return nil, err
	}
	return list(ctx, page.Events, wanted[store.EventFilter]{page.Args{First: first, After: after, Last: last, Before: before}, &f, orderBy}, r.app.View(ctx).Events, r.app.View(ctx).CountEvents)
}

func (r eventResolver) Student(ctx context.Context, events []*booking.Event) ([]*booking.Student, error) {
	return optional(ctx, events, loader.From(ctx).Students, func(e *booking.Event) booking.StudentID { return e.StudentID })
}

func (r eventResolver) Interviewer(ctx context.Context, events []*booking.Event) ([]*booking.Interviewer, error) {
	return optional(ctx, events, loader.From(ctx).Interviewers, func(e *booking.Event) booking.InterviewerID { return e.InterviewerID })
}

func (r eventResolver) Slot(ctx context.Context, events []*booking.Event) ([]*booking.Slot, error) {
	return optional(ctx, events, loader.From(ctx).Slots, func(e *booking.Event) booking.SlotID { return e.SlotID })
}

func (r eventResolver) Interview(ctx context.Context, events []*booking.Event) ([]*booking.Interview, error) {
	return optional(ctx, events, loader.From(ctx).Interviews, func(e *booking.Event) booking.InterviewID { return e.InterviewID })
}

func (r actorResolver) ID(_ context.Context, actor *booking.Actor) (*int64, error) {
	if actor.ID == 0 {
		return nil, nil //nolint:nilnil // null is the answer
	}
	return &actor.ID, nil
}
