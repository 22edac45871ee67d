package app

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

// calendarTarget identifies the interviewer whose calendar changes and says how to treat
// conflicting bookings.
type calendarTarget struct {
	interviewerID booking.InterviewerID
	cancelBooked  bool   // if false, they are reported as conflicts
	reason        string // stored with the cancelled interviews
}

// calendarChange is one attempt to change an interviewer's calendar, in one transaction.
type calendarChange struct {
	calendarTarget
	tx          *store.Tx
	now         time.Time
	students    []booking.StudentID // to lock, in ascending order
	interviewer booking.Interviewer // set by lock
	result      Closed
}

// errNewStudent reports that a student booked after the students to lock were read and
// before the interviewer was locked.
var errNewStudent = errors.New("a student has booked since the students were locked")

const maxCalendarAttempts = 5

// changeCalendar runs one change of an interviewer's calendar and returns its result. If
// it may cancel bookings, lock also locks the students who have booked the interviewer,
// because the lock order puts students before interviewers. If another student books in
// the meantime, changeCalendar retries; after maxCalendarAttempts it returns BUSY_RETRY.
func changeCalendar[T any](
	ctx context.Context, a *App, of calendarTarget, change func(*calendarChange) (T, error),
) (T, error) {
	for range maxCalendarAttempts {
		result, err := tryChangeCalendar(ctx, a, of, change)
		if !errors.Is(err, errNewStudent) {
			return result, err
		}
	}
	var none T
	return none, booking.RefuseRequest(booking.BusyRetry, "Students are booking this interviewer at the same time; send the request again.")
}

func tryChangeCalendar[T any](ctx context.Context, a *App, of calendarTarget, change func(*calendarChange) (T, error)) (T, error) {
	var none T
	now := a.Now()
	students, err := a.studentsToLock(ctx, of, now)
	if err != nil {
		return none, err
	}
	return operation.Write(ctx, a.store, operation.Options{Now: now}, func(tx *store.Tx) (T, error) {
		return change(&calendarChange{calendarTarget: of, tx: tx, now: now, students: students})
	})
}

// lockedCalendar returns a change of the calendar of an interviewer whom the transaction
// has locked. It cannot cancel bookings.
func lockedCalendar(tx *store.Tx, by booking.Interviewer, now time.Time) *calendarChange {
	return &calendarChange{calendarTarget: calendarTarget{interviewerID: by.ID}, tx: tx, now: now, interviewer: by}
}

// lock locks the students whose bookings may be cancelled, then the interviewer. The
// interviewer's lock protects their calendar.
func (c *calendarChange) lock(ctx context.Context) (err error) {
	if err = c.tx.LockStudents(ctx, c.students); err != nil {
		return err
	}
	c.interviewer, err = c.tx.LockInterviewer(ctx, c.interviewerID)
	return err
}

func (a *App) studentsToLock(ctx context.Context, of calendarTarget, now time.Time) ([]booking.StudentID, error) {
	if !of.cancelBooked {
		return nil, nil
	}
	return a.store.StudentsToMeet(ctx, of.interviewerID, now)
}

// closing says which slots of the interviewer to withdraw. The zero value is all of them.
type closing struct {
	target   store.SlotTarget
	keeps    func(booking.Slot) bool // optional; slots of the target that stay
	excepted bool                    // the slots become exceptions of all availability of the interviewer
	publish  func() error            // optional; runs before other availability fills the freed time
}

// close withdraws open future slots. Bookings on them are cancelled or reported as
// conflicts. Slots that other availability includes are kept, and the slots that it has in
// the freed time are published.
func (c *calendarChange) close(ctx context.Context, of closing) error {
	of.target.InterviewerID, of.target.After = c.interviewer.ID, c.now
	slots, err := c.tx.LockTarget(ctx, of.target)
	if err != nil {
		return err
	}
	if of.keeps != nil {
		slots = slices.DeleteFunc(slots, of.keeps)
	}
	if of.excepted {
		if err := c.tx.AddExceptions(ctx, slots); err != nil {
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
	opened, err := c.fill(ctx, booking.SpansOf(slots))
	c.result.OpenedSlots = append(c.result.OpenedSlots, opened...)
	return err
}

// release cancels the bookings on the slots or records them as conflicts, and returns the
// slots to withdraw.
func (c *calendarChange) release(ctx context.Context, slots []booking.Slot) ([]booking.Slot, error) {
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

// withdraw withdraws slots without bookings and ends the holds on them.
func (c *calendarChange) withdraw(ctx context.Context, slots []booking.Slot) error {
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
	return operation.Recount(ctx, c.tx, c.interviewer, operation.Always) // a hold counts toward the cap
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
func (c *calendarChange) takeBack(ctx context.Context, slots []booking.Slot) ([]booking.Slot, error) {
	var booked []booking.SlotID
	var others []booking.Slot
	for _, slot := range slots {
		if slot.Status == booking.SlotBooked {
			booked = append(booked, slot.ID)
		} else {
			others = append(others, slot)
		}
	}
	return others, c.tx.MarkWithdrawWhenFree(ctx, booked)
}

// appendEvent appends the event with the changes to the calendar, if there are any.
func (c *calendarChange) appendEvent(ctx context.Context, event booking.Event) error {
	changes := booking.Changes(event.Changes)
	changes = booking.AddedIDs(changes, "closedSlots", "closedSlotIds", booking.SlotIDs(c.result.ClosedSlots))
	changes = booking.AddedIDs(changes, "keptSlots", "keptSlotIds", booking.SlotIDs(c.result.KeptSlots))
	changes = booking.AddedIDs(changes, "openedSlots", "openedSlotIds", booking.SlotIDs(c.result.OpenedSlots))
	changes = booking.AddedIDs(changes, "conflicts", "conflictIds", booking.InterviewIDs(c.result.Conflicts))
	changes = booking.AddedIDs(changes, "cancelled", "cancelledIds", booking.InterviewIDs(c.result.Cancelled))
	if len(changes) == 0 {
		return nil
	}
	event.InterviewerID, event.Changes = c.interviewer.ID, changes
	return operation.AppendEvents(ctx, c.tx, c.now, event)
}

func (c *calendarChange) cancel(ctx context.Context, bookings []booking.Interview) error {
	for _, interview := range bookings {
		if _, locked := slices.BinarySearch(c.students, interview.StudentID); !locked {
			return errNewStudent
		}
		cancelled, refused := interview.Cancel(c.reason, operation.CallerOf(ctx).Actor, booking.Policy{}, c.now)
		if err := refused.Err(); err != nil {
			return fmt.Errorf("cancel interview %d: %w", interview.ID, err)
		}
		cancelled, err := c.tx.UpdateInterview(ctx, cancelled, c.now)
		if err != nil {
			return err
		}
		if err := operation.AppendEvents(ctx, c.tx, c.now, cancelled.Event(booking.InterviewCancelled, interview)); err != nil {
			return err
		}
		c.result.Cancelled = append(c.result.Cancelled, cancelled)
		if err := operation.RecountWeek(ctx, c.tx, c.interviewer, interview.Start); err != nil {
			return err
		}
	}
	return nil
}

// cancelReason is the reason given to students whose interview is cancelled together with
// its slot.
const cancelReason = "The interviewer is no longer available at that time."

// activate closes the interviewer's calendar if they become inactive, and publishes it again
// if they become active.
func (c *calendarChange) activate(ctx context.Context, active bool) (err error) {
	was := c.interviewer.Active
	c.interviewer.Active = active
	switch {
	case !active:
		return c.close(ctx, closing{})
	case !was:
		c.result.OpenedSlots, err = c.fill(ctx, []calendar.Span{{Start: c.now, End: operation.Always.End}})
	}
	return err
}
