package reservation

import (
	"context"
	"time"

	"rehearse/internal/app/operation"
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
func (s *Reservations) HoldSlot(ctx context.Context, in HoldSlotInput) (*booking.Hold, error) {
	ctx = operation.WithKey(ctx, "holdSlot", in.IdempotencyKey, in, holdForm)
	request := slotRequest{
		Options: operation.Options{Now: s.now()}, operation: booking.HoldSlot, student: in.StudentID, slot: in.SlotID,
	}
	return reserve(ctx, s, request, func(c *slotAttempt) (booking.Hold, error) {
		if err := c.lock(ctx); err != nil {
			return booking.Hold{}, err
		}

		held, refused := c.record.Place(c.slot, c.Now)
		if err := refused.Err(); err != nil {
			return booking.Hold{}, err
		}
		before := c.record.Hold
		extends := held.ID != 0
		if extends && held.Extended == before.Extended {
			return held.Hold, nil // it cannot be extended any further
		}

		var event booking.Event
		var err error
		if extends {
			event = held.Event(booking.HoldExtended, before)
			err = c.tx.ExtendHold(ctx, held.Hold)
		} else {
			event = held.Event(booking.HoldPlaced, nil)
			held.Hold, err = c.tx.PlaceHold(ctx, held.Hold)
		}
		if err != nil {
			return booking.Hold{}, err
		}
		event.PolicyVersion = &c.record.Policy.Version
		if err := operation.AppendEvents(ctx, c.tx, c.Now, event); err != nil {
			return booking.Hold{}, err
		}
		return held.Hold, operation.RecountWeek(ctx, c.tx, c.interviewer, c.slot.Start)
	})
}

// ReleaseHoldInput is the input of ReleaseHold.
type ReleaseHoldInput struct{ HoldID booking.HoldID }

// ReleaseHold ends a hold before it expires. Releasing a hold that has ended changes
// nothing.
func (s *Reservations) ReleaseHold(ctx context.Context, in ReleaseHoldInput) (*booking.Hold, error) {
	known, err := operation.ReadOwned(ctx, operation.Students, operation.HoldAccess, s.store.Hold, in.HoldID) // student and slot of a hold are immutable
	if err != nil {
		return nil, err
	}
	slot, err := s.store.Slot(ctx, known.SlotID)
	if err != nil {
		return nil, err
	}
	w := operation.Options{Now: s.now()}
	hold, err := writeLocked(ctx, s, w, lockMode{}, func(tx *store.Tx, mode lockMode) (booking.Hold, error) {
		c := &slotAttempt{Options: w, tx: tx, mode: mode, student: known.StudentID, wanted: slot.Ref()}
		if err := c.lock(ctx); err != nil {
			return booking.Hold{}, err
		}

		held, live := c.record.LiveHold(c.Now)
		if !live || held.ID != in.HoldID {
			return c.tx.Hold(ctx, in.HoldID)
		}

		return endHold(ctx, c.tx, c.Now, held, c.interviewer)
	})
	if err != nil {
		return nil, err
	}
	return &hold, nil
}

// endHold ends a live hold. Its slot and the slot's interviewer must be locked.
func endHold(
	ctx context.Context, tx *store.Tx, now time.Time, held booking.HeldSlot, by booking.Interviewer,
) (booking.Hold, error) {
	ended := held
	ended.EndedAt = &now
	if err := tx.EndHold(ctx, ended.Hold); err != nil {
		return held.Hold, err
	}
	if err := operation.AppendEvents(ctx, tx, now, ended.Event(booking.HoldReleased, &held)); err != nil {
		return held.Hold, err
	}
	return ended.Hold, operation.RecountWeek(ctx, tx, by, held.Start)
}

// EndHoldAndWaivers ends the student's live hold and waivers. The caller has locked the
// student.
func EndHoldAndWaivers(ctx context.Context, tx *store.Tx, record booking.Record, now time.Time) error {
	if held, live := record.LiveHold(now); live {
		interviewer, err := tx.LockInterviewer(ctx, held.InterviewerID)
		if err != nil {
			return err
		}
		if _, err := tx.LockSlot(ctx, held.SlotID); err != nil {
			return err
		}
		if _, err := endHold(ctx, tx, now, held, interviewer); err != nil {
			return err
		}
	}
	for _, waiver := range record.AllWaivers(now) {
		if !waiver.Live(now) {
			continue
		}
		if _, err := revoke(ctx, tx, waiver, now); err != nil {
			return err
		}
	}
	return nil
}
