package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

func TestReady(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		statements  []string // that break it
		unavailable bool
		advice      string
	}{
		{"a sound database", nil, false, ""},
		{"without a table", []string{"DROP TABLE holds CASCADE"}, false, "rehearse migrate"},
		{"without a module", []string{"DROP EXTENSION btree_gist CASCADE"}, false, "check that Postgres runs"},
		{"with a module that cannot be loaded", []string{
			`CREATE OR REPLACE FUNCTION int8_dist(bigint, bigint) RETURNS bigint LANGUAGE c IMMUTABLE STRICT AS '$libdir/btree_gist', 'int8_dist'`,
			`UPDATE pg_proc SET probin = '$libdir/of_another_version' WHERE proname = 'int8_dist'`,
		}, true, "restart Postgres"},
		{"a read-only database", []string{`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`},
			true, "check that Postgres runs"},
		{"a full disk", []string{`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET temp_file_limit = 0', current_database()); END $$`},
			true, "lacks a resource"}, // 53400, of class 53
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			s, admin := db.Open(t, store.Options{}), db.SQL(t)
			if err := s.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, statement := range c.statements {
				if _, err := admin.ExecContext(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			err := ready(t, s, c.statements == nil)
			if errors.Is(err, store.ErrUnavailable) != c.unavailable || (err != nil && !strings.Contains(store.Advice(err), c.advice)) {
				t.Errorf("Ready() = %v with the advice %q; want ErrUnavailable: %t, advice: %q", err, store.Advice(err), c.unavailable, c.advice)
			}
		})
	}
}

func TestReadyWithALockedTable(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s, admin := db.Open(t, store.Options{}), db.SQL(t)
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	lock, err := admin.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Rollback() }()
	if _, err := lock.ExecContext(t.Context(), "LOCK TABLE slots IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	if err := ready(t, s, false); !errors.Is(err, store.ErrTimeout) {
		t.Errorf("Ready() = %v, want ErrTimeout", err)
	}
}

// ready polls until the cached result has expired and the state is as wanted.
func ready(t *testing.T, s *store.Store, want bool) error {
	t.Helper()
	for {
		err := s.Ready(t.Context())
		if (err == nil) == want {
			return err
		}
		select {
		case <-t.Context().Done():
			t.Fatal(err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestAdvice(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"58P01": "restart Postgres", "53100": "free disk space", "53200": "out of memory", "53400": "lacks a resource", "53300": "DATABASE_MAX_CONNS", "57P01": "start it if", "08006": "network",
		"25006": "target_session_attrs", "28P01": "password", "3D000": "DATABASE_URL", "42P01": "rehearse migrate", "57000": "intervened", "XX000": "internal error",
		"XX001": "restore a backup", "XX002": "REINDEX",
		"": "check that Postgres runs",
	} {
		t.Run("code "+code, func(t *testing.T) {
			t.Parallel()
			if got := store.Advice(&pgconn.PgError{Code: code}); !strings.Contains(got, want) {
				t.Errorf("got %q, want it to contain %q", got, want)
			}
		})
	}
}
