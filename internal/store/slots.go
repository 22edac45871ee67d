package store

import (
	"context"

	"github.com/jackc/pgx/v5/pgtype/zeronull"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

const slotColumns = "id, interviewer_id, starts_at, ends_at, status, held_by, held_until, full_until, taken_back"

func slotPlaces(s *booking.Slot) []any {
	return []any{
		(*int64)(&s.ID), (*int64)(&s.InterviewerID), (*instant)(&s.Start), (*instant)(&s.End), (*string)(&s.Status),
		(*zeronull.Int8)(&s.HeldBy), (*instant)(&s.HeldUntil), (*instant)(&s.FullUntil), &s.TakenBack,
	}
}

// OpenSlots returns a page of the slots inside the range that the offer allows, by
// start, then id, and whether there are more. It translates the offer into one WHERE
// clause and has no rules of its own.
func (r *Reader) OpenSlots(ctx context.Context, f SlotSearch, o booking.Offer, p Page) ([]booking.Slot, bool, error) {
	return r.openSlots(ctx, f, o, p, nil)
}

// openSlots implements OpenSlots. If trusting is given, it returns no slots if that
// record is stale.
func (r *Reader) openSlots(
	ctx context.Context, f SlotSearch, o booking.Offer, p Page, trusting *keptRecord,
) ([]booking.Slot, bool, error) {
	if !listsAny(o) {
		return nil, false, nil
	}
	where := bookable(f, o)
	if trusting != nil {
		where.and(recordStands, trusting.stamp, int64(o.Student))
	}
	for _, bound := range p.bounds(ByStart) {
		where.and(bound.condition, bound.values...)
	}
	rows := make([]booking.Slot, 0, p.limit())
	// The index slots_open covers all columns except the status, which is known. Reading
	// it from the table would cost a page access for each slot.
	err := r.send(ctx, statement{
		numbered("SELECT id, interviewer_id, starts_at, ends_at FROM slots WHERE " + where.text +
			" ORDER BY " + p.scan(ByStart).text() + " LIMIT ?"),
		append(where.args, p.limit()), each(&rows, openSlotPlaces)})
	page, more := cutPage(rows, p)
	for i := range page {
		page[i].Status = booking.SlotOpen
		if o.Own != nil && page[i].ID == o.Own.SlotID {
			page[i].HeldBy, page[i].HeldUntil = o.Own.StudentID, o.Own.ExpiresAt
		}
	}
	return page, more, fault(err, "list open slots")
}

func openSlotPlaces(s *booking.Slot) []any {
	return []any{(*int64)(&s.ID), (*int64)(&s.InterviewerID), (*instant)(&s.Start), (*instant)(&s.End)}
}

// CountOpenSlots counts the slots that OpenSlots would list.
func (r *Reader) CountOpenSlots(ctx context.Context, f SlotSearch, o booking.Offer) (int, error) {
	if !listsAny(o) {
		return 0, nil
	}
	return count(bookable(f, o).on(r.db.WithContext(ctx).Model(&slotRow{})), "open slots")
}

// listsAny reports whether the offer can list any slot.
func listsAny(o booking.Offer) bool { return o.Eligibility.Eligible || o.ListsOwn() }

// open repeats the condition of the index slots_open verbatim. A parameter would keep a
// generic plan from using the index.
const open = "status = 'OPEN' AND (full_until IS NULL OR full_until < '9999-12-31T00:00:00Z')"

// bookable returns the conditions of OpenSlots and CountOpenSlots.
func bookable(f SlotSearch, o booking.Offer) conditions {
	in := f.In
	if o.Earliest.After(f.In.Start) {
		f.In.Start = o.Earliest
	}
	where := f.narrow()
	where.and(open)
	switch own := o.ListsOwn(); {
	case own && !o.Eligibility.Eligible:
		where.and("id = ?", int64(o.Own.SlotID))
	case own:
		others := allowed(in, o)
		where.and("(id = ? OR "+others.text+")", append([]any{int64(o.Own.SlotID)}, others.args...)...)
	default:
		others := allowed(in, o)
		where.and(others.text, others.args...)
	}
	return where
}

// allowed returns the offer's conditions on a slot that its student does not hold.
func allowed(in calendar.Span, o booking.Offer) conditions {
	var c conditions
	c.and("(held_until IS NULL OR held_until <= ?) AND (full_until IS NULL OR full_until <= ?)", o.Now, o.Now)
	if excluded := o.Excluded(); len(excluded) > 0 {
		c.and("interviewer_id <> ALL(?)", numbers(excluded))
	}
	var busy []calendar.Span
	for _, span := range o.Busy {
		if span.Overlaps(in) {
			busy = append(busy, span)
		}
	}
	if len(busy) > 0 {
		starts, ends := bounds(busy)
		c.and(`NOT EXISTS (SELECT FROM unnest(?::timestamptz[], ?::timestamptz[]) AS busy (s, e)
			WHERE slots.starts_at < busy.e AND busy.s < slots.ends_at)`, starts, ends)
	}
	return c
}

// Slot returns one slot, or NotFound.
func (r *Reader) Slot(ctx context.Context, id booking.SlotID) (booking.Slot, error) {
	var found slotRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "slot", "slotId", id)
}

// SlotsByID returns the slots with the given ids. Unknown ids are skipped.
func (r *Reader) SlotsByID(ctx context.Context, keys []booking.SlotID) ([]booking.Slot, error) {
	found := make([]booking.Slot, 0, len(keys))
	err := r.send(ctx, statement{
		"SELECT " + slotColumns + " FROM slots WHERE id = ANY($1)", []any{numbers(keys)}, each(&found, slotPlaces)})
	return found, fault(err, "read %d slots", len(keys))
}

// SlotsWanted returns the ids among keys whose slots match the search.
func (r *Reader) SlotsWanted(ctx context.Context, keys []booking.SlotID, f SlotSearch) (found []booking.SlotID, err error) {
	where := f.narrowEach()
	where.and("id = ANY(?)", ids[booking.SlotID](keys))
	err = where.on(r.db.WithContext(ctx).Model(&slotRow{})).Pluck("id", &found).Error
	return found, fault(err, "filter %d slots", len(keys))
}

// LockSlot locks a slot until the transaction ends and returns it. To lock several
// slots, lock them in the order of their ids.
func (tx *Tx) LockSlot(ctx context.Context, id booking.SlotID) (booking.Slot, error) {
	slot, err := one(ctx, tx, slotPlaces, lockSlot, int64(id))
	return slot, missing(err, "slot", "slotId", id)
}

const lockSlot = "SELECT " + slotColumns + " FROM slots WHERE id = $1 FOR NO KEY UPDATE"

// SetSlotStatus writes the status of a slot and ends any hold on it. The slot must be
// locked.
func (tx *Tx) SetSlotStatus(ctx context.Context, id booking.SlotID, status booking.SlotStatus) error {
	tx.became(status, id)
	return tx.update(ctx, &slotRow{ID: id, Status: status}, "status", "held_by", "held_until", "taken_back")
}
