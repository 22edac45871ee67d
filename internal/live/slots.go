package live

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// maxDifference is the maximum number of slots compared when the student's offer changes
// rather than the slots themselves.
const maxDifference = 500

// SlotsChanged is a change of the slots that a student may book in a range.
type SlotsChanged struct {
	Opened    []booking.BookableSlot // ordered by start, then id
	ClosedIDs []booking.SlotID       // slots that cannot be booked
	Refetch   bool                   // there are changes that the event does not list

	Eligibility booking.Eligibility
	Work        Work // cost of computing the event
	total       *store.Total
}

// Refetchable returns the event without its slots, so that the client must fetch the list
// again.
func (c SlotsChanged) Refetchable() SlotsChanged {
	c.Opened, c.ClosedIDs, c.Refetch = []booking.BookableSlot{}, []booking.SlotID{}, true
	return c
}

func (c SlotsChanged) empty() bool { return len(c.Opened)+len(c.ClosedIDs) == 0 && !c.Refetch }

// TotalCount counts the slots that the student may book after the change, up to
// store.MostCounted.
func (c SlotsChanged) TotalCount(ctx context.Context) (int, error) { return c.total.Count(ctx) }

// TotalCountIsCapped reports whether there are more slots than TotalCount returns.
func (c SlotsChanged) TotalCountIsCapped(ctx context.Context) (bool, error) {
	return c.total.IsCapped(ctx)
}

// slotChanges are the slots that have changed for a watch.
type slotChanges = pendingChanges[booking.SlotID, booking.Slot]

// slotWatch watches the slots that one student may book in a range.
type slotWatch struct {
	inbox[booking.SlotID, booking.Slot]
	hub     *Hub
	student booking.StudentID
	wanted  store.SlotSearch
	page    store.Page // only opened slots between its positions are sent

	record booking.Record
	offer  booking.Offer // offer that the last event was based on
	work   Work          // since the last turn
	later  *time.Timer   // of putLater
}

// Slots watches the slots in the range that the student may book. A slot may be sent more
// than once. Slots that close because their start is near are not sent.
func (h *Hub) Slots(
	ctx context.Context, student booking.StudentID, wanted store.SlotSearch, page store.Page,
) (Watch[SlotsChanged], error) {
	ctx, drop := context.WithCancelCause(ctx)
	w := &slotWatch{inbox: newInbox[booking.SlotID, booking.Slot](drop), hub: h, student: student, wanted: wanted, page: page}
	h.add(ctx, w) // before reading the record, so that no change is missed
	if err := w.read(ctx); err != nil {
		drop(nil)
		return nil, err
	}
	w.offer = w.record.Offer(h.now())
	watch := newWatch(ctx, drop, w.wake, w.next)
	return func(pace Pace, send func(context.Context, SlotsChanged)) error {
		w.awaitExpiry()
		defer func() { w.later.Stop() }()
		return watch(pace, send)
	}, nil
}

func (w *slotWatch) take(h changeSet) {
	add := slotChanges{refetch: h.manySlots, stale: h.manySlots || h.everyStudent || h.students[w.student]}
	// It is not known which slots of retagged interviewers the client has.
	add.refetch = add.refetch || len(w.wanted.Tags) > 0 && slices.ContainsFunc(h.tagged, w.wants)
	for _, slot := range h.slots {
		w.add(&add, slot)
	}
	if add.stale || add.refetch || len(add.items) > 0 {
		w.put(add)
	}
}

func (w *slotWatch) add(to *slotChanges, slot booking.Slot) {
	if !w.wanted.In.Covers(slot.Span()) || !w.wants(slot.InterviewerID) {
		return
	}
	if to.items == nil {
		to.items = map[booking.SlotID]booking.Slot{}
	}
	to.items[slot.ID] = slot
}

// wants reports whether the search includes the interviewer.
func (w *slotWatch) wants(id booking.InterviewerID) bool {
	of := w.wanted.InterviewerIDs
	return len(of) == 0 || slices.Contains(of, id)
}

func (w *slotWatch) read(ctx context.Context) error {
	record, read, err := w.hub.store.SharedRecord(ctx, w.student)
	if read {
		w.work.Reads++
	}
	if err == nil {
		w.record = record
	}
	return err
}

// readAgain reads the record and adds the student's own new bookings to n. The events of their
// slots may arrive later, when the offer already excludes the interviewer the student has
// met, and would then not be sent.
func (w *slotWatch) readAgain(ctx context.Context, n *slotChanges) error {
	earlier := w.record
	if err := w.read(ctx); err != nil {
		return err
	}
	for _, slot := range w.record.BookedSince(earlier) {
		w.add(n, slot)
	}
	return nil
}

// next returns the event for the changes so far, or nil if there is none.
func (w *slotWatch) next(ctx context.Context) (*SlotsChanged, Work) {
	w.work = Work{}
	changed, err := w.change(ctx, w.inbox.take())
	if err != nil { // refetch once the database can be read again
		w.putLater(feedPause, slotChanges{stale: true, refetch: true})
		return nil, w.work
	}
	w.awaitExpiry()
	if changed != nil {
		changed.Work = w.work
	}
	return changed, w.work
}

// awaitExpiry wakes the watch when the record changes by the passing of time. It counts from
// the time of the offer, which includes what expired while the watch was slowed down.
func (w *slotWatch) awaitExpiry() {
	w.putLater(w.record.Expires(w.offer.Now).Sub(w.hub.now()), slotChanges{stale: true})
}

// putLater puts changes after a pause, unless it is called again in the meantime.
func (w *slotWatch) putLater(pause time.Duration, add slotChanges) {
	if w.later != nil {
		w.later.Stop()
	}
	w.later = time.AfterFunc(pause, func() { w.put(add) })
}

// change returns the event to send, or nil if nothing changed.
func (w *slotWatch) change(ctx context.Context, n slotChanges) (*SlotsChanged, error) {
	if n.stale {
		if err := w.readAgain(ctx, &n); err != nil {
			return nil, err
		}
	}
	now := w.hub.now()
	before, after := w.offer, w.record.Offer(now)
	changed := SlotsChanged{Opened: []booking.BookableSlot{}, ClosedIDs: []booking.SlotID{}, Refetch: n.refetch}
	for _, slot := range booking.ByStart(slices.Collect(maps.Values(n.items))) {
		switch {
		case after.Allows(slot):
			changed.Opened = append(changed.Opened, slot.Bookable())
		case before.WouldAllow(slot) || after.WouldAllow(slot):
			changed.ClosedIDs = append(changed.ClosedIDs, slot.ID)
		}
	}
	if n.stale && !n.refetch {
		others, more, err := w.between(ctx, before, after)
		if err != nil {
			return nil, err
		}
		changed.Refetch = more
		for _, slot := range others {
			_, listed := n.items[slot.ID]
			switch {
			case listed || slot.before == slot.after:
			case slot.after:
				changed.Opened = append(changed.Opened, slot.BookableSlot)
			case slot.before:
				changed.ClosedIDs = append(changed.ClosedIDs, slot.ID)
			}
		}
	}
	opened, err := w.matching(ctx, changed.Opened)
	if err != nil {
		return nil, err
	}
	changed.Opened = opened
	w.offer = after
	if changed.empty() && reflect.DeepEqual(before.Eligibility, after.Eligibility) {
		return nil, nil //nolint:nilnil // an event is sent only for a change
	}
	slices.SortFunc(opened, func(a, b booking.BookableSlot) int { return a.Compare(b.SlotRef) })
	changed.Opened = slices.DeleteFunc(opened, func(s booking.BookableSlot) bool { return !w.shown(s) })
	changed.Eligibility = after.Eligibility
	changed.total = new(store.Total)
	changed.total.Init(func(ctx context.Context) (int, error) { return w.hub.store.CountOpenSlots(ctx, w.wanted, after) })
	return &changed, nil
}

// matching returns the slots that match the search. Only the database knows an interviewer's
// tags.
func (w *slotWatch) matching(ctx context.Context, slots []booking.BookableSlot) ([]booking.BookableSlot, error) {
	if len(slots) == 0 || len(w.wanted.Tags)+len(w.wanted.InterviewerIDs) == 0 {
		return slots, nil
	}
	keys := make([]booking.SlotID, len(slots))
	for i, slot := range slots {
		keys[i] = slot.ID
	}
	w.work.Reads++
	found, err := w.hub.store.SlotsWanted(ctx, keys, w.wanted)
	return slices.DeleteFunc(slots, func(s booking.BookableSlot) bool { return !slices.Contains(found, s.ID) }), err
}

// shown reports whether the slot is between the positions of the watched page.
func (w *slotWatch) shown(s booking.BookableSlot) bool {
	compare := func(p *store.Position) int { return cmp.Or(s.Start.Compare(p.Start), cmp.Compare(int64(s.ID), p.ID)) }
	return (w.page.After == nil || compare(w.page.After) > 0) && (w.page.Before == nil || compare(w.page.Before) < 0)
}

// judgedSlot is a slot that two offers have judged: whether the student could book it
// before, and whether they can book it after.
type judgedSlot struct {
	booking.BookableSlot
	before, after bool
}

// between reads the slots that the two offers may judge differently. It returns none, and more
// set, if there are too many.
func (w *slotWatch) between(ctx context.Context, before, after booking.Offer) (judged []judgedSlot, more bool, err error) {
	switch d := after.Since(before); {
	case d.Everything:
		offers := after
		if !after.Eligibility.Eligible {
			offers = before
		}
		w.work.Reads++
		var slots []booking.BookableSlot
		slots, more, err = w.hub.store.OpenSlots(ctx, w.wanted, offers, store.Page{First: maxDifference})
		for _, slot := range slots {
			judged = append(judged, judgedSlot{slot, before.AllowsBookable(slot), after.AllowsBookable(slot)})
		}
	case len(d.Interviewers)+len(d.Spans) > 0:
		w.work.Reads++
		var slots []booking.Slot
		slots, err = w.hub.store.SlotsAbout(ctx, w.wanted.In, d.Interviewers, d.Spans, maxDifference+1)
		more = len(slots) > maxDifference
		for _, slot := range slots {
			judged = append(judged, judgedSlot{slot.Bookable(), before.Allows(slot), after.Allows(slot)})
		}
	}
	w.work.Slots += len(judged)
	if more {
		judged = nil
	}
	return judged, more, err
}
