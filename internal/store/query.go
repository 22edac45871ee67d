package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// MostCounted is how many rows of a list are counted. Whatever counts them looks
// for one row more, so a greater number means that there are more.
const MostCounted = 10_000

// count counts the rows of a query, up to MostCounted and one more.
func count(db *gorm.DB, noun string) (int, error) { return countUpTo(MostCounted, db, noun) }

// countUpTo counts the rows of a query, up to most and one more.
func countUpTo(most int, db *gorm.DB, noun string) (int, error) {
	var n int64
	err := db.Session(&gorm.Session{NewDB: true}).Table(few(most), db.Select("1")).Count(&n).Error
	return int(n), fault(err, "count %s", noun)
}

// few is a table of the first rows of a query, up to most and one more. The limit
// stands in the text, because the plan depends on it.
func few(most int) string { return fmt.Sprintf("(? LIMIT %d) AS found", most+1) }

// update writes the named columns of the row, zero values too (GORM would
// leave those out of an update by struct), and insists that the row is there.
func (tx *Tx) update(ctx context.Context, changed any, columns ...string) error {
	result := tx.db.WithContext(ctx).Model(changed).Select(columns).Updates(changed)
	if result.Error == nil && result.RowsAffected != 1 {
		return fmt.Errorf("update %T: %d rows were there to change", changed, result.RowsAffected)
	}
	return fault(result.Error, "update %T", changed)
}

// edit does so with a row of the next revision. The lock under which the row was
// read keeps others from counting the same one; what was read in part is not
// written.
func (tx *Tx) edit(ctx context.Context, was int, changed any, columns ...string) error {
	if was < 1 {
		return fmt.Errorf("update %T: it was read without its version", changed)
	}
	return tx.update(ctx, changed, append(columns, "version", "updated_at")...)
}
