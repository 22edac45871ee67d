package reservation

import (
	"context"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
)

// RescheduleInterviewInput names an interview and the slot to move it to.
type RescheduleInterviewInput struct {
	InterviewID    booking.InterviewID
	SlotID         booking.SlotID
	IdempotencyKey *string
}

// RescheduleInterview moves an interview to another slot. The interview keeps its id, and
// the old slot opens again. Moving it to its current slot changes nothing.
func (s *Reservations) RescheduleInterview(ctx context.Context, in RescheduleInterviewInput) (*booking.Interview, error) {
	ctx = operation.WithKey(ctx, "rescheduleInterview", in.IdempotencyKey, in, interviewForm)
	w := operation.Options{Now: s.now()}
	moved, err := s.changeInterview(ctx, in.InterviewID, operation.Students, w, func(c *interviewChange) error {
		if err := c.lock(ctx); err != nil {
			return err
		}
		m, err := c.lockMove(ctx, in.SlotID)
		if err != nil {
			return err
		}

		moved, refused := m.record.Move(c.was, m.to, operation.CallerOf(ctx).Actor, c.now)
		if len(refused) > 0 || moved.SlotID == c.was.SlotID {
			return refused.Err()
		}
		moved = moved.WithMeetingURL(c.was, m.record.Policy, operation.RandomText)

		if m.to.HeldBy != 0 {
			if err := c.tx.EndHoldsOn(ctx, []booking.SlotID{m.to.ID}, c.now); err != nil {
				return err
			}
		}
		if err := c.write(ctx, booking.InterviewRescheduled, moved); err != nil {
			return err
		}
		if err := c.free(ctx, m.from, m.fromInterviewer); err != nil {
			return err
		}
		if err := c.tx.SetSlotStatus(ctx, m.to.ID, booking.SlotBooked); err != nil {
			return err
		}
		if err := operation.RecountWeek(ctx, c.tx, m.fromInterviewer, m.from.Start); err != nil {
			return err
		}
		return operation.RecountWeek(ctx, c.tx, m.toInterviewer, m.to.Start)
	})
	s.recordRefusal(ctx, w, err, booking.BookingRefusal{
		Operation: booking.RescheduleInterview, SlotID: in.SlotID, InterviewID: in.InterviewID,
	})
	return moved, withAlternatives(err, func() ([]booking.BookableSlot, error) { return s.alternativesToMove(ctx, in, w.Now) })
}

// alternativesToMove returns slots to which the interview could be moved instead.
func (s *Reservations) alternativesToMove(ctx context.Context, in RescheduleInterviewInput, now time.Time) ([]booking.BookableSlot, error) {
	wanted, err := s.store.Slot(ctx, in.SlotID)
	if err != nil {
		return nil, err
	}
	interview, err := s.store.Interview(ctx, in.InterviewID)
	if err != nil {
		return nil, err
	}
	return s.alternatives(ctx, interview.StudentID, wanted.Ref(), func(record booking.Record) booking.Offer {
		return record.OfferToMove(interview, now)
	})
}

// move holds the locked rows that decide whether an interview can be moved to a slot.
type move struct {
	record                         booking.Record
	from, to                       booking.Slot
	fromInterviewer, toInterviewer booking.Interviewer
}

// lockMove locks the interviewers of both slots, then the slots, and reads the student's
// record. The student must be locked.
func (c *interviewChange) lockMove(ctx context.Context, id booking.SlotID) (move, error) {
	var m move
	wanted, err := c.tx.Slot(ctx, id) // a slot's times and interviewer never change
	if err != nil {
		return m, err
	}
	if m.record, err = c.tx.Record(ctx, c.was.StudentID); err != nil {
		return m, err
	}
	interviewers, err := lockInterviewersIn(ctx, c.tx, c.mode, c.was.InterviewerID, wanted.InterviewerID)
	if err != nil {
		return m, err
	}
	m.fromInterviewer, m.toInterviewer = interviewers[c.was.InterviewerID], interviewers[wanted.InterviewerID]
	slots, err := c.tx.LockSlots(ctx, []booking.SlotID{c.was.SlotID, wanted.ID})
	if err != nil {
		return m, err
	}
	for _, slot := range slots {
		if slot.ID == c.was.SlotID {
			m.from = slot
		}
		if slot.ID == wanted.ID {
			m.to = slot
		}
	}
	m.record = m.record.Seeing(m.to)
	if m.to.InterviewerID == c.was.InterviewerID {
		// The interview itself does not count towards a full day that it stays on.
		m.to.FullUntil, err = fullWithout(ctx, c.tx, m.toInterviewer, m.to, c.was.ID)
	}
	return m, err
}
