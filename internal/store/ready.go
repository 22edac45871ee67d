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

// loadModules loads the libraries that a booking needs: plpgsql, because it is a plpgsql
// block, and btree_gist, in whichever schema it is installed. An existing session has
// both in memory; a new one reads them from the disk.
const loadModules = `DO $$ BEGIN EXECUTE (SELECT format('SELECT %I.int8_dist(1, 2)', n.nspname)
	FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'btree_gist'); END $$`

// bookingTables reads a row of each table that a booking reads or writes, and the clock.
const bookingTables = `SELECT clock_timestamp(),
	(SELECT count(*) FROM (SELECT FROM booking_policy LIMIT 1) t), (SELECT count(*) FROM (SELECT FROM students LIMIT 1) t),
	(SELECT count(*) FROM (SELECT FROM interviewers LIMIT 1) t), (SELECT count(*) FROM (SELECT FROM slots LIMIT 1) t),
	(SELECT count(*) FROM (SELECT FROM interviews LIMIT 1) t), (SELECT count(*) FROM (SELECT FROM holds LIMIT 1) t),
	(SELECT count(*) FROM (SELECT FROM waivers LIMIT 1) t), (SELECT count(*) FROM (SELECT FROM events LIMIT 1) t),
	(SELECT count(*) FROM (SELECT FROM idempotency_keys LIMIT 1) t)`

// bookingWrites writes what a booking writes. The first statements change no row, but fail if the
// database is read-only or the user may not write to a table. The last INSERT adds a row to changes,
// which is rolled back; changes has no sequence, so no id is used up.
const bookingWrites = `DO $$ BEGIN
	UPDATE students SET name = name WHERE false;
	UPDATE slots SET status = status WHERE false;
	UPDATE interviews SET status = status WHERE false;
	INSERT INTO interviews (slot_id) SELECT slot_id FROM interviews WHERE false;
	INSERT INTO holds (slot_id) SELECT slot_id FROM holds WHERE false;
	INSERT INTO events (kind) SELECT kind FROM events WHERE false;
	INSERT INTO idempotency_keys (key) SELECT key FROM idempotency_keys WHERE false;
	INSERT INTO changes DEFAULT VALUES;
	RAISE EXCEPTION USING ERRCODE = 'RB000';
EXCEPTION WHEN SQLSTATE 'RB000' THEN NULL; -- the block is rolled back
END $$`

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
// libraries that a booking needs, reads its tables, writes to them without a trace, checks that
// the database has disk space, and compares the clocks. The result may be a second old.
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

// errUnconfirmed reports that Postgres executes statements and does not confirm a commit.
var errUnconfirmed = errors.New("the commit was not confirmed in time")

func (s *Store) checkReady(ctx context.Context) error {
	if err := s.through.usable(); err != nil {
		return err
	}
	var clock time.Time
	rows := 0
	statements := []statement{{text: "begin"}, {text: loadModules}, {text: bookingTables, row: func(r pgx.Rows) error {
		rows++
		return r.Scan(append([]any{&clock}, make([]any, len(r.FieldDescriptions())-1)...)...)
	}}, {text: limitWorkMem}, {text: writeTempFile}, {text: bookingWrites}}
	before := s.skew.now()
	err := s.onFreshConn(ctx, func(conn Conn) error {
		if err := exchange(ctx, conn, statements); err != nil {
			return err
		}
		// The transaction has drawn an id, so its commit waits for synchronous standbys as any other.
		err := exchange(ctx, conn, []statement{{text: commitText}})
		if isTimeout(err) {
			return fmt.Errorf("%w: %w", errUnconfirmed, err)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case rows != 1:
		return fmt.Errorf("the check of the tables returned %d rows; 1 is expected", rows)
	}
	return s.skew.measure(ctx, before, clock)
}

// onFreshConn calls do with a new connection, because the pool's open connections do not prove
// that new ones can be made. If the server has no connection left, it uses one of the pool.
func (s *Store) onFreshConn(ctx context.Context, do func(Conn) error) error {
	if s.config == nil {
		return s.onPooledConn(ctx, do)
	}
	config := s.config.Copy()
	s.watch.Prefer(config)
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == tooManyConnections {
			return s.onPooledConn(ctx, do)
		}
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return do(conn)
}

func (s *Store) onPooledConn(ctx context.Context, do func(Conn) error) error {
	conn, err := s.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // returns it to the pool, which discards it in a transaction
	return conn.Raw(func(of any) error {
		direct, err := directly(of)
		if err == nil {
			err = do(direct)
		}
		return err
	})
}
