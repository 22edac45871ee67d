package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// Closed is the result of taking time out of a calendar.
type Closed struct {
	ClosedSlots []booking.Slot      // withdrawn
	KeptSlots   []booking.Slot      // stay: other availability of the interviewer has them as well
	OpenedSlots []booking.Slot      // published by other availability in the time that became free
	Conflicts   []booking.Interview // booked, and left standing
	Cancelled   []booking.Interview // booked, and cancelled because the caller said so
}

// calendarChange says whose calendar is changed, and what becomes of bookings
// that are in the way.
type calendarChange struct {
	whose        booking.InterviewerID
	cancelBooked bool   // else they stay, and are reported as conflicts
	reason       string // of what is cancelled
}

// closing is one attempt to change an interviewer's calendar, under the
// interviewer's lock.
type closing struct {
	calendarChange
	tx          *store.Tx
	interviewer booking.Interviewer
	now         time.Time
	students    []booking.StudentID // who are locked
	publish     func() error        // goes before what fills the time that becomes free; nil for nothing
	result      Closed
}

// errNewStudent: somebody booked between looking who is to be locked and
// locking the interviewer.
var errNewStudent = errors.New("a student has booked since the students were locked")

const maxClosingAttempts = 5

// changeCalendar runs one change of an interviewer's calendar and returns its
// result. Where bookings are to be cancelled, the students who have booked the
// interviewer are locked first, for that is the lock order; when another student
// has booked meanwhile, it starts again.
func changeCalendar[T any](
	ctx context.Context, a *App, of calendarChange, change func(*closing) (T, error),
) (T, error) {
	for range maxClosingAttempts {
		result, err := attemptCalendar(ctx, a, of, change)
		if !errors.Is(err, errNewStudent) {
			return result, err
		}
	}
	var none T
	return none, booking.Refuse(booking.BusyRetry, "", "Students are booking this interviewer at this moment; try again.")
}

func attemptCalendar[T any](ctx context.Context, a *App, of calendarChange, change func(*closing) (T, error)) (T, error) {
	var none T
	now := a.Now()
	students, err := a.studentsToLock(ctx, of, now)
	if err != nil {
		return none, err
	}
	return write(ctx, a, writing{now: now}, func(tx *store.Tx) (T, error) {
		if err := tx.LockStudents(ctx, students); err != nil {
			return none, err
		}
		interviewer, err := tx.LockInterviewer(ctx, of.whose)
		if err != nil {
			return none, err
		}
		return change(&closing{calendarChange: of, tx: tx, interviewer: interviewer, now: now, students: students})
	})
}

func (a *App) studentsToLock(ctx context.Context, of calendarChange, now time.Time) ([]booking.StudentID, error) {
	if !of.cancelBooked {
		return nil, nil
	}
	return a.store.StudentsToMeet(ctx, of.whose, now)
}

// close withdraws the open slots of the target but those that keep says. What
// is booked is cancelled, or left standing and reported. excepted takes the time
// out of all that the interviewer has published. What other availability has as
// well stays, and what it has in the time that becomes free is published.
func (c *closing) close(ctx context.Context, target store.SlotTarget, keep func(booking.Slot) bool, excepted bool) error {
	target.InterviewerID, target.After = c.interviewer.ID, c.now
	slots, err := c.tx.LockTarget(ctx, target)
	if err != nil {
		return err
	}
	slots = slices.DeleteFunc(slots, keep)
	if excepted {
		if err := c.tx.Except(ctx, slots); err != nil {
			return err
		}
	}
	if slots, err = c.handOver(ctx, slots); err != nil {
		return err
	}
	if slots, err = c.release(ctx, slots); err != nil {
		return err
	}
	if err := c.withdraw(ctx, slots); err != nil {
		return err
	}
	if c.publish != nil {
		if err := c.publish(); err != nil {
			return err
		}
	}
	opened, err := c.fill(ctx, booking.SpansOf(slots))
	c.result.OpenedSlots = append(c.result.OpenedSlots, opened...)
	return err
}

// release cancels what is booked on the slots, or leaves it standing, and answers
// the slots that go.
func (c *closing) release(ctx context.Context, slots []booking.Slot) ([]booking.Slot, error) {
	bookings, err := c.tx.BookingsOn(ctx, slots)
	if err != nil {
		return nil, err
	}
	if c.cancelBooked {
		return freed(slots, bookings), c.cancel(ctx, bookings)
	}
	c.result.Conflicts = append(c.result.Conflicts, bookings...)
	return c.takeBack(ctx, slots)
}

// withdraw closes slots on which nothing is booked, and ends the holds on them.
func (c *closing) withdraw(ctx context.Context, slots []booking.Slot) error {
	if err := c.tx.WithdrawSlots(ctx, slots); err != nil {
		return err
	}
	var held []booking.SlotID
	for _, slot := range slots {
		if slot.HeldBy != 0 {
			held = append(held, slot.ID)
		}
		slot.Status, slot.HeldBy, slot.HeldUntil = booking.SlotWithdrawn, 0, time.Time{}
		c.result.ClosedSlots = append(c.result.ClosedSlots, slot)
	}
	if len(held) == 0 {
		return nil
	}
	if err := c.tx.EndHoldsOn(ctx, held, c.now); err != nil {
		return err
	}
	if !c.interviewer.Capped() {
		return nil
	}
	return recount(ctx, c.tx, c.interviewer, always) // a hold may have been one too many
}

// freed are the slots that are open, or will be when these are cancelled. The
// others have an interview that was given, or missed, while this change waited
// for its locks: they stay.
func freed(slots []booking.Slot, cancelled []booking.Interview) []booking.Slot {
	return slices.DeleteFunc(slots, func(slot booking.Slot) bool {
		return slot.Status == booking.SlotBooked &&
			!slices.ContainsFunc(cancelled, func(i booking.Interview) bool { return i.SlotID == slot.ID })
	})
}

// takeBack leaves booked slots standing, which will not open again, and answers
// the others.
func (c *closing) takeBack(ctx context.Context, slots []booking.Slot) ([]booking.Slot, error) {
	var booked []booking.SlotID
	var others []booking.Slot
	for _, slot := range slots {
		if slot.Status == booking.SlotBooked {
			booked = append(booked, slot.ID)
		} else {
			others = append(others, slot)
		}
	}
	return others, c.tx.TakeBack(ctx, booked)
}

// tell appends what was done to the calendar, if anything was.
func (c *closing) tell(ctx context.Context, kind booking.EventKind, slot booking.SlotID, changes booking.Changes) error {
	changes = booking.AddedIDs(changes, "closedSlots", "closedSlotIds", booking.SlotIDs(c.result.ClosedSlots))
	changes = booking.AddedIDs(changes, "keptSlots", "keptSlotIds", booking.SlotIDs(c.result.KeptSlots))
	changes = booking.AddedIDs(changes, "openedSlots", "openedSlotIds", booking.SlotIDs(c.result.OpenedSlots))
	changes = booking.AddedIDs(changes, "conflicts", "conflictIds", booking.InterviewIDs(c.result.Conflicts))
	changes = booking.AddedIDs(changes, "cancelled", "cancelledIds", booking.InterviewIDs(c.result.Cancelled))
	if len(changes) == 0 {
		return nil
	}
	return tell(ctx, c.tx, c.now, booking.Event{Kind: kind, InterviewerID: c.interviewer.ID, SlotID: slot, Changes: changes})
}

func (c *closing) cancel(ctx context.Context, bookings []booking.Interview) error {
	for _, interview := range bookings {
		if _, locked := slices.BinarySearch(c.students, interview.StudentID); !locked {
			return errNewStudent
		}
		cancelled, refused := interview.Cancel(c.reason, CallerOf(ctx).Actor, booking.Policy{}, c.now)
		if err := refused.Err(); err != nil {
			return fmt.Errorf("cancel interview %d: %w", interview.ID, err)
		}
		cancelled, err := c.tx.UpdateInterview(ctx, cancelled, c.now)
		if err != nil {
			return err
		}
		if err := tell(ctx, c.tx, c.now, cancelled.Event(booking.InterviewCancelled, interview)); err != nil {
			return err
		}
		c.result.Cancelled = append(c.result.Cancelled, cancelled)
		if err := recountWeek(ctx, c.tx, c.interviewer, interview.Start); err != nil {
			return err
		}
	}
	return nil
}

func keepNone(booking.Slot) bool { return false }

// cancelReason is what students are told whose interview goes with its slot.
const cancelReason = "The interviewer is not available at that time any more."
