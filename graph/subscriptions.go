package graph

import (
	"context"
	"time"

	"rehearse/graph/page"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

func (r subscriptionResolver) SlotsChanged(
	ctx context.Context, studentID int64, start, end time.Time, interviewerIDs []int64, tags []string, after, before *string,
) (<-chan *app.SlotsChanged, error) {
	asked, err := page.Available.Asked(page.Args{After: after, Before: before}, nil)
	if err != nil {
		return nil, err
	}
	search := store.SlotSearch{In: calendar.Span{Start: start, End: end}, Tags: tags}
	for _, id := range interviewerIDs {
		search.InterviewerIDs = append(search.InterviewerIDs, booking.InterviewerID(id))
	}
	watch, err := r.app.WatchSlots(ctx, booking.StudentID(studentID), search, asked)
	return flow(ctx, watch, err, (*pace).afford)
}

func (slotsChangedResolver) OpenedEdges(_ context.Context, changed *app.SlotsChanged) ([]page.SlotEdge, error) {
	return page.Available.Edges(changed.Opened), nil
}

func (r subscriptionResolver) InterviewChanged(
	ctx context.Context, studentID, interviewerID *int64,
) (<-chan *booking.Interview, error) {
	watch, err := r.app.WatchInterviews(ctx, (*booking.StudentID)(studentID), (*booking.InterviewerID)(interviewerID))
	return flow(ctx, watch, err, func(*pace, context.Context, *booking.Interview) bool { return true }) // Begin has paid
}

// flow runs a watch into a channel, which ends with it. afford pays for what an
// event holds.
func flow[T any](ctx context.Context, watch app.Watch[T], err error, afford func(*pace, context.Context, *T) bool) (<-chan *T, error) {
	if err != nil {
		return nil, err
	}
	out, paced := make(chan *T), paceOf(ctx)
	go func() {
		defer close(out)
		defer paced.done()
		err := watch(paced, func(ctx context.Context, what T) {
			if !afford(paced, ctx, &what) {
				return
			}
			select {
			case out <- &what:
			case <-ctx.Done():
			}
		})
		if err != nil {
			endOf(ctx).because(err)
		}
	}()
	return out, nil
}
