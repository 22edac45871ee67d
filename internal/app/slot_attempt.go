package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// errNeedsExclusive reports that the transaction holds a shared lock on an interviewer but needs
// an exclusive one, because a cap applies or the calendar changes.
var errNeedsExclusive = errors.New("the interviewer's exclusive lock is needed")

// withCaps runs an attempt that locks interviewers. Its lock is exclusive if capped is
// set and shared otherwise, so that bookings with an uncapped interviewer do not wait for
// each other. If a shared lock turns out to be insufficient, withCaps retries with an
// exclusive one.
func withCaps[T any](capped bool, attempt func(exclusive bool) (T, error)) (T, error) {
	result, err := attempt(capped)
	if errors.Is(err, errNeedsExclusive) {
		return attempt(true)
	}
	return result, err
}

// lockWithCaps locks interviewers in the order of their ids. The locks are exclusive if
// exclusive is set and shared otherwise.
func lockWithCaps(
	ctx context.Context, tx *store.Tx, exclusive bool, ids ...booking.InterviewerID,
) (map[booking.InterviewerID]booking.Interviewer, error) {
	slices.Sort(ids)
	locked := make(map[booking.InterviewerID]booking.Interviewer, len(ids))
	for _, id := range slices.Compact(ids) {
		lock := tx.ShareInterviewer
		if exclusive {
			lock = tx.LockInterviewer
		}
		interviewer, err := lock(ctx, id)
		if err != nil {
			return nil, err
		}
		if interviewer.Capped() && !exclusive {
			return nil, errNeedsExclusive
		}
		locked[id] = interviewer
	}
	return locked, nil
}

// slotAttempt is a student's request for one slot, with everything that decides it locked and
// read. The student's lock protects their limit, grades, interviews and hold; the
// interviewer's lock protects the caps; the slot's lock protects its status and its hold.
// The locks are always taken in this order.
type slotAttempt struct {
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
	ctx context.Context, a *App, wish booking.BookingRefusal, w writeOptions, decide func(*slotAttempt) (T, error),
) (*T, error) {
	done, wanted, err := deciding(ctx, a, wish.StudentID, wish.SlotID, w, decide)
	if err == nil {
		return done, nil
	}
	a.recordRefusal(ctx, w, err, wish)
	return nil, withAlternatives(err, func() ([]booking.Slot, error) {
		return a.alternatives(ctx, wish.StudentID, wanted, offerAt(w.now))
	})
}

// deciding locks and reads the claim, runs decide in the same transaction, and returns
// its result and the requested slot. The slot is zero if it does not exist.
func deciding[T any](
	ctx context.Context, a *App, student booking.StudentID, slot booking.SlotID, w writeOptions, decide func(*slotAttempt) (T, error),
) (*T, booking.Slot, error) {
	if err := accessOf(ctx).asStudent(student); err != nil {
		return nil, booking.Slot{}, err
	}
	wanted, capped, err := a.store.Capped(ctx, slot) // times and interviewer of a slot are immutable
	if err != nil {
		response, err := replayInstead[T](ctx, a, w, err)
		return response, wanted, err
	}
	done, err := withCaps(capped, func(exclusive bool) (T, error) {
		return write(ctx, a, w, func(tx *store.Tx) (T, error) {
			c := &slotAttempt{tx: tx, now: w.now}
			if err := c.lock(ctx, student, wanted.InterviewerID, slot, exclusive); err != nil {
				var none T
				return none, err
			}
			return decide(c)
		})
	})
	if errors.Is(err, errHoldsOther) {
		done, err = withCaps(capped, func(exclusive bool) (T, error) {
			return write(ctx, a, w, func(tx *store.Tx) (T, error) {
				c := &slotAttempt{tx: tx, now: w.now}
				if err := c.lockWithHold(ctx, student, wanted, exclusive); err != nil {
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

func (c *slotAttempt) lock(ctx context.Context, student booking.StudentID, by booking.InterviewerID, slot booking.SlotID, exclusive bool) error {
	locked, err := c.tx.LockClaim(ctx, student, by, slot, exclusive)
	if err != nil {
		return err
	}
	if locked.Interviewer.Capped() && !exclusive {
		return errNeedsExclusive
	}
	c.record, c.interviewer, c.slot = locked.Record.Seeing(locked.Slot), locked.Interviewer, locked.Slot
	return nil
}

// lockWithHold locks the requested slot together with the one that the student holds, in
// the global lock order: interviewers by id, then slots by id.
func (c *slotAttempt) lockWithHold(ctx context.Context, student booking.StudentID, wanted booking.Slot, exclusive bool) error {
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
	interviewers, err := lockWithCaps(ctx, c.tx, exclusive, by...)
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
