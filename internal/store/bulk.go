package store

import (
	"context"
	"slices"
)

// loadBatch is the number of rows that one statement of a load writes. A statement must
// finish within the statement timeout even on a slow machine, where the indexes do not
// fit into memory and each row costs milliseconds.
const loadBatch = 1000

// tables lists the tables in the order in which they can be filled.
var tables = []string{"students", "interviewers", "availabilities", "slots", "interviews"}

// The Load methods write many rows with explicit ids. The caller is responsible for the
// booking rules; only the database constraints are enforced here. Call SkipUsedIDs after
// the last Load method.

// load writes rows in batches, one statement each.
func load[R any](ctx context.Context, tx *Tx, table string, rows []R, of columns[R]) error {
	text := of.insert(table, of.rows(1), nil)
	for batch := range slices.Chunk(rows, loadBatch) {
		if err := tx.send(ctx, statement{text: text, args: of.arrays(batch)}); err != nil {
			return fault(err, "load %d rows into %s", len(batch), table)
		}
	}
	return nil
}

// fillRange is the number of ids that one statement of fillInRanges covers.
const fillRange = 20 * loadBatch

// fillInRanges runs a statement for each range of the ids of a table. The statement's
// arguments are the exclusive lower and the inclusive upper bound.
func fillInRanges(ctx context.Context, tx *Tx, table, statement string) error {
	var last int64
	if err := tx.db.WithContext(ctx).Raw("SELECT coalesce(max(id), 0) FROM " + table).Scan(&last).Error; err != nil {
		return fault(err, "read the last id of %s", table)
	}
	for after := int64(0); after < last; after += fillRange {
		if err := tx.db.WithContext(ctx).Exec(statement, after, after+fillRange).Error; err != nil {
			return fault(err, "derive rows from %d to %d of %s", after+1, after+fillRange, table)
		}
	}
	return nil
}

// SkipUsedIDs advances the id sequences beyond the ids that the Load methods wrote.
func (tx *Tx) SkipUsedIDs(ctx context.Context) error {
	for _, table := range tables {
		err := tx.db.WithContext(ctx).Exec("SELECT setval(pg_get_serial_sequence('" + table + "', 'id'), " +
			"coalesce(max(id), 1), max(id) IS NOT NULL) FROM " + table).Error
		if err != nil {
			return fault(err, "skip the ids of %s", table)
		}
	}
	return nil
}

// Vacuum vacuums and analyses the tables, so that Postgres plans well and lists slots
// with index-only scans. Call it after a load; otherwise autovacuum does the same.
func (s *Store) Vacuum(ctx context.Context) error {
	for _, table := range tables {
		if _, err := s.pool.ExecContext(ctx, "VACUUM (ANALYZE) "+table); err != nil {
			return fault(err, "vacuum %s", table)
		}
	}
	return nil
}

// insertBatch is the number of rows in one insert; Postgres accepts 65,535 parameters.
const insertBatch = 1000

// inBatches calls read for each batch of keys and concatenates the results.
func inBatches[K, V any](keys []K, read func([]K) ([]V, error)) ([]V, error) {
	if n := len(keys); n > 0 && n <= loadBatch { // the usual case; there is nothing to concatenate
		return read(keys)
	}
	var all []V
	for batch := range slices.Chunk(keys, loadBatch) {
		some, err := read(batch)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func lockInOrder[ID ~int64](ctx context.Context, tx *Tx, table string, keys []ID) error {
	ordered := slices.Clone(keys)
	slices.Sort(ordered)
	for batch := range slices.Chunk(slices.Compact(ordered), loadBatch) {
		err := tx.db.WithContext(ctx).
			Exec("SELECT FROM "+table+" WHERE id = ANY(?) ORDER BY id FOR NO KEY UPDATE", ids[ID](batch)).Error
		if err != nil {
			return fault(err, "lock %d %s", len(batch), table)
		}
	}
	return nil
}

// Table is the name of a table for ReserveIDs and LockImports.
type Table string

// ReserveIDs reserves n ids of a table and returns them in ascending order.
func (tx *Tx) ReserveIDs(ctx context.Context, t Table, n int) ([]int64, error) {
	if n == 0 {
		return nil, nil
	}
	var taken []int64
	err := tx.db.WithContext(ctx).
		Raw("SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?)", string(t), n).Scan(&taken).Error
	slices.Sort(taken)
	return taken, fault(err, "reserve %d ids of %s", n, t)
}

// LockImports serializes the imports into the table: two imports of the same people in
// different orders would deadlock. Other operations do not wait.
func (tx *Tx) LockImports(ctx context.Context, t Table) error {
	err := tx.db.WithContext(ctx).Exec("LOCK TABLE " + string(t) + " IN SHARE UPDATE EXCLUSIVE MODE").Error
	return fault(err, "wait for other imports into %s", t)
}

// The tables that an import writes to.
const (
	StudentsTable       Table = "students"
	InterviewersTable   Table = "interviewers"
	AvailabilitiesTable Table = "availabilities"
	SlotsTable          Table = "slots"
	InterviewsTable     Table = "interviews"
)
