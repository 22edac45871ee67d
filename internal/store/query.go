package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
)

// MostCounted is the number of rows up to which a list is counted. Counts include one
// row more, so a greater number means that there are more.
const MostCounted = 10_000

// count counts the rows of a query, up to MostCounted+1.
func count(db *gorm.DB, noun string) (int, error) { return countUpTo(MostCounted, db, noun) }

// countUpTo counts the rows of a query, up to most+1.
func countUpTo(most int, db *gorm.DB, noun string) (int, error) {
	var n int64
	err := db.Session(&gorm.Session{NewDB: true}).Table(few(most), db.Select("1")).Count(&n).Error
	return int(n), fault(err, "count %s", noun)
}

// few returns a subquery of the first most+1 rows of a query. The limit is part of the
// text, because the plan depends on it.
func few(most int) string { return fmt.Sprintf("(? LIMIT %d) AS found", most+1) }

// update writes the named columns of a row, including zero values, which GORM's update
// by struct would skip. It fails unless the row exists.
func (tx *Tx) update(ctx context.Context, changed any, columns ...string) error {
	return updated(tx.db.WithContext(ctx).Model(changed).Select(columns).Updates(changed), changed)
}

// edit writes the row of an edit with its next revision: all columns except the id and
// the fixed ones. The row must have been read under a lock, so that two edits do not
// write the same revision. It fails if the row was read without its version.
func (tx *Tx) edit(ctx context.Context, was int, changed any, fixed ...string) error {
	if was < 1 {
		return fmt.Errorf("update %T: the version is %d; expected at least 1", changed, was)
	}
	return updated(tx.db.WithContext(ctx).Model(changed).Select("*").Omit(fixed...).Updates(changed), changed)
}

func updated(result *gorm.DB, changed any) error {
	if result.Error == nil && result.RowsAffected != 1 {
		return fmt.Errorf("update %T: %d rows were affected; expected 1", changed, result.RowsAffected)
	}
	return fault(result.Error, "update %T", changed)
}

// unique returns the distinct values of a list in ascending order.
func unique[T cmp.Ordered](list []T) []T { return slices.Compact(slices.Sorted(slices.Values(list))) }

// grouped groups items by their parent, in their order. A parent without items has an empty
// list.
func grouped[K comparable, T any](parents []K, items []T, parent func(T) K) map[K][]T {
	groups := make(map[K][]T, len(parents))
	for _, id := range parents {
		groups[id] = []T{}
	}
	for _, item := range items {
		groups[parent(item)] = append(groups[parent(item)], item)
	}
	return groups
}
