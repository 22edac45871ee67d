package store

import (
	"context"

	"rehearse/internal/booking"
	"rehearse/internal/store/mirror"
)

// ListRecord is a student's record to list slots with. It may come from memory and be
// stale; OpenSlotsFor finds out.
type ListRecord struct {
	booking.Record
	inMemory *mirror.Record // nil if it is not in memory
}

// OpenSlotsPage is a page of open slots.
type OpenSlotsPage struct {
	Slots []booking.BookableSlot
	More  bool // whether there is a next page
	// Current is the student's record if the one of the request was stale. There are no
	// slots then; the caller asks again with the offer of this record.
	Current *ListRecord
}

// maxRecordReads is how often a record that changes while it is read is read again.
const maxRecordReads = 3

// ListRecord returns the student's record, from memory if it is there, or NotFound if the
// student does not exist.
func (s *Store) ListRecord(ctx context.Context, id booking.StudentID) (record ListRecord, err error) {
	if cached := s.mirror.Records.Get(id); cached != nil {
		return ListRecord{cached.Record, cached}, nil
	}
	for range maxRecordReads {
		record, err = s.readListRecord(ctx, id)
		if err != nil || record.inMemory != nil || !s.current(ctx) {
			break
		}
	}
	return record, err
}

// readListRecord reads the student's record into memory, unless it changes in the meantime.
func (s *Store) readListRecord(ctx context.Context, id booking.StudentID) (ListRecord, error) {
	read := s.mirror.Records.Begin()
	found, err := s.Record(ctx, id)
	if err != nil {
		s.mirror.Records.Cancel(read)
		return ListRecord{}, err
	}
	record := &mirror.Record{Record: found}
	if !s.mirror.Records.Add(read, id, record) {
		record = nil
	}
	return ListRecord{found, record}, nil
}

// OpenSlotsFor returns a page of the slots that the record's offer allows, as of one moment
// after the call. The slots in memory answer most lists, as soon as the change log was read
// after the call (BenchmarkHandler). Postgres answers the others: those with tags or
// interviewers, for which it has indexes. Once the log was read after that, it is known
// whether the record was current when Postgres answered. While the log cannot be read in
// time, Postgres answers all lists, and the record may be a little older than the slots.
func (s *Store) OpenSlotsFor(
	ctx context.Context, record ListRecord, o booking.Offer, f SlotSearch, p Page,
) (OpenSlotsPage, error) {
	if record.inMemory != nil && !f.Narrows() {
		if !s.current(ctx) {
			return s.withRead(ctx, record.Student.ID)
		}
		if page, is := s.slotsInMemory(record, o, f, p); is {
			s.lists.WithLabelValues(fromMemory).Inc()
			return page, nil
		}
		if !s.mirror.Holds(record.inMemory) {
			return s.withCurrent(ctx, record.Student.ID)
		}
	}
	slots, more, err := s.OpenSlots(ctx, f, o, p)
	if err == nil && record.inMemory != nil {
		if !s.current(ctx) {
			return s.withRead(ctx, record.Student.ID)
		}
		if !s.mirror.Holds(record.inMemory) {
			return s.withCurrent(ctx, record.Student.ID)
		}
	}
	s.lists.WithLabelValues(fromPostgres).Inc()
	return OpenSlotsPage{Slots: slots, More: more}, err
}

// withCurrent returns a page without slots and with the student's current record.
func (s *Store) withCurrent(ctx context.Context, id booking.StudentID) (OpenSlotsPage, error) {
	record, err := s.ListRecord(ctx, id)
	return OpenSlotsPage{Current: &record}, err
}

// withRead is withCurrent if it is not known what is current in memory: asked again, memory
// would return the same record. The list that follows does not wait.
func (s *Store) withRead(ctx context.Context, id booking.StudentID) (OpenSlotsPage, error) {
	record, err := s.Record(ctx, id)
	return OpenSlotsPage{Current: &ListRecord{Record: record}}, err
}

// slotsInMemory is OpenSlots with the slots in memory. It reports false if they do not
// suffice, or if the record is stale.
func (s *Store) slotsInMemory(record ListRecord, o booking.Offer, f SlotSearch, p Page) (OpenSlotsPage, bool) {
	slots, more, known := s.mirror.Page(record.inMemory, mirror.SlotsQuery{
		In: f.In, Offer: o, First: p.First, FromEnd: p.FromEnd, After: inMemory(p.After), Before: inMemory(p.Before),
	})
	return OpenSlotsPage{Slots: slots, More: more}, known
}

func inMemory(p *Position) *mirror.Position {
	if p == nil {
		return nil
	}
	return &mirror.Position{Start: p.Start, ID: booking.SlotID(p.ID)}
}

// OpenSlots returns a page of the slots inside the range that the offer allows, by
// start, then id, and whether there are more. It translates the offer into one WHERE
// clause and has no rules of its own.
func (r *Reader) OpenSlots(ctx context.Context, f SlotSearch, o booking.Offer, p Page) ([]booking.BookableSlot, bool, error) {
	if !listsAny(o) {
		return nil, false, nil
	}
	where := bookable(f, o)
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
