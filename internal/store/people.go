package store

import (
	"context"

	"gorm.io/gorm"
)

// StudentFilter narrows a list of students. The zero value matches all.
type StudentFilter struct {
	Search string // part of the name or the e-mail; ignores case and accents
	EligibilityFilter
}

// InterviewerFilter narrows a list of interviewers. The zero value matches all.
type InterviewerFilter struct {
	Search string // like StudentFilter.Search; for students part of the name only
	Active *bool
	// Tags and Languages must all belong to the interviewer.
	Tags, Languages []string
}

// people is a restricted list of students or of interviewers.
type people struct {
	table  string
	search string
	names  bool // search only names
	// conditions adds all other conditions.
	conditions func(*gorm.DB) *gorm.DB
}

func (s Scope) studentsLike(f StudentFilter) people {
	return people{table: "students", search: f.Search, conditions: func(db *gorm.DB) *gorm.DB {
		return s.students(f.apply(db, s.now))
	}}
}

func (s Scope) interviewersLike(f InterviewerFilter) people {
	return people{table: "interviewers", search: f.Search, names: !s.everything(), conditions: func(db *gorm.DB) *gorm.DB {
		if f.Active != nil {
			db = db.Where("active = ?", *f.Active)
		}
		if len(f.Tags) > 0 {
			db = db.Where("tags @> ?::text[]", texts(f.Tags))
		}
		if len(f.Languages) > 0 {
			db = db.Where("languages @> ?::text[]", texts(f.Languages))
		}
		return s.interviewers(db)
	}}
}

// apply adds the conditions of the list to a query for a page.
func (p people) apply(db *gorm.DB) *gorm.DB { return p.narrow(db, searchOptions{NamesOnly: p.names}) }

// applyToAll adds the conditions of the list to a query that reads every match.
func (p people) applyToAll(db *gorm.DB) *gorm.DB {
	return p.narrow(db, searchOptions{NamesOnly: p.names, EachRow: true})
}

func (p people) narrow(db *gorm.DB, o searchOptions) *gorm.DB {
	if p.search != "" {
		db = search(db, p.search, o)
	}
	return p.conditions(db)
}

// Empty reports whether there are neither students nor interviewers.
func (r *Reader) Empty(ctx context.Context) (bool, error) {
	var empty bool
	err := r.db.WithContext(ctx).Raw("SELECT NOT EXISTS (SELECT FROM students) AND NOT EXISTS (SELECT FROM interviewers)").
		Scan(&empty).Error
	return empty, fault(err, "check whether the school is empty")
}
