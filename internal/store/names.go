package store

import (
	"context"
	"database/sql"
	"fmt"

	"rehearse/internal/spelling"
)

// namesMigration is the number at which folded names are filled in and indexed.
const namesMigration = 19

// peopleTables are the tables with names.
var peopleTables = []string{"students", "interviewers"}

// searchText is what search looks in, as its index has it.
const searchText = `(name_folded || E'\n' || email COLLATE "C")`

// migrateNames fills in the folded names and makes the indexes of search and of
// orders by name. It is no transaction; cut off, it goes on where it was.
func migrateNames(ctx context.Context, db *sql.DB) error {
	if err := foldNames(ctx, db); err != nil {
		return err
	}
	for _, table := range peopleTables {
		for _, statement := range []string{
			"DROP INDEX IF EXISTS " + table + "_name",
			"CREATE INDEX " + table + "_name ON " + table + " (name_folded, id)",
			"CREATE INDEX IF NOT EXISTS " + table + "_search ON " + table + " USING gin (trigrams(" + searchText + "))",
			"ANALYZE " + table, // it learns how frequent the trigrams are
		} {
			if _, err := db.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("index the names: %w", err)
			}
		}
	}
	return nil
}

const foldBatch = 1000

// foldNames brings the names without a folded form into NFC and folds them: those
// from before there was one, and those of a server of that version.
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

// foldBatchOf folds names after an id, and answers the last of them and whether
// there may be more.
func foldBatchOf(ctx context.Context, db *sql.DB, table string, after int64) (last int64, more bool, err error) {
	rows, err := db.QueryContext(ctx,
		"SELECT id, name FROM "+table+ //nolint:gosec // one of our own tables
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
	_, err = db.ExecContext(ctx, "UPDATE "+table+ //nolint:gosec // one of our own tables
		` AS p SET name = f.name, name_folded = f.folded
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS f (id, before, name, folded)
		WHERE p.id = f.id AND p.name = f.before`, keys, before, names, folded)
	return keys[len(keys)-1], len(keys) == foldBatch, err
}
