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

// Book makes the booking, or refuses with every rule that says no. Booking
// one's own booked slot again answers that interview.
func (a *App) Book(ctx context.Context, in BookSlotInput) (*booking.Interview, error) {
	now := a.Now()
	var booked booking.Interview
	var wanted booking.Slot
	err := a.store.InTx(ctx, func(tx *store.Tx) error {
		// The student's lock holds his limit, his grades and his interviews
		// still; the slot's lock holds its status. In this order, always.
		if _, err := tx.LockStudent(ctx, in.StudentID); err != nil {
			return err
		}
		record, err := tx.Record(ctx, in.StudentID)
		if err != nil {
			return err
		}
		if wanted, err = tx.LockSlot(ctx, in.SlotID); err != nil {
			return err
		}
		if own, found := record.BookingOf(wanted.ID); found {
			booked, err = tx.Interview(ctx, own)
			return err
		}
		if err := record.Offer(now).Judge(wanted).Err(); err != nil {
			return err
		}
		if booked, err = tx.CreateInterview(ctx, booking.NewInterview(in.StudentID, wanted, now)); err != nil {
			return err
		}
		if err := tx.SetSlotStatus(ctx, wanted.ID, booking.SlotBooked); err != nil {
			return err
		}
		if in.DryRun {
			return errDryRun
		}
		return nil
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return nil, a.withAlternatives(ctx, err, in.StudentID, wanted, now)
	}
	return &booked, nil
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
