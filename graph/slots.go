package graph

import (
	"context"
	"time"

	"rehearse/graph/loader"
	"rehearse/graph/page"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

func (r queryResolver) AvailableSlots(
	ctx context.Context, studentID int64, start, end time.Time, interviewerIDs []int64, tags []string, moved *int64,
	first *int, after *string, last *int, before *string,
) (*page.AvailableSlotConnection, error) {
	asked, err := page.Available.Asked(page.Args{First: first, After: after, Last: last, Before: before}, nil)
	if err != nil {
		return nil, err
	}
	search := store.SlotSearch{In: calendar.Span{Start: start, End: end}, Tags: tags}
	for _, id := range interviewerIDs {
		search.InterviewerIDs = append(search.InterviewerIDs, booking.InterviewerID(id))
	}
	slots, err := r.slotsFor(ctx, booking.StudentID(studentID), moved, search, asked)
	if err != nil {
		return nil, err
	}
	found := page.AvailableSlots(slots, asked)
	loader.Root(ctx, responsePath(ctx), found.Nodes)
	return found, nil
}

// slotsFor lists the slots that the student may book or, if moved is given, to which the student's
// interview can be moved.
func (r queryResolver) slotsFor(
	ctx context.Context, student booking.StudentID, moved *int64, search store.SlotSearch, asked store.Page,
) (*reservation.AvailableSlots, error) {
	if moved != nil {
		return r.app.SlotsToMoveTo(ctx, student, booking.InterviewID(*moved), search, asked)
	}
	return r.app.AvailableSlots(ctx, student, search, asked)
}

func (r queryResolver) Slots(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *store.SlotFilter, orderBy *store.Order,
) (*page.SlotConnection, error) {
	f := orZero(filter)
	if err := inOrder(f.Start, f.End); err != nil {
		return nil, err
	}
	return list(ctx, page.Slots, wanted[store.SlotFilter]{page.Args{First: first, After: after, Last: last, Before: before}, &f, orderBy}, r.app.View(ctx).Slots, r.app.View(ctx).CountSlots)
}

func (r queryResolver) Eligibility(ctx context.Context, studentID int64) (*booking.Eligibility, error) {
	eligibility, err := r.app.Eligibility(ctx, booking.StudentID(studentID))
	return &eligibility, err
}

func (r eligibilityResolver) Student(ctx context.Context, verdicts []*booking.Eligibility) ([]*booking.Student, error) {
	return edge(ctx, verdicts, &loader.From(ctx).Students, func(e *booking.Eligibility) booking.StudentID { return e.StudentID })
}

func (r availableSlotsResolver) Student(ctx context.Context, pages []*page.AvailableSlotConnection) ([]*booking.Student, error) {
	return edge(ctx, pages, &loader.From(ctx).Students,
		func(c *page.AvailableSlotConnection) booking.StudentID { return c.Eligibility.StudentID })
}

func (r queryResolver) Slot(ctx context.Context, id int64) (*booking.SlotView, error) {
	return nullable(r.app.View(ctx).Slot(ctx, booking.SlotID(id)))
}

func (r slotResolver) Status(_ context.Context, slots []*booking.SlotView) ([]booking.SlotStatus, error) {
	now := r.app.Now()
	statuses := make([]booking.SlotStatus, len(slots))
	for i, slot := range slots {
		statuses[i] = slot.StatusAt(now)
	}
	return statuses, nil
}

func (r slotResolver) Interviewer(ctx context.Context, slots []*booking.SlotView) ([]*booking.Interviewer, error) {
	return edge(ctx, slots, &loader.From(ctx).Interviewers, func(s *booking.SlotView) booking.InterviewerID { return s.InterviewerID })
}

func (r slotResolver) History(ctx context.Context, slots []*booking.SlotView) ([][]booking.SlotChange, error) {
	return loader.Edge[booking.SlotView, booking.SlotID, []booking.SlotChange, struct{}]{
		Key: func(s *booking.SlotView) booking.SlotID { return s.ID }, Read: r.app.View(ctx).SlotHistories,
	}.Of(ctx, responsePath(ctx), slots)
}

func (r slotChangeResolver) EventID(_ context.Context, change *booking.SlotChange) (*int64, error) {
	if change.EventID == 0 {
		return nil, nil //nolint:nilnil // the field is null
	}
	id := int64(change.EventID)
	return &id, nil
}
