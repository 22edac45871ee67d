package store

import (
	"slices"
	"time"
)

// A Page requests at most First rows between two positions; nil means the beginning or
// the end of the list. FromEnd selects the last of these rows instead of the first; the
// rows are still returned in the list's order.
type Page struct {
	First   int
	FromEnd bool
	After   *Position
	Before  *Position
	Order   Order // the zero value is the list's default
}

// A Position is a place in a list: the value of the ordered field (a time, a text or
// nothing) and the id, which breaks ties and makes the position stable.
type Position struct {
	Start time.Time // the start, or the time of another ordered field
	Text  string
	ID    int64
}

// limit returns one row more than requested, which shows whether the list continues
// beyond the page.
func (p Page) limit() int { return p.First + 1 }

// cutPage trims the scanned rows to the page and restores the list's order. more reports
// whether the list continues beyond the page in the direction of the scan.
func cutPage[T any](rows []T, p Page) (page []T, more bool) {
	if len(rows) > p.First {
		rows, more = rows[:p.First], true
	}
	if p.FromEnd {
		slices.Reverse(rows)
	}
	return rows, more
}
