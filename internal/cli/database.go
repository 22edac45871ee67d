package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/localpg"
	"rehearse/internal/school"
	"rehearse/internal/store"
	"rehearse/internal/telemetry"
)

const databaseName = "rehearse"

// databaseOptions configure openDatabase.
type databaseOptions struct {
	patience    time.Duration     // how long to wait for a database that is away
	standby     bool              // read from the standby of DATABASE_REPLICA_URL, if it is set
	existing    bool              // fail if the built-in database does not exist yet, instead of creating it
	application string            // name of the sessions in Postgres; empty for none
	whole       bool              // for all schools, whatever SCHOOL says
	traces      *telemetry.Traces // nil for none
}

// database is an open database.
type database struct {
	*store.Store
	only     *store.Store    // that Store was opened from; nil unless Store is that of another school
	postgres *localpg.Server // the built-in server; nil with DATABASE_URL
}

// openDatabase is like connectDatabase, but if the database cannot be reached or does not exist,
// the error contains advice.
func (s *session) openDatabase(ctx context.Context, o databaseOptions) (*database, error) {
	db, err := s.connectDatabase(ctx, o)
	if errors.Is(err, store.ErrUnavailable) {
		return nil, fmt.Errorf("%w; %s", err, store.Advice(err))
	}
	return db, adviseOnCluster(err)
}

// adviseOnCluster adds advice to an error if there is no built-in database.
func adviseOnCluster(err error) error {
	if errors.Is(err, localpg.ErrNoCluster) {
		return fmt.Errorf("%w; run `rehearse serve` or `rehearse migrate` first, or set DATA_DIR or DATABASE_URL", err)
	}
	return err
}

// connectDatabase opens the configured database. It starts the built-in server if there is no
// DATABASE_URL. The caller must call close.
func (s *session) connectDatabase(ctx context.Context, o databaseOptions) (_ *database, err error) {
	db := &database{}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.close())
		}
	}()
	dsn := s.config.DatabaseURL
	if s.config.Embedded() {
		db.postgres, err = localpg.Start(ctx, localpg.Options{DataDir: s.config.DataDir, Env: s.environment.Get, Log: s.log, Existing: o.existing})
		if err != nil {
			return nil, err
		}
		if !o.existing {
			if err := db.postgres.EnsureDatabase(ctx, databaseName); err != nil {
				return nil, err
			}
		}
		dsn = db.postgres.DSN(databaseName)
	}
	standby := ""
	if o.standby {
		standby = s.config.DatabaseReplicaURL
	}
	db.Store, err = store.Open(ctx, dsn, store.Options{
		MaxConns: s.config.DatabaseMaxConns, MaxConnsPerCaller: s.config.ConnsPerCaller,
		ListenDSN: s.config.DatabaseListenURL, StandbyDSN: standby, Traces: o.traces.Provider(), Application: o.application, Log: s.log, Patience: o.patience,
	})
	if err == nil && s.config.School != "" && !o.whole {
		err = db.enter(ctx, s.config.School, s.config.DatabaseMaxConns)
	}
	return db, err
}

// enter makes db the database of a school.
func (db *database) enter(ctx context.Context, name school.Name, maxConns int) error {
	of, err := db.School(ctx, name, maxConns)
	if errors.Is(err, store.ErrNoSchool) {
		return fmt.Errorf("%w: %s; `rehearse school create %s` creates it", err, name, name)
	}
	if err == nil {
		db.only, db.Store = db.Store, of
	}
	return err
}

// close closes the connections and stops the built-in server.
func (db *database) close() error {
	var errs []error
	if db.Store != nil {
		errs = append(errs, db.Close())
	}
	if db.only != nil {
		errs = append(errs, db.only.Close())
	}
	if db.postgres != nil {
		errs = append(errs, db.postgres.Stop())
	}
	return errors.Join(errs...)
}

// withDatabase runs work on the configured database.
func (s *session) withDatabase(ctx context.Context, work func(*store.Store) error) error {
	return s.onDatabase(ctx, databaseOptions{}, work)
}

// withExisting runs work that only reads on an existing database with this version's schema.
func (s *session) withExisting(ctx context.Context, o databaseOptions, work func(*store.Store) error) error {
	o.existing = true
	return s.onDatabase(ctx, o, func(db *store.Store) error {
		if err := db.CheckSchema(ctx); err != nil {
			return err
		}
		return work(db)
	})
}

// withSchool runs work on the configured school, whose schema it first migrates unless MIGRATE is off.
func (s *session) withSchool(ctx context.Context, work func(*app.App) error) error {
	return s.withDatabase(ctx, func(db *store.Store) error {
		if err := s.migrateIfEnabled(ctx, db); err != nil {
			return err
		}
		return work(app.New(db, s.clock))
	})
}

func (s *session) onDatabase(ctx context.Context, o databaseOptions, work func(*store.Store) error) (err error) {
	db, err := s.openDatabase(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	return db.Explain(work(db.Store))
}
