package store

import (
	"context"
	"slices"
	"time"

	"rehearse/internal/booking"
)

// slotChange is one entry of a slot's history that a transaction has still to
// write.
type slotChange struct {
	slot  booking.SlotID
	what  booking.SlotChangeKind
	at    *time.Time // nil: when the event happened that it belongs to
	until *time.Time // of a hold
}

// changed notes what this transaction does to slots. Every method that writes a
// slot's status, or who holds it, calls it; the entries are written with the
// event that follows, or at the commit, so that no path leaves them out.
func (tx *Tx) changed(what booking.SlotChangeKind, slots ...booking.SlotID) {
	for _, id := range slots {
		tx.in.slotChanges = append(tx.in.slotChanges, slotChange{slot: id, what: what})
	}
}

func (tx *Tx) held(h booking.Hold) {
	tx.in.slotChanges = append(tx.in.slotChanges, slotChange{slot: h.SlotID, what: booking.SlotWasHeld, until: &h.ExpiresAt})
}

// became notes the status that a slot has.
func (tx *Tx) became(status booking.SlotStatus, slot booking.SlotID) {
	tx.changed(booking.ChangeTo(status), slot)
}

// PublishedSlots notes slots that are written with the status they have.
func (tx *Tx) PublishedSlots(slots []LoadedSlot) {
	for _, slot := range slots {
		tx.changed(booking.SlotWasPublished, slot.ID)
		if slot.Status != booking.SlotOpen {
			tx.became(slot.Status, slot.ID)
		}
	}
}

// DateSlotChanges sets when that happened which this transaction has done to slots
// without an event so far, where that is not now: a sample has a past.
func (tx *Tx) DateSlotChanges(at time.Time) {
	for i := range tx.in.slotChanges {
		if tx.in.slotChanges[i].at == nil {
			tx.in.slotChanges[i].at = &at
		}
	}
}

// historyColumns are the arrays of a slot's history, in the order of slotArrays.
const historyColumns = "unnest(?::bigint[], ?::text[], ?::timestamptz[], ?::timestamptz[]) AS given (slot_id, what, at, until)"

func slotArrays(changes []slotChange) []any {
	return []any{
		array(changes, func(b []byte, c slotChange) []byte { return appendID(b, c.slot) }),
		array(changes, func(b []byte, c slotChange) []byte { return appendText(b, string(c.what)) }),
		array(changes, func(b []byte, c slotChange) []byte { return orNull(b, c.at, appendTime) }),
		array(changes, func(b []byte, c slotChange) []byte { return orNull(b, c.until, appendTime) }),
	}
}

// takeSlotChanges returns what is still to be written of the slots' history, up to
// a batch.
func (t *transaction) takeSlotChanges() []slotChange {
	n := min(len(t.slotChanges), loadBatch)
	taken := t.slotChanges[:n]
	t.slotChanges = t.slotChanges[n:]
	return taken
}

// writeSlotHistory writes what no event has taken along: it belongs to the last
// event of the transaction, if there is one. It is queued, and goes with the
// commit.
func (t *transaction) writeSlotHistory() {
	event := "NULL::bigint"
	if !t.toldAt.IsZero() {
		event = "currval(pg_get_serial_sequence('events', 'id'))"
	}
	for len(t.slotChanges) > 0 {
		args := append([]any{orNever(t.toldAt)}, slotArrays(t.takeSlotChanges())...)
		t.queue(numbered("INSERT INTO slot_history (slot_id, what, at, until, event_id) "+
			"SELECT slot_id, what, coalesce(given.at, ?::timestamptz, now()), until, "+event+" FROM "+historyColumns), args...)
	}
}

// writeSlotHistoryOf writes what this transaction has done to the slots of several
// events, each with its own.
func (tx *Tx) writeSlotHistoryOf(ctx context.Context, events map[booking.SlotID]booking.EventID) error {
	var told, rest []slotChange
	for _, change := range tx.in.slotChanges {
		if _, is := events[change.slot]; is {
			told = append(told, change)
		} else {
			rest = append(rest, change)
		}
	}
	tx.in.slotChanges = rest
	for batch := range slices.Chunk(told, loadBatch) {
		args := append([]any{tx.in.toldAt}, slotArrays(batch)...)
		args = append(args, array(batch, func(b []byte, c slotChange) []byte { return appendID(b, events[c.slot]) }))
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

// SlotHistories reads what became of each slot, the last 100 entries, oldest first.
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

// FillSlotHistory writes the history of slots that were loaded without one: when
// they were published, and what they are since.
func (tx *Tx) FillSlotHistory(ctx context.Context) error {
	return fillInRanges(ctx, tx, "slots", `
		INSERT INTO slot_history (slot_id, what, at)
		SELECT one.id, one.what, one.at FROM (
			SELECT s.id, 1 AS n, 'PUBLISHED' AS what, a.created_at AS at
			FROM slots s JOIN availabilities a ON a.id = s.availability_id
			UNION ALL SELECT s.id, 2, 'BOOKED', i.booked_at
			FROM slots s JOIN interviews i ON i.slot_id = s.id AND i.status <> 'CANCELLED' WHERE s.status = 'BOOKED'
			UNION ALL SELECT s.id, 2, 'WITHDRAWN', s.starts_at FROM slots s WHERE s.status = 'WITHDRAWN') AS one
		WHERE one.id > ? AND one.id <= ? ORDER BY one.id, one.n`)
}
