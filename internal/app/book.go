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

// Booked is the result of a booking.
type Booked struct {
	Interview *booking.Interview // nil after a dry run
	// Released is the student's hold on another slot, which the booking ended; nil
	// when there was none.
	Released *booking.Hold
}

// Book makes the booking, or refuses with every rule that says no. Booking
// one's own booked slot again answers that interview. A hold of the student on
// another slot ends with the booking.
func (a *App) Book(ctx context.Context, in BookSlotInput) (*Booked, error) {
	ctx = WithKey(ctx, "bookSlot", in.IdempotencyKey, []any{in.StudentID, in.SlotID, in.HoldID})
	w := writing{now: a.Now(), dryRun: in.DryRun}
	wish := booking.BookingRefusal{Operation: booking.BookSlot, StudentID: in.StudentID, SlotID: in.SlotID}
	return claiming(ctx, a, wish, w, func(c *claim) (Booked, error) { return c.book(ctx, in) })
}

func (c *claim) book(ctx context.Context, in BookSlotInput) (Booked, error) {
	if own, found := c.record.BookingOf(c.slot.ID); found {
		if in.DryRun {
			return Booked{}, nil
		}
		interview, err := c.tx.Interview(ctx, own)
		return Booked{Interview: &interview}, err
	}
	offer := c.record.Offer(c.now)
	refused := offer.Judge(c.slot)
	if in.HoldID != nil {
		hold, err := c.tx.Hold(ctx, *in.HoldID)
		if err != nil && !errors.As(err, new(booking.Refused)) {
			return Booked{}, err
		}
		hold.ID = *in.HoldID // of a hold that is not there
		refused = append(refused, c.record.CheckHold(hold, c.slot.ID, c.now)...)
	}
	if err := refused.Err(); err != nil || in.DryRun {
		return Booked{}, err
	}
	released, err := c.releaseOther(ctx)
	if err != nil {
		return Booked{}, err
	}
	wanted := offer.Booking(c.slot)
	event := wanted.Event(booking.InterviewBooked, booking.Interview{})
	event.PolicyVersion = &c.record.Policy.Version
	booked, err := c.tx.Book(ctx, wanted, stamp(ctx, c.now, event))
	if err != nil {
		return Booked{}, err
	}
	if c.slot.HeldBy != 0 {
		if err := c.tx.EndHoldsOn(ctx, []booking.SlotID{c.slot.ID}, c.now); err != nil {
			return Booked{}, err
		}
	}
	return Booked{Interview: &booked, Released: released}, recountWeek(ctx, c.tx, c.interviewer, c.slot.Start)
}

// releaseOther ends the student's live hold on another slot than the wanted one.
func (c *claim) releaseOther(ctx context.Context) (*booking.Hold, error) {
	held, live := c.record.LiveHold(c.now)
	switch {
	case !live || held.SlotID == c.slot.ID:
		return nil, nil //nolint:nilnil // there is nothing to end
	case c.holder == nil:
		return nil, errHoldsOther
	}
	released, err := c.endHold(ctx, held, *c.holder)
	return &released, err
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
	return err
}
