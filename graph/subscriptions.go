package graph

import (
	"context"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

func (r subscriptionResolver) SlotsChanged(
	ctx context.Context, studentID int64, start, end time.Time,
) (<-chan *app.SlotsChanged, error) {
	watch, err := r.app.WatchSlots(ctx, booking.StudentID(studentID), calendar.Span{Start: start, End: end})
	return flow(ctx, watch, err)
}

func (r subscriptionResolver) InterviewChanged(
	ctx context.Context, studentID, interviewerID *int64,
) (<-chan *booking.Interview, error) {
	watch, err := r.app.WatchInterviews(ctx, (*booking.StudentID)(studentID), (*booking.InterviewerID)(interviewerID))
	return flow(ctx, watch, err)
}

// flow runs a watch into a channel, which ends with it.
func flow[T any](ctx context.Context, watch app.Watch[T], err error) (<-chan *T, error) {
	if err != nil {
		return nil, err
	}
	out := make(chan *T)
	go func() {
		defer close(out)
		err := watch(func(ctx context.Context, what T) {
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
