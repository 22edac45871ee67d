package cli

import (
	"context"
	"errors"
	"fmt"

	"rehearse/internal/app"
	"rehearse/internal/localpg"
	"rehearse/internal/store"
)

const databaseName = "rehearse"

// withDatabase runs work on the configured database and closes it after. The
// server given to work is nil unless the database is the embedded one.
func (p *program) withDatabase(ctx context.Context, work func(*store.Store, *localpg.Server) error) error {
	return p.onDatabase(ctx, false, work)
}

// withExisting runs work that only reads on a database with this version's
// schema. It makes none.
func (p *program) withExisting(ctx context.Context, work func(*store.Store) error) error {
	err := p.onDatabase(ctx, true, func(s *store.Store, _ *localpg.Server) error {
		if err := s.CheckSchema(ctx); err != nil {
			return err
		}
		return work(s)
	})
	if errors.Is(err, localpg.ErrNoCluster) {
		return fmt.Errorf("%w; run `rehearse serve` or `rehearse migrate` first, or set DATA_DIR or DATABASE_URL", err)
	}
	return err
}

func (p *program) onDatabase(ctx context.Context, existing bool, work func(*store.Store, *localpg.Server) error) (err error) {
	dsn := p.config.DatabaseURL
	var server *localpg.Server
	if p.config.Embedded() {
		server, err = localpg.Start(ctx, localpg.Options{DataDir: p.config.DataDir, Env: p.environment.Get, Log: p.log, Existing: existing})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, server.Stop()) }()
		if !existing {
			if err := server.EnsureDatabase(ctx, databaseName); err != nil {
				return err
			}
		}
		dsn = server.DSN(databaseName)
	}
	s, err := store.Open(ctx, dsn, store.Options{
		MaxConns: p.config.DatabaseMaxConns, MaxConnsPerCaller: p.config.ConnsPerCaller,
		ListenDSN: p.config.DatabaseListenURL, Traces: p.traces.Provider(), Application: p.application, Log: p.log,
	})
	if errors.Is(err, store.ErrUnavailable) {
		return fmt.Errorf("%w; %s", err, store.Advice(err))
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.Explain(work(s, server))
}

// withSchool runs work on the configured school, whose schema is brought to
// this version first, where that is wanted.
func (p *program) withSchool(ctx context.Context, work func(*app.App) error) error {
	return p.withDatabase(ctx, func(s *store.Store, _ *localpg.Server) error {
		if err := p.toThisVersion(ctx, s); err != nil {
			return err
		}
		return work(app.New(s, p.clock))
	})
}
