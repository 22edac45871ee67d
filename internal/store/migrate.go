package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/sethvargo/go-retry"
)

//go:embed migrations/*.sql contract/*.sql
var migrations embed.FS

// migrationTable records the migrations of a database.
const migrationTable = "goose_db_version"

// jobsMigration is the version of the migration that creates the job queue's tables.
const jobsMigration = 4

const (
	// migrationLockTimeout is how long a statement of a migration waits for a lock. Postgres
	// makes later readers of the table wait behind the statement, so they wait as long.
	migrationLockTimeout = time.Second
	migrationPause       = 2 * time.Second // between two attempts, so that others can use the table
	migrationPatience    = 5 * time.Minute // for the session that holds the lock
)

// Migrate applies the missing migrations in order and returns their number. It holds a
// session lock, so servers that start together apply each migration once. If another session
// uses a table for long, Migrate gives up its place and tries again, so that others wait behind
// it only for migrationLockTimeout. It also contracts a database that had no schema.
func (s *Store) Migrate(ctx context.Context) (int, error) {
	provider, err := s.provider()
	if err != nil {
		return 0, err
	}
	_, err = s.pending(ctx, provider, migrationTable)
	isNew := errors.Is(err, ErrNoSchema)
	if err != nil && !isNew {
		return 0, err
	}
	applied, err := s.apply(ctx, provider)
	if err == nil && isNew {
		err = s.contract(ctx, s.apply)
	}
	if err != nil {
		return applied, fmt.Errorf("migrate the database: %w", err)
	}
	return applied, foldNames(ctx, s.pool)
}

// apply applies the missing migrations of a provider, and returns their number.
func (s *Store) apply(ctx context.Context, provider *goose.Provider) (applied int, err error) {
	err = retry.Do(ctx, retry.WithMaxDuration(migrationPatience, retry.NewConstant(migrationPause)), func(ctx context.Context) error {
		done, err := provider.Up(ctx)
		var part *goose.PartialError
		if errors.As(err, &part) {
			done = part.Applied
		}
		applied += len(done)
		var pg *pgconn.PgError
		if errors.As(err, &pg) && (pg.Code == lockNotAvailable || pg.Code == deadlockDetected) {
			s.log.WarnContext(ctx, "a migration waits for another session that uses its table; trying again", "migration", part.Failed.Source.Version)
			return retry.RetryableError(err)
		}
		return err
	})
	return applied, err
}

// migrationLock returns the advisory lock under which the schema is migrated. Each school has its
// own, so that schools are migrated at the same time.
func (s *Store) migrationLock() int64 {
	if s.school == "" {
		return lock.DefaultLockID
	}
	name := fnv.New64a()
	_, _ = name.Write([]byte("rehearse school " + s.school)) // never fails
	return int64(name.Sum64())                               //nolint:gosec // any number will do
}

// migrationLocker also bounds how long the statements of migrations wait for locks.
type migrationLocker struct{ lock.SessionLocker }

// SessionLock implements lock.SessionLocker.
func (l migrationLocker) SessionLock(ctx context.Context, conn *sql.Conn) error {
	if err := l.SessionLocker.SessionLock(ctx, conn); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, fmt.Sprintf("SET lock_timeout = %d", migrationLockTimeout.Milliseconds()))
	return err
}

// SessionUnlock implements lock.SessionLocker.
func (l migrationLocker) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "RESET lock_timeout")
	return errors.Join(err, l.SessionLocker.SessionUnlock(ctx, conn))
}

// ErrNoSchema reports that the database has not been migrated yet.
var ErrNoSchema = errors.New("the database has no schema yet; run `rehearse migrate` or `rehearse serve` first")

// NewerSchemaError reports that a newer program has migrated the database.
type NewerSchemaError struct {
	Has   int64 // a migration of the database
	Knows int64 // the last migration of this program
}

// Error says which migration is unknown.
func (e NewerSchemaError) Error() string {
	return fmt.Sprintf("the database schema is newer than this program: it has migration %d, and this program has migrations up to %d; "+
		"run the version of rehearse that migrated it, or a newer one", e.Has, e.Knows)
}

// PendingMigrations returns the number of migrations that the database lacks. It writes nothing.
// The error is ErrNoSchema or a NewerSchemaError if the database has no schema or a newer one.
func (s *Store) PendingMigrations(ctx context.Context) (int, error) {
	provider, err := s.provider()
	if err != nil {
		return 0, err
	}
	return s.pending(ctx, provider, migrationTable)
}

// CheckSchema returns an error unless the schema matches this version of the program. It
// writes nothing.
func (s *Store) CheckSchema(ctx context.Context) error {
	pending, err := s.PendingMigrations(ctx)
	if err != nil {
		return err
	}
	if pending > 0 {
		return fmt.Errorf("the database schema is out of date: %d migrations are missing; run `rehearse migrate` or start with MIGRATE=on", pending)
	}
	return nil
}

// pending returns the number of a provider's migrations that its table lacks. It fails if the
// table has a migration that this program does not know: a newer program made it, and this one
// could break its rules. It reads the table directly, because goose would create it.
func (s *Store) pending(ctx context.Context, provider *goose.Provider, table string) (int, error) {
	var exists bool
	if err := s.pool.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&exists); err != nil {
		return 0, fault(err, "read the version of the schema")
	}
	if !exists {
		return 0, ErrNoSchema
	}
	known := map[int64]bool{0: true} // goose inserts version 0 with the table
	newest := int64(0)
	for _, source := range provider.ListSources() {
		known[source.Version], newest = true, max(newest, source.Version)
	}
	rows, err := s.pool.QueryContext(ctx, "SELECT DISTINCT version_id FROM "+table+" WHERE is_applied") //nolint:gosec // the table is a constant of this package
	if err != nil {
		return 0, fault(err, "read the version of the schema")
	}
	defer func() { _ = rows.Close() }()
	pending := len(known) - 1
	for rows.Next() {
		var version int64
		if err := rows.Scan(&version); err != nil {
			return 0, fault(err, "read the version of the schema")
		}
		if !known[version] {
			return 0, NewerSchemaError{Has: version, Knows: newest}
		}
		if version != 0 {
			pending--
		}
	}
	return pending, fault(rows.Err(), "read the version of the schema")
}

func (s *Store) provider() (*goose.Provider, error) {
	return s.providerOf("migrations", goose.WithTableName(migrationTable), goose.WithGoMigrations(
		goose.NewGoMigration(jobsMigration, &goose.GoFunc{RunDB: migrateJobs}, nil),
		goose.NewGoMigration(namesMigration, &goose.GoFunc{RunDB: migrateNames}, nil),
		goose.NewGoMigration(tagsMigration, &goose.GoFunc{RunDB: migrateTags}, nil)))
}

// providerOf returns the provider of the migrations in a folder.
func (s *Store) providerOf(folder string, options ...goose.ProviderOption) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(s.migrationLock()))
	if err != nil {
		return nil, fmt.Errorf("create the migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, s.pool, files,
		append(options, goose.WithSessionLocker(migrationLocker{locker}))...)
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}
