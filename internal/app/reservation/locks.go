package reservation

import (
	"context"
	"errors"
	"slices"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// lockMode says which locks an attempt takes beyond those that it always needs.
type lockMode struct {
	exclusive bool // lock interviewers exclusively instead of shared
	heldSlot  bool // also lock the slot that the student holds, and its interviewer
}

var (
	// errNeedsExclusive reports that the transaction holds a shared lock on an interviewer
	// but needs an exclusive one, because a cap applies or the calendar changes.
	errNeedsExclusive = errors.New("an exclusive lock of the interviewer is needed")
	// errNeedsHeldSlot reports that the student holds another slot, which was not locked
	// together with the requested one.
	errNeedsHeldSlot = errors.New("a lock of the slot that the student holds is needed")
)

// writeLocked runs an attempt in a transaction. If the attempt needs a lock that its mode
// does not have, writeLocked repeats it in a new transaction with that lock. Bookings with
// an uncapped interviewer thus do not wait for each other.
func writeLocked[T any](
	ctx context.Context, s *Reservations, w operation.Options, mode lockMode, attempt func(*store.Tx, lockMode) (T, error),
) (T, error) {
	for {
		result, err := operation.Write(ctx, s.store, w, func(tx *store.Tx) (T, error) { return attempt(tx, mode) })
		switch {
		case errors.Is(err, errNeedsExclusive) && !mode.exclusive:
			mode.exclusive = true
		case errors.Is(err, errNeedsHeldSlot) && !mode.heldSlot:
			mode.heldSlot = true
		default:
			return result, err
		}
	}
}

// lockInterviewersIn locks interviewers in the order of their ids. It returns
// errNeedsExclusive if one of them has caps and the mode is shared.
func lockInterviewersIn(
	ctx context.Context, tx *store.Tx, mode lockMode, ids ...booking.InterviewerID,
) (map[booking.InterviewerID]booking.Interviewer, error) {
	slices.Sort(ids)
	locked := make(map[booking.InterviewerID]booking.Interviewer, len(ids))
	for _, id := range slices.Compact(ids) {
		lock := tx.ShareInterviewer
		if mode.exclusive {
			lock = tx.LockInterviewer
		}
		interviewer, err := lock(ctx, id)
		if err != nil {
			return nil, err
		}
		if interviewer.Capped() && !mode.exclusive {
			return nil, errNeedsExclusive
		}
		locked[id] = interviewer
	}
	return locked, nil
}
