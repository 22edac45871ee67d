package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Offload runs a read on a standby if one is configured and usable, and otherwise on the primary.
// The read sees everything that was committed before the call, by any server, except what commits
// lazily. It runs again on the primary if the standby fails. Therefore read must not change
// variables outside itself, and must not decide what is written: a decision needs the locks of InTx.
func Offload[T any](ctx context.Context, s *Store, read func(context.Context, *Reader) (T, error)) (T, error) {
	if s.standby == nil {
		return read(ctx, &s.Reader)
	}
	var result T
	err := s.standby.read(ctx, func(ctx context.Context, t *transaction) (err error) {
		standby := s.readerIn(ctx, t)
		result, err = read(ctx, &standby)
		return err
	})
	if err == nil {
		s.standby.reads.WithLabelValues(fromStandby).Inc()
		return result, nil
	}
	s.standby.reads.WithLabelValues(fromPrimary).Inc()
	return read(ctx, &s.Reader)
}

const (
	// standbyWait bounds how long a read waits until the standby has replayed what was committed
	// before, which includes connecting.
	standbyWait = 200 * time.Millisecond
	// replayPause is the first pause between two looks at what has been replayed. Each further one is
	// twice as long, up to maxReplayPause.
	replayPause    = time.Millisecond
	maxReplayPause = 10 * time.Millisecond
	// beginOffloaded begins a transaction in which each statement has a snapshot of its own. A pooler
	// gives a transaction one connection.
	beginOffloaded = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
)

// read runs fn in a transaction on a standby that has replayed what was committed before the call.
func (s *standby) read(ctx context.Context, fn func(context.Context, *transaction) error) error {
	if err := s.err(); err != nil {
		return err
	}
	primary, err := s.position(ctx)
	if err != nil {
		return err
	}
	share, err := s.shares.take(ctx)
	if err != nil {
		return err
	}
	defer share.giveBack()
	if err := s.err(); err != nil { // another read may have found out meanwhile
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.responds.Load(), cancel)() //nolint:contextcheck // it outlives the read
	chosen := s.chosen.Load()
	pool := s.hosts[chosen].pool
	t, err := beginRead(ctx, pool, standbyWait, primary)
	if err != nil {
		// If the caller gives up, a connection is still being opened, or all are in use, the error says
		// nothing about the standby, and it says nothing about one that was chosen meanwhile.
		stats := pool.Stats()
		says := ctx.Err() == nil && !errors.Is(err, errConnecting) && stats.InUse < stats.MaxOpenConnections
		if says && chosen == s.chosen.Load() {
			s.suspend(ctx, err)
		}
		return err
	}
	defer t.end(ctx)
	return fn(ctx, t)
}

// beginRead begins a transaction on a standby that has replayed the log up to the position.
func beginRead(ctx context.Context, pool *sql.DB, limit time.Duration, primary position) (t *transaction, err error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err = retryStale(func() error {
		conn, err := connect(limited, pool)
		if err != nil {
			return err
		}
		t = &transaction{conn: conn}
		t.queue(beginOffloaded)
		if err = awaitReplay(limited, t, primary); err != nil {
			t.end(ctx)
		}
		return err
	})
	return t, err
}

// errConnecting reports that opening a connection takes longer than a read waits.
var errConnecting = errors.New("a connection to the standby is still being opened")

// connect returns a connection of the pool. If that takes longer than ctx allows, it continues for up
// to standbyLimit, so that a later read finds the connection. A standby that is slow to connect is
// usable nevertheless, and the watch notices one that cannot be reached.
func connect(ctx context.Context, pool *sql.DB) (*sql.Conn, error) {
	type connected struct {
		conn *sql.Conn
		err  error
	}
	opened := make(chan connected)
	go func() {
		patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), standbyLimit)
		defer cancel()
		conn, err := pool.Conn(patient)
		select {
		case opened <- connected{conn, err}:
		case <-ctx.Done():
			if err == nil {
				_ = conn.Close() // returns it to the pool
			}
		}
	}()
	select {
	case got := <-opened:
		return got.conn, got.err
	case <-ctx.Done():
		return nil, errConnecting
	}
}

// end rolls the transaction back and returns its connection to the pool. It waits no longer than a
// check may take, because the standby may have stopped responding.
func (t *transaction) end(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, standbyLimit)
	defer cancel()
	t.rollback(ctx)
	_ = t.conn.Close()
}

// awaitReplay waits until the standby has replayed the log up to the position. It returns errLate
// if the standby responds, but has not done so in time.
func awaitReplay(ctx context.Context, through session, primary position) error {
	ctx, cancel := context.WithTimeout(ctx, standbyWait)
	defer cancel()
	for pause := replayPause; ; pause = min(2*pause, maxReplayPause) {
		err := checkReplayed(ctx, through, primary)
		switch {
		case pause > replayPause && err != nil && ctx.Err() != nil: // it has responded before
			return errLate
		case !errors.Is(err, errLate):
			return err
		}
		select {
		case <-ctx.Done():
			return errLate
		case <-time.After(pause):
		}
	}
}

// position returns the position of the primary. Concurrent callers share a statement that is sent
// after they have called.
func (s *standby) position(ctx context.Context) (position, error) {
	run := s.positions.Next()
	select {
	case <-run.Done:
		return run.Result, run.Err
	case <-ctx.Done():
		return position{}, ctx.Err()
	}
}
