package store_test

import (
	"strings"
	"testing"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// wantError fails the test unless the error contains every part.
func wantError(t *testing.T, what string, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: got no error", what)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: got the error %q, want it to contain %q", what, err, part)
		}
	}
}

func TestSchemaVersionMismatch(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s, sql := db.Open(t, store.Options{}), db.SQL(t)
	if err := s.CheckSchema(t.Context()); err != nil {
		t.Error(err)
	}
	exec := func(statement string) {
		t.Helper()
		if _, err := sql.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, true)")
	wantError(t, "CheckSchema with a newer schema", s.CheckSchema(t.Context()), "newer than this program", "migration 9000", "or a newer one")
	_, err := s.Migrate(t.Context())
	wantError(t, "Migrate with a newer schema", err, "newer than this program")
	exec("DELETE FROM goose_db_version WHERE version_id >= 15")
	wantError(t, "CheckSchema with an older schema", s.CheckSchema(t.Context()), "the database schema is out of date", "rehearse migrate")
	exec("DROP TABLE goose_db_version")
	wantError(t, "CheckSchema without a schema", s.CheckSchema(t.Context()), "no schema yet", "rehearse migrate")
	var table *string
	if err := sql.QueryRowContext(t.Context(), "SELECT to_regclass('goose_db_version')::text").Scan(&table); err != nil || table != nil {
		t.Errorf("after the check, goose_db_version is %v (%v), want no table", table, err)
	}
}
