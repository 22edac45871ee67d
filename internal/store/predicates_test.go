package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// The schema repeats some predicates of booking, because migrations are never edited. Its
// partial indexes, exclusion constraints and checks have the same conditions as the
// statements.
func TestPredicatesOfTheSchema(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t).SQL(t)
	for _, test := range []struct{ table, name, condition string }{
		{"slots", "slots_open", store.OpenSlotsPredicate},
		{"slots", "slots_no_overlap", store.NotWithdrawn},
		{"interviews", "interviews_slot_key", store.KeepsSlot},
		{"interviews", "interviews_pair_key", store.TakesPlace + " AND NOT exempt"},
		{"interviews", "interviews_no_overlap", store.TakesPlace},
		{"interviews", "interviews_no_show", "(" + store.IsNoShow + ") = (no_show_at IS NOT NULL)"},
		{"interviews", "interviews_grade", fmt.Sprintf("grade IS NULL OR (grade BETWEEN %d AND %d AND status = '%s')",
			booking.MinGrade, booking.MaxGrade, booking.Completed)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got, want := conditionOf(t, db, test.name), normalised(t, db, test.table, test.condition); got != want {
				t.Errorf("the condition is %q, want %q", got, want)
			}
		})
	}
	t.Run("standing", func(t *testing.T) {
		t.Parallel()
		var source string
		err := db.QueryRowContext(t.Context(), "SELECT prosrc FROM pg_proc WHERE proname = 'standing'").Scan(&source)
		if err != nil || !strings.Contains(source, store.CountsAgainstLimit) {
			t.Errorf("the function does not contain the condition %q (%v): %s", store.CountsAgainstLimit, err, source)
		}
	})
}

// A queryer is a *sql.DB or a *sql.Tx.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// conditionOf returns the condition of a partial index, an exclusion constraint or a check.
func conditionOf(t *testing.T, db queryer, name string) (condition string) {
	t.Helper()
	err := db.QueryRowContext(t.Context(), `
		SELECT pg_get_expr(indpred, indrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relname = $1
		UNION ALL SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conname = $1 AND contype = 'c'`, name).Scan(&condition)
	if err != nil {
		t.Fatalf("read the condition of %s: %v", name, err)
	}
	return condition
}

// normalised returns the condition as Postgres prints that of an index on the table.
func normalised(t *testing.T, db *sql.DB, table, condition string) string {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for _, statement := range []string{
		"CREATE TEMPORARY TABLE copied (LIKE " + table + ") ON COMMIT DROP",
		"CREATE INDEX copied_index ON copied (id) WHERE " + condition,
	} {
		if _, err := tx.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return conditionOf(t, tx, "copied_index")
}
