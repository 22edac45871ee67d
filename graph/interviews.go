package graph

import (
	"context"

	"rehearse/graph/loader"
	"rehearse/graph/model"
	"rehearse/graph/page"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

func (r queryResolver) Interview(ctx context.Context, id int64) (*booking.Interview, error) {
	return nullable(r.store.Interview(ctx, booking.InterviewID(id)))
}

func (r queryResolver) Interviews(
	ctx context.Context, first *int, after *string, filter *store.InterviewFilter,
) (*page.InterviewConnection, error) {
	asked, err := pages.Asked(first, after)
	if err != nil {
		return nil, err
	}
	if filter != nil && filter.Start != nil && filter.End != nil {
		if err := booking.CheckOrder(calendar.Span{Start: *filter.Start, End: *filter.End}).Err(); err != nil {
			return nil, err
		}
	}
	interviews, more, err := r.store.Interviews(ctx, orZero(filter), asked)
	if err != nil {
		return nil, err
	}
	return page.New(asked, interviews, more, page.InterviewPosition, func(ctx context.Context) (int, error) {
		return r.store.CountInterviews(ctx, orZero(filter))
	}), nil
}

func (r interviewResolver) Student(ctx context.Context, interviews []*booking.Interview) ([]*booking.Student, error) {
	return edges(ctx, interviews, loader.From(ctx).Students, func(i *booking.Interview) booking.StudentID { return i.StudentID })
}

func (r interviewResolver) Interviewer(ctx context.Context, interviews []*booking.Interview) ([]*booking.Interviewer, error) {
	return edges(ctx, interviews, loader.From(ctx).Interviewers,
		func(i *booking.Interview) booking.InterviewerID { return i.InterviewerID })
}

func (r interviewResolver) Slot(ctx context.Context, interviews []*booking.Interview) ([]*booking.Slot, error) {
	return edges(ctx, interviews, loader.From(ctx).Slots, func(i *booking.Interview) booking.SlotID { return i.SlotID })
}

func (r mutationResolver) BookSlot(ctx context.Context, in app.BookSlotInput) (*model.BookSlotPayload, error) {
	interview, err := r.app.Book(ctx, in)
	refused, err := userErrors(err)
	return &model.BookSlotPayload{Interview: interview, Errors: refused}, err
}

func (r mutationResolver) CancelInterview(ctx context.Context, in app.CancelInterviewInput) (*model.CancelInterviewPayload, error) {
	interview, err := r.app.CancelInterview(ctx, in)
	refused, err := userErrors(err)
	return &model.CancelInterviewPayload{Interview: interview, Errors: refused}, err
}

func (r mutationResolver) CompleteInterview(ctx context.Context, in app.CompleteInterviewInput) (*model.CompleteInterviewPayload, error) {
	interview, err := r.app.CompleteInterview(ctx, in)
	refused, err := userErrors(err)
	return &model.CompleteInterviewPayload{Interview: interview, Errors: refused}, err
}
