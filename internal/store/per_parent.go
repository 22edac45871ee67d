package store

import (
	"context"

	"gorm.io/gorm"

	"rehearse/internal/booking"
)

// Part is a page of one parent's list; More reports whether there are more items.
type Part[T any] struct {
	Items []T
	More  bool
}

// childLists describes one list for each parent: the rows that refer to the parent and
// match the filter.
type childLists[K ~int64] struct {
	parents []K
	column  string // contains the parent's id
	filter  func(*gorm.DB) *gorm.DB
}

// interviewerLists returns the lists of interviewers.
func interviewerLists(parents []booking.InterviewerID, filter func(*gorm.DB) *gorm.DB) childLists[booking.InterviewerID] {
	return childLists[booking.InterviewerID]{parents: parents, column: "interviewer_id", filter: filter}
}

// studentLists returns the lists of students.
func studentLists(parents []booking.StudentID, filter func(*gorm.DB) *gorm.DB) childLists[booking.StudentID] {
	return childLists[booking.StudentID]{parents: parents, column: "student_id", filter: filter}
}

// interviewLists returns the unfiltered lists of interviews.
func interviewLists(parents []booking.InterviewID) childLists[booking.InterviewID] {
	return childLists[booking.InterviewID]{
		parents: parents, column: "interview_id", filter: func(all *gorm.DB) *gorm.DB { return all },
	}
}

// list restricts a query to the list of one parent: the row that the surrounding statement
// names parent.
func (c childLists[K]) list(query *gorm.DB) *gorm.DB {
	return c.filter(query.Where(c.column + " = parent.of"))
}

// listParts reads a page of each list with one statement. For each parent it reads only as
// many index entries as the page holds. Every parent has a part, possibly empty.
func listParts[R row[T], T any, K ~int64](
	ctx context.Context, r *Reader, lists childLists[K], p Page, parent func(T) K,
) (map[K]Part[T], error) {
	var rows []R
	order := lists.column + ", " + p.scan(ByStart).text()
	if err := pageOfEach[R](r.db.WithContext(ctx), lists, p, order).Scan(&rows).Error; err != nil {
		return nil, fault(err, "list %T of %d parents", *new(T), len(lists.parents))
	}
	all := make(map[K][]T, len(lists.parents))
	for _, item := range domains(rows) {
		all[parent(item)] = append(all[parent(item)], item)
	}
	found := make(map[K]Part[T], len(lists.parents))
	for _, key := range lists.parents {
		items, more := cutPage(all[key], p)
		found[key] = Part[T]{Items: items, More: more}
	}
	return found, nil
}

// pageOfEach returns a query for the rows of a page of each list. The text after ORDER BY
// may contain parameters.
func pageOfEach[R any, K ~int64](db *gorm.DB, lists childLists[K], p Page, order string, args ...any) *gorm.DB {
	page := p.by(ByStart, lists.list(db.Model(new(R))))
	return db.Raw("SELECT page.* FROM unnest(?::bigint[]) AS parent (of) CROSS JOIN LATERAL (?) AS page ORDER BY "+order,
		append([]any{ids[K](lists.parents), page}, args...)...)
}

// countParts returns the number of items of each list on all pages, with one statement.
// Like count, it stops at MostCounted.
func countParts[R any, K ~int64](ctx context.Context, r *Reader, lists childLists[K]) (map[K]int, error) {
	var rows []struct {
		Of K
		N  int
	}
	db := r.db.WithContext(ctx)
	one := lists.list(db.Model(new(R)).Select("1"))
	err := db.Raw("SELECT parent.of, total.n FROM unnest(?::bigint[]) AS parent (of) CROSS JOIN LATERAL "+
		"(SELECT count(*) AS n FROM "+few(MostCounted)+") AS total", ids[K](lists.parents), one).Scan(&rows).Error
	if err != nil {
		return nil, fault(err, "count %T of %d parents", *new(R), len(lists.parents))
	}
	found := make(map[K]int, len(lists.parents))
	for _, row := range rows {
		found[row.Of] = row.N
	}
	return found, nil
}
