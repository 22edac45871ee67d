package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// jobsMigration is the version of the migration that creates the job queue's tables.
const jobsMigration = 4

// Migrate applies the missing migrations in order and returns their number. It holds a
// session lock, so servers that start together apply each migration once.
func (s *Store) Migrate(ctx context.Context) (int, error) {
	provider, err := s.provider()
	if err != nil {
		return 0, err
	}
	if _, err := s.pending(ctx, provider); err != nil && !errors.Is(err, ErrNoSchema) {
		return 0, err
	}
	done, err := provider.Up(ctx)
	if err != nil {
		return len(done), fmt.Errorf("migrate the database: %w", err)
	}
	return len(done), foldNames(ctx, s.pool)
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
	return s.pending(ctx, provider)
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

// pending returns the number of missing migrations. It fails if the schema has a
// migration that this program does not know: a newer program made it, and this one could
// break its rules. It reads goose's table directly, because goose would create the
// table.
func (s *Store) pending(ctx context.Context, provider *goose.Provider) (int, error) {
	var exists bool
	if err := s.pool.QueryRowContext(ctx, "SELECT to_regclass('goose_db_version') IS NOT NULL").Scan(&exists); err != nil {
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
	rows, err := s.pool.QueryContext(ctx, "SELECT DISTINCT version_id FROM goose_db_version WHERE is_applied")
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
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("create the migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, s.pool, files, goose.WithSessionLocker(locker),
		goose.WithGoMigrations(
			goose.NewGoMigration(jobsMigration, &goose.GoFunc{RunDB: migrateJobs}, nil),
			goose.NewGoMigration(namesMigration, &goose.GoFunc{RunDB: migrateNames}, nil),
			goose.NewGoMigration(tagsMigration, &goose.GoFunc{RunDB: migrateTags}, nil)))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}
