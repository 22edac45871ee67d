package booking

import (
	"slices"
	"sort"
	"time"

	"rehearse/internal/calendar"
)

// Offered is a live availability and the time of the slots that were withdrawn
// from it.
type Offered struct {
	Availability
	Exceptions []calendar.Span
}

// Slots returns the availability's future slots, as far as it is published, that
// overlap the range and are neither blocked nor withdrawn. It does not check for
// overlaps with the interviewer's other slots.
func (o Offered) Slots(in calendar.Span, blocked []calendar.Span, now time.Time) ([]calendar.Span, error) {
	until := in.End
	if o.PublishedUntil != nil && o.PublishedUntil.Before(until) {
		until = *o.PublishedUntil // later windows are not published yet
	}
	windows, err := o.Ahead(in.Start.Add(-MaxWindow), until, now)
	var slots []calendar.Span
	for _, window := range windows {
		if !window.Overlaps(in) {
			continue
		}
		spans, _ := o.cut(window)
		for _, span := range spans {
			if span.Start.After(now) && span.Overlaps(in) &&
				!slices.ContainsFunc(blocked, span.Overlaps) && !slices.ContainsFunc(o.Exceptions, span.Overlaps) {
				slots = append(slots, span)
			}
		}
	}
	return slots, err
}

// MatchSlots maps slots that their availability gives up to the first other
// availability that has exactly the same slot.
func MatchSlots(slots []Slot, offers []Offered, blocked []calendar.Span, now time.Time) (map[SlotID]AvailabilityID, error) {
	matched := map[SlotID]AvailabilityID{}
	for _, o := range offers {
		offered, err := o.Slots(around(slots), blocked, now)
		if err != nil {
			return nil, err
		}
		for _, span := range offered {
			for _, slot := range Agenda(slots).During(span) {
				if matched[slot.ID] == 0 && slot.Span().Equal(span) {
					matched[slot.ID] = o.ID
				}
			}
		}
	}
	return matched, nil
}

// around returns the range from the first slot to the last.
func around(slots []Slot) calendar.Span {
	in := slots[0].Span()
	for _, slot := range slots {
		if slot.End.After(in.End) {
			in.End = slot.End
		}
	}
	return in
}

// Republication is what an availability publishes in time that became free.
type Republication struct {
	Availability Availability
	New          []calendar.Span
	Restored     []SlotID // booked slots that will open again if their interview is cancelled
}

// Fill plans what the availability publishes in time that became free. free must
// be ordered by start. Earlier offers take precedence, and existing slots are
// kept.
func Fill(free []calendar.Span, offers []Offered, c Calendar, now time.Time) ([]Republication, error) {
	in := calendar.Span{Start: free[0].Start, End: free[len(free)-1].End}
	agenda := slices.Clone(c.Standing)
	var planned []Republication
	for _, o := range offers {
		offered, err := o.Slots(in, c.Blocked, now)
		if err != nil {
			return nil, err
		}
		one := Republication{Availability: o.Availability}
		for _, span := range offered {
			if !touches(free, span) {
				continue
			}
			switch others := agenda.During(span); {
			case len(others) == 0:
				one.New = append(one.New, span)
				agenda = agenda.With(Slot{Start: span.Start, End: span.End})
			case others[0].Span().Equal(span) && others[0].WithdrawWhenFree:
				one.Restored = append(one.Restored, others[0].ID)
				others[0].WithdrawWhenFree = false // later availability does not take the slot over
			}
		}
		if len(one.New)+len(one.Restored) > 0 {
			planned = append(planned, one)
		}
	}
	return planned, nil
}

// touches reports whether the span overlaps one of the free spans, which are
// ordered by start and do not overlap.
func touches(free []calendar.Span, span calendar.Span) bool {
	at := sort.Search(len(free), func(i int) bool { return free[i].End.After(span.Start) })
	return at < len(free) && free[at].Start.Before(span.End)
}

// Gaps returns the future slots that the availability should have but that are
// missing: no slot overlaps them, no block covers them, and they were not
// withdrawn. It checks every slot of every window, independently of Fill.
func (o Offered) Gaps(c Calendar, now time.Time) ([]calendar.Span, error) {
	until := Forever
	if o.PublishedUntil != nil {
		until = *o.PublishedUntil
	}
	windows, err := o.Ahead(time.Time{}, until, now)
	var gaps []calendar.Span
	for _, window := range windows {
		spans, _ := o.cut(window)
		for _, span := range spans {
			covered := len(c.Standing.During(span)) > 0 || slices.ContainsFunc(c.Blocked, span.Overlaps) ||
				slices.ContainsFunc(o.Exceptions, span.Overlaps)
			if span.Start.After(now) && !covered {
				gaps = append(gaps, span)
			}
		}
	}
	return gaps, err
}
