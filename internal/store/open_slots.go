package store

import (
	"context"

	"rehearse/internal/booking"
)

// ListRecord is a student's record to list slots with. It may come from the cache and be
// stale; OpenSlotsFor finds out.
type ListRecord struct {
	booking.Record
	stamp  int64
	cached bool
}

// OpenSlotsPage is a page of open slots.
type OpenSlotsPage struct {
	Slots []booking.BookableSlot
	More  bool // whether there is a next page
	// Current is the student's record if the one of the request was stale. There are no
	// slots then; the caller asks again with the offer of this record.
	Current *ListRecord
}

// ListRecord returns the student's record, from the cache if it is there, or NotFound if
// the student does not exist.
func (s *Store) ListRecord(ctx context.Context, id booking.StudentID) (ListRecord, error) {
	if cached := s.records.Get(id); cached != nil {
		return ListRecord{Record: cached.Record, stamp: cached.Stamp, cached: true}, nil
	}
	read, err := s.stampedRecord(ctx, id)
	if err != nil {
		return ListRecord{}, err
	}
	s.records.Add(&read) // saves a statement of the student's next list (BenchmarkHandler)
	return ListRecord{Record: read.Record, stamp: read.Stamp}, nil
}

// OpenSlotsFor returns a page of the slots that the record's offer allows. For a cached
// record, the statement that reads the slots verifies in the same snapshot that the record
// is current. If it returns no slots, OpenSlotsFor reads the record to tell whether there
// are none or the record is stale.
func (s *Store) OpenSlotsFor(
	ctx context.Context, record ListRecord, o booking.Offer, f SlotSearch, p Page,
) (OpenSlotsPage, error) {
	slots, more, err := s.openSlots(ctx, f, o, p, &record)
	if err != nil || len(slots) > 0 || !record.cached {
		return OpenSlotsPage{Slots: slots, More: more}, err
	}
	read, err := s.stampedRecord(ctx, record.Student.ID)
	if err != nil || read.Stamp == record.stamp {
		return OpenSlotsPage{}, err
	}
	s.records.Add(&read)
	return OpenSlotsPage{Current: &ListRecord{Record: read.Record, stamp: read.Stamp}}, nil
}

// isCurrent returns the condition that a cached record is current. Postgres evaluates it
// once, not for every slot.
func (w *where) isCurrent(record *ListRecord) string {
	return "(SELECT " + recordStamp + " = " + w.arg(record.stamp) + `
		FROM students s
		CROSS JOIN booking_policy p
		LEFT JOIN interviewers me ON me.email = s.email
		LEFT JOIN holds h ON h.student_id = s.id AND h.ended_at IS NULL
		WHERE s.id = ` + w.arg(int64(record.Student.ID)) + ")"
}

// OpenSlots returns a page of the slots inside the range that the offer allows, by
// start, then id, and whether there are more. It translates the offer into one WHERE
// clause and has no rules of its own.
func (r *Reader) OpenSlots(ctx context.Context, f SlotSearch, o booking.Offer, p Page) ([]booking.BookableSlot, bool, error) {
	return r.openSlots(ctx, f, o, p, nil)
}

// openSlots implements OpenSlots. If the record is given and comes from the cache, it
// returns no slots if that record is stale.
func (r *Reader) openSlots(
	ctx context.Context, f SlotSearch, o booking.Offer, p Page, record *ListRecord,
) ([]booking.BookableSlot, bool, error) {
	if !listsAny(o) {
		return nil, false, nil
	}
	where := bookable(f, o)
	if record != nil && record.cached {
		where.and(where.isCurrent(record))
	}
	for _, bound := range p.bounds(ByStart) {
		where.and(bound.text(where.arg))
	}
	rows := make([]booking.BookableSlot, 0, p.limit())
	// The index slots_open covers these columns. Others would cost a page access for each
	// slot.
	err := r.send(ctx, statement{
		"SELECT id, interviewer_id, starts_at, ends_at FROM slots WHERE " + where.text +
			" ORDER BY " + p.scan(ByStart).text() + " LIMIT " + where.arg(p.limit()),
		where.args, each(&rows, openSlotTargets)})
	page, more := cutPage(rows, p)
	for i := range page {
		if o.Own != nil && page[i].ID == o.Own.SlotID {
			page[i].HeldUntil = o.Own.ExpiresAt
		}
	}
	return page, more, fault(err, "list open slots")
}

func openSlotTargets(s *booking.BookableSlot) []any {
	return []any{(*int64)(&s.ID), (*int64)(&s.InterviewerID), (*instant)(&s.Start), (*instant)(&s.End)}
}

// CountOpenSlots counts the slots that OpenSlots would list.
func (r *Reader) CountOpenSlots(ctx context.Context, f SlotSearch, o booking.Offer) (int, error) {
	if !listsAny(o) {
		return 0, nil
	}
	return r.countSlots(ctx, MostCounted, bookable(f, o), "open slots")
}

// listsAny reports whether the offer can list any slot.
func listsAny(o booking.Offer) bool { return o.Eligibility.Eligible || o.ListsOwn() }

// openSlotsPredicate repeats the condition of the index slots_open verbatim. A parameter would keep a
// generic plan from using the index.
const openSlotsPredicate = "status = 'OPEN' AND (full_until IS NULL OR full_until < '9999-12-31T00:00:00Z')"

// bookable returns the conditions of OpenSlots and CountOpenSlots.
func bookable(f SlotSearch, o booking.Offer) *where {
	in := f.In
	if o.Earliest.After(f.In.Start) {
		f.In.Start = o.Earliest
	}
	w := f.narrow()
	w.and(openSlotsPredicate)
	offered := offered{where: w, Offer: &o, in: in}
	switch own := o.ListsOwn(); {
	case own && !o.Eligibility.Eligible:
		w.and("id = " + w.arg(int64(o.Own.SlotID)))
	case own:
		w.and("(id = " + w.arg(int64(o.Own.SlotID)) + " OR " + offered.allowed() + ")")
	default:
		w.and(offered.allowed())
	}
	return w
}
