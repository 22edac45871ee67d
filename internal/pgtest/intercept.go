package pgtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"rehearse/internal/store"
)

// Intercept sits between a store and its driver, so that a test can change or delay the
// statements sent to Postgres without changing the code under test. With Rewrite or Before,
// the statements of a batch are sent one by one, in order, so that each can be changed or
// held. Each function may be nil and may be called concurrently.
type Intercept struct {
	// Rewrite returns the statement to send instead.
	Rewrite func(statement string) string
	// Before runs before a statement is sent, with the text of the store. Commits arrive as
	// "commit". The statement waits for Before, and fails without being sent if Before
	// returns an error.
	Before func(ctx context.Context, statement string) error
	// After receives the result of a statement. It does not wait for the later rows of a
	// query.
	After func(statement string, err error)
}

// Intercepted opens a store whose statements go through i, until the test ends.
func (d Database) Intercepted(t testing.TB, i Intercept) *store.Store {
	t.Helper()
	config, err := pgx.ParseConfig(d.DSN)
	if err != nil {
		t.Fatalf("parse the address of the test database: %v", err)
	}
	config.RuntimeParams["timezone"] = "UTC"
	config.RuntimeParams["application_name"] = storeName
	pool := sql.OpenDB(interceptor{Connector: stdlib.GetConnector(*config), Intercept: i})
	pool.SetMaxOpenConns(interceptedConns)
	pool.SetMaxIdleConns(interceptedConns)
	s, err := store.New(pool, patient(store.Options{}))
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the test database: %v", err)
		}
	})
	return s
}

// interceptedConns exceeds the number of statements that a test holds at once: a
// transaction that waits for a connection would never reach the gate.
const interceptedConns = 60

// interceptor is a driver.Connector of intercepted connections.
type interceptor struct {
	driver.Connector
	Intercept
}

// Connect implements driver.Connector.
func (c interceptor) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return interceptedConn{pgxConn: conn.(pgxConn), Intercept: c.Intercept}, nil
}

func (i Intercept) before(ctx context.Context, statement string) error {
	if i.Before == nil {
		return nil
	}
	return i.Before(ctx, statement)
}

func (i Intercept) rewrite(statement string) string {
	if i.Rewrite == nil {
		return statement
	}
	return i.Rewrite(statement)
}

func (i Intercept) after(statement string, err error) {
	if i.After != nil {
		i.After(statement, err)
	}
}

// pgxConn is the set of database/sql interfaces that pgx's connections implement. Methods
// that are not overridden below go to pgx directly.
type pgxConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.NamedValueChecker
	driver.SessionResetter
}

type interceptedConn struct {
	pgxConn
	Intercept
}

var (
	_ pgxConn          = interceptedConn{}
	_ driver.Validator = interceptedConn{}
)

// IsValid implements driver.Validator. pgx uses ResetSession instead.
func (c interceptedConn) IsValid() bool {
	if v, ok := c.pgxConn.(driver.Validator); ok {
		return v.IsValid()
	}
	return true
}

// ExecContext implements driver.ExecerContext.
func (c interceptedConn) ExecContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.before(ctx, statement); err != nil {
		return nil, err
	}
	result, err := c.pgxConn.ExecContext(ctx, c.rewrite(statement), args)
	c.after(statement, err)
	return result, err
}

// QueryContext implements driver.QueryerContext. pgx reads the first row before it returns,
// so the statement's error is known here.
func (c interceptedConn) QueryContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.before(ctx, statement); err != nil {
		return nil, err
	}
	rows, err := c.pgxConn.QueryContext(ctx, c.rewrite(statement), args)
	c.after(statement, err)
	return rows, err
}

// PrepareContext implements driver.ConnPrepareContext. A prepared statement is intercepted
// once, here, and not on each execution.
func (c interceptedConn) PrepareContext(ctx context.Context, statement string) (driver.Stmt, error) {
	if err := c.before(ctx, statement); err != nil {
		return nil, err
	}
	prepared, err := c.pgxConn.PrepareContext(ctx, c.rewrite(statement))
	c.after(statement, err)
	return prepared, err
}

// Prepare implements driver.Conn.
func (c interceptedConn) Prepare(statement string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), statement)
}

// Direct returns the connection for use without database/sql.
func (c interceptedConn) Direct() store.Conn {
	return directConn{conn: c.pgxConn.(*stdlib.Conn).Conn(), Intercept: c.Intercept}
}

// directConn is an intercepted pgx connection.
type directConn struct {
	conn *pgx.Conn
	Intercept
}

// Query implements store.Conn.
func (c directConn) Query(ctx context.Context, statement string, args ...any) (pgx.Rows, error) {
	if err := c.before(ctx, statement); err != nil {
		return nil, err
	}
	rows, err := c.conn.Query(ctx, c.rewrite(statement), args...)
	return c.watch(statement, rows, err)
}

// watch calls After when the rows have been read.
func (c directConn) watch(statement string, rows pgx.Rows, err error) (pgx.Rows, error) {
	if err != nil {
		c.after(statement, err)
		return nil, err
	}
	return watchedRows{Rows: rows, ended: sync.OnceFunc(func() { c.after(statement, rows.Err()) })}, nil
}

type watchedRows struct {
	pgx.Rows
	ended func()
}

// Close implements pgx.Rows.
func (r watchedRows) Close() {
	r.Rows.Close()
	r.ended()
}

// SendBatch implements store.Conn.
func (c directConn) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	results := &interceptedBatch{ctx: ctx, conn: c, queued: b.QueuedQueries}
	if c.Before == nil && c.Rewrite == nil {
		results.BatchResults = c.conn.SendBatch(ctx, b)
	}
	return results
}

// interceptedBatch supports only Query, the one method that the store uses.
type interceptedBatch struct {
	pgx.BatchResults // nil if statements are sent one by one

	ctx    context.Context
	conn   directConn
	queued []*pgx.QueuedQuery
}

// Query implements pgx.BatchResults.
func (b *interceptedBatch) Query() (pgx.Rows, error) {
	next := b.queued[0]
	b.queued = b.queued[1:]
	if b.BatchResults == nil {
		return b.conn.Query(b.ctx, next.SQL, next.Arguments...)
	}
	rows, err := b.BatchResults.Query()
	return b.conn.watch(next.SQL, rows, err)
}

// Close implements pgx.BatchResults.
func (b *interceptedBatch) Close() error {
	if b.BatchResults == nil {
		return nil
	}
	return b.BatchResults.Close()
}
