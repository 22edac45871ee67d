package graph

import (
	"context"
	"time"

	"rehearse/graph/loader"
	"rehearse/graph/model"
	"rehearse/graph/page"
	"rehearse/graph/payload"
	"rehearse/internal/app"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

func (r queryResolver) Interviewer(ctx context.Context, id int64) (*booking.Interviewer, error) {
	found, err := nullable(r.app.View(ctx).Interviewer(ctx, booking.InterviewerID(id)))
	return primed(ctx, found), err
}

func (r queryResolver) Interviewers(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *store.InterviewerFilter, orderBy *store.Order,
) (*page.InterviewerConnection, error) {
	if err := checkSearch(orZero(filter).Search); err != nil {
		return nil, err
	}
	return list(ctx, page.Interviewers, wanted[store.InterviewerFilter]{page.Args{First: first, After: after, Last: last, Before: before}, filter, orderBy},
		r.app.View(ctx).Interviewers, r.app.View(ctx).CountInterviewers)
}

func (r queryResolver) Tags(ctx context.Context, first int) ([]booking.TagCount, error) {
	tags, err := r.app.View(ctx).TagsInUse(ctx, first)
	if err != nil {
		return nil, err
	}
	return notNil(tags), nil
}

func (r interviewerResolver) Slots(
	ctx context.Context, interviewers []*booking.Interviewer,
	start, end *time.Time, status []booking.SlotStatus, first *int, after *string, last *int, before *string,
) ([]*page.SlotConnection, error) {
	f := store.SlotFilter{Start: start, End: end, Status: status}
	if err := inOrder(start, end); err != nil {
		return nil, err
	}
	return lists[booking.Interviewer, booking.InterviewerID, booking.SlotView, store.SlotFilter]{
		of: page.Slots, filter: f, key: interviewerID, read: r.app.View(ctx).SlotsOf, count: r.app.View(ctx).CountSlotsOf,
	}.page(ctx, interviewers, page.Args{First: first, After: after, Last: last, Before: before})
}

func (r interviewerResolver) Interviews(
	ctx context.Context, interviewers []*booking.Interviewer, first *int, after *string, last *int, before *string, filter *store.InterviewFilter,
) ([]*page.InterviewConnection, error) {
	f, err := interviewFilter(filter)
	if err != nil {
		return nil, err
	}
	return lists[booking.Interviewer, booking.InterviewerID, booking.Interview, store.InterviewFilter]{
		of: page.Interviews, filter: f, key: interviewerID,
		read: r.app.View(ctx).InterviewsOfInterviewers, count: r.app.View(ctx).CountInterviewsOfInterviewers,
	}.page(ctx, interviewers, page.Args{First: first, After: after, Last: last, Before: before})
}

func (r interviewerResolver) Availability(
	ctx context.Context, interviewers []*booking.Interviewer, first *int, after *string, last *int, before *string,
) ([]*page.AvailabilityConnection, error) {
	return lists[booking.Interviewer, booking.InterviewerID, booking.Availability, store.LiveAvailability]{
		of: page.Availability, key: interviewerID, read: r.app.View(ctx).AvailabilityPages, count: r.app.View(ctx).CountAvailability,
	}.page(ctx, interviewers, page.Args{First: first, After: after, Last: last, Before: before})
}

func (r interviewerResolver) Blocks(
	ctx context.Context, interviewers []*booking.Interviewer, first *int, after *string, last *int, before *string,
) ([]*page.BlockConnection, error) {
	return lists[booking.Interviewer, booking.InterviewerID, booking.Block, store.AnyBlock]{
		of: page.Blocks, key: interviewerID, read: r.app.View(ctx).BlockPages, count: r.app.View(ctx).CountBlocks,
	}.page(ctx, interviewers, page.Args{First: first, After: after, Last: last, Before: before})
}

func (r interviewerResolver) Email(ctx context.Context, interviewers []*booking.Interviewer) ([]*string, error) {
	return detail(r.app.View(ctx), interviewers, func(i *booking.Interviewer) *string { return &i.Email })
}

func (r interviewerResolver) MaxPerDay(ctx context.Context, interviewers []*booking.Interviewer) ([]*int, error) {
	return detail(r.app.View(ctx), interviewers, func(i *booking.Interviewer) *int { return i.MaxPerDay })
}

func (r interviewerResolver) MaxPerWeek(ctx context.Context, interviewers []*booking.Interviewer) ([]*int, error) {
	return detail(r.app.View(ctx), interviewers, func(i *booking.Interviewer) *int { return i.MaxPerWeek })
}

func (r interviewerResolver) MeetingURL(ctx context.Context, interviewers []*booking.Interviewer) ([]*string, error) {
	return detail(r.app.View(ctx), interviewers, func(i *booking.Interviewer) *string { return i.MeetingURL })
}

// detail returns a field that only some callers who see an interviewer may read.
func detail[V any](
	view app.View, interviewers []*booking.Interviewer, of func(*booking.Interviewer) V,
) ([]V, error) {
	values := make([]V, len(interviewers))
	for n, i := range interviewers {
		if err := view.KnowsInterviewers([]booking.InterviewerID{i.ID}); err != nil {
			return nil, err
		}
		values[n] = of(i)
	}
	return values, nil
}

func interviewerID(i *booking.Interviewer) booking.InterviewerID { return i.ID }

func (r availabilityResolver) Interviewer(ctx context.Context, windows []*booking.Availability) ([]*booking.Interviewer, error) {
	return edge(ctx, windows, &loader.From(ctx).Interviewers, func(a *booking.Availability) booking.InterviewerID { return a.InterviewerID })
}

func (r availabilityResolver) PublishesFrom(ctx context.Context, windows []*booking.Availability) ([]*time.Time, error) {
	policy, err := loader.From(ctx).Policy(ctx)
	if err != nil {
		return nil, err
	}
	now := r.app.Now()
	at := make([]*time.Time, len(windows))
	for i, a := range windows {
		at[i] = a.PublishesFrom(policy, now)
	}
	return at, nil
}

func (r mutationResolver) CreateInterviewer(
	ctx context.Context, in roster.CreateInterviewerInput,
) (*model.CreateInterviewerPayload, error) {
	interviewer, err := r.app.CreateInterviewer(ctx, in)
	refused, err := r.userErrors(ctx, err)
	return &model.CreateInterviewerPayload{Interviewer: primed(ctx, interviewer), Errors: refused}, err
}

func (r mutationResolver) UpdateInterviewer(
	ctx context.Context, in roster.UpdateInterviewerInput,
) (*payload.Interviewer, error) {
	updated, err := r.app.UpdateInterviewer(ctx, in)
	refused, err := r.userErrors(ctx, err)
	if updated == nil {
		return &payload.Interviewer{Errors: refused}, err
	}
	return &payload.Interviewer{
		Interviewer: primed(ctx, &updated.Interviewer), Errors: refused,
		Published: payload.Published{All: updated.OpenedSlots}, Closed: payload.Closed{Change: updated.Closed},
	}, err
}
