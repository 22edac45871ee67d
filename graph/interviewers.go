package graph

import (
	"context"

	"rehearse/graph/model"
	"rehearse/graph/page"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

func (r queryResolver) Interviewer(ctx context.Context, id int64) (*booking.Interviewer, error) {
	return nullable(r.store.Interviewer(ctx, booking.InterviewerID(id)))
}

func (r queryResolver) Interviewers(
	ctx context.Context, first *int, after *string, filter *store.PeopleFilter,
) (*page.InterviewerConnection, error) {
	asked, err := pages.Asked(first, after)
	if err != nil {
		return nil, err
	}
	interviewers, more, err := r.store.Interviewers(ctx, orZero(filter), asked)
	if err != nil {
		return nil, err
	}
	return page.New(asked, interviewers, more, page.InterviewerPosition, func(ctx context.Context) (int, error) {
		return r.store.CountInterviewers(ctx, orZero(filter))
	}), nil
}

func (r mutationResolver) CreateInterviewer(
	ctx context.Context, in app.CreateInterviewerInput,
) (*model.CreateInterviewerPayload, error) {
	interviewer, err := r.app.CreateInterviewer(ctx, in)
	refused, err := userErrors(err)
	return &model.CreateInterviewerPayload{Interviewer: interviewer, Errors: refused}, err
}

func (r mutationResolver) UpdateInterviewer(
	ctx context.Context, in app.UpdateInterviewerInput,
) (*model.UpdateInterviewerPayload, error) {
	updated, err := r.app.UpdateInterviewer(ctx, in)
	refused, err := userErrors(err)
	payload := &model.UpdateInterviewerPayload{Errors: refused}
	if updated != nil {
		payload.Interviewer = &updated.Interviewer
		payload.ClosedSlots, payload.Conflicts, payload.Cancelled = updated.ClosedSlots, updated.Conflicts, updated.Cancelled
	}
	return payload, err
}
