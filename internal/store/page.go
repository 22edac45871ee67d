package store

import (
	"time"

	"gorm.io/gorm"
)

// Page asks for the First rows after a position; nil means from the beginning.
type Page struct {
	First int
	After *Position
}

// Position is a place in a list: its rows are ordered by start, where they have
// one, then id, which makes the order total and a position stable.
type Position struct {
	Start time.Time
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

func (p Page) byID(db *gorm.DB) *gorm.DB {
	if p.After != nil {
		db = db.Where("id > ?", p.After.ID)
	}
	return db.Order("id").Limit(p.limit())
}

func (p Page) byStart(db *gorm.DB) *gorm.DB {
	if p.After != nil {
		db = db.Where("(starts_at, id) > (?, ?)", p.After.Start, p.After.ID)
	}
	return db.Order("starts_at, id").Limit(p.limit())
}
