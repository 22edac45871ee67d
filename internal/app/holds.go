package app

import (
	"context"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// HoldSlotInput is the input of HoldSlot.
type HoldSlotInput struct {
	StudentID      booking.StudentID
	SlotID         booking.SlotID
	IdempotencyKey *string
}

// HoldSlot reserves a slot for the student for a limited time, or returns a refusal that
// lists every rule that forbids it. Holding the same slot again extends the hold once.
func (a *App) HoldSlot(ctx context.Context, in HoldSlotInput) (*booking.Hold, error) {
	ctx = WithKey(ctx, "holdSlot", in.IdempotencyKey, in)
	wish := booking.BookingRefusal{Operation: booking.HoldSlot, StudentID: in.StudentID, SlotID: in.SlotID}
	return claiming(ctx, a, wish, writeOptions{now: a.Now()}, func(c *slotAttempt) (booking.Hold, error) { return c.hold(ctx) })
}

func (c *slotAttempt) hold(ctx context.Context) (booking.Hold, error) {
	held, refused := c.record.Place(c.slot, c.now)
	hold := held.Hold
	if err := refused.Err(); err != nil {
		return hold, err
	}
	event := held.Event(booking.HoldPlaced, nil)
	var err error
	switch {
	case hold.ID == 0:
		hold, err = c.tx.PlaceHold(ctx, hold)
	case hold.Extended == c.record.Hold.Extended:
		return hold, nil
	default:
		event = held.Event(booking.HoldExtended, c.record.Hold)
		err = c.tx.ExtendHold(ctx, hold)
	}
	if err != nil {
		return hold, err
	}
	event.PolicyVersion = &c.record.Policy.Version
	if err := appendEvents(ctx, c.tx, c.now, event); err != nil {
		return hold, err
	}
	return hold, recountWeek(ctx, c.tx, c.interviewer, c.slot.Start)
}

// ReleaseHoldInput is the input of ReleaseHold.
type ReleaseHoldInput struct{ HoldID booking.HoldID }

// ReleaseHold ends a hold before it expires. Releasing a hold that has ended changes
// nothing.
func (a *App) ReleaseHold(ctx context.Context, in ReleaseHoldInput) (*booking.Hold, error) {
	owns := func(may access, h booking.Hold) bool { return may.isStudent(h.StudentID) }
	known, err := readOwned(ctx, students, a.store.Hold, in.HoldID, owns, "hold", "holdId") // student and slot of a hold are immutable
	if err != nil {
		return nil, err
	}
	slot, err := a.store.Slot(ctx, known.SlotID)
	if err != nil {
		return nil, err
	}
	now := a.Now()
	hold, err := withCaps(false, func(exclusive bool) (booking.Hold, error) {
		return write(ctx, a, writeOptions{now: now}, func(tx *store.Tx) (booking.Hold, error) {
			c := &slotAttempt{tx: tx, now: now}
			if err := c.lock(ctx, known.StudentID, slot.InterviewerID, slot.ID, exclusive); err != nil {
				return known, err
			}
			return c.release(ctx, in.HoldID)
		})
	})
	if err != nil {
		return nil, err
	}
	return &hold, nil
}

func (c *slotAttempt) release(ctx context.Context, id booking.HoldID) (booking.Hold, error) {
	held, live := c.record.LiveHold(c.now)
	if !live || held.ID != id {
		return c.tx.Hold(ctx, id)
	}
	return c.endHold(ctx, held, c.interviewer)
}

// endHold ends a live hold. Its slot and the slot's interviewer must be locked.
func (c *slotAttempt) endHold(ctx context.Context, held booking.HeldSlot, by booking.Interviewer) (booking.Hold, error) {
	released := held
	released.EndedAt = &c.now
	if err := c.tx.EndHold(ctx, released.Hold); err != nil {
		return held.Hold, err
	}
	if err := appendEvents(ctx, c.tx, c.now, released.Event(booking.HoldReleased, &held)); err != nil {
		return held.Hold, err
	}
	return released.Hold, recountWeek(ctx, c.tx, by, held.Start)
}
