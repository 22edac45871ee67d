package app

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// AddAvailabilityInput publishes one window, cut into slots from its start.
type AddAvailabilityInput struct {
	InterviewerID booking.InterviewerID
	Start, End    time.Time
	SlotMinutes   int
}

// Published is what publishing a window came to.
type Published struct {
	Availability  booking.Availability
	Slots         []booking.Slot // what is published now, identical slots that stood already among them
	Skipped       []booking.SkippedSlot
	UnusedMinutes int // what remained at the window's end
}

// AddAvailability publishes the slots of a window that are not in the way of
// others. The same window again changes nothing.
func (a *App) AddAvailability(ctx context.Context, in AddAvailabilityInput) (*Published, error) {
	now := a.Now()
	wanted := booking.Availability{
		InterviewerID: in.InterviewerID, Start: in.Start, End: in.End, SlotMinutes: in.SlotMinutes, CreatedAt: now,
	}
	var published *Published
	err := a.store.InTx(ctx, func(tx *store.Tx) error {
		interviewer, err := tx.LockInterviewer(ctx, in.InterviewerID)
		if err != nil {
			return err
		}
		standing, err := tx.StandingSlots(ctx, in.InterviewerID, wanted.Window())
		if err != nil {
			return err
		}
		plan, refused := booking.PlanWindow(interviewer, wanted, standing, now)
		if err := refused.Err(); err != nil {
			return err
		}
		published, err = publish(ctx, tx, wanted, plan)
		return err
	})
	return published, err
}

func publish(ctx context.Context, tx *store.Tx, wanted booking.Availability, plan booking.Plan) (*Published, error) {
	published := &Published{
		Slots: plan.Standing, Skipped: plan.Skipped, UnusedMinutes: int(plan.Unused / time.Minute),
	}
	var err error
	if len(plan.New) == 0 {
		published.Availability, err = tx.AvailabilityOf(ctx, plan.Standing[0].ID)
		return published, err
	}
	if published.Availability, err = tx.EnsureAvailability(ctx, wanted); err != nil {
		return nil, err
	}
	created, err := tx.CreateSlots(ctx, published.Availability, plan.New)
	if err != nil {
		return nil, err
	}
	published.Slots = booking.ByStart(append(published.Slots, created...))
	return published, nil
}
