package store_test

import (
	"context"
	"testing"
	"time"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// While a session uses a table for a long time, a migration of the table waits, and others can use
// the table. If the migration waited without a limit, they would have to wait behind it.
func TestMigrationsLetOthersPass(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	db := database.SQL(t)
	exec := func(ctx context.Context, statement string) error {
		_, err := db.ExecContext(ctx, statement)
		return err
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(exec(t.Context(), "ALTER TABLE webhooks DROP COLUMN failing_since, DROP COLUMN paused_until"))
	undone, err := db.ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id >= 43")
	must(err)
	missing, err := undone.RowsAffected()
	must(err)

	long, err := db.BeginTx(t.Context(), nil)
	must(err)
	defer func() { _ = long.Rollback() }()
	_, err = long.ExecContext(t.Context(), "SELECT FROM webhooks")
	must(err)

	// Without a limit, a reader waits behind the change.
	ctx, cancel := context.WithCancel(t.Context())
	changed := make(chan error, 1)
	go func() { changed <- exec(ctx, "ALTER TABLE webhooks ADD COLUMN unused int") }()
	database.AwaitLockWaits(t, 1, "ADD COLUMN unused")
	behind, err := db.BeginTx(t.Context(), nil)
	must(err)
	_, err = behind.ExecContext(t.Context(), "SET LOCAL lock_timeout = '50ms'")
	must(err)
	if _, err := behind.ExecContext(t.Context(), "SELECT FROM webhooks"); err == nil {
		t.Error("a reader does not wait behind a change of the table")
	}
	must(behind.Rollback())
	cancel()
	if err := <-changed; err == nil {
		t.Fatal("the table was changed while it was in use")
	}

	s := database.Open(t, store.Options{})
	migrated := make(chan int, 1)
	go func() {
		applied, err := s.Migrate(t.Context())
		if err != nil {
			t.Error(err)
		}
		migrated <- applied
	}()
	database.AwaitLockWaits(t, 1, "paused_until")
	read, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	must(exec(read, "SELECT FROM webhooks"))
	must(long.Rollback())
	if applied := <-migrated; int64(applied) != missing {
		t.Errorf("%d migrations were applied, want %d", applied, missing)
	}
}
