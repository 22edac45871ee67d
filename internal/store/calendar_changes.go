package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// SlotTarget selects slots of one interviewer to close: those that start after a time,
// are not withdrawn, and match every given condition.
type SlotTarget struct {
	InterviewerID  booking.InterviewerID
	After          time.Time
	SlotID         *booking.SlotID
	AvailabilityID *booking.AvailabilityID
	Overlapping    []calendar.Span // at least one of these; nil for no condition
}

// LockTarget locks the selected slots in the order of their ids and returns them ordered
// by start. The interviewer must be locked.
func (tx *Tx) LockTarget(ctx context.Context, t SlotTarget) ([]booking.Slot, error) {
	where := "interviewer_id = ? AND starts_at > ? AND " + notWithdrawn("")
	args := []any{t.InterviewerID, t.After}
	if t.SlotID != nil {
		where, args = where+" AND id = ?", append(args, *t.SlotID)
	}
	if t.AvailabilityID != nil {
		where, args = where+" AND availability_id = ?", append(args, *t.AvailabilityID)
	}
	if t.Overlapping != nil {
		starts, ends := bounds(t.Overlapping)
		where += " AND " + overlapsAny("?", "?")
		args = append(args, instants(starts), instants(ends))
	}
	var rows []slotRow
	err := tx.db.WithContext(ctx).Raw(
		"SELECT "+slotColumns.String()+" FROM slots WHERE "+where+" ORDER BY id FOR NO KEY UPDATE", args...).Scan(&rows).Error
	return booking.ByStart(domains(rows)), fault(err, "lock the slots of interviewer %d", t.InterviewerID)
}

// WithdrawSlots withdraws slots. The slots must be locked.
func (tx *Tx) WithdrawSlots(ctx context.Context, slots []booking.Slot) error {
	if len(slots) == 0 {
		return nil
	}
	keys := slotIDs(slots)
	tx.recordChanges(booking.SlotWasWithdrawn, keys...)
	note(tx, changedSlots, keys...)
	err := tx.db.WithContext(ctx).Exec(`UPDATE slots SET status = 'WITHDRAWN',
		held_by = NULL, held_until = NULL, taken_back = false WHERE id = ANY(?)`, keys).Error
	return fault(err, "withdraw %d slots", len(slots))
}

// AddExceptions adds the time of each slot as an exception to every availability of the
// interviewer that could publish it again. The interviewer must be locked, exclusively
// or shared.
func (tx *Tx) AddExceptions(ctx context.Context, slots []booking.Slot) error {
	err := tx.db.WithContext(ctx).Exec(`
		INSERT INTO exceptions (availability_id, starts_at, ends_at)
		SELECT a.id, s.starts_at, s.ends_at
		FROM slots s JOIN availabilities a ON a.interviewer_id = s.interviewer_id AND a.removed_at IS NULL
		WHERE s.id = ANY(?) AND (a.id = s.availability_id OR a.time_zone IS NOT NULL
			OR (a.starts_at < s.ends_at AND s.starts_at < a.ends_at))
		ON CONFLICT DO NOTHING`, slotIDs(slots)).Error
	return fault(err, "except %d slots from their availability", len(slots))
}

// MarkWithdrawWhenFree marks booked slots so that they do not reopen when they become free. The slots
// must be locked.
func (tx *Tx) MarkWithdrawWhenFree(ctx context.Context, slots []booking.SlotID) error {
	if len(slots) == 0 {
		return nil
	}
	note(tx, changedSlots, slots...)
	err := tx.db.WithContext(ctx).Exec("UPDATE slots SET taken_back = true WHERE id = ANY(?)", ids[booking.SlotID](slots)).Error
	return fault(err, "mark %d booked slots as withdrawn", len(slots))
}

// ReassignSlots moves slots to an availability that has the same slots, because their own may
// be removed or may lack them. It clears the mark of MarkWithdrawWhenFree, so booked slots reopen when
// they become free. The interviewer must be locked.
func (tx *Tx) ReassignSlots(ctx context.Context, to booking.AvailabilityID, slots []booking.SlotID) error {
	if len(slots) == 0 {
		return nil
	}
	var of []booking.InterviewerID
	err := tx.db.WithContext(ctx).Raw(
		"UPDATE slots SET taken_back = false, availability_id = ? WHERE id = ANY(?) RETURNING interviewer_id",
		to, ids[booking.SlotID](slots)).Scan(&of).Error
	note(tx, changedSlots, slots...)
	note(tx, retagged, of...)
	return fault(err, "hand %d slots over to availability %d", len(slots), to)
}
