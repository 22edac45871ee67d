package app

import (
	"context"
	"errors"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// BookSlotInput asks for one slot for one student.
type BookSlotInput struct {
	StudentID booking.StudentID
	SlotID    booking.SlotID
	// DryRun answers exactly what booking would, and changes nothing.
	DryRun bool
}

// errDryRun rolls a booking back that would have been made.
var errDryRun = errors.New("dry run")

// errCapped: a cap was set between looking and locking.
var errCapped = errors.New("a cap applies now")

// Book makes the booking, or refuses with every rule that says no. Booking
// one's own booked slot again answers that interview.
func (a *App) Book(ctx context.Context, in BookSlotInput) (*booking.Interview, error) {
	now := a.Now()
	by, capped, err := a.store.Capped(ctx, in.SlotID) // whose slot it is never changes
	if err != nil {
		return nil, err
	}
	b := bookingOf{BookSlotInput: in, now: now, by: by, capped: capped}
	err = a.store.InTx(ctx, func(tx *store.Tx) error { return b.make(ctx, tx) })
	if errors.Is(err, errCapped) {
		b.capped = true
		err = a.store.InTx(ctx, func(tx *store.Tx) error { return b.make(ctx, tx) })
	}
	if err != nil && !errors.Is(err, errDryRun) {
		return nil, a.withAlternatives(ctx, err, in.StudentID, b.wanted, now)
	}
	return &b.booked, nil
}

// bookingOf is one booking being made.
type bookingOf struct {
	BookSlotInput
	now    time.Time
	by     booking.InterviewerID
	capped bool // so his other bookings must wait

	wanted booking.Slot
	booked booking.Interview
}

// make takes the locks, judges and writes. The student's lock holds his limit,
// his grades and his interviews still, the interviewer's holds his caps, the
// slot's its status: in this order, always.
func (b *bookingOf) make(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.LockStudent(ctx, b.StudentID); err != nil {
		return err
	}
	record, err := tx.Record(ctx, b.StudentID)
	if err != nil {
		return err
	}
	interviewer, err := b.lockInterviewer(ctx, tx)
	if err != nil {
		return err
	}
	if b.wanted, err = tx.LockSlot(ctx, b.SlotID); err != nil {
		return err
	}
	if own, found := record.BookingOf(b.wanted.ID); found {
		b.booked, err = tx.Interview(ctx, own)
		return err
	}
	if err := record.Offer(b.now).Judge(b.wanted).Err(); err != nil {
		return err
	}
	if b.booked, err = tx.Book(ctx, booking.NewInterview(b.StudentID, b.wanted, b.now)); err != nil {
		return err
	}
	if err := recountWeek(ctx, tx, interviewer, b.wanted.Start); err != nil {
		return err
	}
	if b.DryRun {
		return errDryRun
	}
	return nil
}

// lockInterviewer: who has no caps is only kept from getting them, which keeps
// nobody waiting who books him too.
func (b *bookingOf) lockInterviewer(ctx context.Context, tx *store.Tx) (booking.Interviewer, error) {
	if b.capped {
		return tx.LockInterviewer(ctx, b.by)
	}
	interviewer, err := tx.ShareInterviewer(ctx, b.by)
	if err == nil && interviewer.Capped() {
		err = errCapped
	}
	return interviewer, err
}

// withAlternatives adds to a SLOT_TAKEN what the student could book instead.
func (a *App) withAlternatives(ctx context.Context, err error, id booking.StudentID, wanted booking.Slot, now time.Time) error {
	var refused booking.Refused
	if !errors.As(err, &refused) {
		return err
	}
	for i := range refused {
		if refused[i].Code != booking.SlotTaken {
			continue
		}
		slots, err := a.alternatives(ctx, id, wanted, now)
		if err != nil {
			return err
		}
		refused[i].Alternatives = slots
	}
	return refused
}
