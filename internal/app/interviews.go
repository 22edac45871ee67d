package app

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
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
func (a *App) CompleteInterview(ctx context.Context, in CompleteInterviewInput) (*booking.Interview, error) {
	ctx = WithKey(ctx, "completeInterview", in.IdempotencyKey, in)
	completion := booking.Completion{Grade: in.Grade, Note: in.Note, Share: in.ShareNote, At: in.CompletedAt}
	return a.changeInterview(ctx, in.InterviewID, staff, writeOptions{now: a.Now()}, func(c *interviewChange) error {
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

// CancelInterviewInput is the input of CancelInterview.
type CancelInterviewInput struct {
	InterviewID    booking.InterviewID
	Reason         string
	IdempotencyKey *string
}

// CancelInterview cancels an interview. Its slot opens again if it is in the future and the
// interviewer can still give it.
func (a *App) CancelInterview(ctx context.Context, in CancelInterviewInput) (*booking.Interview, error) {
	ctx = WithKey(ctx, "cancelInterview", in.IdempotencyKey, in)
	return a.changeInterview(ctx, in.InterviewID, parties, writeOptions{now: a.Now()}, func(c *interviewChange) error {
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

// MarkNoShowInput names the party who did not come.
type MarkNoShowInput struct {
	InterviewID booking.InterviewID
	Party       booking.Party

	IdempotencyKey *string
}

// MarkNoShow records that the student or the interviewer did not come.
func (a *App) MarkNoShow(ctx context.Context, in MarkNoShowInput) (*booking.Interview, error) {
	ctx = WithKey(ctx, "markNoShow", in.IdempotencyKey, in)
	return a.changeInterview(ctx, in.InterviewID, staff, writeOptions{now: a.Now()}, func(c *interviewChange) error {
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
func (a *App) UndoNoShow(ctx context.Context, in UndoNoShowInput) (*booking.Interview, error) {
	return a.changeInterview(ctx, in.InterviewID, staff, writeOptions{now: a.Now()}, func(c *interviewChange) error {
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

// RescheduleInterviewInput names an interview and the slot to move it to.
type RescheduleInterviewInput struct {
	InterviewID    booking.InterviewID
	SlotID         booking.SlotID
	IdempotencyKey *string
}

// RescheduleInterview moves an interview to another slot. The interview keeps its id, and
// the old slot opens again. Moving it to its current slot changes nothing.
func (a *App) RescheduleInterview(ctx context.Context, in RescheduleInterviewInput) (*booking.Interview, error) {
	ctx = WithKey(ctx, "rescheduleInterview", in.IdempotencyKey, in)
	w := writeOptions{now: a.Now()}
	moved, err := a.changeInterview(ctx, in.InterviewID, students, w, func(c *interviewChange) error { return c.move(ctx, in.SlotID) })
	a.recordRefusal(ctx, w, err, booking.BookingRefusal{Operation: booking.RescheduleInterview, SlotID: in.SlotID, InterviewID: in.InterviewID})
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

func (c *interviewChange) move(ctx context.Context, id booking.SlotID) error {
	wanted, err := c.tx.Slot(ctx, id) // a slot's times and interviewer never change
	if err != nil {
		return err
	}
	record, err := c.tx.Record(ctx, c.was.StudentID)
	if err != nil {
		return err
	}
	interviewers, err := lockWithCaps(ctx, c.tx, c.exclusive, c.was.InterviewerID, wanted.InterviewerID)
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
		// The interview itself does not count towards a full day that it stays on.
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

// interviewChange is one change of an interview, made under its student's lock.
type interviewChange struct {
	tx        *store.Tx
	now       time.Time
	exclusive bool // lock interviewers exclusively
	was       booking.Interview
	is        booking.Interview

	student booking.Student
}

// readInterviewAsParty returns an interview that the caller is a party to.
func readInterviewAsParty(ctx context.Context, r *store.Reader, id booking.InterviewID, roles []booking.Role) (booking.Interview, error) {
	return readOwned(ctx, roles, r.Interview, id, access.isParty, "interview", "interviewId")
}

// changeInterview runs one change of an interview. It returns the changed interview, or the
// current one if change wrote nothing.
func (a *App) changeInterview(
	ctx context.Context, id booking.InterviewID, roles []booking.Role, w writeOptions, change func(*interviewChange) error,
) (*booking.Interview, error) {
	known, err := readInterviewAsParty(ctx, &a.store.Reader, id, roles)
	if err != nil {
		return replayInstead[booking.Interview](ctx, a, w, err)
	}
	changed, err := withCaps(false, func(exclusive bool) (booking.Interview, error) {
		return write(ctx, a, w, func(tx *store.Tx) (booking.Interview, error) {
			student, err := tx.LockStudent(ctx, known.StudentID)
			if err != nil {
				return known, err
			}
			// Read it again under the lock: its interviewer may have changed.
			current, err := readInterviewAsParty(ctx, &tx.Reader, id, roles)
			if err != nil {
				return known, err
			}
			c := &interviewChange{tx: tx, now: w.now, exclusive: exclusive, was: current, is: current, student: student}
			err = change(c)
			return c.is, err
		})
	})
	if err != nil {
		return nil, err
	}
	return &changed, nil
}

// free releases the slot that the interview leaves. If the interviewer gives it up, the slot
// is withdrawn from their calendar. If it does not open again for another reason, the
// interviewer's other availability may fill its time, which requires an exclusive lock on
// the interviewer.
func (c *interviewChange) free(ctx context.Context, slot booking.Slot, of booking.Interviewer) error {
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
	if !c.exclusive {
		return errNeedsExclusive
	}
	calendar := &calendarChange{tx: c.tx, interviewer: of, now: c.now}
	_, err := calendar.fill(ctx, booking.SpansOf([]booking.Slot{slot}))
	return err
}

// interviewer locks and returns the interviewer of the interview.
func (c *interviewChange) interviewer(ctx context.Context) (booking.Interviewer, error) {
	locked, err := lockWithCaps(ctx, c.tx, c.exclusive, c.was.InterviewerID)
	return locked[c.was.InterviewerID], err
}

// write stores the changed interview and its event. It does nothing if nothing changed.
func (c *interviewChange) write(ctx context.Context, kind booking.EventKind, is booking.Interview) error {
	event := is.Event(kind, c.was)
	if len(event.Changes) == 0 {
		return nil
	}
	written, err := c.tx.UpdateInterview(ctx, is, c.now)
	if err != nil {
		return err
	}
	c.is = written
	return appendEvents(ctx, c.tx, c.now, event)
}

// writeCounted is write for changes of status, which affect the interviewer's caps.
func (c *interviewChange) writeCounted(ctx context.Context, kind booking.EventKind, is booking.Interview) error {
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

// fullWithout returns the slot's FullUntil as it would be without the given interview.
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
