package reservation

import (
	"context"
	"time"

	"rehearse/internal/app/availability"
	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// interviewChange is one attempt to change an interview, in one transaction.
type interviewChange struct {
	tx    *store.Tx
	now   time.Time
	mode  lockMode
	known booking.Interview // read before the transaction; its student never changes
	roles []booking.Role    // that may make the change

	// lock sets the fields below.
	student booking.Student
	was     booking.Interview
	is      booking.Interview // as written, or was
}

// readInterviewAsParty returns an interview that the caller is a party to.
func readInterviewAsParty(ctx context.Context, r *store.Reader, id booking.InterviewID, roles []booking.Role) (booking.Interview, error) {
	return operation.ReadOwned(ctx, roles, operation.InterviewAccess, r.Interview, id)
}

// changeInterview runs attempts to change an interview until one has the locks that it
// needs. It returns the changed interview, or the current one if change wrote nothing.
func (s *Reservations) changeInterview(
	ctx context.Context, id booking.InterviewID, roles []booking.Role, w operation.Options, change func(*interviewChange) error,
) (*booking.Interview, error) {
	known, err := readInterviewAsParty(ctx, &s.store.Reader, id, roles)
	if err != nil {
		return operation.ReplayInstead[booking.Interview](ctx, s.store, w, err)
	}
	changed, err := writeLocked(ctx, s, w, lockMode{}, func(tx *store.Tx, mode lockMode) (booking.Interview, error) {
		c := &interviewChange{tx: tx, now: w.Now, mode: mode, known: known, roles: roles}
		err := change(c)
		return c.is, err
	})
	if err != nil {
		return nil, err
	}
	return &changed, nil
}

// lock locks the interview's student and reads the interview under the lock. The student's
// lock protects the interview.
func (c *interviewChange) lock(ctx context.Context) error {
	var err error
	if c.student, err = c.tx.LockStudent(ctx, c.known.StudentID); err != nil {
		return err
	}
	// Check access again: the interviewer may have changed.
	c.was, err = readInterviewAsParty(ctx, &c.tx.Reader, c.known.ID, c.roles)
	c.is = c.was
	return err
}

// free releases the slot that the interview leaves. If the interviewer gives it up, the slot
// is withdrawn from their calendar. If it does not open again for another reason, the
// interviewer's other availability may fill its time, which requires an exclusive lock on
// the interviewer.
func (c *interviewChange) free(ctx context.Context, slot booking.Slot, of booking.Interviewer) error {
	if operation.CallerOf(ctx).Actor.Role == booking.RoleInterviewer {
		if err := c.tx.AddExceptions(ctx, []booking.Slot{slot}); err != nil {
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
	if !c.mode.exclusive {
		return errNeedsExclusive
	}
	_, err := availability.LockedCalendar(c.tx, of, c.now).Fill(ctx, booking.SpansOf([]booking.Slot{slot}))
	return err
}

// lockInterviewer locks and returns the interviewer of the interview.
func (c *interviewChange) lockInterviewer(ctx context.Context) (booking.Interviewer, error) {
	locked, err := lockInterviewersIn(ctx, c.tx, c.mode, c.was.InterviewerID)
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
	return operation.AppendEvents(ctx, c.tx, c.now, event)
}

// writeCounted is like write, for changes of status, which affect the interviewer's caps.
func (c *interviewChange) writeCounted(ctx context.Context, kind booking.EventKind, is booking.Interview) error {
	if is.Status == c.was.Status {
		return nil
	}
	interviewer, err := c.lockInterviewer(ctx)
	if err != nil {
		return err
	}
	if err := c.write(ctx, kind, is); err != nil {
		return err
	}
	return operation.RecountWeek(ctx, c.tx, interviewer, is.Start)
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
	full, err := operation.FullPeriods(ctx, tx, by, week, without)
	return booking.FullUntil(full, slot.Start), err
}
