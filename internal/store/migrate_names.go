package store

import (
	"context"
	"database/sql"
	"fmt"

	"rehearse/internal/spelling"
)

// namesMigration is the version of the migration that fills in and indexes folded names.
const namesMigration = 19

// peopleTables lists the tables with names.
var peopleTables = []string{"students", "interviewers"}

// searchText is the expression that search matches, exactly as its index defines it.
const searchText = `(name_folded || E'\n' || email COLLATE "C")`

// migrateNames fills in the folded names and creates the indexes for search and for
// ordering by name. It does not run in a transaction; after an interruption it resumes
// where it stopped.
func migrateNames(ctx context.Context, db *sql.DB) error {
	if err := foldNames(ctx, db); err != nil {
		return err
	}
	for _, table := range peopleTables {
		for _, statement := range []string{
			"DROP INDEX IF EXISTS " + table + "_name",
			"CREATE INDEX " + table + "_name ON " + table + " (name_folded, id)",
			"CREATE INDEX IF NOT EXISTS " + table + "_search ON " + table + " USING gin (trigrams(" + searchText + "))",
			"ANALYZE " + table, // collects the frequencies of the trigrams
		} {
			if _, err := db.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("index the names: %w", err)
			}
		}
	}
	return nil
}

const foldBatch = 1000

// foldNames normalises names that have no folded form to NFC and folds them. Such rows
// predate the column, or an older server wrote them.
func foldNames(ctx context.Context, db *sql.DB) error {
	for _, table := range peopleTables {
		for after, more := int64(0), true; more; {
			var err error
			if after, more, err = foldBatchOf(ctx, db, table, after); err != nil {
				return fmt.Errorf("fold the names of %s: %w", table, err)
			}
		}
	}
	return nil
}

// foldBatchOf folds a batch of names with ids greater than after. It returns the last id
// of the batch and whether there may be more.
func foldBatchOf(ctx context.Context, db *sql.DB, table string, after int64) (last int64, more bool, err error) {
	rows, err := db.QueryContext(ctx,
		"SELECT id, name FROM "+table+ //nolint:gosec // the table is a constant of this package
			" WHERE name_folded = '' AND id > $1 ORDER BY id LIMIT $2", after, foldBatch)
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = rows.Close() }()
	var keys []int64
	var before, names, folded []string
	for rows.Next() {
		var id int64
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return 0, false, err
		}
		keys, before = append(keys, id), append(before, name)
		names, folded = append(names, spelling.Name(name)), append(folded, spelling.Fold(name))
	}
	if err := rows.Err(); err != nil || len(keys) == 0 {
		return after, false, err
	}
	_, err = db.ExecContext(ctx, "UPDATE "+table+ //nolint:gosec // the table is a constant of this package
		` AS p SET name = f.name, name_folded = f.folded
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS f (id, before, name, folded)
		WHERE p.id = f.id AND p.name = f.before`, keys, before, names, folded)
	return keys[len(keys)-1], len(keys) == foldBatch, err
}
