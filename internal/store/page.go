package store

import "time"

// Page asks for the First rows after a position; nil means from the beginning.
type Page struct {
	First int
	After *Position
	Order Order // the zero value is the list's default
}

// Position is a place in a list: the value that the list's order goes by, which
// is a time, a text or nothing, then the id, which makes the order total and a
// position stable.
type Position struct {
	Start time.Time // the start, or the other time of the order
	Text  string
	ID    int64
}

// limit is one row more than asked for: whether it is there is whether there
// is a next page.
func (p Page) limit() int { return p.First + 1 }

func cutPage[T any](rows []T, p Page) (page []T, more bool) {
	if len(rows) > p.First {
		return rows[:p.First], true
	}
	return rows, false
}
