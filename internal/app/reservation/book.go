package reservation

import (
	"context"
	"errors"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
)

// BookSlotInput is the input of Book.
type BookSlotInput struct {
	StudentID booking.StudentID
	SlotID    booking.SlotID
	// HoldID, if set, requires that this hold still reserves the slot for the student.
	// If it is nil, the student's own hold is used anyway.
	HoldID *booking.HoldID
	// Intake is what the student tells the interviewer; nil or blank for nothing.
	Intake         *string
	IdempotencyKey *string
	// DryRun gives the same refusals as a booking, but changes nothing.
	DryRun bool
}

// keyed returns the input that an idempotency key stands for. Without an intake, it is the same
// as that of older versions, so keys stay valid during an upgrade.
func (in BookSlotInput) keyed() []any {
	input := []any{in.StudentID, in.SlotID, in.HoldID}
	if in.Intake != nil {
		input = append(input, *in.Intake)
	}
	return input
}

// Booked is the result of a booking.
type Booked struct {
	Interview *booking.Interview // nil after a dry run
	// Released is the student's hold on another slot, which the booking ended, or nil.
	Released *booking.Hold
}

// Book books the slot for the student, or returns a refusal that lists every rule that
// forbids it. If the student has already booked the slot, Book returns that interview,
// unchanged.
// A booking ends the student's hold on any other slot.
func (s *Reservations) Book(ctx context.Context, in BookSlotInput) (*Booked, error) {
	ctx = operation.WithKey(ctx, "bookSlot", in.IdempotencyKey, in.keyed(), bookedForm)
	request := slotRequest{
		Options:   operation.Options{Now: s.now(), DryRun: in.DryRun},
		operation: booking.BookSlot, student: in.StudentID, slot: in.SlotID,
	}
	return reserve(ctx, s, request, func(c *slotAttempt) (Booked, error) {
		if err := c.lock(ctx); err != nil {
			return Booked{}, err
		}

		own, booked := c.record.BookingOf(c.slot.ID)
		if booked && in.DryRun {
			return Booked{}, nil
		}
		if booked {
			interview, err := c.tx.Interview(ctx, own)
			return Booked{Interview: &interview}, err
		}
		offer := c.record.Offer(c.Now)
		intake, invalid := booking.NormaliseIntake(in.Intake)
		refused := append(offer.Judge(c.slot), invalid...)
		unusable, err := c.checkHold(ctx, in.HoldID)
		if err != nil {
			return Booked{}, err
		}
		if err := append(refused, unusable...).Err(); err != nil || in.DryRun {
			return Booked{}, err
		}

		released, err := c.endOtherHold(ctx)
		if err != nil {
			return Booked{}, err
		}
		wanted := offer.Booking(c.slot).WithMeetingURL(booking.Interview{}, c.record.Policy, operation.RandomText)
		wanted.Intake = intake
		event := wanted.Event(booking.InterviewBooked, booking.Interview{})
		event.PolicyVersion = &c.record.Policy.Version
		interview, err := c.tx.Book(ctx, wanted, operation.Stamped(ctx, c.Now, event)) // also marks the slot as booked
		if err != nil {
			return Booked{}, err
		}
		if c.slot.HeldBy != 0 {
			if err := c.tx.EndHoldsOn(ctx, []booking.SlotID{c.slot.ID}, c.Now); err != nil {
				return Booked{}, err
			}
		}
		return Booked{Interview: &interview, Released: released}, operation.RecountWeek(ctx, c.tx, c.interviewer, c.slot.Start)
	})
}

// withAlternatives adds alternative slots to a SLOT_TAKEN or SLOT_HELD refusal. A
// replayed refusal gets them too: they are found anew for each response, because
// the slots that were free the first time may be taken.
func withAlternatives(err error, find func() ([]booking.BookableSlot, error)) error {
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
