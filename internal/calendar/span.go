// Package calendar computes slots from published time. It is pure: it depends on
// instants, durations and zones, and not on people, clocks or storage.
package calendar

import (
	"time"
	_ "time/tzdata" // results must not depend on the server's zone database
)

// Span is the half-open interval [Start, End). In every span this package returns,
// Start is before End.
type Span struct {
	Start, End time.Time
}

// Overlaps reports whether the spans share an instant. Adjacent spans do not
// overlap.
func (s Span) Overlaps(o Span) bool {
	return s.Start.Before(o.End) && o.Start.Before(s.End)
}

// Covers reports whether o lies within s. The ends may be equal.
func (s Span) Covers(o Span) bool {
	return !o.Start.Before(s.Start) && !o.End.After(s.End)
}

// Equal reports whether the spans have the same instants. It ignores zones.
func (s Span) Equal(o Span) bool {
	return s.Start.Equal(o.Start) && s.End.Equal(o.End)
}

// Length returns the elapsed time of the span.
func (s Span) Length() time.Duration { return s.End.Sub(s.Start) }

// Cut divides a window into as many spans of the given length as fit, starting at
// its start and separated by gap. It counts elapsed time, so a window that spans a
// daylight saving change holds as many slots as it has hours. rest is the time
// after the last span, or the whole window if there is none. If length is not
// positive, Cut returns no spans.
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
