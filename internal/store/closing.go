package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// SlotTarget names slots of one interviewer that are to be closed: those that
// start after a time, are not withdrawn, and fulfil every condition given.
type SlotTarget struct {
	InterviewerID  booking.InterviewerID
	After          time.Time
	SlotID         *booking.SlotID
	AvailabilityID *booking.AvailabilityID
	Overlapping    []calendar.Span // any of these; nil for no condition
}

// LockTarget locks the slots of the target, by id, and answers them by start.
// The interviewer is locked already.
func (tx *Tx) LockTarget(ctx context.Context, t SlotTarget) ([]booking.Slot, error) {
	where := "interviewer_id = ? AND starts_at > ? AND status <> 'WITHDRAWN'"
	args := []any{t.InterviewerID, t.After}
	if t.SlotID != nil {
		where, args = where+" AND id = ?", append(args, *t.SlotID)
	}
	if t.AvailabilityID != nil {
		where, args = where+" AND availability_id = ?", append(args, *t.AvailabilityID)
	}
	if t.Overlapping != nil {
		starts, ends := bounds(t.Overlapping)
		where += ` AND EXISTS (SELECT FROM unnest(?::timestamptz[], ?::timestamptz[]) AS closed (s, e)
			WHERE slots.starts_at < closed.e AND closed.s < slots.ends_at)`
		args = append(args, instants(starts), instants(ends))
	}
	var rows []slotRow
	err := tx.db.WithContext(ctx).Raw(
		"SELECT "+slotColumns+" FROM slots WHERE "+where+" ORDER BY id FOR NO KEY UPDATE", args...).Scan(&rows).Error
	return booking.ByStart(domains(rows)), fault(err, "lock the slots of interviewer %d", t.InterviewerID)
}

// WithdrawSlots closes slots that this transaction has locked. excepted keeps
// their availability from publishing them again.
func (tx *Tx) WithdrawSlots(ctx context.Context, slots []booking.Slot, excepted bool) error {
	if len(slots) == 0 {
		return nil
	}
	keys := make(ids[booking.SlotID], len(slots))
	for i, slot := range slots {
		keys[i] = slot.ID
	}
	err := tx.db.WithContext(ctx).Exec(`UPDATE slots SET status = 'WITHDRAWN', excepted = excepted OR ?,
		held_by = NULL, held_until = NULL, taken_back = false WHERE id = ANY(?)`, excepted, keys).Error
	return fault(err, "withdraw %d slots", len(slots))
}

// TakeBack keeps booked slots, which this transaction has locked, from opening
// again; excepted keeps their availability from publishing them again.
func (tx *Tx) TakeBack(ctx context.Context, slots []booking.SlotID, excepted bool) error {
	if len(slots) == 0 {
		return nil
	}
	err := tx.db.WithContext(ctx).Exec("UPDATE slots SET taken_back = true, excepted = excepted OR ? WHERE id = ANY(?)",
		excepted, ids[booking.SlotID](slots)).Error
	return fault(err, "take %d slots back", len(slots))
}

// GiveBack lets booked slots open again when they are free, but those that were
// taken out of their availability one by one. They are this availability's from
// now on: their own may be removed, or have them no more. Their interviewer is
// locked.
func (tx *Tx) GiveBack(ctx context.Context, a booking.AvailabilityID, slots []booking.SlotID) error {
	if len(slots) == 0 {
		return nil
	}
	err := tx.db.WithContext(ctx).Exec(
		"UPDATE slots SET taken_back = false, availability_id = ? WHERE id = ANY(?) AND NOT excepted", a, ids[booking.SlotID](slots)).Error
	return fault(err, "give %d slots back", len(slots))
}

// BookingsOn reads the booked interviews on the slots, by start.
func (r *Reader) BookingsOn(ctx context.Context, slots []booking.Slot) ([]booking.Interview, error) {
	if len(slots) == 0 {
		return nil, nil
	}
	keys := make(ids[booking.SlotID], len(slots))
	for i, slot := range slots {
		keys[i] = slot.ID
	}
	var rows []interviewRow
	err := r.db.WithContext(ctx).Where("slot_id = ANY(?) AND status = 'BOOKED'", keys).Order("starts_at, id").Find(&rows).Error
	return domains(rows), fault(err, "read the bookings on %d slots", len(slots))
}

// StudentsToMeet reads the students who have booked the interviewer after a
// time, by id.
func (r *Reader) StudentsToMeet(ctx context.Context, id booking.InterviewerID, after time.Time) ([]booking.StudentID, error) {
	var students []booking.StudentID
	err := r.db.WithContext(ctx).Raw(`
		SELECT DISTINCT student_id FROM interviews WHERE interviewer_id = ? AND starts_at > ? AND status = 'BOOKED'
		ORDER BY student_id`, id, after).Scan(&students).Error
	return students, fault(err, "read who has booked interviewer %d", id)
}
