package store

import (
	"context"

	"gorm.io/gorm"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

const slotColumns = "id, interviewer_id, availability_id, starts_at, ends_at, status, held_by, held_until, full_until, taken_back"

// SlotSearch narrows a list of slots to what the caller wants to see; it is no
// rule.
type SlotSearch struct {
	In             calendar.Span // slots that lie inside
	InterviewerIDs []booking.InterviewerID
	Tags           []string // all of these, in lower case
}

// narrow is the filter as a condition on slots.
func (f SlotSearch) narrow(db *gorm.DB) *gorm.DB {
	// starts_at < end follows from ends_at <= end; it is what ends an index scan.
	db = db.Where("starts_at >= ? AND starts_at < ? AND ends_at <= ?", f.In.Start, f.In.End, f.In.End)
	if len(f.InterviewerIDs) > 0 {
		db = db.Where("interviewer_id = ANY(?)", ids[booking.InterviewerID](f.InterviewerIDs))
	}
	if len(f.Tags) > 0 {
		db = db.Where(`(SELECT v.tags || a.tags FROM interviewers v, availabilities a
			WHERE v.id = slots.interviewer_id AND a.id = slots.availability_id) @> ?::text[]`, texts(f.Tags))
	}
	return db
}

// OpenSlots reads a page of the slots inside the range that the offer allows,
// by start, then id, and whether there are more. It renders the offer's fields
// into one WHERE clause and knows no rule of its own.
func (r *Reader) OpenSlots(ctx context.Context, f SlotSearch, o booking.Offer, p Page) ([]booking.Slot, bool, error) {
	if !o.Eligibility.Eligible && !o.ListsOwn() {
		return nil, false, nil
	}
	var rows []slotRow
	// The index slots_open holds every column but the status, which is known:
	// read from the table it would cost a page of the table for each slot.
	err := p.by(ByStart, r.bookable(ctx, f, o)).Select("id, interviewer_id, starts_at, ends_at, 'OPEN' AS status").Find(&rows).Error
	page, more := cutPage(domains(rows), p)
	for i := range page {
		if o.Own != nil && page[i].ID == o.Own.SlotID {
			page[i].HeldBy, page[i].HeldUntil = o.Own.StudentID, o.Own.ExpiresAt
		}
	}
	return page, more, fault(err, "list open slots")
}

// CountOpenSlots counts what OpenSlots would list in all.
func (r *Reader) CountOpenSlots(ctx context.Context, f SlotSearch, o booking.Offer) (int, error) {
	if !o.Eligibility.Eligible && !o.ListsOwn() {
		return 0, nil
	}
	return count(r.bookable(ctx, f, o).Model(&slotRow{}), "open slots")
}

// open is the condition of the index slots_open, word for word: a parameter
// would hide the index from a plan that is made once.
const open = "status = 'OPEN' AND (full_until IS NULL OR full_until < '9999-12-31T00:00:00Z')"

func (r *Reader) bookable(ctx context.Context, f SlotSearch, o booking.Offer) *gorm.DB {
	in := f.In
	if o.Earliest.After(f.In.Start) {
		f.In.Start = o.Earliest
	}
	fresh := r.db.WithContext(ctx)
	db := f.narrow(fresh.Where(open))
	switch own := o.ListsOwn(); {
	case own && !o.Eligibility.Eligible:
		return db.Where("id = ?", o.Own.SlotID)
	case own:
		return db.Where(fresh.Where("id = ?", o.Own.SlotID).Or(allowed(fresh, in, o)))
	default:
		return db.Where(allowed(fresh, in, o))
	}
}

// allowed is what the offer asks of a slot that its student does not hold.
func allowed(db *gorm.DB, in calendar.Span, o booking.Offer) *gorm.DB {
	db = db.Where("(held_until IS NULL OR held_until <= ?) AND (full_until IS NULL OR full_until <= ?)", o.Now, o.Now)
	if excluded := o.Excluded(); len(excluded) > 0 {
		db = db.Where("interviewer_id <> ALL(?)", ids[booking.InterviewerID](excluded))
	}
	var busy []calendar.Span
	for _, span := range o.Busy {
		if span.Overlaps(in) {
			busy = append(busy, span)
		}
	}
	if len(busy) > 0 {
		starts, ends := bounds(busy)
		db = db.Where(`NOT EXISTS (SELECT FROM unnest(?::timestamptz[], ?::timestamptz[]) AS busy (s, e)
			WHERE slots.starts_at < busy.e AND busy.s < slots.ends_at)`, starts, ends)
	}
	return db
}

// TallySlots counts the slots inside the range by what keeps the student from
// booking them.
func (r *Reader) TallySlots(ctx context.Context, f SlotSearch, o booking.Offer) (booking.Tally, error) {
	starts, ends := bounds(o.Busy)
	var tally booking.Tally
	err := f.narrow(r.db.WithContext(ctx).Table("slots")).Where("status <> 'WITHDRAWN'").Select(`count(*) AS published,
		count(*) FILTER (WHERE status = 'BOOKED') AS taken,
		count(*) FILTER (WHERE status = 'OPEN' AND held_until > @now AND held_by <> @student) AS held,
		count(*) FILTER (WHERE starts_at <= @now) AS in_past,
		count(*) FILTER (WHERE starts_at > @now AND starts_at < @earliest) AS too_soon,
		count(*) FILTER (WHERE interviewer_id = ANY(@met)) AS interviewers,
		count(*) FILTER (WHERE interviewer_id = @self) AS self,
		count(*) FILTER (WHERE EXISTS (SELECT FROM unnest(CAST(@starts AS timestamptz[]), CAST(@ends AS timestamptz[])) AS busy (s, e)
			WHERE slots.starts_at < busy.e AND busy.s < slots.ends_at)) AS busy,
		count(*) FILTER (WHERE status = 'OPEN' AND full_until > @now) AS "full"`,
		map[string]any{
			"now": o.Now, "earliest": o.Earliest, "met": ids[booking.InterviewerID](o.Met), "self": o.Self, "student": o.Student,
			"starts": starts, "ends": ends,
		}).Take(&tally).Error
	return tally, fault(err, "count slots by reason")
}

// Slot reads one slot; NotFound when there is none.
func (r *Reader) Slot(ctx context.Context, id booking.SlotID) (booking.Slot, error) {
	var found slotRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "slot", "slotId", id)
}

// SlotsByID reads the slots that exist of those asked for.
func (r *Reader) SlotsByID(ctx context.Context, keys []booking.SlotID) ([]booking.Slot, error) {
	var rows []slotRow
	err := r.db.WithContext(ctx).Where("id = ANY(?)", ids[booking.SlotID](keys)).Find(&rows).Error
	return domains(rows), fault(err, "read %d slots", len(keys))
}

// LockSlot makes every other operation on the slot wait until this transaction
// ends. Of several slots the one with the smallest id is locked first.
func (tx *Tx) LockSlot(ctx context.Context, id booking.SlotID) (booking.Slot, error) {
	var found slotRow
	err := tx.db.WithContext(ctx).Raw(
		"SELECT "+slotColumns+" FROM slots WHERE id = ? FOR NO KEY UPDATE", id).Take(&found).Error
	return found.domain(), missing(err, "slot", "slotId", id)
}

// SetSlotStatus writes the status of a slot that this transaction has locked; a
// hold on it is over.
func (tx *Tx) SetSlotStatus(ctx context.Context, id booking.SlotID, status booking.SlotStatus) error {
	return tx.update(ctx, &slotRow{ID: id, Status: status}, "status", "held_by", "held_until", "taken_back")
}
