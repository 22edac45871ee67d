package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rehearse/internal/localpg"
	"rehearse/internal/sample"
	"rehearse/internal/store"
)

// servingWith is the prefix of a server's application name in Postgres. The offset of its clock follows.
const servingWith = store.ServerName + " with CLOCK_OFFSET="

// checkClocks returns an error if a server with another CLOCK_OFFSET uses the database: the two servers would
// apply the rules to the same school at different times.
func (s *session) checkClocks(ctx context.Context, db *store.Store) error {
	others, err := db.OtherSessions(ctx, servingWith)
	if err != nil || len(others) == 0 {
		return err
	}
	return fmt.Errorf("CLOCK_OFFSET is %s, and another server on this database has %s; stop it first, use its value, or set DATA_DIR or DATABASE_URL to another database",
		s.config.ClockOffset, strings.TrimPrefix(others[0], servingWith))
}

// prepare checks and migrates the database, and loads the sample school into an empty built-in one.
func (s *session) prepare(ctx context.Context, db *store.Store) error {
	if err := s.checkClocks(ctx, db); err != nil {
		return err
	}
	if err := s.migrateIfEnabled(ctx, db); err != nil {
		return err
	}
	if err := db.CheckGrants(ctx); err != nil {
		return err
	}
	if !s.config.Embedded() || !bool(s.config.SampleData) {
		return nil
	}
	empty, err := db.Empty(ctx)
	if err != nil || !empty {
		return err
	}
	_, err = store.InTx(ctx, db, func(tx *store.Tx) (store.Nothing, error) {
		return store.Nothing{}, sample.School(ctx, tx, s.clock().UTC())
	})
	return err
}

// migrateIfEnabled migrates the schema to this version. With MIGRATE=off it returns an error if the schema has
// another version.
func (s *session) migrateIfEnabled(ctx context.Context, db *store.Store) error {
	if !s.config.Migrate {
		return db.CheckSchema(ctx)
	}
	_, err := db.Migrate(ctx)
	return err
}

// contractInTime contracts the schema once no server of an older version is connected, unless MIGRATE is off.
func (s *session) contractInTime(ctx context.Context, db *store.Store) {
	if s.config.Migrate {
		db.ContractInTime(ctx, store.ContractPause)
	}
}

// waitForPostgres returns an error when the built-in Postgres stops, and nil when ctx ends.
func waitForPostgres(ctx context.Context, server *localpg.Server) error {
	select {
	case <-ctx.Done():
		return nil
	case <-server.Done():
		return errors.New("the built-in Postgres server has stopped")
	}
}
