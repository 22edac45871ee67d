package graph

import (
	"context"
	"time"

	"rehearse/graph/loader"
	"rehearse/graph/model"
	"rehearse/graph/page"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

func (r queryResolver) AvailableSlots(
	ctx context.Context, studentID int64, start, end time.Time, first *int, after *string,
) (*page.AvailableSlotConnection, error) {
	asked, err := slotPages.Asked(first, after)
	if err != nil {
		return nil, err
	}
	slots, err := r.app.AvailableSlots(ctx, booking.StudentID(studentID), calendar.Span{Start: start, End: end}, asked)
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

func (r mutationResolver) AddAvailability(ctx context.Context, in app.AddAvailabilityInput) (*model.AddAvailabilityPayload, error) {
	published, err := r.app.AddAvailability(ctx, in)
	if err != nil {
		payload := &model.AddAvailabilityPayload{Slots: []booking.Slot{}, Skipped: []booking.SkippedSlot{}}
		payload.Errors, err = userErrors(err)
		return payload, err
	}
	return &model.AddAvailabilityPayload{
		Availability:  &published.Availability,
		Slots:         published.Slots,
		Skipped:       published.Skipped,
		UnusedMinutes: published.UnusedMinutes,
		Errors:        []model.UserError{},
	}, nil
}
