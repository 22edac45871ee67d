package app

import (
	"context"
	"maps"
	"slices"

	"rehearse/internal/booking"
)

// interviewWatch watches interviews.
type interviewWatch struct {
	inbox[booking.InterviewID, booking.Interview]
	wants func(booking.Interview) bool
}

// WatchInterviews watches the caller's interviews, optionally only those with the given
// student and interviewer. Of several changes in quick succession only the last may be sent.
func (a *App) WatchInterviews(
	ctx context.Context, student *booking.StudentID, interviewer *booking.InterviewerID,
) (Watch[booking.Interview], error) {
	view := a.View(ctx)
	if err := view.may.only(parties...); err != nil {
		return nil, err
	}
	if student != nil {
		if _, err := view.Student(ctx, *student); err != nil {
			return nil, err
		}
	}
	if interviewer != nil {
		if _, err := view.Interviewer(ctx, *interviewer); err != nil {
			return nil, err
		}
	}
	ctx, drop := context.WithCancelCause(ctx)
	w := &interviewWatch{inbox: newInbox[booking.InterviewID, booking.Interview](drop), wants: func(i booking.Interview) bool {
		return view.may.isParty(i) && (student == nil || *student == i.StudentID) && (interviewer == nil || *interviewer == i.InterviewerID)
	}}
	a.watch(ctx, w)
	return func(pace Pace, tell func(context.Context, booking.Interview)) error {
		defer drop(nil)
		return w.run(ctx, pace, tell)
	}, nil
}

func (w *interviewWatch) take(h happened) {
	add := map[booking.InterviewID]booking.Interview{}
	for _, i := range h.interviews {
		if w.wants(i) {
			add[i.ID] = i
		}
	}
	if len(add) > 0 {
		w.put(news[booking.InterviewID, booking.Interview]{things: add})
	}
}

func (w *interviewWatch) run(ctx context.Context, pace Pace, tell func(context.Context, booking.Interview)) error {
	for {
		select {
		case <-ctx.Done():
			return ended(ctx)
		case <-w.wake:
			changed := w.inbox.take().things
			for _, id := range slices.Sorted(maps.Keys(changed)) {
				if !pace.Begin(ctx) {
					return ended(ctx)
				}
				tell(ctx, changed[id])
			}
		}
	}
}
