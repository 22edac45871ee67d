package booking

import (
	"slices"
	"sort"
	"time"

	"rehearse/internal/calendar"
)

// Offered is a live availability and the time that its interviewer has taken out
// of it, slot by slot.
type Offered struct {
	Availability
	Exceptions []calendar.Span
}

// Slots are the slots to come that touch the range and are neither blocked nor
// taken out, as far as the availability is published. Other slots of the
// interviewer may be in their way.
func (o Offered) Slots(in calendar.Span, blocked []calendar.Span, now time.Time) ([]calendar.Span, error) {
	until := in.End
	if o.PublishedUntil != nil && o.PublishedUntil.Before(until) {
		until = *o.PublishedUntil // what lies beyond is published in its time
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

// Heirs finds, for slots that their availability gives up, the first other one
// that has just the same slot.
func Heirs(slots []Slot, offers []Offered, blocked []calendar.Span, now time.Time) (map[SlotID]AvailabilityID, error) {
	heirs := map[SlotID]AvailabilityID{}
	for _, o := range offers {
		offered, err := o.Slots(around(slots), blocked, now)
		if err != nil {
			return nil, err
		}
		for _, span := range offered {
			for _, slot := range Agenda(slots).During(span) {
				if heirs[slot.ID] == 0 && slot.Span().Equal(span) {
					heirs[slot.ID] = o.ID
				}
			}
		}
	}
	return heirs, nil
}

// around is the range from the first slot to the last.
func around(slots []Slot) calendar.Span {
	in := slots[0].Span()
	for _, slot := range slots {
		if slot.End.After(in.End) {
			in.End = slot.End
		}
	}
	return in
}

// Filling is what an availability publishes in time that became free.
type Filling struct {
	Availability Availability
	New          []calendar.Span
	GivenBack    []SlotID // booked, and open again when they are free
}

// Fill plans what availability publishes in time that became free, which is
// given by start: what comes first goes first, and what stands already is in the
// way.
func Fill(free []calendar.Span, offers []Offered, c Calendar, now time.Time) ([]Filling, error) {
	in := calendar.Span{Start: free[0].Start, End: free[len(free)-1].End}
	agenda := slices.Clone(c.Standing)
	var fillings []Filling
	for _, o := range offers {
		offered, err := o.Slots(in, c.Blocked, now)
		if err != nil {
			return nil, err
		}
		filling := Filling{Availability: o.Availability}
		for _, span := range offered {
			if !touches(free, span) {
				continue
			}
			switch others := agenda.During(span); {
			case len(others) == 0:
				filling.New = append(filling.New, span)
				agenda = agenda.With(Slot{Start: span.Start, End: span.End})
			case others[0].Span().Equal(span) && others[0].TakenBack:
				filling.GivenBack = append(filling.GivenBack, others[0].ID)
			}
		}
		if len(filling.New)+len(filling.GivenBack) > 0 {
			fillings = append(fillings, filling)
		}
	}
	return fillings, nil
}

// touches reports whether a span shares time with one of those that are given by
// start and do not overlap.
func touches(free []calendar.Span, span calendar.Span) bool {
	at := sort.Search(len(free), func(i int) bool { return free[i].End.After(span.Start) })
	return at < len(free) && free[at].Start.Before(span.End)
}

// Gaps are the slots to come that the availability should have and that are
// missing: no slot stands in their time, nothing blocks it, and it was not taken
// out. It asks each slot of each window, and shares nothing with Fill.
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
