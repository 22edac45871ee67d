package mirror

import (
	"slices"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// SlotsQuery selects a page of the slots that an offer allows: the first First slots inside
// the range and between two positions, or the last if FromEnd is set. Nil means the
// beginning or the end of the range.
type SlotsQuery struct {
	In            calendar.Span
	Offer         booking.Offer
	First         int
	FromEnd       bool
	After, Before *Position
}

// maxScanned is the number of slots that a page looks at, about 5 ms. Whoever may book one in
// a thousand of them is better served by an index of the database.
const maxScanned = 100_000

// Page returns the slots of the query that the offer's student can book, in order, and
// whether there are more. It is the Go form of the conditions of store.OpenSlots. known is
// false if the answer depends on slots that the index does not hold, or takes too long to
// find.
func (s *Slots) Page(q SlotsQuery) (slots []booking.BookableSlot, more, known bool) {
	w := s.wanted(q)
	if !w.from.before(w.to) {
		return nil, false, true
	}
	// The scan begins at one end of the range, which must be held. It needs the other only
	// if it gets there.
	begins, ends := s.since <= w.from.start, w.to.compare(startOf(s.horizon)) <= 0
	if q.FromEnd {
		begins, ends = ends, begins
	}
	if !begins {
		return nil, false, false
	}
	slots = make([]booking.BookableSlot, 0, q.First+1)
	scanned := 0
	s.scan(w.from, w.to, q.FromEnd, func(e *entry) bool {
		scanned++
		if w.allows(e) {
			slots = append(slots, booking.BookableSlot{SlotRef: e.ref()})
		}
		return len(slots) <= q.First && scanned <= maxScanned // one more than requested shows whether there are more
	})
	if more = len(slots) > q.First; !more && (!ends || scanned > maxScanned) {
		return nil, false, false
	}
	slots = slots[:min(len(slots), q.First)]
	for i := range slots {
		if own := q.Offer.Own; own != nil && slots[i].ID == own.SlotID {
			slots[i].HeldUntil = own.ExpiresAt
		}
	}
	if q.FromEnd {
		slices.Reverse(slots)
	}
	return slots, more, true
}

// wanted is a query in the terms of the index.
type wanted struct {
	slots    *Slots
	from, to key // from inclusive, to exclusive
	end, now int64
	own      booking.SlotID // the held slot if it can be booked, or 0
	excluded []booking.InterviewerID
	busy     []busySpan
}

// busySpan is a calendar.Span of the student's commitments.
type busySpan struct{ start, end int64 }

func (s *Slots) wanted(q SlotsQuery) wanted {
	o := q.Offer
	w := wanted{slots: s, from: startOf(q.In.Start.UnixMicro()), to: startOf(q.In.End.UnixMicro()),
		end: q.In.End.UnixMicro(), now: o.Now.UnixMicro(), excluded: o.Excluded()}
	w.between(startOf(o.Earliest.UnixMicro()), w.to)
	if q.After != nil {
		w.between(q.After.key().next(), w.to)
	}
	if q.Before != nil {
		w.between(w.from, q.Before.key())
	}
	for _, span := range o.Busy {
		if span.Overlaps(q.In) {
			w.busy = append(w.busy, busySpan{span.Start.UnixMicro(), span.End.UnixMicro()})
		}
	}
	own := o.ListsOwn()
	if own {
		w.own = o.Own.SlotID
	}
	switch {
	case o.Eligibility.Eligible:
	case own: // the only slot that the student can book
		k := key{o.Own.Start.UnixMicro(), o.Own.SlotID}
		w.between(k, k.next())
	default:
		w.to = w.from
	}
	return w
}

// between narrows the range.
func (w *wanted) between(from, to key) {
	if w.from.before(from) {
		w.from = from
	}
	if to.before(w.to) {
		w.to = to
	}
}

// allows reports whether the student can book the slot, which is in the range of keys.
func (w *wanted) allows(e *entry) bool {
	if e.end() > w.end {
		return false
	}
	if e.id == w.own {
		return !e.claimed() || w.slots.claims[e.id].fullUntil < forever
	}
	return !w.claimed(e) && !slices.Contains(w.excluded, e.interviewer) && !w.isBusy(e)
}

// forever is the FullUntil of a slot whose interviewer is full by bookings alone. Not even
// the student who holds such a slot can book it.
var forever = booking.Forever.UnixMicro()

// claimed reports whether another student's hold or the interviewer's bookings keep the
// student from the slot.
func (w *wanted) claimed(e *entry) bool {
	if !e.claimed() {
		return false
	}
	on := w.slots.claims[e.id]
	return on.heldUntil > w.now || on.fullUntil > w.now
}

func (w *wanted) isBusy(e *entry) bool {
	for _, span := range w.busy {
		if e.start < span.end && span.start < e.end() {
			return true
		}
	}
	return false
}
