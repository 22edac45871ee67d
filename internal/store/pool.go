package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"

	"rehearse/internal/store/primary"
)

// pooled sends statements to the connections of a pool, for pgx and for GORM. A Reader
// outside a transaction reaches the pool only through it, so each of its statements
// counts toward its caller's share.
type pooled struct {
	pool    *sql.DB
	shares  *shares
	watch   *primary.Watch // nil if the pool was given
	standIn *standIn       // serves stale reads while the database is away
}

var (
	_ session       = pooled{}
	_ gorm.ConnPool = pooled{}
)

// pingAfter is the idle time after which a connection must respond before it is used, and
// pingTimeout is how long it may take.
const pingAfter, pingTimeout = time.Second, 3 * time.Second

// responds pings a connection that was idle. If it does not respond, pgx closes it, and its own
// ping, which responds reports to be due, fails at once. The own ping has no time limit.
func responds(ctx context.Context, p stdlib.ShouldPingParams) bool {
	if p.IdleDuration < pingAfter {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	return p.Conn.Ping(ctx) != nil
}

// maxStale is the number of stale connections that a statement tries.
const maxStale = 3

// usable returns an error while the database is known to be away. Requests are then refused at
// once, instead of each waiting for a connection.
func (p pooled) usable() error {
	if p.watch == nil {
		return nil
	}
	if err := p.watch.Err(); err != nil {
		return awayError{err}
	}
	return nil
}

// take reserves a connection of the share of the context's caller, and returns the pool that it
// belongs to: that of a standby if the database is away and the context allows stale reads.
func (p pooled) take(ctx context.Context) (*sql.DB, *share, error) {
	pool := p.pool
	if err := p.usable(); err != nil {
		if pool = p.standIn.pool(ctx); pool == nil {
			return nil, nil, err
		}
	}
	share, err := p.shares.take(ctx)
	return pool, share, err
}

// conn returns a connection of a pool that take has returned. It returns one of a standby if the
// database cannot be reached, but is not known to be away yet.
func (p pooled) conn(ctx context.Context, pool *sql.DB) (*sql.Conn, error) {
	conn, err := pool.Conn(ctx)
	if err != nil && pool == p.pool && isUnavailable(err) {
		if standby := p.standIn.pool(ctx); standby != nil {
			return standby.Conn(ctx)
		}
	}
	return conn, err
}

// send implements session.
func (p pooled) send(ctx context.Context, statements ...statement) error {
	pool, share, err := p.take(ctx)
	if err != nil {
		return err
	}
	defer share.giveBack()
	return retryStale(func() error { return p.sendOnce(ctx, pool, statements) })
}

func (p pooled) sendOnce(ctx context.Context, pool *sql.DB, statements []statement) error {
	conn, err := p.conn(ctx, pool)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // returns it to the pool
	return sendOn(ctx, conn, statements)
}

// Busy reports whether at least half of the connections of the pool are in use. If so, work that
// can wait leaves the database to requests.
func (s *Store) Busy() bool {
	stats := s.pool.Stats()
	return 2*stats.InUse >= stats.MaxOpenConnections
}

// The methods below implement gorm.ConnPool.

// PrepareContext implements gorm.ConnPool. It is unsupported, because a prepared
// statement would bypass the share; pgx prepares statements itself.
func (p pooled) PrepareContext(context.Context, string) (*sql.Stmt, error) {
	return nil, errors.ErrUnsupported
}

// ExecContext implements gorm.ConnPool.
func (p pooled) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	pool, share, err := p.take(ctx)
	if err != nil {
		return nil, err
	}
	defer share.giveBack()
	return pool.ExecContext(ctx, query, args...)
}

// QueryContext implements gorm.ConnPool.
func (p pooled) QueryContext(ctx context.Context, query string, args ...any) (rows *sql.Rows, err error) {
	err = p.startQuery(ctx, func(conn *sql.Conn) error {
		rows, err = conn.QueryContext(ctx, query, args...) //nolint:rowserrcheck,sqlclosecheck // the caller, GORM, reads and closes them
		return err
	})
	return rows, err
}

// QueryRowContext implements gorm.ConnPool.
func (p pooled) QueryRowContext(ctx context.Context, query string, args ...any) (row *sql.Row) {
	err := p.startQuery(ctx, func(conn *sql.Conn) error {
		row = conn.QueryRowContext(ctx, query, args...)
		return row.Err()
	})
	if err != nil && row == nil { // only a query makes a sql.Row; this one fails before it is sent
		row = p.pool.QueryRowContext(failedContext{ctx, err}, query, args...) //nolint:contextcheck // it wraps ctx
	}
	return row
}

// A failedContext has ended with a given error.
type failedContext struct {
	context.Context
	err error
}

var closedChannel = func() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}()

// Done implements context.Context.
func (failedContext) Done() <-chan struct{} { return closedChannel }

// Err implements context.Context.
func (c failedContext) Err() error { return c.err }

// startQuery starts a query. Its connection and its share are released when its rows are
// closed.
func (p pooled) startQuery(ctx context.Context, query func(*sql.Conn) error) error {
	pool, share, err := p.take(ctx)
	if err != nil {
		return err
	}
	var conn *sql.Conn
	err = retryStale(func() (err error) {
		if conn, err = p.conn(ctx, pool); err != nil {
			return err
		}
		if err = query(conn); err != nil {
			_ = conn.Close()
		}
		return err
	})
	if err != nil {
		share.giveBack()
		return err
	}
	go func() {
		_ = conn.Close() // waits for the rows
		share.giveBack()
	}()
	return nil
}

// retryStale runs send until it meets a connection that is not stale, at most maxStale
// times.
func retryStale(send func() error) error {
	for tried := 1; ; tried++ {
		if err := send(); !isStale(err) || tried == maxStale {
			return err
		}
	}
}

// isStale reports whether a connection was gone before anything was sent on it.
func isStale(err error) bool { return errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err) }
