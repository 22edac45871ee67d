package graph

import (
	"context"
	"time"

	"rehearse/graph/loader"
	"rehearse/graph/page"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

func (r queryResolver) AvailableSlots(
	ctx context.Context, studentID int64, start, end time.Time, interviewerIDs []int64, tags []string, first *int, after *string,
) (*page.AvailableSlotConnection, error) {
	asked, err := slotPages.Asked(first, after)
	if err != nil {
		return nil, err
	}
	wanted := store.SlotFilter{In: calendar.Span{Start: start, End: end}, Tags: tags}
	for _, id := range interviewerIDs {
		wanted.InterviewerIDs = append(wanted.InterviewerIDs, booking.InterviewerID(id))
	}
	slots, err := r.app.AvailableSlots(ctx, booking.StudentID(studentID), wanted, asked)
	if err != nil {
		return nil, err
	}
	return page.AvailableSlots(slots, asked), nil
}

func (r queryResolver) Eligibility(ctx context.Context, studentID int64) (*booking.Eligibility, error) {
	eligibility, err := r.app.Eligibility(ctx, booking.StudentID(studentID))
	return &eligibility, err
}

func (r queryResolver) Slot(ctx context.Context, id int64) (*booking.Slot, error) {
	return nullable(r.store.Slot(ctx, booking.SlotID(id)))
}

func (r slotResolver) Interviewer(ctx context.Context, slots []*booking.Slot) ([]*booking.Interviewer, error) {
	return edges(ctx, slots, loader.From(ctx).Interviewers, func(s *booking.Slot) booking.InterviewerID { return s.InterviewerID })
}
