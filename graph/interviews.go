package graph

import (
	"context"

	"rehearse/graph/loader"
	"rehearse/graph/model"
	"rehearse/graph/page"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

func (r queryResolver) Interview(ctx context.Context, id int64) (*booking.Interview, error) {
	found, err := nullable(r.app.View(ctx).Interview(ctx, booking.InterviewID(id)))
	return primed(ctx, found), err
}

func (r queryResolver) Interviews(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *store.InterviewFilter, orderBy *store.Order,
) (*page.InterviewConnection, error) {
	f, err := interviewFilter(filter)
	if err != nil {
		return nil, err
	}
	return list(ctx, page.Interviews, wanted[store.InterviewFilter]{page.Args{First: first, After: after, Last: last, Before: before}, &f, orderBy}, r.app.View(ctx).Interviews, r.app.View(ctx).CountInterviews)
}

// interviewFilter is the filter, unless its range is reversed.
func interviewFilter(filter *store.InterviewFilter) (store.InterviewFilter, error) {
	f := orZero(filter)
	return f, inOrder(f.Start, f.End)
}

func (r interviewResolver) Student(ctx context.Context, interviews []*booking.Interview) ([]*booking.Student, error) {
	return edge(ctx, interviews, loader.From(ctx).Students, func(i *booking.Interview) booking.StudentID { return i.StudentID })
}

func (r interviewResolver) Interviewer(ctx context.Context, interviews []*booking.Interview) ([]*booking.Interviewer, error) {
	return edge(ctx, interviews, loader.From(ctx).Interviewers,
		func(i *booking.Interview) booking.InterviewerID { return i.InterviewerID })
}

func (r interviewResolver) Slot(ctx context.Context, interviews []*booking.Interview) ([]*booking.Slot, error) {
	return edge(ctx, interviews, loader.From(ctx).Slots, func(i *booking.Interview) booking.SlotID { return i.SlotID })
}

func (r interviewResolver) MeetingURL(ctx context.Context, interviews []*booking.Interview) ([]*string, error) {
	interviewers, err := r.Interviewer(ctx, interviews)
	if err != nil {
		return nil, err
	}
	view := r.app.View(ctx)
	rooms := make([]*string, len(interviews))
	for n, i := range interviews {
		if view.Meets(*i) {
			rooms[n] = interviewers[n].MeetingURL
		}
	}
	return rooms, nil
}

func (r interviewResolver) Note(ctx context.Context, interviews []*booking.Interview) ([]*string, error) {
	view := r.app.View(ctx)
	notes := make([]*string, len(interviews))
	for n, i := range interviews {
		notes[n] = view.Note(*i)
	}
	return notes, nil
}

func (r interviewResolver) Events(
	ctx context.Context, interviews []*booking.Interview, first *int, after *string, last *int, before *string,
) ([]*page.EventConnection, error) {
	view := r.app.View(ctx)
	return lists[booking.Interview, booking.InterviewID, booking.Event, struct{}]{
		of: page.Events, key: func(i *booking.Interview) booking.InterviewID { return i.ID },
		read: func(ctx context.Context, of []booking.InterviewID, _ struct{}, p store.Page) (map[booking.InterviewID]store.Part[booking.Event], error) {
			return view.EventsOf(ctx, of, p)
		},
		count: func(ctx context.Context, of []booking.InterviewID, _ struct{}) (map[booking.InterviewID]int, error) {
			return view.CountEventsOf(ctx, of)
		},
	}.page(ctx, interviews, page.Args{First: first, After: after, Last: last, Before: before})
}

func (r mutationResolver) BookSlot(ctx context.Context, in app.BookSlotInput) (*model.BookSlotPayload, error) {
	interview, err := r.app.Book(ctx, in)
	refused, err := userErrors(ctx, err)
	return &model.BookSlotPayload{Interview: primed(ctx, interview), Errors: refused}, err
}

func (r mutationResolver) CancelInterview(ctx context.Context, in app.CancelInterviewInput) (*model.CancelInterviewPayload, error) {
	interview, err := r.app.CancelInterview(ctx, in)
	refused, err := userErrors(ctx, err)
	return &model.CancelInterviewPayload{Interview: primed(ctx, interview), Errors: refused}, err
}

func (r mutationResolver) CompleteInterview(ctx context.Context, in app.CompleteInterviewInput) (*model.CompleteInterviewPayload, error) {
	interview, err := r.app.CompleteInterview(ctx, in)
	refused, err := userErrors(ctx, err)
	return &model.CompleteInterviewPayload{Interview: primed(ctx, interview), Errors: refused}, err
}

func (r mutationResolver) RescheduleInterview(ctx context.Context, in app.RescheduleInterviewInput) (*model.RescheduleInterviewPayload, error) {
	interview, err := r.app.RescheduleInterview(ctx, in)
	refused, err := userErrors(ctx, err)
	return &model.RescheduleInterviewPayload{Interview: primed(ctx, interview), Errors: refused}, err
}

func (r mutationResolver) MarkNoShow(ctx context.Context, in app.MarkNoShowInput) (*model.MarkNoShowPayload, error) {
	interview, err := r.app.MarkNoShow(ctx, in)
	refused, err := userErrors(ctx, err)
	return &model.MarkNoShowPayload{Interview: primed(ctx, interview), Errors: refused}, err
}

func (r mutationResolver) UndoNoShow(ctx context.Context, in app.UndoNoShowInput) (*model.UndoNoShowPayload, error) {
	interview, err := r.app.UndoNoShow(ctx, in)
	refused, err := userErrors(ctx, err)
	return &model.UndoNoShowPayload{Interview: primed(ctx, interview), Errors: refused}, err
}
