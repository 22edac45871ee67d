// Package calendar turns published time into slots. It is pure: it knows
// instants, lengths and zones, and nothing of people, clocks or storage.
package calendar

import (
	"time"
	_ "time/tzdata" // a server without a zone database must answer like one that has it
)

// Span is the half-open interval [Start, End). Both ends are instants; Start
// is before End in every span this package returns.
type Span struct {
	Start, End time.Time
}

// Overlaps reports whether the spans share an instant. Spans that touch do not.
func (s Span) Overlaps(o Span) bool {
	return s.Start.Before(o.End) && o.Start.Before(s.End)
}

// Covers reports whether o lies inside s; equal ends are inside.
func (s Span) Covers(o Span) bool {
	return !o.Start.Before(s.Start) && !o.End.After(s.End)
}

// Equal compares instants, whatever their zones.
func (s Span) Equal(o Span) bool {
	return s.Start.Equal(o.Start) && s.End.Equal(o.End)
}

// Length is the elapsed time of the span.
func (s Span) Length() time.Duration { return s.End.Sub(s.Start) }

// Cut divides a window into as many spans of the given length as fit, from its
// start, with the gap between each and the next, by elapsed time: a window over
// a change to daylight saving time holds as many slots as it has hours. rest is
// what remains after the last span, all of the window when there is none. A
// length of zero or less cuts nothing.
func Cut(window Span, length, gap time.Duration) (spans []Span, rest time.Duration) {
	if length <= 0 {
		return nil, window.Length()
	}
	end := window.Start
	for at := window.Start; !at.Add(length).After(window.End); at = end.Add(gap) {
		end = at.Add(length)
		spans = append(spans, Span{Start: at, End: end})
	}
	return spans, window.End.Sub(end)
}
