package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

func count(db *gorm.DB, noun string) (int, error) {
	var n int64
	err := db.Count(&n).Error
	return int(n), fault(err, "count %s", noun)
}

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
