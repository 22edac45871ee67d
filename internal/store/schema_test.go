package store_test

import (
	"strings"
	"testing"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

func mustSay(t *testing.T, what string, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", what)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %q does not say %q", what, err, part)
		}
	}
}

func TestSchemaOfAnotherVersion(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s, sql := db.Open(t, store.Options{}), db.SQL(t)
	if err := s.CheckSchema(t.Context()); err != nil {
		t.Error(err)
	}
	set := func(statement string) {
		t.Helper()
		if _, err := sql.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	set("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, true)")
	mustSay(t, "a check of a newer schema", s.CheckSchema(t.Context()), "newer than this program", "migration 9000", "or a newer one")
	_, err := s.Migrate(t.Context())
	mustSay(t, "a migration of a newer schema", err, "newer than this program")
	set("DELETE FROM goose_db_version WHERE version_id >= 15")
	mustSay(t, "a check of an older schema", s.CheckSchema(t.Context()), "the database schema is out of date", "rehearse migrate")
	set("DROP TABLE goose_db_version")
	mustSay(t, "a check of no schema", s.CheckSchema(t.Context()), "no schema yet", "rehearse migrate")
	var table *string
	if err := sql.QueryRowContext(t.Context(), "SELECT to_regclass('goose_db_version')::text").Scan(&table); err != nil || table != nil {
		t.Errorf("the check makes a table: %v %v", table, err)
	}
}
