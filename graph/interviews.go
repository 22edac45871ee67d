package graph

import (
	"context"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"rehearse/graph/loader"
	"rehearse/graph/model"
	"rehearse/graph/page"
	"rehearse/graph/plan"
	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
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

// interviewFilter returns the filter, or an error if its range is reversed.
func interviewFilter(filter *store.InterviewFilter) (store.InterviewFilter, error) {
	f := orZero(filter)
	return f, inOrder(f.Start, f.End)
}

func (r interviewResolver) Student(ctx context.Context, interviews []*booking.Interview) ([]*booking.Student, error) {
	return edge(ctx, interviews, &loader.From(ctx).Students, func(i *booking.Interview) booking.StudentID { return i.StudentID })
}

func (r interviewResolver) Interviewer(ctx context.Context, interviews []*booking.Interview) ([]*booking.Interviewer, error) {
	return edge(ctx, interviews, &loader.From(ctx).Interviewers,
		func(i *booking.Interview) booking.InterviewerID { return i.InterviewerID })
}

func (r interviewResolver) Slot(ctx context.Context, interviews []*booking.Interview) ([]*booking.SlotView, error) {
	return edge(ctx, interviews, &loader.From(ctx).Slots, func(i *booking.Interview) booking.SlotID { return i.SlotID })
}

func (r interviewResolver) MeetingURL(ctx context.Context, interviews []*booking.Interview) ([]*string, error) {
	rooms, policy, err := r.meetingRooms(ctx, interviews)
	if err != nil {
		return nil, err
	}
	view, now := r.app.View(ctx), r.app.Now()
	links := make([]*string, len(interviews))
	for n, i := range interviews {
		links[n] = view.MeetingURL(*i, rooms[i.InterviewerID], policy, now)
	}
	return links, nil
}

// meetingRooms returns the rooms of the interviewers whose interviews have no link of their
// own, and the policy, which matters only for rooms.
func (r interviewResolver) meetingRooms(
	ctx context.Context, interviews []*booking.Interview,
) (map[booking.InterviewerID]*string, booking.Policy, error) {
	roomed := slices.DeleteFunc(slices.Clone(interviews), func(i *booking.Interview) bool { return i.MeetingURL != nil })
	if len(roomed) == 0 {
		return nil, booking.Policy{}, nil
	}
	interviewers, err := r.Interviewer(ctx, roomed)
	if err != nil {
		return nil, booking.Policy{}, err
	}
	rooms := make(map[booking.InterviewerID]*string, len(interviewers))
	for _, i := range interviewers {
		if i.MeetingURL != nil {
			rooms[i.ID] = i.MeetingURL
		}
	}
	if len(rooms) == 0 {
		return nil, booking.Policy{}, nil
	}
	policy, err := loader.From(ctx).Policy(ctx)
	return rooms, policy, err
}

func (r interviewResolver) Note(ctx context.Context, interviews []*booking.Interview) ([]*string, error) {
	view := r.app.View(ctx)
	notes := make([]*string, len(interviews))
	for n, i := range interviews {
		notes[n] = view.Note(*i)
	}
	return notes, nil
}

func (r interviewResolver) ViewerCanCancel(ctx context.Context, interviews []*booking.Interview) ([]bool, error) {
	return byPolicy(ctx, r.Resolver, interviews, app.View.CanCancel)
}

func (r interviewResolver) ViewerCanReschedule(ctx context.Context, interviews []*booking.Interview) ([]bool, error) {
	return byPolicy(ctx, r.Resolver, interviews, app.View.CanReschedule)
}

func (r interviewResolver) ViewerCanComplete(ctx context.Context, interviews []*booking.Interview) ([]bool, error) {
	view, now := r.app.View(ctx), r.app.Now()
	can := make([]bool, len(interviews))
	for n, i := range interviews {
		can[n] = view.CanComplete(*i, now)
	}
	return can, nil
}

func (r interviewResolver) CancelableUntil(ctx context.Context, interviews []*booking.Interview) ([]*time.Time, error) {
	return whileBooked(ctx, r.Resolver, interviews, booking.Interview.CancelableUntil)
}

func (r interviewResolver) ReschedulableUntil(ctx context.Context, interviews []*booking.Interview) ([]*time.Time, error) {
	return whileBooked(ctx, r.Resolver, interviews, booking.Interview.ReschedulableUntil)
}

func (r interviewResolver) ReschedulesLeft(ctx context.Context, interviews []*booking.Interview) ([]int, error) {
	return byPolicy(ctx, r.Resolver, interviews, func(_ app.View, i booking.Interview, p booking.Policy, _ time.Time) int {
		if i.Status != booking.Booked {
			return 0
		}
		return i.ReschedulesLeft(p)
	})
}

// byPolicy derives a value from each interview and the policy, which is read once.
func byPolicy[V any](
	ctx context.Context, r *Resolver, interviews []*booking.Interview,
	derive func(app.View, booking.Interview, booking.Policy, time.Time) V,
) ([]V, error) {
	policy, err := loader.From(ctx).Policy(ctx)
	if err != nil {
		return nil, err
	}
	view, now := r.app.View(ctx), r.app.Now()
	values := make([]V, len(interviews))
	for n, i := range interviews {
		values[n] = derive(view, *i, policy, now)
	}
	return values, nil
}

// whileBooked returns a deadline for each interview that is booked, and nil for the others.
func whileBooked(
	ctx context.Context, r *Resolver, interviews []*booking.Interview, deadline func(booking.Interview, booking.Policy) time.Time,
) ([]*time.Time, error) {
	return byPolicy(ctx, r, interviews, func(_ app.View, i booking.Interview, p booking.Policy, _ time.Time) *time.Time {
		if i.Status != booking.Booked {
			return nil
		}
		until := deadline(i, p)
		return &until
	})
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

func (r mutationResolver) BookSlot(ctx context.Context, in reservation.BookSlotInput) (*model.BookSlotPayload, error) {
	done, err := r.app.Book(ctx, in)
	if done == nil {
		refused, err := r.userErrors(ctx, err)
		return &model.BookSlotPayload{Errors: refused}, err
	}
	student, err := concerned(ctx, in.StudentID)
	return &model.BookSlotPayload{
		Interview: primed(ctx, done.Interview), Allowed: true, ReleasedHold: done.Released, Student: student, Errors: []model.UserError{},
	}, err
}

func (r mutationResolver) CancelInterview(ctx context.Context, in reservation.CancelInterviewInput) (*model.CancelInterviewPayload, error) {
	interview, err := r.app.CancelInterview(ctx, in)
	refused, err := r.userErrors(ctx, err)
	student, err := ofInterview(ctx, interview, err)
	return &model.CancelInterviewPayload{Interview: primed(ctx, interview), Student: student, Errors: refused}, err
}

func (r mutationResolver) CompleteInterview(ctx context.Context, in reservation.CompleteInterviewInput) (*model.CompleteInterviewPayload, error) {
	interview, err := r.app.CompleteInterview(ctx, in)
	refused, err := r.userErrors(ctx, err)
	student, err := ofInterview(ctx, interview, err)
	return &model.CompleteInterviewPayload{Interview: primed(ctx, interview), Student: student, Errors: refused}, err
}

func (r mutationResolver) RescheduleInterview(ctx context.Context, in reservation.RescheduleInterviewInput) (*model.RescheduleInterviewPayload, error) {
	interview, err := r.app.RescheduleInterview(ctx, in)
	refused, err := r.userErrors(ctx, err)
	student, err := ofInterview(ctx, interview, err)
	return &model.RescheduleInterviewPayload{Interview: primed(ctx, interview), Student: student, Errors: refused}, err
}

func (r mutationResolver) UpdateInterviewIntake(ctx context.Context, in reservation.UpdateInterviewIntakeInput) (*model.UpdateInterviewIntakePayload, error) {
	interview, err := r.app.UpdateInterviewIntake(ctx, in)
	refused, err := r.userErrors(ctx, err)
	student, err := ofInterview(ctx, interview, err)
	return &model.UpdateInterviewIntakePayload{Interview: primed(ctx, interview), Student: student, Errors: refused}, err
}

func (r mutationResolver) MarkNoShow(ctx context.Context, in reservation.MarkNoShowInput) (*model.MarkNoShowPayload, error) {
	interview, err := r.app.MarkNoShow(ctx, in)
	refused, err := r.userErrors(ctx, err)
	student, err := ofInterview(ctx, interview, err)
	return &model.MarkNoShowPayload{Interview: primed(ctx, interview), Student: student, Errors: refused}, err
}

func (r mutationResolver) UndoNoShow(ctx context.Context, in reservation.UndoNoShowInput) (*model.UndoNoShowPayload, error) {
	interview, err := r.app.UndoNoShow(ctx, in)
	refused, err := r.userErrors(ctx, err)
	student, err := ofInterview(ctx, interview, err)
	return &model.UndoNoShowPayload{Interview: primed(ctx, interview), Student: student, Errors: refused}, err
}

// concerned reads the student of a mutation after it has executed, if the payload's student
// is selected.
func concerned(ctx context.Context, id booking.StudentID) (*booking.Student, error) {
	if !plan.Selects(graphql.GetFieldContext(ctx).Field.Selections, "student") {
		return nil, nil //nolint:nilnil // the field is not selected
	}
	found, err := loader.From(ctx).Students.Map(ctx, []booking.StudentID{id})
	return found[id], err
}

// ofInterview reads the student of a changed interview. It returns nil if the change
// failed.
func ofInterview(ctx context.Context, interview *booking.Interview, err error) (*booking.Student, error) {
	if interview == nil || err != nil {
		return nil, err
	}
	return concerned(ctx, interview.StudentID)
}
