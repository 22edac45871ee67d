package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
)

type holdRow struct {
	ID        booking.HoldID
	StudentID booking.StudentID
	SlotID    booking.SlotID
	PlacedAt  time.Time
	ExpiresAt time.Time
	Extended  bool
	Waivers   ids[booking.WaiverID] `gorm:"type:bigint[]"`
	EndedAt   *time.Time
}

func (holdRow) TableName() string { return "holds" }

func (r holdRow) domain() booking.Hold {
	return booking.Hold{
		ID: r.ID, StudentID: r.StudentID, SlotID: r.SlotID, PlacedAt: r.PlacedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(),
		Extended: r.Extended, Waivers: r.Waivers, EndedAt: utc(r.EndedAt),
	}
}

// Hold returns the hold with the id, including an ended one, or NotFound if it does not
// exist.
func (r *Reader) Hold(ctx context.Context, id booking.HoldID) (booking.Hold, error) {
	var found holdRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "hold", "holdId", id)
}

// HoldsByID returns the holds with the ids and skips ids that do not exist.
func (r *Reader) HoldsByID(ctx context.Context, keys []booking.HoldID) ([]booking.Hold, error) {
	var rows []holdRow
	err := r.db.WithContext(ctx).Where("id = ANY(?)", ids[booking.HoldID](keys)).Find(&rows).Error
	return domains(rows), fault(err, "read %d holds", len(keys))
}

// PlaceHold inserts a hold and marks its slot. The student and the slot must be locked.
// Their previous holds have expired; PlaceHold ends them first, because the constraints
// allow one open hold for each student and slot.
func (tx *Tx) PlaceHold(ctx context.Context, h booking.Hold) (booking.Hold, error) {
	// In the order of the ids, so that two students who swap slots do not deadlock.
	var held []booking.StudentID
	err := tx.db.WithContext(ctx).Raw(`UPDATE holds SET ended_at = expires_at WHERE id IN (
		SELECT id FROM holds WHERE ended_at IS NULL AND (student_id = ? OR slot_id = ?) ORDER BY id FOR NO KEY UPDATE)
		RETURNING student_id`, h.StudentID, h.SlotID).Scan(&held).Error
	if err != nil {
		return h, fault(err, "end the previous holds")
	}
	err = tx.db.WithContext(ctx).Raw(`
		WITH slot AS (UPDATE slots SET held_by = ?, held_until = ? WHERE id = ?)
		INSERT INTO holds (student_id, slot_id, placed_at, expires_at, waivers) VALUES (?, ?, ?, ?, ?) RETURNING id`,
		h.StudentID, h.ExpiresAt, h.SlotID, h.StudentID, h.SlotID, h.PlacedAt, h.ExpiresAt, ids[booking.WaiverID](h.Waivers)).
		Scan(&h.ID).Error
	tx.recordHold(h)
	note(tx, changedSlots, h.SlotID)
	note(tx, changedStudents, append(held, h.StudentID)...)
	return h, fault(err, "hold slot %d", h.SlotID)
}

// ExtendHold stores the new expiry of a live hold, also in its slot. The slot must be
// locked.
func (tx *Tx) ExtendHold(ctx context.Context, h booking.Hold) error {
	tx.recordHold(h)
	note(tx, changedSlots, h.SlotID)
	note(tx, changedStudents, h.StudentID)
	err := tx.db.WithContext(ctx).Exec(`
		WITH slot AS (UPDATE slots SET held_until = ? WHERE id = ?)
		UPDATE holds SET expires_at = ?, extended = true WHERE id = ?`, h.ExpiresAt, h.SlotID, h.ExpiresAt, h.ID).Error
	return fault(err, "extend hold %d", h.ID)
}

// EndHold ends a hold and releases its slot. The slot must be locked.
func (tx *Tx) EndHold(ctx context.Context, h booking.Hold) error {
	tx.recordChanges(booking.SlotWasReleased, h.SlotID)
	note(tx, changedSlots, h.SlotID)
	note(tx, changedStudents, h.StudentID)
	err := tx.db.WithContext(ctx).Exec(`
		WITH slot AS (UPDATE slots SET held_by = NULL, held_until = NULL WHERE id = ? AND held_by = ?)
		UPDATE holds SET ended_at = ? WHERE id = ?`, h.SlotID, h.StudentID, h.EndedAt, h.ID).Error
	return fault(err, "end hold %d", h.ID)
}

// EndHoldsOn ends the holds on slots that were closed or booked. The slots must be locked.
func (tx *Tx) EndHoldsOn(ctx context.Context, slots []booking.SlotID, now time.Time) error {
	if len(slots) == 0 {
		return nil
	}
	var held []booking.StudentID
	err := tx.db.WithContext(ctx).Raw(`UPDATE holds SET ended_at = least(expires_at, ?) WHERE id IN (
		SELECT id FROM holds WHERE ended_at IS NULL AND slot_id = ANY(?) ORDER BY id FOR NO KEY UPDATE)
		RETURNING student_id`, now, ids[booking.SlotID](slots)).Scan(&held).Error
	note(tx, changedStudents, held...)
	return fault(err, "end the holds on %d slots", len(slots))
}
