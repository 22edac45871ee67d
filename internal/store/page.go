package store

import (
	"slices"
	"time"
)

// Page asks for at most First rows between two positions; nil means the beginning
// or the end of the list. FromEnd takes the last of them instead of the first;
// the rows come in the list's order all the same.
type Page struct {
	First   int
	FromEnd bool
	After   *Position
	Before  *Position
	Order   Order // the zero value is the list's default
}

// Position is a place in a list: the value that the list's order goes by, which
// is a time, a text or nothing, then the id, which makes the order total and a
// position stable.
type Position struct {
	Start time.Time // the start, or the other time of the order
	Text  string
	ID    int64
}

// limit is one row more than asked for: it is there when the list goes on beyond
// the page.
func (p Page) limit() int { return p.First + 1 }

// cutPage makes a page of the rows as they were scanned. more reports whether the
// list goes on beyond it, in the direction of the scan.
func cutPage[T any](rows []T, p Page) (page []T, more bool) {
	if len(rows) > p.First {
		rows, more = rows[:p.First], true
	}
	if p.FromEnd {
		slices.Reverse(rows)
	}
	return rows, more
}
