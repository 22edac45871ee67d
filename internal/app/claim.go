package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// errShared reports that an interviewer's lock was shared, and is needed for the
// transaction alone: a cap applies, or the calendar changes.
var errShared = errors.New("the interviewer's lock is needed alone")

// withCaps runs an attempt that locks interviewers, guessing whether one of them
// has a cap. The lock of an interviewer without one is shared, so that bookings
// of their slots do not wait for each other. A wrong guess costs a second attempt.
func withCaps[T any](capped bool, attempt func(alone bool) (T, error)) (T, error) {
	result, err := attempt(capped)
	if errors.Is(err, errShared) {
		return attempt(true)
	}
	return result, err
}

// lockWithCaps locks interviewers by id, for this transaction alone or
// shared.
func lockWithCaps(
	ctx context.Context, tx *store.Tx, alone bool, ids ...booking.InterviewerID,
) (map[booking.InterviewerID]booking.Interviewer, error) {
	slices.Sort(ids)
	locked := make(map[booking.InterviewerID]booking.Interviewer, len(ids))
	for _, id := range slices.Compact(ids) {
		lock := tx.ShareInterviewer
		if alone {
			lock = tx.LockInterviewer
		}
		interviewer, err := lock(ctx, id)
		if err != nil {
			return nil, err
		}
		if interviewer.Capped() && !alone {
			return nil, errShared
		}
		locked[id] = interviewer
	}
	return locked, nil
}

// claim is one student's wish for one slot, with all that decides about it
// locked and read. The student's lock holds his limit, his grades, his
// interviews and his hold still, the interviewer's holds his caps, the slot's
// its status and who holds it: in this order, always.
type claim struct {
	tx          *store.Tx
	now         time.Time
	record      booking.Record
	interviewer booking.Interviewer
	slot        booking.Slot
	holder      *booking.Interviewer // of the slot that the student holds, if that is locked, too
}

// errHoldsOther: the student holds another slot, which was not locked with the
// wanted one.
var errHoldsOther = errors.New("the student holds another slot")

// claiming runs an operation on a claim. The wish names the operation, the student
// and the slot; it is kept if it is refused.
func claiming[T any](
	ctx context.Context, a *App, wish booking.BookingRefusal, w writing, decide func(*claim) (T, error),
) (*T, error) {
	done, wanted, err := deciding(ctx, a, wish.StudentID, wish.SlotID, w, decide)
	if err == nil {
		return done, nil
	}
	a.keepRefusal(ctx, w, err, wish)
	return nil, withAlternatives(err, func() ([]booking.Slot, error) {
		return a.alternatives(ctx, wish.StudentID, wanted, offerAt(w.now))
	})
}

// deciding locks and reads the claim, and decides about it. It answers the wanted
// slot, too, if there is one.
func deciding[T any](
	ctx context.Context, a *App, student booking.StudentID, slot booking.SlotID, w writing, decide func(*claim) (T, error),
) (*T, booking.Slot, error) {
	if err := accessOf(ctx).asStudent(student); err != nil {
		return nil, booking.Slot{}, err
	}
	wanted, capped, err := a.store.Capped(ctx, slot) // its times, and whose it is, never change
	if err != nil {
		kept, err := unless[T](ctx, a, w, err)
		return kept, wanted, err
	}
	done, err := withCaps(capped, func(alone bool) (T, error) {
		return write(ctx, a, w, func(tx *store.Tx) (T, error) {
			c := &claim{tx: tx, now: w.now}
			if err := c.lock(ctx, student, wanted.InterviewerID, slot, alone); err != nil {
				var none T
				return none, err
			}
			return decide(c)
		})
	})
	if errors.Is(err, errHoldsOther) {
		done, err = withCaps(capped, func(alone bool) (T, error) {
			return write(ctx, a, w, func(tx *store.Tx) (T, error) {
				c := &claim{tx: tx, now: w.now}
				if err := c.lockWithHold(ctx, student, wanted, alone); err != nil {
					var none T
					return none, err
				}
				return decide(c)
			})
		})
	}
	if err != nil {
		return nil, wanted, err
	}
	return &done, wanted, nil
}

func (c *claim) lock(ctx context.Context, student booking.StudentID, by booking.InterviewerID, slot booking.SlotID, alone bool) error {
	locked, err := c.tx.LockClaim(ctx, student, by, slot, alone)
	if err != nil {
		return err
	}
	if locked.Interviewer.Capped() && !alone {
		return errShared
	}
	c.record, c.interviewer, c.slot = locked.Record.Seeing(locked.Slot), locked.Interviewer, locked.Slot
	return nil
}

// lockWithHold locks the slot that the student holds with the wanted one, in the
// order that holds everywhere: interviewers by id, then slots by id.
func (c *claim) lockWithHold(ctx context.Context, student booking.StudentID, wanted booking.Slot, alone bool) error {
	if _, err := c.tx.LockStudent(ctx, student); err != nil {
		return err
	}
	record, err := c.tx.Record(ctx, student)
	if err != nil {
		return err
	}
	by, ids := []booking.InterviewerID{wanted.InterviewerID}, []booking.SlotID{wanted.ID}
	held, live := record.LiveHold(c.now)
	if live {
		by, ids = append(by, held.InterviewerID), append(ids, held.SlotID)
	}
	interviewers, err := lockWithCaps(ctx, c.tx, alone, by...)
	if err != nil {
		return err
	}
	slots, err := c.tx.LockSlots(ctx, ids)
	if err != nil {
		return err
	}
	for _, slot := range slots {
		record = record.Seeing(slot)
		if slot.ID == wanted.ID {
			c.slot = slot
		}
	}
	c.record, c.interviewer = record, interviewers[wanted.InterviewerID]
	if live {
		holder := interviewers[held.InterviewerID]
		c.holder = &holder
	}
	return nil
}
