package store

import (
	"context"
	"errors"

	"rehearse/internal/booking"
	"rehearse/internal/store/changelog"
	"rehearse/internal/store/mirror"
)

// ErrNotCurrent reports that memory cannot tell what is current: the log cannot be read in time,
// or a record has changed since it was read.
var ErrNotCurrent = errors.New("the record in memory is not current")

// RecordInMemory is a student's record in memory. It may be stale; OpenSlotsFor finds out.
type RecordInMemory = mirror.Record

// OpenSlotsPage is a page of open slots.
type OpenSlotsPage struct {
	Slots []booking.BookableSlot
	More  bool // whether there is a next page
}

// RecordInMemory returns the student's record from memory. If it is not there, RecordInMemory
// reads it into memory first. It returns NotFound if the student does not exist, or ErrNotCurrent.
func (s *Store) RecordInMemory(ctx context.Context, id booking.StudentID) (*RecordInMemory, error) {
	if cached := s.mirror.Records.Get(id); cached != nil {
		return cached, nil
	}
	record, _, err := s.loadRecord(ctx, id)
	return record, err
}

// loadRecord is like RecordInMemory, and also reports whether the call has read the record.
func (s *Store) loadRecord(ctx context.Context, id booking.StudentID) (record *RecordInMemory, read bool, err error) {
	record, err = s.mirror.Records.Load(ctx, id, func(ctx context.Context) (*RecordInMemory, error) {
		read = true
		found, err := s.recordWithOthers(ctx, id)
		return &RecordInMemory{Record: found}, err
	})
	if errors.Is(err, changelog.ErrBehind) {
		err = ErrNotCurrent
	}
	return record, read, err
}

// SharedRecord is Record, except that callers at the same time share a read of the record. It
// reports whether the call has read it.
func (s *Store) SharedRecord(ctx context.Context, id booking.StudentID) (record booking.Record, read bool, err error) {
	if err = s.current(ctx); err == nil {
		var shared *RecordInMemory
		if shared, read, err = s.loadRecord(ctx, id); err == nil {
			return shared.Record, read, nil
		}
	}
	if errors.Is(err, ErrNotCurrent) {
		record, err = s.Record(ctx, id)
		read = true
	}
	return record, read, err
}

// OpenSlotsFor returns a page of the slots that the record's offer allows, as of one moment
// after the call. The slots in memory answer most lists, as soon as the change log has been
// read after the call (BenchmarkHandler). Postgres answers the others, such as those with tags
// or interviewers, for which it has indexes. The log is then read again, to find out whether the
// record was current when Postgres answered. OpenSlotsFor returns ErrNotCurrent if it was not, or
// if the log cannot be read in time.
func (s *Store) OpenSlotsFor(
	ctx context.Context, record *RecordInMemory, o booking.Offer, f SlotSearch, p Page,
) (page OpenSlotsPage, err error) {
	if !f.Narrows() {
		if err := s.current(ctx); err != nil {
			return page, err
		}
		if page, is := s.slotsInMemory(record, o, f, p); is {
			s.lists.WithLabelValues(fromMemory).Inc()
			return page, nil
		}
		if !s.mirror.Holds(record) {
			return page, ErrNotCurrent
		}
	}
	page.Slots, page.More, err = s.OpenSlots(ctx, f, o, p)
	if err == nil {
		err = s.current(ctx)
	}
	if err == nil && !s.mirror.Holds(record) {
		err = ErrNotCurrent
	}
	if err == nil {
		s.lists.WithLabelValues(fromPostgres).Inc()
	}
	return page, err
}

// ListInSnapshot calls fn, which lists slots, with a Reader of one snapshot of the database. It
// takes three round trips and does not depend on the change log.
func ListInSnapshot[T any](ctx context.Context, s *Store, fn func(*Reader) (T, error)) (result T, err error) {
	pool, share, err := s.through.take(ctx)
	if err != nil {
		return result, fault(err, "list slots")
	}
	defer share.giveBack()
	err = retryStale(func() error {
		conn, err := s.through.conn(ctx, pool)
		if err != nil {
			return fault(err, "list slots")
		}
		defer func() { _ = conn.Close() }() // returns it to the pool
		t := &transaction{conn: conn}
		defer t.rollback(ctx)
		t.queue("begin isolation level repeatable read read only")
		result, err = fn(&Reader{session: t})
		return err
	})
	if err == nil {
		s.lists.WithLabelValues(fromPostgres).Inc()
	}
	return result, err
}

// slotsInMemory is OpenSlots with the slots in memory. It reports false if they do not
// suffice, or if the record is stale.
func (s *Store) slotsInMemory(record *RecordInMemory, o booking.Offer, f SlotSearch, p Page) (OpenSlotsPage, bool) {
	slots, more, known := s.mirror.Page(record, inMemory(o, f, p))
	return OpenSlotsPage{Slots: slots, More: more}, known
}

// inMemory returns the query for the slots in memory.
func inMemory(o booking.Offer, f SlotSearch, p Page) mirror.SlotsQuery {
	return mirror.SlotsQuery{
		In: f.In, Offer: o, First: p.First, FromEnd: p.FromEnd, After: placeInMemory(p.After), Before: placeInMemory(p.Before),
	}
}

func placeInMemory(p *Position) *mirror.Position {
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
