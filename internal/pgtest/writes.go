package pgtest

import (
	"cmp"
	"context"
	_ "embed"
	"strings"
	"testing"

	"rehearse/internal/store"
)

// storeName is the application_name of the connections of a store, unless the test sets
// another. Those of Database.SQL have none.
const storeName = "pgtest"

func named(o store.Options) store.Options {
	o.Application = cmp.Or(o.Application, storeName)
	return o
}

//go:embed writes.sql
var recordWrites string

// WantLoggedWrites fails the test at its end if a transaction of a store has since written
// something that the transaction's row of the change log does not list.
func (d Database) WantLoggedWrites(t testing.TB) {
	t.Helper()
	if !d.RecordWrites(t) {
		return
	}
	t.Cleanup(func() {
		if unlogged := d.UnloggedWrites(t); len(unlogged) > 0 {
			t.Errorf("%d writes are not in the change log, for example %q", len(unlogged), unlogged[:min(len(unlogged), 10)])
		}
	})
}

// RecordWrites makes the database record everything that stores write from now on, in the table
// "written". It reports whether nothing was recorded before. What a test writes with
// Database.SQL is not recorded.
func (d Database) RecordWrites(t testing.TB) bool {
	t.Helper()
	pool := d.SQL(t)
	var recorded bool
	if err := pool.QueryRowContext(t.Context(), "SELECT to_regclass('written') IS NOT NULL").Scan(&recorded); err != nil {
		t.Fatalf("look for the table of what is written: %v", err)
	}
	if recorded {
		return false
	}
	if _, err := pool.ExecContext(t.Context(), recordWrites); err != nil {
		t.Fatalf("record what is written: %v", err)
	}
	return true
}

// UnloggedWrites returns the recorded writes that are not in the change log, such as
// "slots 7". "students all" means a write that concerns all of them.
func (d Database) UnloggedWrites(t testing.TB) []string {
	t.Helper()
	var list string
	err := d.SQL(t).QueryRowContext(context.WithoutCancel(t.Context()), `
		WITH logged AS (SELECT xid, kind, unnest(ids) AS id FROM changes CROSS JOIN LATERAL
			(VALUES ('slots', slots), ('interviews', interviews), ('students', students), ('interviewers', interviewers), ('retagged', retagged)) AS of (kind, ids))
		SELECT coalesce(string_agg(DISTINCT kind || ' ' || coalesce(id::text, 'all'), E'\n'), '') FROM written
		WHERE (xid, kind) NOT IN (SELECT xid, unnest(every) FROM changes UNION ALL SELECT xid, 'events' FROM changes)
			AND (id IS NULL OR (xid, kind, id) NOT IN (SELECT xid, kind, id FROM logged))`).Scan(&list)
	if err != nil {
		t.Fatalf("compare what was written with the change log: %v", err)
	}
	if list == "" {
		return nil
	}
	return strings.Split(list, "\n")
}
