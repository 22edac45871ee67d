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

// servingWith begins the application name of a server; its clock's offset follows.
const servingWith = "rehearse serve with CLOCK_OFFSET="

// checkClocks refuses a database that a server with another clock uses: the two
// would apply the rules at different times to the same school.
func (p *program) checkClocks(ctx context.Context, s *store.Store) error {
	others, err := s.OtherSessions(ctx, servingWith)
	if err != nil || len(others) == 0 {
		return err
	}
	return fmt.Errorf("CLOCK_OFFSET is %s, and another server on this database has %s; stop it first, use its value, or set DATA_DIR or DATABASE_URL to another database",
		p.config.ClockOffset, strings.TrimPrefix(others[0], servingWith))
}

// prepare brings the database to where it can be served from.
func (p *program) prepare(ctx context.Context, s *store.Store) error {
	if err := p.checkClocks(ctx, s); err != nil {
		return err
	}
	if err := p.toThisVersion(ctx, s); err != nil {
		return err
	}
	if err := s.CheckGrants(ctx); err != nil {
		return err
	}
	if !p.config.Embedded() || !bool(p.config.SampleData) {
		return nil
	}
	empty, err := s.Empty(ctx)
	if err != nil || !empty {
		return err
	}
	_, err = store.InTx(ctx, s, func(tx *store.Tx) (store.Nothing, error) {
		return store.Nothing{}, sample.School(ctx, tx, p.clock().UTC())
	})
	return err
}

// toThisVersion brings the schema to this version, or with MIGRATE=off refuses
// another.
func (p *program) toThisVersion(ctx context.Context, s *store.Store) error {
	if !p.config.Migrate {
		return s.CheckSchema(ctx)
	}
	_, err := s.Migrate(ctx)
	return err
}

// watch ends the server when its database has ended: it must not live on broken.
func watch(ctx context.Context, server *localpg.Server) error {
	select {
	case <-ctx.Done():
		return nil
	case <-server.Done():
		return errors.New("the built-in Postgres server has stopped")
	}
}
