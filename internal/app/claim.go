package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// errShared reports that the transaction holds a shared lock on an interviewer but needs
// an exclusive one, because a cap applies or the calendar changes.
var errShared = errors.New("the interviewer's lock is needed alone")

// withCaps runs an attempt that locks interviewers. Its lock is exclusive if capped is
// set and shared otherwise, so that bookings with an uncapped interviewer do not wait for
// each other. If a shared lock turns out to be insufficient, withCaps retries with an
// exclusive one.
func withCaps[T any](capped bool, attempt func(alone bool) (T, error)) (T, error) {
	result, err := attempt(capped)
	if errors.Is(err, errShared) {
		return attempt(true)
	}
	return result, err
}

// lockWithCaps locks interviewers in the order of their ids. The locks are exclusive if
// alone is set and shared otherwise.
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

// claim is a student's request for one slot, with everything that decides it locked and
// read. The student's lock protects their limit, grades, interviews and hold; the
// interviewer's lock protects the caps; the slot's lock protects its status and its hold.
// The locks are always taken in this order.
type claim struct {
	tx          *store.Tx
	now         time.Time
	record      booking.Record
	interviewer booking.Interviewer
	slot        booking.Slot
	holder      *booking.Interviewer // interviewer of the slot that the student holds, if that slot is locked too
}

// errHoldsOther reports that the student holds another slot, which was not locked
// together with the requested one.
var errHoldsOther = errors.New("the student holds another slot")

// claiming runs an operation on a claim. The wish identifies the operation, the student
// and the slot. If the operation is refused, claiming stores the refusal and adds
// alternative slots to it.
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

// deciding locks and reads the claim, runs decide in the same transaction, and returns
// its result and the requested slot. The slot is zero if it does not exist.
func deciding[T any](
	ctx context.Context, a *App, student booking.StudentID, slot booking.SlotID, w writing, decide func(*claim) (T, error),
) (*T, booking.Slot, error) {
	if err := accessOf(ctx).asStudent(student); err != nil {
		return nil, booking.Slot{}, err
	}
	wanted, capped, err := a.store.Capped(ctx, slot) // times and interviewer of a slot are immutable
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

// lockWithHold locks the requested slot together with the one that the student holds, in
// the global lock order: interviewers by id, then slots by id.
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
