package store

import (
	"context"
	"slices"
	"time"

	"rehearse/internal/booking"
)

// slotChange is an entry of a slot's history that the transaction has not written yet.
type slotChange struct {
	slot  booking.SlotID
	what  booking.SlotChangeKind
	at    *time.Time // nil means the time of the entry's event
	until *time.Time // end of a hold
}

// recordChanges records changes of slots by this transaction. Every method that writes a
// slot's status or holder calls it. The entries are written with the next event or at
// the commit, so no code path can omit them.
func (tx *Tx) recordChanges(what booking.SlotChangeKind, slots ...booking.SlotID) {
	for _, id := range slots {
		tx.state.slotChanges = append(tx.state.slotChanges, slotChange{slot: id, what: what})
	}
}

func (tx *Tx) recordHold(h booking.Hold) {
	tx.state.slotChanges = append(tx.state.slotChanges, slotChange{slot: h.SlotID, what: booking.SlotWasHeld, until: &h.ExpiresAt})
}

// recordStatus records the new status of a slot.
func (tx *Tx) recordStatus(status booking.SlotStatus, slot booking.SlotID) {
	tx.recordChanges(booking.ChangeTo(status), slot)
}

// RecordPublication records the publication of slots and their current status.
func (tx *Tx) RecordPublication(slots []LoadedSlot) {
	for _, slot := range slots {
		tx.recordChanges(booking.SlotWasPublished, slot.ID)
		if slot.Status != booking.SlotOpen {
			tx.recordStatus(slot.Status, slot.ID)
		}
	}
}

// DateSlotChanges sets the time of the recorded changes that have none, for changes in
// the past, such as those of a sample.
func (tx *Tx) DateSlotChanges(at time.Time) {
	for i := range tx.state.slotChanges {
		if tx.state.slotChanges[i].at == nil {
			tx.state.slotChanges[i].at = &at
		}
	}
}

// historyColumns defines the arrays of slotArrays as a table.
const historyColumns = "unnest(?::bigint[], ?::text[], ?::timestamptz[], ?::timestamptz[]) AS given (slot_id, what, at, until)"

func slotArrays(changes []slotChange) []any {
	return []any{
		valuesOf(changes, func(c slotChange) int64 { return int64(c.slot) }),
		valuesOf(changes, func(c slotChange) string { return string(c.what) }),
		valuesOf(changes, func(c slotChange) *time.Time { return c.at }),
		valuesOf(changes, func(c slotChange) *time.Time { return c.until }),
	}
}

// takeSlotChanges removes and returns up to a batch of the recorded changes.
func (t *transaction) takeSlotChanges() []slotChange {
	n := min(len(t.slotChanges), loadBatch)
	taken := t.slotChanges[:n]
	t.slotChanges = t.slotChanges[n:]
	return taken
}

// writeSlotHistory queues the entries that no event has written. They belong to the
// transaction's last event, if there is one, and are sent with the commit.
func (t *transaction) writeSlotHistory() {
	event := "NULL::bigint"
	if !t.lastEventAt.IsZero() {
		event = "currval(pg_get_serial_sequence('events', 'id'))"
	}
	for len(t.slotChanges) > 0 {
		args := append([]any{orNever(t.lastEventAt)}, slotArrays(t.takeSlotChanges())...)
		t.queue("INSERT INTO slot_history (slot_id, what, at, until, event_id) "+
			"SELECT slot_id, what, coalesce(given.at, $1::timestamptz, now()), until, "+event+
			" FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[]) AS given (slot_id, what, at, until)", args...)
	}
}

// writeSlotHistoryOf writes the changes of the given slots, each with its own event.
func (tx *Tx) writeSlotHistoryOf(ctx context.Context, events map[booking.SlotID]booking.EventID) error {
	var written, rest []slotChange
	for _, change := range tx.state.slotChanges {
		if _, is := events[change.slot]; is {
			written = append(written, change)
		} else {
			rest = append(rest, change)
		}
	}
	tx.state.slotChanges = rest
	for batch := range slices.Chunk(written, loadBatch) {
		args := append([]any{tx.state.lastEventAt}, slotArrays(batch)...)
		args = append(args, valuesOf(batch, func(c slotChange) int64 { return int64(events[c.slot]) }))
		err := tx.db.WithContext(ctx).Exec(`INSERT INTO slot_history (slot_id, what, at, until, event_id)
			SELECT slot_id, what, coalesce(given.at, ?), until, event_id
			FROM unnest(?::bigint[], ?::text[], ?::timestamptz[], ?::timestamptz[], ?::bigint[]) AS given (slot_id, what, at, until, event_id)`,
			args...).Error
		if err != nil {
			return err
		}
	}
	return nil
}

func orNever(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// SlotHistories returns the last 100 history entries of each slot, oldest first.
func (r *Reader) SlotHistories(ctx context.Context, of []booking.SlotID) (map[booking.SlotID][]booking.SlotChange, error) {
	var rows []struct {
		SlotID  booking.SlotID
		What    booking.SlotChangeKind
		At      time.Time
		Until   *time.Time
		EventID *booking.EventID
	}
	err := r.db.WithContext(ctx).Raw(`
		SELECT h.slot_id, h.what, h.at, h.until, h.event_id FROM unnest(?::bigint[]) AS wanted (id)
		CROSS JOIN LATERAL (SELECT * FROM slot_history WHERE slot_id = wanted.id ORDER BY id DESC LIMIT ?) AS h
		ORDER BY h.slot_id, h.id`, ids[booking.SlotID](of), booking.MaxSlotHistory).Scan(&rows).Error
	found := make(map[booking.SlotID][]booking.SlotChange, len(of))
	for _, id := range of {
		found[id] = []booking.SlotChange{}
	}
	for _, row := range rows {
		found[row.SlotID] = append(found[row.SlotID], booking.SlotChange{
			What: row.What, At: row.At.UTC(), Until: utc(row.Until), EventID: orZero(row.EventID),
		})
	}
	return found, fault(err, "read the history of %d slots", len(of))
}

// FillSlotHistory writes the history of slots that were loaded without one: their
// publication and their current status.
func (tx *Tx) FillSlotHistory(ctx context.Context) error {
	return fillInRanges(ctx, tx, "slots", `
		INSERT INTO slot_history (slot_id, what, at)
		SELECT one.id, one.what, one.at FROM (
			SELECT s.id, 1 AS n, 'PUBLISHED' AS what, a.created_at AS at
			FROM slots s JOIN availabilities a ON a.id = s.availability_id
			UNION ALL SELECT s.id, 2, 'BOOKED', i.booked_at
			FROM slots s JOIN interviews i ON i.slot_id = s.id AND `+keepsSlot("i.")+` WHERE s.status = 'BOOKED'
			UNION ALL SELECT s.id, 2, 'WITHDRAWN', s.starts_at FROM slots s WHERE s.status = 'WITHDRAWN') AS one
		WHERE one.id > ? AND one.id <= ? ORDER BY one.id, one.n`)
}
