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
	// readyLimit bounds one look at the database.
	readyLimit = 2 * time.Second
	// readyFor is how long its result is used, so that probes cannot be a load.
	readyFor = time.Second
)

var errReadOnly = errors.New("the database is read-only")

// modules loads what a session loads when it books: plpgsql, by being a block of it, and
// btree_gist, wherever its functions are. A session that exists has both in memory; a new one
// reads them from the disk of Postgres.
const modules = `DO $$ BEGIN EXECUTE (SELECT format('SELECT %I.int8_dist(1, 2)', n.nspname)
	FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'btree_gist'); END $$`

// bookingTables reads a row of each table that a booking reads or writes.
const bookingTables = `SELECT current_setting('transaction_read_only') = 'on',
	(SELECT count(*) FROM (SELECT FROM booking_policy LIMIT 1) t), (SELECT count(*) FROM (SELECT FROM students LIMIT 1) t),
	(SELECT count(*) FROM (SELECT FROM interviewers LIMIT 1) t), (SELECT count(*) FROM (SELECT FROM slots LIMIT 1) t),
	(SELECT count(*) FROM (SELECT FROM interviews LIMIT 1) t), (SELECT count(*) FROM (SELECT FROM holds LIMIT 1) t),
	(SELECT count(*) FROM (SELECT FROM waivers LIMIT 1) t), (SELECT count(*) FROM (SELECT FROM events LIMIT 1) t),
	(SELECT count(*) FROM (SELECT FROM idempotency_keys LIMIT 1) t)`

// fewBytes lets the next statement keep no more than this in memory, and write the rest to disk.
const fewBytes = "SELECT set_config('work_mem', '64kB', true)"

// room writes about a megabyte to a temporary file, which Postgres deletes at once. When its disk
// is full, this fails as an insert would, and unlike an insert it leaves nothing behind.
const room = "SELECT count(*) FROM generate_series(1, 32768)"

// readiness is the last result of a look at the database. Those who ask while one is under way
// share it.
type readiness struct {
	mu   sync.Mutex
	look rate.Sometimes
	err  error
}

// Ready reports whether bookings can be made: a new connection loads what they need, finds their
// tables and room on the disk, and may write. The result may be a second old.
func (s *Store) Ready(ctx context.Context) error {
	s.ready.mu.Lock()
	defer s.ready.mu.Unlock()
	s.ready.look.Do(func() {
		// One caller's impatience is not the others' result.
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyLimit)
		defer cancel()
		s.ready.err = fault(s.look(bounded), "check that bookings can be written")
	})
	return s.ready.err
}

func (s *Store) look(ctx context.Context) error {
	readOnly, rows := false, 0
	statements := []statement{{text: modules}, {text: bookingTables, row: func(r pgx.Rows) error {
		rows++
		return r.Scan(append([]any{&readOnly}, make([]any, len(r.FieldDescriptions())-1)...)...)
	}}, {text: fewBytes}, {text: room}}
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

// sendAfresh sends on a connection of its own, which a running pool does not show to be
// available. Where the server has none left, the pool's will do: they are at work.
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
