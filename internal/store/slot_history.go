package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"rehearse/internal/booking"
)

// slotHistoryRow is an entry of a slot's history.
type slotHistoryRow struct {
	SlotID  booking.SlotID
	What    booking.SlotChangeKind
	At      *time.Time       // nil, if not written yet, means the time of the entry's event
	Until   *time.Time       // end of a hold
	EventID *booking.EventID // nil, if not written yet, means the event that it is written with
}

var slotHistoryColumns = columnsOf[slotHistoryRow]()

// insertSlotHistory returns a statement that inserts the rows of a relation named given.
// An entry that has no event belongs to the event with the id that the expression returns.
func insertSlotHistory(given, event string) string {
	return slotHistoryColumns.insert("slot_history", given, map[string]string{
		"at": "coalesce(given.at, now())", "event_id": "coalesce(given.event_id, " + event + ")",
	})
}

const (
	noEvent   = "NULL"
	lastEvent = "currval(pg_get_serial_sequence('events', 'id'))" // the last one of the transaction
)

var (
	insertHistory            = insertSlotHistory(slotHistoryColumns.rows(1), noEvent)
	insertHistoryOfLastEvent = insertSlotHistory(slotHistoryColumns.rows(1), lastEvent)
)

// recordChanges records changes of slots by this transaction. Every method that writes a
// slot's status or holder calls it. The entries are written with the next event or at
// the commit, so no code path can omit them.
func (tx *Tx) recordChanges(what booking.SlotChangeKind, slots ...booking.SlotID) {
	for _, id := range slots {
		tx.state.slotChanges = append(tx.state.slotChanges, slotHistoryRow{SlotID: id, What: what})
	}
}

func (tx *Tx) recordHold(h booking.Hold) {
	tx.state.slotChanges = append(tx.state.slotChanges, slotHistoryRow{SlotID: h.SlotID, What: booking.SlotWasHeld, Until: &h.ExpiresAt})
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
		if tx.state.slotChanges[i].At == nil {
			tx.state.slotChanges[i].At = &at
		}
	}
}

// takeSlotChanges removes and returns up to a batch of the recorded changes, with the time
// of the last event, if there is one.
func (t *transaction) takeSlotChanges() []slotHistoryRow {
	n := min(len(t.slotChanges), loadBatch)
	taken := t.slotChanges[:n]
	t.slotChanges = t.slotChanges[n:]
	if at := t.lastEventAt; !at.IsZero() {
		for i := range taken {
			taken[i].At = cmp.Or(taken[i].At, &at)
		}
	}
	return taken
}

// writeSlotHistory queues the entries that no event has written. They belong to the
// transaction's last event, if there is one, and are sent with the commit.
func (t *transaction) writeSlotHistory() {
	text := insertHistoryOfLastEvent
	if t.lastEventAt.IsZero() {
		text = insertHistory
	}
	for len(t.slotChanges) > 0 {
		t.queue(text, slotHistoryColumns.arrays(t.takeSlotChanges())...)
	}
}

// writeSlotHistoryOf writes the changes of the given slots, each with its own event.
func (tx *Tx) writeSlotHistoryOf(ctx context.Context, events map[booking.SlotID]booking.EventID) error {
	var written, rest []slotHistoryRow
	for _, change := range tx.state.slotChanges {
		if event, is := events[change.SlotID]; is {
			change.At, change.EventID = cmp.Or(change.At, &tx.state.lastEventAt), &event
			written = append(written, change)
		} else {
			rest = append(rest, change)
		}
	}
	tx.state.slotChanges = rest
	for batch := range slices.Chunk(written, loadBatch) {
		if err := tx.send(ctx, statement{text: insertHistory, args: slotHistoryColumns.arrays(batch)}); err != nil {
			return err
		}
	}
	return nil
}

// SlotHistories returns the last 100 history entries of each slot, oldest first.
func (r *Reader) SlotHistories(ctx context.Context, of []booking.SlotID) (map[booking.SlotID][]booking.SlotChange, error) {
	var rows []slotHistoryRow
	err := r.db.WithContext(ctx).Raw(`
		SELECT `+slotHistoryColumns.of("h.")+` FROM unnest(?::bigint[]) AS wanted (id)
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

// derivedHistoryColumns are the columns of an entry without an event.
var derivedHistoryColumns = columnsOf[slotHistoryRow]("until", "event_id")

// FillSlotHistory writes the history of slots that were loaded without one: their
// publication and their current status.
func (tx *Tx) FillSlotHistory(ctx context.Context) error {
	return fillInRanges(ctx, tx, "slots", `
		INSERT INTO slot_history (`+derivedHistoryColumns.String()+`)
		SELECT `+derivedHistoryColumns.of("one.")+` FROM (
			SELECT s.id AS slot_id, 1 AS n, 'PUBLISHED' AS what, a.created_at AS at
			FROM slots s JOIN availabilities a ON a.id = s.availability_id
			UNION ALL SELECT s.id, 2, 'BOOKED', i.booked_at
			FROM slots s JOIN interviews i ON i.slot_id = s.id AND `+keepsSlot("i.")+` WHERE s.status = 'BOOKED'
			UNION ALL SELECT s.id, 2, 'WITHDRAWN', s.starts_at FROM slots s WHERE s.status = 'WITHDRAWN') AS one
		WHERE one.slot_id > ? AND one.slot_id <= ? ORDER BY one.slot_id, one.n`)
}
