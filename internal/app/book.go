package app

import (
	"context"
	"errors"

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

// Book makes the booking, or refuses with every rule that says no. Booking
// one's own booked slot again answers that interview.
func (a *App) Book(ctx context.Context, in BookSlotInput) (*booking.Interview, error) {
	r := request{operation: "bookSlot", key: in.IdempotencyKey, now: a.Now(), dryRun: in.DryRun}
	r.input = []any{in.StudentID, in.SlotID, in.HoldID}
	return claiming(ctx, a, in.StudentID, in.SlotID, r, func(c *claim) (booking.Interview, error) { return c.book(ctx, in) })
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

// withAlternatives adds to a SLOT_TAKEN, or a SLOT_HELD, what could be had
// instead. That is looked for when it is answered, also to a request that is sent
// again: what was free the first time may be gone.
func withAlternatives(err error, find func() ([]booking.Slot, error)) error {
	var refused booking.Refused
	if !errors.As(err, &refused) {
		return err
	}
	for i := range refused {
		if refused[i].Code != booking.SlotTaken && refused[i].Code != booking.SlotHeld {
			continue
		}
		slots, err := find()
		if err != nil {
			return err
		}
		refused[i].Alternatives = slots
	}
	return refused
}
