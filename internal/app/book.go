package app

import (
	"context"
	"errors"
	"time"

	"rehearse/internal/booking"
)

// BookSlotInput asks for one slot for one student.
type BookSlotInput struct {
	StudentID booking.StudentID
	SlotID    booking.SlotID
	// HoldID insists that the slot is still held for the student. Without it, a
	// hold of his own is used all the same.
	HoldID         *booking.HoldID
	IdempotencyKey *string
	// DryRun answers exactly what booking would, and changes nothing.
	DryRun bool
}

// errDryRun rolls a booking back that would have been made.
var errDryRun = errors.New("dry run")

// Book makes the booking, or refuses with every rule that says no. Booking
// one's own booked slot again answers that interview.
func (a *App) Book(ctx context.Context, in BookSlotInput) (*booking.Interview, error) {
	now := a.Now()
	r := request{operation: "bookSlot", key: in.IdempotencyKey, now: now, dry: in.DryRun}
	r.input = []any{in.StudentID, in.SlotID, in.HoldID}
	var dry booking.Interview // what a dry run would have booked
	booked, err := claiming(ctx, a, in.StudentID, in.SlotID, r, func(c *claim) (booking.Interview, error) {
		i, err := c.book(ctx, in)
		if err == nil && in.DryRun {
			dry, err = i, errDryRun
		}
		return i, err
	})
	switch {
	case errors.Is(err, errDryRun):
		return &dry, nil
	case err != nil:
		return nil, a.withAlternatives(ctx, err, in.StudentID, in.SlotID, now)
	}
	return &booked, nil
}

func (c *claim) book(ctx context.Context, in BookSlotInput) (booking.Interview, error) {
	if own, found := c.record.BookingOf(c.slot.ID); found {
		return c.tx.Interview(ctx, own)
	}
	offer := c.record.Offer(c.now)
	refused := offer.Judge(c.slot)
	if in.HoldID != nil {
		hold, err := c.tx.Hold(ctx, *in.HoldID)
		if err != nil && !errors.As(err, new(booking.Refused)) {
			return booking.Interview{}, err
		}
		hold.ID = *in.HoldID // of a hold that is not there
		refused = append(refused, c.record.CheckHold(hold, c.slot.ID, c.now)...)
	}
	if err := refused.Err(); err != nil {
		return booking.Interview{}, err
	}
	wanted := offer.Booking(c.slot)
	booked, err := c.tx.Book(ctx, wanted, stamp(ctx, c.now, wanted.Event(booking.InterviewBooked, booking.Interview{})))
	if err != nil {
		return booked, err
	}
	if c.slot.HeldBy != 0 {
		if err := c.tx.EndHoldsOn(ctx, []booking.SlotID{c.slot.ID}, c.now); err != nil {
			return booked, err
		}
	}
	return booked, recountWeek(ctx, c.tx, c.interviewer, c.slot.Start)
}

// withAlternatives adds to a SLOT_TAKEN what the student could book instead.
func (a *App) withAlternatives(
	ctx context.Context, err error, id booking.StudentID, wanted booking.SlotID, now time.Time,
) error {
	var refused booking.Refused
	if !errors.As(err, &refused) {
		return err
	}
	for i := range refused {
		if refused[i].Code != booking.SlotTaken && refused[i].Code != booking.SlotHeld {
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
