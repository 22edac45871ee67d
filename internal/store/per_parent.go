package store

import (
	"context"

	"gorm.io/gorm"
)

// Part is a page of one parent's list; More reports whether there are more items.
type Part[T any] struct {
	Items []T
	More  bool
}

// parts reads a page for each parent with one statement. For each parent it reads only as
// many index entries as the page holds. Every parent has a part, possibly empty.
func parts[R row[T], T any, K ~int64](
	ctx context.Context, r *Reader, column string, parents []K, p Page, narrow func(*gorm.DB) *gorm.DB, parent func(T) K,
) (map[K]Part[T], error) {
	var rows []R
	err := lateral[R](ctx, r, column, parents, p, narrow, column+", "+p.scan(ByStart).text()).Scan(&rows).Error
	if err != nil {
		return nil, fault(err, "list %T of %d parents", *new(T), len(parents))
	}
	all := make(map[K][]T, len(parents))
	for _, item := range domains(rows) {
		all[parent(item)] = append(all[parent(item)], item)
	}
	found := make(map[K]Part[T], len(parents))
	for _, key := range parents {
		items, more := cutPage(all[key], p)
		found[key] = Part[T]{Items: items, More: more}
	}
	return found, nil
}

// lateral returns a query for a page of rows of each parent, ordered by order.
func lateral[R any, K ~int64](
	ctx context.Context, r *Reader, column string, parents []K, p Page, narrow func(*gorm.DB) *gorm.DB, order string, args ...any,
) *gorm.DB {
	db := r.db.WithContext(ctx)
	one := p.by(ByStart, narrow(db.Model(new(R)).Where(column+" = parent.of")))
	return db.Raw("SELECT page.* FROM unnest(?::bigint[]) AS parent (of) CROSS JOIN LATERAL (?) AS page ORDER BY "+order,
		append([]any{ids[K](parents), one}, args...)...)
}

// counts returns the number of items of parts on all pages for each parent, with one
// statement. Like count, it stops at MostCounted.
func counts[R any, K ~int64](
	ctx context.Context, r *Reader, column string, parents []K, narrow func(*gorm.DB) *gorm.DB,
) (map[K]int, error) {
	var rows []struct {
		Of K
		N  int
	}
	db := r.db.WithContext(ctx)
	one := narrow(db.Model(new(R)).Select("1").Where(column + " = parent.of"))
	err := db.Raw("SELECT parent.of, total.n FROM unnest(?::bigint[]) AS parent (of) CROSS JOIN LATERAL "+
		"(SELECT count(*) AS n FROM "+few(MostCounted)+") AS total", ids[K](parents), one).Scan(&rows).Error
	if err != nil {
		return nil, fault(err, "count %T of %d parents", *new(R), len(parents))
	}
	found := make(map[K]int, len(parents))
	for _, row := range rows {
		found[row.Of] = row.N
	}
	return found, nil
}

// everything is a filter that matches all rows.
func everything(db *gorm.DB) *gorm.DB { return db }
