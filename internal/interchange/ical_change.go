package interchange

import (
	"errors"
	"math"
	"slices"
	"time"
)

// change is an event with RANGE=THISANDFUTURE. It applies to an occurrence of a
// series and all later ones (RFC 5545, 3.8.4.4).
type change struct {
	*event
	at    time.Time     // the occurrence that the event replaces
	moved time.Duration // the shift in the wall-clock time of the event's zone
}

// maxMove limits how far a change moves occurrences, and so how far outside the
// requested range the rules of its series must be expanded.
const maxMove = 366 * oneDay

// changesFrom adds the event to the changes of master. of is the occurrence that
// the event replaces.
func (e *event) changesFrom(p property, of stamp, master *event) {
	if master == nil {
		e.fail(p, errors.New("RECURRENCE-ID has RANGE=THISANDFUTURE, but the file does not contain the series; the series is required to compute the later occurrences"))
		return
	}
	if len(master.refused) > 0 {
		return
	}
	if of.date && !master.start.date { // the occurrence of the series on that day
		of = master.start.at(of.wall.Add(master.start.wall.Sub(master.start.wall.Truncate(oneDay))))
	}
	c := change{event: e, at: of.instant()}
	var err error
	switch {
	case len(e.refused) > 0:
		err = errors.New("the event that replaces this and all later occurrences cannot be read")
	case e.cancelled:
	case e.start.date != master.start.date:
		err = errors.New("RECURRENCE-ID has RANGE=THISANDFUTURE and changes all-day occurrences to times, or the reverse; end the event earlier, and add another event for the later occurrences")
	default:
		c.moved = e.start.wall.Sub(e.start.of(c.at))
		if c.moved.Abs() > maxMove {
			err = errors.New("RECURRENCE-ID has RANGE=THISANDFUTURE and moves the occurrences by more than 366 days; end the event earlier, and add another event for the later occurrences")
		}
	}
	if err != nil {
		if len(e.refused) == 0 {
			e.fail(p, err)
		}
		master.fail(p, err)
		return
	}
	master.addChange(c)
}

// changes are the changes of a series.
type changes struct {
	inOrder []change
	// early and late are how far before and after the requested range the series
	// may have occurrences that are moved into it.
	early, late time.Duration
}

func (s *changes) addChange(c change) {
	at, _ := slices.BinarySearchFunc(s.inOrder, c.at, func(other change, at time.Time) int { return other.at.Compare(at) })
	s.inOrder = slices.Insert(s.inOrder, at, c)
	if c.cancelled {
		return
	}
	lasts := min(c.span(c.start).Length(), math.MaxInt64-maxMove)
	s.early = max(s.early, lasts+max(c.moved, 0))
	s.late = max(s.late, -c.moved)
}

// changeFor returns the last change that starts at or before begin, or false if
// there is none.
func (s *changes) changeFor(begin stamp) (change, bool) {
	if len(s.inOrder) == 0 {
		return change{}, false
	}
	at, found := slices.BinarySearchFunc(s.inOrder, begin.instant(), func(c change, at time.Time) int { return c.at.Compare(at) })
	if !found {
		at--
	}
	if at < 0 {
		return change{}, false
	}
	return s.inOrder[at], true
}

// occurrence returns the occurrence of the series that starts at begin, or false
// if it is cancelled. A zero end means the end of the event.
func (e *event) occurrence(begin stamp, end time.Time) (occurrence, bool) {
	by, changed := e.changeFor(begin)
	switch {
	case !changed:
		span := e.span(begin)
		if !end.IsZero() {
			span.End = end
		}
		return occurrence{e, span}, true
	case by.cancelled:
		return occurrence{}, false
	default:
		wall := by.start.of(begin.instant()).Add(by.moved)
		return occurrence{by.event, by.span(by.start.at(wall))}, true
	}
}
