package reservation

import (
	"context"
	"errors"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// slotRequest is a student's request to hold or book a slot.
type slotRequest struct {
	operation.Options
	operation booking.BookingOperation
	student   booking.StudentID
	slot      booking.SlotID
}

// slotAttempt is one attempt to hold, book or release a slot, in one transaction.
type slotAttempt struct {
	operation.Options
	tx      *store.Tx
	mode    lockMode
	student booking.StudentID
	wanted  booking.SlotRef // read before the transaction

	// lock sets the fields below.
	record      booking.Record
	interviewer booking.Interviewer
	slot        booking.Slot
	holder      *booking.Interviewer // interviewer of the slot that the student holds, in the mode heldSlot
}

// reserve runs attempts at a request until one has the locks that it needs. If the request
// is refused, reserve stores the refusal and adds alternative slots to it.
func reserve[T any](ctx context.Context, s *Reservations, r slotRequest, attempt func(*slotAttempt) (T, error)) (*T, error) {
	if err := operation.AccessOf(ctx).AsStudent(r.student); err != nil {
		return nil, s.refuse(ctx, r, booking.SlotRef{}, err)
	}
	wanted, capped, err := s.store.Capped(ctx, r.slot)
	if err != nil {
		response, err := operation.ReplayInstead[T](ctx, s.store, r.Options, err)
		return response, s.refuse(ctx, r, wanted, err)
	}
	result, err := writeLocked(ctx, s, r.Options, lockMode{exclusive: capped}, func(tx *store.Tx, mode lockMode) (T, error) {
		return attempt(&slotAttempt{Options: r.Options, tx: tx, mode: mode, student: r.student, wanted: wanted})
	})
	if err != nil {
		return nil, s.refuse(ctx, r, wanted, err)
	}
	return &result, nil
}

// refuse stores the refusal of a request and returns it with alternatives to the wanted
// slot. It returns other errors, and nil, unchanged.
func (s *Reservations) refuse(ctx context.Context, r slotRequest, wanted booking.SlotRef, err error) error {
	s.recordRefusal(ctx, r.Options, err, booking.BookingRefusal{
		Operation: r.operation, StudentID: r.student, SlotID: r.slot,
	})
	return withAlternatives(err, func() ([]booking.BookableSlot, error) {
		return s.alternatives(ctx, r.student, wanted, offerAt(r.Now))
	})
}

// lock locks the student, the interviewer and the slot, in this order, and reads the
// student's record. The student's lock protects their limit, grades, interviews and hold;
// the interviewer's lock protects the caps; the slot's lock protects its status and its hold.
func (c *slotAttempt) lock(ctx context.Context) error {
	if c.mode.heldSlot {
		return c.lockWithHeldSlot(ctx)
	}
	locked, err := c.tx.LockForBooking(ctx, store.BookingLocks{
		Student: c.student, Interviewer: c.wanted.InterviewerID, Slot: c.wanted.ID, Exclusive: c.mode.exclusive,
	})
	if err != nil {
		return err
	}
	if locked.Interviewer.Capped() && !c.mode.exclusive {
		return errNeedsExclusive
	}
	c.record, c.interviewer, c.slot = locked.Record.Seeing(locked.Slot), locked.Interviewer, locked.Slot
	return nil
}

// lockWithHeldSlot locks the requested slot together with the one that the student holds, in
// the global lock order: interviewers by id, then slots by id.
func (c *slotAttempt) lockWithHeldSlot(ctx context.Context) error {
	if _, err := c.tx.LockStudent(ctx, c.student); err != nil {
		return err
	}
	record, err := c.tx.Record(ctx, c.student)
	if err != nil {
		return err
	}
	by, ids := []booking.InterviewerID{c.wanted.InterviewerID}, []booking.SlotID{c.wanted.ID}
	held, live := record.LiveHold(c.Now)
	if live {
		by, ids = append(by, held.InterviewerID), append(ids, held.SlotID)
	}
	interviewers, err := lockInterviewersIn(ctx, c.tx, c.mode, by...)
	if err != nil {
		return err
	}
	slots, err := c.tx.LockSlots(ctx, ids)
	if err != nil {
		return err
	}
	for _, slot := range slots {
		record = record.Seeing(slot)
		if slot.ID == c.wanted.ID {
			c.slot = slot
		}
	}
	c.record, c.interviewer = record, interviewers[c.wanted.InterviewerID]
	if live {
		holder := interviewers[held.InterviewerID]
		c.holder = &holder
	}
	return nil
}

// checkHold refuses to book the slot with the hold unless it is the student's live hold on
// the slot. A nil id is no request to use a particular hold.
func (c *slotAttempt) checkHold(ctx context.Context, id *booking.HoldID) (booking.Refused, error) {
	if id == nil {
		return nil, nil
	}
	hold, err := c.tx.Hold(ctx, *id)
	if err != nil && !errors.As(err, new(booking.Refused)) {
		return nil, err
	}
	hold.ID = *id // the hold may not exist
	return c.record.CheckHold(hold, c.slot.ID, c.Now), nil
}

// endOtherHold ends the student's live hold on another slot than the requested one, and
// returns it, or nil if there is none.
func (c *slotAttempt) endOtherHold(ctx context.Context) (*booking.Hold, error) {
	held, live := c.record.LiveHold(c.Now)
	switch {
	case !live || held.SlotID == c.slot.ID:
		return nil, nil //nolint:nilnil // no other hold has ended
	case c.holder == nil:
		return nil, errNeedsHeldSlot
	}
	ended, err := endHold(ctx, c.tx, c.Now, held, *c.holder)
	return &ended, err
}
