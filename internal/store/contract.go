package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"
)

// A change of the schema that servers of the last release would not survive has two parts. The
// migration only adds: both versions work on the schema (expand). A file in the folder contract,
// with the number of the last migration of the change, then removes what only servers need that do
// not know this migration (contract). It is applied once no such server is connected.

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
	if missing == 0 && !errors.Is(err, ErrNoSchema) {
		return false, nil, err
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
	if err := s.contract(ctx); err != nil {
		return nil, fmt.Errorf("contract the schema: %w", err)
	}
	return nil, nil
}

func (s *Store) contract(ctx context.Context) error {
	provider, err := s.contractProvider()
	if err != nil {
		return err
	}
	_, err = s.apply(ctx, provider)
	return err
}

// ContractPause is the pause between two looks for servers of older versions.
const ContractPause = 30 * time.Second

// ContractInTime contracts the schema once two successive looks have found no server of an older
// version. One look does not suffice, because a server may have lost its connections for a moment.
// It returns once the schema is contracted, or ctx ends.
func (s *Store) ContractInTime(ctx context.Context, pause time.Duration) {
	alone := false // at the last look
	for ctx.Err() == nil {
		expanded, older, err := s.Expanded(ctx)
		nobody := err == nil && len(older) == 0
		if expanded && nobody && alone {
			if older, err = s.Contract(ctx); err == nil && len(older) == 0 {
				s.log.InfoContext(ctx, "removed from the schema what only servers of older versions need")
				return
			}
		}
		switch {
		case err == nil && !expanded:
			return
		case err != nil && ctx.Err() == nil:
			s.log.WarnContext(ctx, "cannot remove from the schema what only servers of older versions need; trying again", "error", s.Explain(err))
		}
		alone = nobody
		sleep(ctx, pause)
	}
}
