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
	ShareNote   *bool // with the student; nil leaves it as it is
	CompletedAt *time.Time

	ExpectedVersion *int // refuse when the interview has another version by now

	IdempotencyKey *string
}

// CompleteInterview completes, grades or regrades an interview.
func (a *App) CompleteInterview(ctx context.Context, in CompleteInterviewInput) (*booking.Interview, error) {
	ctx = WithKey(ctx, "completeInterview", in.IdempotencyKey, in)
	completion := booking.Completion{Grade: in.Grade, Note: in.Note, Share: in.ShareNote, At: in.CompletedAt}
	return a.changeInterview(ctx, in.InterviewID, staff, writing{now: a.Now()}, func(c *changing) error {
		if err := c.was.CheckExpected(in.ExpectedVersion, "interview").Err(); err != nil {
			return err
		}
		completed, refused := c.was.Complete(completion, c.now)
		if in.Note != nil && *in.Note != "" {
			refused = append(refused, c.student.MayBeWrittenAbout("note")...)
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

// CancelInterviewInput calls an interview off, for a reason.
type CancelInterviewInput struct {
	InterviewID    booking.InterviewID
	Reason         string
	IdempotencyKey *string
}

// CancelInterview cancels an interview. Its slot opens again while it lies in
// the future, and its interviewer is there to give it.
func (a *App) CancelInterview(ctx context.Context, in CancelInterviewInput) (*booking.Interview, error) {
	ctx = WithKey(ctx, "cancelInterview", in.IdempotencyKey, in)
	return a.changeInterview(ctx, in.InterviewID, parties, writing{now: a.Now()}, func(c *changing) error {
		policy, err := c.tx.Policy(ctx)
		if err != nil {
			return err
		}
		by := CallerOf(ctx).Actor
		cancelled, refused := c.was.Cancel(in.Reason, by, policy, c.now)
		if len(refused) > 0 || cancelled.Status == c.was.Status {
			return refused.Err()
		}
		if err := c.student.MayBeWrittenAbout("reason").Err(); err != nil {
			return err
		}
		interviewer, err := c.interviewer(ctx)
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
		return recountWeek(ctx, c.tx, interviewer, c.was.Start)
	})
}

// MarkNoShowInput reports that somebody did not come.
type MarkNoShowInput struct {
	InterviewID booking.InterviewID
	Party       booking.Party

	IdempotencyKey *string
}

// MarkNoShow records that the student or the interviewer did not come.
func (a *App) MarkNoShow(ctx context.Context, in MarkNoShowInput) (*booking.Interview, error) {
	ctx = WithKey(ctx, "markNoShow", in.IdempotencyKey, in)
	return a.changeInterview(ctx, in.InterviewID, staff, writing{now: a.Now()}, func(c *changing) error {
		marked, refused := c.was.MarkNoShow(in.Party, c.now)
		if err := refused.Err(); err != nil {
			return err
		}
		return c.writeCounted(ctx, booking.NoShowMarked, marked)
	})
}

// UndoNoShowInput takes a no-show back.
type UndoNoShowInput struct{ InterviewID booking.InterviewID }

// UndoNoShow makes the interview booked again, if it may count again.
func (a *App) UndoNoShow(ctx context.Context, in UndoNoShowInput) (*booking.Interview, error) {
	return a.changeInterview(ctx, in.InterviewID, staff, writing{now: a.Now()}, func(c *changing) error {
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

// RescheduleInterviewInput moves an interview to another slot.
type RescheduleInterviewInput struct {
	InterviewID    booking.InterviewID
	SlotID         booking.SlotID
	IdempotencyKey *string
}

// RescheduleInterview moves an interview, which keeps its id; the slot it leaves
// opens again. Moving it to where it is changes nothing.
func (a *App) RescheduleInterview(ctx context.Context, in RescheduleInterviewInput) (*booking.Interview, error) {
	ctx = WithKey(ctx, "rescheduleInterview", in.IdempotencyKey, in)
	w := writing{now: a.Now()}
	moved, err := a.changeInterview(ctx, in.InterviewID, students, w, func(c *changing) error { return c.move(ctx, in.SlotID) })
	a.keepRefusal(ctx, w, err, booking.BookingRefusal{Operation: booking.RescheduleInterview, SlotID: in.SlotID, InterviewID: in.InterviewID})
	return moved, withAlternatives(err, func() ([]booking.Slot, error) {
		wanted, err := a.store.Slot(ctx, in.SlotID)
		if err != nil {
			return nil, err
		}
		interview, err := a.store.Interview(ctx, in.InterviewID)
		if err != nil {
			return nil, err
		}
		return a.alternatives(ctx, interview.StudentID, wanted, func(record booking.Record) booking.Offer {
			return record.OfferToMove(interview, w.now)
		})
	})
}

func (c *changing) move(ctx context.Context, id booking.SlotID) error {
	wanted, err := c.tx.Slot(ctx, id) // its times and its interviewer never change
	if err != nil {
		return err
	}
	record, err := c.tx.Record(ctx, c.was.StudentID)
	if err != nil {
		return err
	}
	interviewers, err := lockWithCaps(ctx, c.tx, c.alone, c.was.InterviewerID, wanted.InterviewerID)
	if err != nil {
		return err
	}
	locked, err := c.tx.LockSlots(ctx, []booking.SlotID{c.was.SlotID, wanted.ID})
	if err != nil {
		return err
	}
	slots := map[booking.SlotID]booking.Slot{}
	for _, slot := range locked {
		slots[slot.ID] = slot
	}
	left, to := slots[c.was.SlotID], slots[wanted.ID]
	if to.InterviewerID == c.was.InterviewerID {
		// On a full day, the place that is given up is the one that is taken.
		if to.FullUntil, err = fullWithout(ctx, c.tx, interviewers[to.InterviewerID], to, c.was.ID); err != nil {
			return err
		}
	}
	moved, refused := record.Seeing(to).Move(c.was, to, CallerOf(ctx).Actor, c.now)
	if len(refused) > 0 || moved.SlotID == c.was.SlotID {
		return refused.Err()
	}
	if to.HeldBy != 0 {
		if err := c.tx.EndHoldsOn(ctx, []booking.SlotID{to.ID}, c.now); err != nil {
			return err
		}
	}
	if err := c.write(ctx, booking.InterviewRescheduled, moved); err != nil {
		return err
	}
	if err := c.free(ctx, left, interviewers[left.InterviewerID]); err != nil {
		return err
	}
	if err := c.tx.SetSlotStatus(ctx, to.ID, booking.SlotBooked); err != nil {
		return err
	}
	if err := recountWeek(ctx, c.tx, interviewers[left.InterviewerID], left.Start); err != nil {
		return err
	}
	return recountWeek(ctx, c.tx, interviewers[to.InterviewerID], to.Start)
}

// changing is one change of an interview, under its student's lock.
type changing struct {
	tx    *store.Tx
	now   time.Time
	alone bool // lock interviewers for this transaction alone
	was   booking.Interview
	is    booking.Interview

	student booking.Student
}

// mine reads an interview of the caller.
func mine(ctx context.Context, r *store.Reader, id booking.InterviewID, roles []booking.Role) (booking.Interview, error) {
	return owned(ctx, roles, r.Interview, id, access.isParty, "interview", "interviewId")
}

// changeInterview runs one change of an interview. It answers what the change
// has written, else the interview as it was.
func (a *App) changeInterview(
	ctx context.Context, id booking.InterviewID, roles []booking.Role, w writing, change func(*changing) error,
) (*booking.Interview, error) {
	known, err := mine(ctx, &a.store.Reader, id, roles)
	if err != nil {
		return unless[booking.Interview](ctx, a, w, err)
	}
	changed, err := withCaps(false, func(alone bool) (booking.Interview, error) {
		return write(ctx, a, w, func(tx *store.Tx) (booking.Interview, error) {
			student, err := tx.LockStudent(ctx, known.StudentID)
			if err != nil {
				return known, err
			}
			// Once more: its student stays the same, its interviewer may have changed.
			current, err := mine(ctx, &tx.Reader, id, roles)
			if err != nil {
				return known, err
			}
			c := &changing{tx: tx, now: w.now, alone: alone, was: current, is: current, student: student}
			err = change(c)
			return c.is, err
		})
	})
	if err != nil {
		return nil, err
	}
	return &changed, nil
}

// free lets go of a slot on which the interview stands no more. One that its
// interviewer gives up is taken out of their calendar, as though they withdrew
// it. In the time of another one that does not open again, other availability of
// the interviewer may have slots, which takes their lock for this transaction
// alone.
func (c *changing) free(ctx context.Context, slot booking.Slot, of booking.Interviewer) error {
	if CallerOf(ctx).Actor.Role == booking.RoleInterviewer {
		if err := c.tx.Except(ctx, []booking.Slot{slot}); err != nil {
			return err
		}
		return c.tx.WithdrawSlots(ctx, []booking.Slot{slot})
	}
	status := slot.StatusWhenFree(of, c.now)
	if err := c.tx.SetSlotStatus(ctx, slot.ID, status); err != nil {
		return err
	}
	if status == booking.SlotOpen || !of.Active || !slot.End.After(c.now) {
		return nil
	}
	if !c.alone {
		return errShared
	}
	calendar := &closing{tx: c.tx, interviewer: of, now: c.now}
	_, err := calendar.fill(ctx, booking.SpansOf([]booking.Slot{slot}))
	return err
}

// interviewer locks who gives the interview.
func (c *changing) interviewer(ctx context.Context) (booking.Interviewer, error) {
	locked, err := lockWithCaps(ctx, c.tx, c.alone, c.was.InterviewerID)
	return locked[c.was.InterviewerID], err
}

// write writes what the interview has become, and tells it; nothing when it is
// what it was.
func (c *changing) write(ctx context.Context, kind booking.EventKind, is booking.Interview) error {
	event := is.Event(kind, c.was)
	if len(event.Changes) == 0 {
		return nil
	}
	written, err := c.tx.UpdateInterview(ctx, is, c.now)
	if err != nil {
		return err
	}
	c.is = written
	return tell(ctx, c.tx, c.now, event)
}

// writeCounted does so where it changes how many interviews are given on a day.
func (c *changing) writeCounted(ctx context.Context, kind booking.EventKind, is booking.Interview) error {
	if is.Status == c.was.Status {
		return nil
	}
	interviewer, err := c.interviewer(ctx)
	if err != nil {
		return err
	}
	if err := c.write(ctx, kind, is); err != nil {
		return err
	}
	return recountWeek(ctx, c.tx, interviewer, is.Start)
}

// fullWithout is until when the slot is full, were there not the one interview.
func fullWithout(
	ctx context.Context, tx *store.Tx, by booking.Interviewer, slot booking.Slot, without booking.InterviewID,
) (time.Time, error) {
	if !by.Capped() {
		return time.Time{}, nil
	}
	week, err := by.Week(slot.Start)
	if err != nil {
		return time.Time{}, err
	}
	full, err := fullPeriods(ctx, tx, by, week, without)
	return booking.FullUntil(full, slot.Start), err
}
