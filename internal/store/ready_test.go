package store_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
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
			true, "a standby or a read-only database"},
		{"a table that must not be written", []string{
			`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$`,
			`CREATE TRIGGER refuse BEFORE INSERT ON changes FOR EACH ROW EXECUTE FUNCTION refuse()`,
		}, true, "the disk of Postgres is full"},
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

// The check writes, and leaves no row.
func TestReadyLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s, admin := db.Open(t, store.Options{}), db.SQL(t)
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := admin.QueryRowContext(t.Context(), "SELECT (SELECT count(*) FROM changes) + (SELECT count(*) FROM idempotency_keys)").Scan(&left); err != nil || left != 0 {
		t.Errorf("the check left %d rows behind: %v", left, err)
	}
}

func TestClockSkew(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for _, c := range []struct {
		name         string
		skew         time.Duration
		warns, ready bool
	}{
		{"the same clock", 0, false, true},
		{"half a second behind", -500 * time.Millisecond, false, true},
		{"a little ahead", 10 * time.Second, true, true},
		{"a little behind", -10 * time.Second, true, true},
		{"far ahead", 40 * time.Second, false, false},
		{"far behind", -40 * time.Second, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			log := &bytes.Buffer{}
			s := db.Open(t, store.Options{
				Log: slog.New(slog.NewTextHandler(log, nil)),
				Now: func() time.Time { return time.Now().Add(c.skew) },
			})
			err := s.Ready(t.Context())
			if (err == nil) != c.ready || (err != nil && !strings.Contains(store.Advice(err), "synchronise the clocks")) {
				t.Errorf("Ready() = %v, want ready: %t", err, c.ready)
			}
			if warns := strings.Contains(log.String(), "the clocks differ"); warns != c.warns {
				t.Errorf("the log warns: %t, want %t: %s", warns, c.warns, log)
			}
			// The duration of the check, at most 2 s, is not skew.
			if off := (c.skew - s.ClockSkew()).Abs(); off > 2*time.Second {
				t.Errorf("ClockSkew() = %v, want about %v", s.ClockSkew(), c.skew)
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
		"25006": "target_session_attrs", "25P03": "more CPU", "28P01": "password", "3D000": "DATABASE_URL", "42P01": "rehearse migrate", "57000": "intervened", "XX000": "internal error",
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
	for want, err := range map[string]error{
		"pooler":      &pgconn.PgError{Code: "08P01", Severity: "FATAL"}, // of pgbouncer
		"sslrootcert": fmt.Errorf("failed to connect: %w", &tls.CertificateVerificationError{}),
	} {
		if got := store.Advice(err); !strings.Contains(got, want) {
			t.Errorf("got %q for %v, want it to contain %q", got, err, want)
		}
	}
}
