package availability

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// Closed is the result of removing time from an interviewer's calendar.
type Closed struct {
	ClosedSlots []booking.Slot      // withdrawn
	KeptSlots   []booking.Slot      // not withdrawn, because other availability of the interviewer includes them
	OpenedSlots []booking.Slot      // published by other availability in the freed time
	Conflicts   []booking.Interview // booked, and not cancelled
	Cancelled   []booking.Interview // booked, and cancelled at the caller's request
}

// CalendarTarget identifies the interviewer whose calendar changes and says how to treat
// conflicting bookings.
type CalendarTarget struct {
	InterviewerID booking.InterviewerID
	CancelBooked  bool   // if false, they are reported as conflicts
	Reason        string // stored with the cancelled interviews
	DryRun        bool   // report the result without changing anything
}

// CalendarChange is one attempt to change an interviewer's calendar, in one transaction.
type CalendarChange struct {
	CalendarTarget
	Tx          *store.Tx
	Now         time.Time
	Interviewer booking.Interviewer // set by Lock
	Result      Closed
	students    []booking.StudentID // to lock, in ascending order
}

// errNewStudent reports that a student booked after the students to lock were read and
// before the interviewer was locked.
var errNewStudent = errors.New("a student has booked since the students were locked")

const maxCalendarAttempts = 5

// ChangeCalendar runs one change of an interviewer's calendar and returns its result. If
// it may cancel bookings, Lock also locks the students who have booked the interviewer,
// because the lock order puts students before interviewers. If another student books in
// the meantime, ChangeCalendar retries; after maxCalendarAttempts it returns BUSY_RETRY.
func ChangeCalendar[T any](
	ctx context.Context, s *store.Store, now func() time.Time, of CalendarTarget, change func(*CalendarChange) (T, error),
) (T, error) {
	for range maxCalendarAttempts {
		result, err := tryChange(ctx, s, now(), of, change)
		if !errors.Is(err, errNewStudent) {
			return result, err
		}
	}
	var none T
	return none, booking.RefuseRequest(booking.BusyRetry, "Students are booking this interviewer at the same time; send the request again.")
}

func tryChange[T any](
	ctx context.Context, s *store.Store, now time.Time, of CalendarTarget, change func(*CalendarChange) (T, error),
) (T, error) {
	var none T
	var students []booking.StudentID
	if of.CancelBooked {
		var err error
		if students, err = s.StudentsToMeet(ctx, of.InterviewerID, now); err != nil {
			return none, err
		}
	}
	return operation.Write(ctx, s, operation.Options{Now: now, DryRun: of.DryRun}, func(tx *store.Tx) (T, error) {
		return change(&CalendarChange{CalendarTarget: of, Tx: tx, Now: now, students: students})
	})
}

// LockedCalendar returns a change of the interviewer's calendar. The transaction must have
// locked the interviewer. The change cannot cancel bookings.
func LockedCalendar(tx *store.Tx, by booking.Interviewer, now time.Time) *CalendarChange {
	return &CalendarChange{CalendarTarget: CalendarTarget{InterviewerID: by.ID}, Tx: tx, Now: now, Interviewer: by}
}

// Lock locks the students whose bookings may be cancelled, then the interviewer. The
// interviewer's lock protects their calendar.
func (c *CalendarChange) Lock(ctx context.Context) (err error) {
	if err = c.Tx.LockStudents(ctx, c.students); err != nil {
		return err
	}
	c.Interviewer, err = c.Tx.LockInterviewer(ctx, c.InterviewerID)
	return err
}

// closing says which slots of the interviewer to withdraw. The zero value is all of them.
type closing struct {
	target   store.SlotTarget
	keeps    func(booking.Slot) bool // optional; slots of the target that stay
	excepted bool                    // the slots become exceptions of all availability of the interviewer
	publish  func() error            // optional; runs before other availability fills the freed time
}

// close withdraws future slots. Bookings on them are cancelled or reported as conflicts. Slots
// that other availability includes are kept. Other availability also publishes its slots in
// the freed time.
func (c *CalendarChange) close(ctx context.Context, of closing) error {
	of.target.InterviewerID, of.target.After = c.Interviewer.ID, c.Now
	slots, err := c.Tx.LockTarget(ctx, of.target)
	if err != nil {
		return err
	}
	if of.keeps != nil {
		slots = slices.DeleteFunc(slots, of.keeps)
	}
	if of.excepted {
		if err := c.Tx.AddExceptions(ctx, slots); err != nil {
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
	if of.publish != nil {
		if err := of.publish(); err != nil {
			return err
		}
	}
	opened, err := c.Fill(ctx, booking.SpansOf(slots))
	c.Result.OpenedSlots = append(c.Result.OpenedSlots, opened...)
	return err
}

// release cancels the bookings on the slots or records them as conflicts, and returns the
// slots to withdraw.
func (c *CalendarChange) release(ctx context.Context, slots []booking.Slot) ([]booking.Slot, error) {
	bookings, err := c.Tx.BookingsOn(ctx, slots)
	if err != nil {
		return nil, err
	}
	if c.CancelBooked {
		return freed(slots, bookings), c.cancel(ctx, bookings)
	}
	c.Result.Conflicts = append(c.Result.Conflicts, bookings...)
	return c.takeBack(ctx, slots)
}

// withdraw withdraws slots without bookings and ends the holds on them.
func (c *CalendarChange) withdraw(ctx context.Context, slots []booking.Slot) error {
	if err := c.Tx.WithdrawSlots(ctx, slots); err != nil {
		return err
	}
	var held []booking.SlotID
	for _, slot := range slots {
		if slot.HeldBy != 0 {
			held = append(held, slot.ID)
		}
		slot.Status, slot.HeldBy, slot.HeldUntil = booking.SlotWithdrawn, 0, time.Time{}
		c.Result.ClosedSlots = append(c.Result.ClosedSlots, slot)
	}
	if len(held) == 0 {
		return nil
	}
	if err := c.Tx.EndHoldsOn(ctx, held, c.Now); err != nil {
		return err
	}
	if !c.Interviewer.Capped() {
		return nil
	}
	return operation.Recount(ctx, c.Tx, c.Interviewer, operation.Always) // a hold counts toward the cap
}

// freed returns the slots that are open, or will be once the interviews are cancelled.
// The interviews on the other slots were completed or missed while this change waited for
// its locks, so those slots stay.
func freed(slots []booking.Slot, cancelled []booking.Interview) []booking.Slot {
	return slices.DeleteFunc(slots, func(slot booking.Slot) bool {
		return slot.Status == booking.SlotBooked &&
			!slices.ContainsFunc(cancelled, func(i booking.Interview) bool { return i.SlotID == slot.ID })
	})
}

// takeBack marks the booked slots so that they do not reopen when their booking is
// cancelled, and returns the others.
func (c *CalendarChange) takeBack(ctx context.Context, slots []booking.Slot) ([]booking.Slot, error) {
	var booked []booking.SlotID
	var others []booking.Slot
	for _, slot := range slots {
		if slot.Status == booking.SlotBooked {
			booked = append(booked, slot.ID)
		} else {
			others = append(others, slot)
		}
	}
	return others, c.Tx.MarkWithdrawWhenFree(ctx, booked)
}

// AppendEvent appends the event with the changes to the calendar, if there are any.
func (c *CalendarChange) AppendEvent(ctx context.Context, event booking.Event) error {
	changes := booking.Changes(event.Changes)
	changes = booking.AddedIDs(changes, "closedSlots", "closedSlotIds", booking.SlotIDs(c.Result.ClosedSlots))
	changes = booking.AddedIDs(changes, "keptSlots", "keptSlotIds", booking.SlotIDs(c.Result.KeptSlots))
	changes = booking.AddedIDs(changes, "openedSlots", "openedSlotIds", booking.SlotIDs(c.Result.OpenedSlots))
	changes = booking.AddedIDs(changes, "conflicts", "conflictIds", booking.InterviewIDs(c.Result.Conflicts))
	changes = booking.AddedIDs(changes, "cancelled", "cancelledIds", booking.InterviewIDs(c.Result.Cancelled))
	if len(changes) == 0 {
		return nil
	}
	event.InterviewerID, event.Changes = c.Interviewer.ID, changes
	return operation.AppendEvents(ctx, c.Tx, c.Now, event)
}

func (c *CalendarChange) cancel(ctx context.Context, bookings []booking.Interview) error {
	for _, interview := range bookings {
		if _, locked := slices.BinarySearch(c.students, interview.StudentID); !locked {
			return errNewStudent
		}
		cancelled, refused := interview.Cancel(c.Reason, operation.CallerOf(ctx).Actor, booking.Policy{}, c.Now)
		if err := refused.Err(); err != nil {
			return fmt.Errorf("cancel interview %d: %w", interview.ID, err)
		}
		cancelled, err := c.Tx.UpdateInterview(ctx, cancelled, c.Now)
		if err != nil {
			return err
		}
		if err := operation.AppendEvents(ctx, c.Tx, c.Now, cancelled.Event(booking.InterviewCancelled, interview)); err != nil {
			return err
		}
		c.Result.Cancelled = append(c.Result.Cancelled, cancelled)
		if err := operation.RecountWeek(ctx, c.Tx, c.Interviewer, interview.Start); err != nil {
			return err
		}
	}
	return nil
}

// CancelReason is the reason given to students whose interview is cancelled together with
// its slot.
const CancelReason = "The interviewer is no longer available at that time."

// Activate closes the interviewer's calendar if they become inactive, and publishes it again
// if they become active.
func (c *CalendarChange) Activate(ctx context.Context, active bool) (err error) {
	was := c.Interviewer.Active
	c.Interviewer.Active = active
	switch {
	case !active:
		return c.close(ctx, closing{})
	case !was:
		c.Result.OpenedSlots, err = c.Fill(ctx, []calendar.Span{{Start: c.Now, End: operation.Always.End}})
	}
	return err
}
