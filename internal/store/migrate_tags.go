package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"rehearse/internal/booking"
)

// tagsMigration is the version of the migration that normalises existing tags.
const tagsMigration = 27

// taggedTables lists the tables with tags.
var taggedTables = []string{"interviewers", "availabilities"}

// migrateTags normalises tags to NFC and lower case, sorts them and removes duplicates.
// It does not run in a transaction; after an interruption it starts over and changes the
// remaining rows.
func migrateTags(ctx context.Context, db *sql.DB) error {
	for _, table := range taggedTables {
		for after, more := int64(0), true; more; {
			var err error
			if after, more, err = normaliseTagsOf(ctx, db, table, after); err != nil {
				return fmt.Errorf("normalise the tags of %s: %w", table, err)
			}
		}
	}
	return nil
}

// normaliseTagsOf normalises the tags of a batch of rows with ids greater than after. It
// returns the last id of the batch and whether there may be more.
func normaliseTagsOf(ctx context.Context, db *sql.DB, table string, after int64) (last int64, more bool, err error) {
	rows, err := db.QueryContext(ctx,
		"SELECT id, tags FROM "+table+ //nolint:gosec // the table is a constant of this package
			" WHERE tags <> '{}' AND id > $1 ORDER BY id LIMIT $2", after, foldBatch)
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = rows.Close() }()
	changed := map[int64][2]texts{}
	read := 0
	for ; rows.Next(); read++ {
		var before texts
		if err := rows.Scan(&last, &before); err != nil {
			return 0, false, err
		}
		// Keep tags that would be refused: a migration cannot ask for a replacement.
		if tags, _ := booking.NormaliseTags(before); !slices.Equal(tags, []string(before)) {
			changed[last] = [2]texts{before, tags}
		}
	}
	if err := rows.Err(); err != nil {
		return 0, false, err
	}
	for id, tags := range changed {
		if _, err := db.ExecContext(ctx, "UPDATE "+table+ //nolint:gosec // the table is a constant of this package
			" SET tags = $3 WHERE id = $1 AND tags = $2", id, tags[0], tags[1]); err != nil {
			return 0, false, err
		}
	}
	return last, read == foldBatch, nil
}
