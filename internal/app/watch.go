package app

import (
	"context"
	"log/slog"

	"rehearse/internal/app/operation"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
	"rehearse/internal/live"
	"rehearse/internal/store"
)

// Follow starts to follow the changes in the school. The returned function distributes
// them to the watches and the webhooks of this server until its ctx is done.
func (a *App) Follow(ctx context.Context, log *slog.Logger) (run func(context.Context), err error) {
	return a.live.Follow(ctx, log, a.Committed)
}

// WatchSlots watches the slots in the range that the student may book. A slot may be sent
// more than once. Slots that close because their start is near are not sent.
func (a *App) WatchSlots(
	ctx context.Context, student booking.StudentID, wanted store.SlotSearch, page store.Page,
) (live.Watch[live.SlotsChanged], error) {
	wanted, err := reservation.CheckSearch(ctx, student, wanted)
	if err != nil {
		return nil, err
	}
	return a.live.Slots(ctx, student, wanted, page)
}

// WatchEvents watches events in commit order, from the given one on. Only administrators may
// call it.
func (a *App) WatchEvents(ctx context.Context, after *booking.EventID, f store.EventFilter) (live.Watch[booking.Event], error) {
	if err := a.View(ctx).may.Only(); err != nil {
		return nil, err
	}
	return a.live.Events(ctx, after, f)
}

// WatchInterviews watches the caller's interviews, optionally only those with the given student and
// interviewer. If an interview changes again before it is sent, only its latest state is sent.
func (a *App) WatchInterviews(
	ctx context.Context, student *booking.StudentID, interviewer *booking.InterviewerID,
) (live.Watch[booking.Interview], error) {
	view := a.View(ctx)
	if err := view.may.Only(operation.Parties...); err != nil {
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
	return a.live.Interviews(ctx, func(i booking.Interview) bool {
		return view.may.IsParty(i) && (student == nil || *student == i.StudentID) && (interviewer == nil || *interviewer == i.InterviewerID)
	}), nil
}
