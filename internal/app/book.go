package app

import (
	"context"
	"errors"

	"rehearse/internal/booking"
)

// BookSlotInput is the input of Book.
type BookSlotInput struct {
	StudentID booking.StudentID
	SlotID    booking.SlotID
	// HoldID, if set, requires that this hold still reserves the slot for the student.
	// If it is nil, the student's own hold is used anyway.
	HoldID         *booking.HoldID
	IdempotencyKey *string
	// DryRun gives the same refusals as a booking, but changes nothing.
	DryRun bool
}

// Booked is the result of a booking.
type Booked struct {
	Interview *booking.Interview // nil after a dry run
	// Released is the student's hold on another slot, which the booking ended, or nil.
	Released *booking.Hold
}

// Book books the slot for the student, or returns a refusal that lists every rule that
// forbids it. If the student has already booked the slot, Book returns that interview.
// A booking ends the student's hold on any other slot.
func (a *App) Book(ctx context.Context, in BookSlotInput) (*Booked, error) {
	ctx = WithKey(ctx, "bookSlot", in.IdempotencyKey, []any{in.StudentID, in.SlotID, in.HoldID})
	w := writeOptions{now: a.Now(), dryRun: in.DryRun}
	wish := booking.BookingRefusal{Operation: booking.BookSlot, StudentID: in.StudentID, SlotID: in.SlotID}
	return claiming(ctx, a, wish, w, func(c *slotAttempt) (Booked, error) { return c.book(ctx, in) })
}

func (c *slotAttempt) book(ctx context.Context, in BookSlotInput) (Booked, error) {
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
		hold.ID = *in.HoldID // the hold may not exist
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
	booked, err := c.tx.Book(ctx, wanted, stamped(ctx, c.now, event))
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

// releaseOther ends the student's live hold on a slot other than the requested one.
func (c *slotAttempt) releaseOther(ctx context.Context) (*booking.Hold, error) {
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

// withAlternatives adds alternative slots to a SLOT_TAKEN or SLOT_HELD refusal. A
// replayed refusal gets them too: they are found anew for each response, because
// the slots that were free the first time may be taken.
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
