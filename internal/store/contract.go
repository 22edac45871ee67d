package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"
)

// A change of the schema that servers of the last release would not survive has two parts. The
// migration only adds: both versions work on the schema (expand). A file in the folder contract
// has the number of the last migration of the change. Servers that do not know this migration are
// older servers. Once none of them is connected, the file is applied: it removes what only they
// need (contract).

// contractTable records what has been contracted.
const contractTable = "goose_contract_version"

func (s *Store) contractProvider() (*goose.Provider, error) {
	return s.providerOf("contract", goose.WithTableName(contractTable))
}

// Expanded reports whether the schema still has what only servers of older versions need. It also
// returns the names of the sessions of such servers.
func (s *Store) Expanded(ctx context.Context) (expanded bool, older []string, err error) {
	provider, err := s.contractProvider()
	if err != nil {
		return false, nil, err
	}
	missing, err := s.pending(ctx, provider, contractTable)
	switch {
	case err != nil && !errors.Is(err, ErrNoSchema):
		return false, nil, err
	case missing == 0 && err == nil:
		return false, nil, nil
	}
	sources := provider.ListSources()
	older, err = s.olderServers(ctx, sources[len(sources)-1].Version)
	return true, older, err
}

// Contract removes from the schema what only servers of older versions need. If such servers are
// connected, it changes nothing and returns the names of their sessions.
func (s *Store) Contract(ctx context.Context) (older []string, err error) {
	expanded, older, err := s.Expanded(ctx)
	if err != nil || !expanded || len(older) > 0 {
		return older, err
	}
	return nil, s.contract(ctx, s.apply)
}

// errNotOwner reports that the user may not contract the schema.
var errNotOwner = errors.New("the database user does not own the tables")

// contract removes from the schema what only servers of older versions need, whether or not there
// are any. A user who does not own the tables must not create contractTable.
func (s *Store) contract(ctx context.Context, apply func(context.Context, *goose.Provider) (int, error)) error {
	provider, err := s.contractProvider()
	if err != nil {
		return err
	}
	var owns bool
	err = s.pool.QueryRowContext(ctx, "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'students'::regclass").Scan(&owns)
	if err == nil && !owns {
		err = errNotOwner
	}
	if err == nil {
		_, err = apply(ctx, provider)
	}
	if err != nil {
		return fmt.Errorf("contract the schema: %w", err)
	}
	return nil
}

// once applies the missing migrations of a provider. Unlike apply, it does not try again if another
// session uses a table.
func once(ctx context.Context, provider *goose.Provider) (int, error) {
	done, err := provider.Up(ctx)
	return len(done), err
}

const (
	// ContractPause is the pause between two looks for servers of older versions.
	ContractPause = 30 * time.Second
	// maxContractPause is the longest pause after an error. Each attempt can delay requests by
	// migrationLockTimeout.
	maxContractPause = time.Hour
)

// ContractInTime contracts the schema once two successive looks have found no server of an older
// version. One look does not suffice, because a server may have lost its connections for a moment.
// It returns once the schema is contracted, or the user may not contract it, or ctx ends.
func (s *Store) ContractInTime(ctx context.Context, pause time.Duration) {
	const message = "cannot remove from the schema what only servers of older versions need"
	wait := pause
	for alone := false; ctx.Err() == nil; sleep(ctx, wait) { // alone at the last look
		expanded, older, err := s.Expanded(ctx)
		if err == nil && !expanded {
			return
		}
		nobody := err == nil && len(older) == 0
		if nobody && alone {
			err = s.contract(ctx, once)
		}
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errNotOwner):
			s.log.WarnContext(ctx, message+"; run `rehearse migrate` as the owner of the tables", "error", err)
			return
		case err != nil:
			s.log.WarnContext(ctx, message+"; trying again", "error", s.Explain(err))
			wait = min(2*wait, maxContractPause)
		case nobody && alone:
			s.log.InfoContext(ctx, "removed from the schema what only servers of older versions need")
			return
		default:
			wait = pause
		}
		alone = nobody
	}
}
