package store

import (
	"context"
	"errors"
)

// A position is a place in the write-ahead log of a primary, or how far a standby has replayed it.
// Positions of different clusters or timelines cannot be compared.
type position struct {
	database string // the cluster and the database
	timeline int64  // a promotion starts a new one
	lsn      int64
}

// flushed reads the position of the primary: all transactions that have been acknowledged are
// before it, unless they commit lazily. Those that are under way may be as well. Without
// synchronous_commit, a transaction is acknowledged before it is flushed. The statement fails on a
// standby.
const flushed = `
	SELECT c.system_identifier || '/' || d.oid, ('x' || left(pg_walfile_name(at.lsn), 8))::bit(32)::bigint, (at.lsn - '0/0')::bigint
	FROM pg_control_system() c, pg_database d, (SELECT CASE current_setting('synchronous_commit')
		WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END AS lsn) at
	WHERE d.datname = current_database()`

// replayed reads the position of a standby. Only users with pg_read_all_stats see the timeline that
// is received; others see that of the last restart point, which is never a later one.
const replayed = `
	SELECT pg_is_in_recovery(), c.system_identifier || '/' || d.oid,
		coalesce((SELECT received_tli FROM pg_stat_wal_receiver), k.timeline_id)::bigint,
		coalesce(pg_last_wal_replay_lsn() - '0/0', 0)::bigint
	FROM pg_control_system() c, pg_control_checkpoint() k, pg_database d WHERE d.datname = current_database()`

var (
	errNoPosition    = errors.New("the position of the primary is not known")
	errNoStandby     = errors.New("the server is not a standby")
	errOtherDatabase = errors.New("the server is a standby of another database")
	errOtherTimeline = errors.New("the standby stopped following the primary at a promotion")
	errLate          = errors.New("the standby is late")
)

// readFlushed returns the position of the primary.
func readFlushed(ctx context.Context, through session) (position, error) {
	return one(ctx, through, func(p *position) []any { return []any{&p.database, &p.timeline, &p.lsn} }, flushed)
}

// checkReplayed returns an error unless the server is a standby of the primary and has replayed its
// log up to the position.
func checkReplayed(ctx context.Context, through session, primary position) error {
	type replay struct {
		recovers bool
		at       position
	}
	found, err := one(ctx, through, func(r *replay) []any {
		return []any{&r.recovers, &r.at.database, &r.at.timeline, &r.at.lsn}
	}, replayed)
	switch {
	case err != nil:
		return err
	case found.at.database != primary.database:
		return errOtherDatabase
	case !found.recovers:
		return errNoStandby
	case found.at.timeline != primary.timeline:
		return errOtherTimeline
	case found.at.lsn < primary.lsn:
		return errLate
	}
	return nil
}
