package reservation

import (
	"context"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
)

// CompleteInterviewInput is the input of CompleteInterview. The grade may follow in a later
// call.
type CompleteInterviewInput struct {
	InterviewID booking.InterviewID
	Grade       *int
	Note        *string
	ShareNote   *bool // with the student; nil leaves it unchanged
	CompletedAt *time.Time

	ExpectedVersion *int // refuse if the interview's version differs

	IdempotencyKey *string
}

// CompleteInterview completes, grades or regrades an interview.
func (s *Reservations) CompleteInterview(ctx context.Context, in CompleteInterviewInput) (*booking.Interview, error) {
	ctx = operation.WithKey(ctx, "completeInterview", in.IdempotencyKey, in, interviewForm)
	completion := booking.Completion{Grade: in.Grade, Note: in.Note, Share: in.ShareNote, At: in.CompletedAt}
	return s.changeInterview(ctx, in.InterviewID, operation.Staff, operation.Options{Now: s.now()}, func(c *interviewChange) error {
		if err := c.lock(ctx); err != nil {
			return err
		}
		if err := c.was.CheckExpected(in.ExpectedVersion, "interview").Err(); err != nil {
			return err
		}
		completed, refused := c.was.Complete(completion, c.now)
		if in.Note != nil && *in.Note != "" {
			refused = append(refused, c.student.CheckNotAnonymised("note")...)
		}
		if err := refused.Err(); err != nil {
			return err
		}
		if c.was.Status == booking.Completed {
			return c.write(ctx, booking.InterviewGraded, completed)
		}
		return c.write(ctx, booking.InterviewCompleted, completed)
	})
}

// UpdateInterviewIntakeInput is the input of UpdateInterviewIntake.
type UpdateInterviewIntakeInput struct {
	InterviewID    booking.InterviewID
	Intake         *string // nil or blank removes it
	IdempotencyKey *string
}

// UpdateInterviewIntake changes what the student tells the interviewer.
func (s *Reservations) UpdateInterviewIntake(ctx context.Context, in UpdateInterviewIntakeInput) (*booking.Interview, error) {
	ctx = operation.WithKey(ctx, "updateInterviewIntake", in.IdempotencyKey, in, interviewForm)
	return s.changeInterview(ctx, in.InterviewID, operation.Students, operation.Options{Now: s.now()}, func(c *interviewChange) error {
		if err := c.lock(ctx); err != nil {
			return err
		}
		changed, refused := c.was.WithIntake(in.Intake, c.now)
		if err := refused.Err(); err != nil {
			return err
		}
		return c.write(ctx, booking.IntakeUpdated, changed)
	})
}

// CancelInterviewInput is the input of CancelInterview.
type CancelInterviewInput struct {
	InterviewID    booking.InterviewID
	Reason         string
	IdempotencyKey *string
}

// CancelInterview cancels an interview. Its slot opens again if it is in the future and the
// interviewer can still give it.
func (s *Reservations) CancelInterview(ctx context.Context, in CancelInterviewInput) (*booking.Interview, error) {
	ctx = operation.WithKey(ctx, "cancelInterview", in.IdempotencyKey, in, interviewForm)
	return s.changeInterview(ctx, in.InterviewID, operation.Parties, operation.Options{Now: s.now()}, func(c *interviewChange) error {
		if err := c.lock(ctx); err != nil {
			return err
		}
		policy, err := c.tx.Policy(ctx)
		if err != nil {
			return err
		}
		by := operation.CallerOf(ctx).Actor
		cancelled, refused := c.was.Cancel(in.Reason, by, policy, c.now)
		if len(refused) > 0 || cancelled.Status == c.was.Status {
			return refused.Err()
		}
		if err := c.student.CheckNotAnonymised("reason").Err(); err != nil {
			return err
		}
		interviewer, err := c.lockInterviewer(ctx)
		if err != nil {
			return err
		}
		slot, err := c.tx.LockSlot(ctx, c.was.SlotID)
		if err != nil {
			return err
		}
		if err := c.free(ctx, slot, interviewer); err != nil {
			return err
		}
		if err := c.write(ctx, booking.InterviewCancelled, cancelled); err != nil {
			return err
		}
		return operation.RecountWeek(ctx, c.tx, interviewer, c.was.Start)
	})
}

// MarkNoShowInput names the party who did not come.
type MarkNoShowInput struct {
	InterviewID booking.InterviewID
	Party       booking.Party

	IdempotencyKey *string
}

// MarkNoShow records that the student or the interviewer did not come.
func (s *Reservations) MarkNoShow(ctx context.Context, in MarkNoShowInput) (*booking.Interview, error) {
	ctx = operation.WithKey(ctx, "markNoShow", in.IdempotencyKey, in, interviewForm)
	return s.changeInterview(ctx, in.InterviewID, operation.Staff, operation.Options{Now: s.now()}, func(c *interviewChange) error {
		if err := c.lock(ctx); err != nil {
			return err
		}
		marked, refused := c.was.MarkNoShow(in.Party, c.now)
		if err := refused.Err(); err != nil {
			return err
		}
		return c.writeCounted(ctx, booking.NoShowMarked, marked)
	})
}

// UndoNoShowInput is the input of UndoNoShow.
type UndoNoShowInput struct{ InterviewID booking.InterviewID }

// UndoNoShow sets the interview back to booked, unless the rules refuse to count it again.
func (s *Reservations) UndoNoShow(ctx context.Context, in UndoNoShowInput) (*booking.Interview, error) {
	return s.changeInterview(ctx, in.InterviewID, operation.Staff, operation.Options{Now: s.now()}, func(c *interviewChange) error {
		if err := c.lock(ctx); err != nil {
			return err
		}
		record, err := c.tx.Record(ctx, c.was.StudentID)
		if err != nil {
			return err
		}
		undone, refused := record.UndoNoShow(c.was, c.now)
		if err := refused.Err(); err != nil {
			return err
		}
		return c.writeCounted(ctx, booking.NoShowUndone, undone)
	})
}
