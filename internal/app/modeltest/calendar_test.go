package modeltest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"rehearse/internal/booking"
)

// This file models the calendars of interviewers. Slots last an hour.

type availability struct {
	id booking.AvailabilityID
	by booking.InterviewerID
	span
	weekly    *weekly
	published time.Time // end of the published time of a weekly rule
	removed   bool
}

// weekly is a weekly rule in UTC.
type weekly struct {
	days          [7]bool
	first, last   time.Time // midnights; last is zero if the rule has no end
	opens, closes int       // hours of the day
}

// exception is a time that an interviewer removed from an availability.
type exception struct {
	from booking.AvailabilityID
	span
}

type block struct {
	id booking.BlockID
	by booking.InterviewerID
	span
}

func (s *school) availability(id booking.AvailabilityID) *availability {
	a := find(s.availabilities, id, func(x availability) booking.AvailabilityID { return x.id })
	if a == nil || a.removed {
		return nil
	}
	return a
}

// like reports whether two availabilities have the same content.
func (a availability) like(b availability) bool {
	if a.removed || b.removed || a.by != b.by || (a.weekly == nil) != (b.weekly == nil) {
		return false
	}
	if a.weekly == nil {
		return a.equal(b.span)
	}
	return *a.weekly == *b.weekly
}

// windows returns the windows that start in [from, until) and have not ended.
func (s *school) windows(a availability, from, until time.Time) []span {
	if a.weekly == nil {
		if a.start.Before(from) {
			return nil
		}
		return []span{a.span}
	}
	var all []span
	for day := a.weekly.first; day.Before(until) && (a.weekly.last.IsZero() || !day.After(a.weekly.last)); day = day.AddDate(0, 0, 1) {
		w := span{day.Add(time.Duration(a.weekly.opens) * time.Hour), day.Add(time.Duration(a.weekly.closes) * time.Hour)}
		if a.weekly.days[day.Weekday()] && !w.start.Before(from) && w.start.Before(until) && w.end.After(s.now) {
			all = append(all, w)
		}
	}
	return all
}

// plan is the result of planning the slots of windows.
type plan struct {
	fresh    []span
	standing []booking.SlotID
	skipped  []string
	past     int // number of skipped slots in the past
	unused   time.Duration
}

func (s *school) plan(a availability, windows []span) plan {
	var p plan
	for _, w := range windows {
		start := w.start
		for ; !start.Add(time.Hour).After(w.end); start = start.Add(time.Hour) {
			p.place(s, a, span{start, start.Add(time.Hour)})
		}
		p.unused += w.end.Sub(start)
	}
	return p
}

func (p *plan) place(s *school, a availability, wanted span) {
	same := s.standsAt(a.by, wanted)
	var reason string
	switch {
	case same != nil:
		p.standing = append(p.standing, same.id)
		reason = "DUPLICATE"
	case !wanted.start.After(s.now):
		p.past++
		reason = "SLOT_IN_PAST"
	case s.blocked(a, wanted):
		reason = "BLOCKED"
	case slices.ContainsFunc(s.slots, func(o slot) bool {
		return o.by == a.by && o.status != booking.SlotWithdrawn && o.overlaps(wanted)
	}):
		reason = "OVERLAP"
	default:
		p.fresh = append(p.fresh, wanted)
		return
	}
	p.skipped = append(p.skipped, fmt.Sprintf("%s %s", wanted.start.Format(time.RFC3339), reason))
}

// standsAt returns the slot with exactly these times that is not withdrawn, or nil.
func (s *school) standsAt(by booking.InterviewerID, at span) *slot {
	for i := range s.slots {
		if o := &s.slots[i]; o.by == by && o.status != booking.SlotWithdrawn && o.equal(at) {
			return o
		}
	}
	return nil
}

// blocked reports whether the interviewer has blocked the time or removed it from this
// availability.
func (s *school) blocked(a availability, at span) bool {
	return slices.ContainsFunc(s.blocks, func(b block) bool { return b.by == a.by && b.overlaps(at) }) ||
		slices.ContainsFunc(s.exceptions, func(e exception) bool { return e.from == a.id && e.overlaps(at) })
}

// except removes the time of a slot from all availabilities of its interviewer that could
// contain it.
func (s *school) except(o slot) {
	for _, a := range s.availabilities {
		if a.by == o.by && !a.removed && (a.weekly != nil || a.id == o.availability || a.overlaps(o.span)) {
			s.exceptions = append(s.exceptions, exception{a.id, o.span})
		}
	}
}

// publish executes a plan: it adds the new slots, and restores booked slots that had been
// taken back.
func (s *school) publish(a availability, p plan) []span {
	for _, fresh := range p.fresh {
		s.slots = append(s.slots, slot{by: a.by, availability: a.id, span: fresh, status: booking.SlotOpen})
	}
	for _, id := range s.restored(a, p) {
		o := s.slot(id)
		o.takenBack, o.availability = false, a.id
	}
	return p.fresh
}

// restored returns the booked slots that the plan restores.
func (s *school) restored(a availability, p plan) []booking.SlotID {
	var ids []booking.SlotID
	for _, id := range p.standing {
		if o := s.slot(id); o.takenBack && !s.blocked(a, o.span) {
			ids = append(ids, id)
		}
	}
	return ids
}

// offers returns the future slots of an availability in its published time, including
// those that overlap others.
func (s *school) offers(a availability) []span {
	var all []span
	for _, w := range s.windows(a, time.Time{}, a.published) {
		for start := w.start; !start.Add(time.Hour).After(w.end); start = start.Add(time.Hour) {
			if at := (span{start, start.Add(time.Hour)}); start.After(s.now) && !s.blocked(a, at) {
				all = append(all, at)
			}
		}
	}
	return all
}

// fill publishes the slots of the interviewer's availabilities in the freed time.
func (s *school) fill(by booking.InterviewerID, free []span) []span {
	if !s.interviewer(by).active {
		return nil
	}
	var published []span
	for _, a := range s.availabilitiesOf(by) {
		for _, at := range s.offers(a) {
			if !slices.ContainsFunc(free, at.overlaps) {
				continue
			}
			var p plan
			p.place(s, a, at)
			published = append(published, s.publish(a, p)...)
		}
	}
	return published
}

// heir returns the first availability that has exactly this slot, or nil.
func (s *school) heir(o slot) *availability {
	if !s.interviewer(o.by).active {
		return nil
	}
	for _, a := range s.availabilitiesOf(o.by) {
		if slices.ContainsFunc(s.offers(a), o.equal) {
			return &a
		}
	}
	return nil
}

// availabilitiesOf returns the availabilities of an interviewer by start.
func (s *school) availabilitiesOf(by booking.InterviewerID) []availability {
	var all []availability
	for _, a := range s.availabilities {
		if a.by == by && !a.removed {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b availability) int { return cmp.Or(a.start.Compare(b.start), cmp.Compare(a.id, b.id)) })
	return all
}

// closed is the result of closing slots.
type closed struct {
	slots, kept          []booking.SlotID
	opened               []span
	conflicts, cancelled []booking.InterviewID
}

func (c closed) String() string {
	slices.Sort(c.slots)
	slices.Sort(c.kept)
	slices.Sort(c.conflicts)
	slices.Sort(c.cancelled)
	return fmt.Sprintf("closed %v, kept %v, opened %v, conflicts %v, cancelled %v", c.slots, c.kept, formatSpans(c.opened), c.conflicts, c.cancelled)
}

// closing holds the options of close.
type closing struct {
	cancelBooked bool
	excepted     bool
	publish      func() // runs before the freed time is filled
}

// close removes future slots from an interviewer's calendar. Slots that another
// availability has as well stay, and the slots of other availabilities in the freed time
// are published.
func (s *school) close(by booking.InterviewerID, how closing, matches func(slot) bool) closed {
	var c closed
	var free []span
	for n := range s.slots {
		o := &s.slots[n]
		if o.by != by || o.status == booking.SlotWithdrawn || !o.start.After(s.now) || !matches(*o) {
			continue
		}
		if how.excepted {
			s.except(*o)
		}
		if heir := s.heir(*o); heir != nil {
			o.availability, o.takenBack = heir.id, false
			c.kept = append(c.kept, o.id)
			continue
		}
		if o.status == booking.SlotBooked {
			booked := s.bookingOn(o.id)
			if !how.cancelBooked {
				o.takenBack = true
				c.conflicts = append(c.conflicts, booked.id)
				continue
			}
			booked.status = booking.Cancelled
			c.cancelled = append(c.cancelled, booked.id)
		}
		o.status, o.takenBack = booking.SlotWithdrawn, false
		s.endHoldsOn(o.id)
		c.slots = append(c.slots, o.id)
		free = append(free, o.span)
	}
	if how.publish != nil {
		how.publish()
	}
	c.opened = s.fill(by, free)
	return c
}

func (s *school) bookingOn(id booking.SlotID) *interview {
	for i := range s.interviews {
		if s.interviews[i].slot == id && s.interviews[i].status == booking.Booked {
			return &s.interviews[i]
		}
	}
	return nil
}

func (s *school) horizon() time.Time {
	return s.now.Add(time.Duration(s.policy.PublishHorizonDays) * 24 * time.Hour)
}
