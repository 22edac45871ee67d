package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// insertBatch bounds the parameters of one insert; Postgres takes 65,535.
const insertBatch = 1000

// AvailabilityOf reads the availability that a slot was published with.
func (r *Reader) AvailabilityOf(ctx context.Context, id booking.SlotID) (booking.Availability, error) {
	var found availabilityRow
	err := r.db.WithContext(ctx).
		Where("id = (SELECT availability_id FROM slots WHERE slots.id = ?)", id).Take(&found).Error
	return found.domain(), fault(err, "read the availability of slot %d", id)
}

// EnsureAvailability answers the interviewer's availability with just this
// window and slot length, and writes it first if there is none. The
// interviewer is locked already.
func (tx *Tx) EnsureAvailability(ctx context.Context, a booking.Availability) (booking.Availability, error) {
	wanted := availabilityRow{
		InterviewerID: a.InterviewerID, StartsAt: a.Start, EndsAt: a.End, SlotMinutes: a.SlotMinutes, CreatedAt: a.CreatedAt,
	}
	var found availabilityRow
	err := tx.db.WithContext(ctx).
		Where("interviewer_id = ? AND starts_at = ? AND ends_at = ? AND slot_minutes = ?",
			a.InterviewerID, a.Start, a.End, a.SlotMinutes).Take(&found).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		found = wanted
		err = tx.db.WithContext(ctx).Create(&found).Error
	}
	return found.domain(), fault(err, "publish a window of interviewer %d", a.InterviewerID)
}

// CreateSlots publishes open slots under an availability.
func (tx *Tx) CreateSlots(ctx context.Context, a booking.Availability, spans []calendar.Span) ([]booking.Slot, error) {
	if len(spans) == 0 {
		return nil, nil
	}
	rows := make([]slotRow, len(spans))
	for i, span := range spans {
		rows[i] = slotRow{
			InterviewerID: a.InterviewerID, AvailabilityID: a.ID,
			StartsAt: span.Start, EndsAt: span.End, Status: booking.SlotOpen,
		}
	}
	err := tx.db.WithContext(ctx).CreateInBatches(&rows, insertBatch).Error
	return domains(rows), fault(err, "publish %d slots of interviewer %d", len(spans), a.InterviewerID)
}
