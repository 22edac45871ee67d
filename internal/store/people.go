package store

import (
	"context"

	"gorm.io/gorm"
)

// PeopleFilter narrows a list of people. The zero value matches everyone.
type PeopleFilter struct {
	Search string // part of the name or the e-mail; ignores case and accents
	Active *bool  // interviewers only

	// Interviewers only: they must have all of these.
	Tags, Languages []string

	Public bool // the students' view: active interviewers, searched by name only

	EligibilityFilter // students only
}

// apply adds the filter's conditions to a query for a page.
func (f PeopleFilter) apply(db *gorm.DB) *gorm.DB {
	return f.narrow(db, searchOptions{NamesOnly: f.Public})
}

// applyToAll adds the filter's conditions to a query that reads every match.
func (f PeopleFilter) applyToAll(db *gorm.DB) *gorm.DB {
	return f.narrow(db, searchOptions{NamesOnly: f.Public, EachRow: true})
}

func (f PeopleFilter) narrow(db *gorm.DB, o searchOptions) *gorm.DB {
	if f.Search != "" {
		db = search(db, f.Search, o)
	}
	db = f.EligibilityFilter.apply(db)
	if f.Active != nil {
		db = db.Where("active = ?", *f.Active)
	}
	if len(f.Tags) > 0 {
		db = db.Where("tags @> ?::text[]", texts(f.Tags))
	}
	if len(f.Languages) > 0 {
		db = db.Where("languages @> ?::text[]", texts(f.Languages))
	}
	if f.Public {
		db = db.Where("active")
	}
	return db
}

// Empty reports whether there are neither students nor interviewers.
func (r *Reader) Empty(ctx context.Context) (bool, error) {
	var empty bool
	err := r.db.WithContext(ctx).Raw("SELECT NOT EXISTS (SELECT FROM students) AND NOT EXISTS (SELECT FROM interviewers)").
		Scan(&empty).Error
	return empty, fault(err, "check whether the school is empty")
}
