package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/time/rate"
)

const (
	// readyLimit is the timeout of one check.
	readyLimit = 2 * time.Second
	// readyFor is how long a result is cached, so that frequent probes add no load.
	readyFor = time.Second
)

var errReadOnly = errors.New("the database is read-only")

// loadModules loads the libraries that a booking needs: plpgsql, because it is a plpgsql
// block, and btree_gist, in whichever schema it is installed. An existing session has
// both in memory; a new one reads them from the disk.
const loadModules = `DO $$ BEGIN EXECUTE (SELECT format('SELECT %I.int8_dist(1, 2)', n.nspname)
	FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'btree_gist'); END $$`

// bookingTables reads a row of each table that a booking reads or writes.
const bookingTables = `SELECT current_setting('transaction_read_only') = 'on',
	(SELECT count(*) FROM (SELECT FROM booking_policy LIMIT 1) t), (SELECT count(*) FROM (SELECT FROM students LIMIT 1) t),
	(SELECT count(*) FROM (SELECT FROM interviewers LIMIT 1) t), (SELECT count(*) FROM (SELECT FROM slots LIMIT 1) t),
	(SELECT count(*) FROM (SELECT FROM interviews LIMIT 1) t), (SELECT count(*) FROM (SELECT FROM holds LIMIT 1) t),
	(SELECT count(*) FROM (SELECT FROM waivers LIMIT 1) t), (SELECT count(*) FROM (SELECT FROM events LIMIT 1) t),
	(SELECT count(*) FROM (SELECT FROM idempotency_keys LIMIT 1) t)`

// limitWorkMem limits the memory of the next statement to 64 kB; it writes the rest to disk.
const limitWorkMem = "SELECT set_config('work_mem', '64kB', true)"

// writeTempFile writes about a megabyte to a temporary file, which Postgres deletes at once. Like
// an insert, it fails if the disk is full, but it leaves nothing behind.
const writeTempFile = "SELECT count(*) FROM generate_series(1, 32768)"

// readiness caches the result of the last check. Concurrent callers share one check.
type readiness struct {
	mu    sync.Mutex
	check rate.Sometimes
	err   error
}

// Ready returns an error unless bookings can be made. On a new connection it loads the
// libraries that a booking needs, reads its tables, and checks that the database has
// disk space and is writable. The result may be a second old.
func (s *Store) Ready(ctx context.Context) error {
	s.ready.mu.Lock()
	defer s.ready.mu.Unlock()
	s.ready.check.Do(func() {
		// The result is shared, so it must not depend on one caller's context.
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyLimit)
		defer cancel()
		s.ready.err = fault(s.checkReady(bounded), "check that bookings can be written")
	})
	return s.ready.err
}

func (s *Store) checkReady(ctx context.Context) error {
	readOnly, rows := false, 0
	statements := []statement{{text: loadModules}, {text: bookingTables, row: func(r pgx.Rows) error {
		rows++
		return r.Scan(append([]any{&readOnly}, make([]any, len(r.FieldDescriptions())-1)...)...)
	}}, {text: limitWorkMem}, {text: writeTempFile}}
	err := s.sendAfresh(ctx, statements)
	switch {
	case err != nil:
		return err
	case rows != 1:
		return fmt.Errorf("the check of the tables returned %d rows; 1 is expected", rows)
	case readOnly:
		return errReadOnly
	}
	return nil
}

// sendAfresh sends statements on a new connection, because the pool's open connections
// do not prove that new ones can be made. If the server has no connection left, it uses
// the pool.
func (s *Store) sendAfresh(ctx context.Context, statements []statement) error {
	if s.config == nil {
		return s.send(ctx, statements...)
	}
	conn, err := pgx.ConnectConfig(ctx, s.config.Copy())
	if err != nil {
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == tooManyConnections {
			return s.send(ctx, statements...)
		}
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return exchange(ctx, conn, statements)
}
