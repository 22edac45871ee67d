package app

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// CompleteInterviewInput reports that an interview took place, with its grade
// now or later.
type CompleteInterviewInput struct {
	InterviewID booking.InterviewID
	Grade       *int
	Note        *string
	CompletedAt *time.Time
}

// CompleteInterview completes, grades or regrades an interview.
func (a *App) CompleteInterview(ctx context.Context, in CompleteInterviewInput) (*booking.Interview, error) {
	completion := booking.Completion{Grade: in.Grade, Note: in.Note, At: in.CompletedAt}
	now := a.Now()
	return a.changeInterview(ctx, in.InterviewID, func(tx *store.Tx, i booking.Interview) (booking.Interview, error) {
		completed, refused := i.Complete(completion, now)
		if err := refused.Err(); err != nil {
			return i, err
		}
		return completed, tx.UpdateInterview(ctx, completed)
	})
}

// CancelInterviewInput calls an interview off, for a reason.
type CancelInterviewInput struct {
	InterviewID booking.InterviewID
	Reason      string
}

// CancelInterview cancels an interview. Its slot opens again while it lies in
// the future and its interviewer is active.
func (a *App) CancelInterview(ctx context.Context, in CancelInterviewInput) (*booking.Interview, error) {
	now := a.Now()
	return a.changeInterview(ctx, in.InterviewID, func(tx *store.Tx, i booking.Interview) (booking.Interview, error) {
		cancelled, refused := i.Cancel(in.Reason, now)
		if len(refused) > 0 || cancelled.Status == i.Status {
			return cancelled, refused.Err()
		}
		interviewer, err := tx.LockInterviewer(ctx, i.InterviewerID)
		if err != nil {
			return i, err
		}
		slot, err := tx.LockSlot(ctx, i.SlotID)
		if err != nil {
			return i, err
		}
		if err := tx.SetSlotStatus(ctx, slot.ID, slot.StatusAfterCancel(interviewer, now)); err != nil {
			return i, err
		}
		if err := tx.UpdateInterview(ctx, cancelled); err != nil {
			return i, err
		}
		return cancelled, recountWeek(ctx, tx, interviewer, i.Start)
	})
}

// changeInterview runs one change of an interview under its student's lock.
func (a *App) changeInterview(
	ctx context.Context, id booking.InterviewID,
	change func(*store.Tx, booking.Interview) (booking.Interview, error),
) (*booking.Interview, error) {
	// Whose interview it is never changes, so it can be read before the lock.
	known, err := a.store.Interview(ctx, id)
	if err != nil {
		return nil, err
	}
	var changed booking.Interview
	err = a.store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.LockStudent(ctx, known.StudentID); err != nil {
			return err
		}
		current, err := tx.Interview(ctx, id)
		if err != nil {
			return err
		}
		changed, err = change(tx, current)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &changed, nil
}
