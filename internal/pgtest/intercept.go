package pgtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"rehearse/internal/store"
)

// Intercept stands between a store and its driver, so that a test can change
// what is sent to Postgres, or when, with the code under test untouched. Every
// function may be nil and may be called from several goroutines.
type Intercept struct {
	// Rewrite answers the statement to send instead.
	Rewrite func(statement string) string
	// Before runs when a statement is about to be sent, with its text as the
	// store wrote it; "COMMIT" comes this way too. The statement waits for its
	// return and fails with its error, unsent.
	Before func(ctx context.Context, statement string) error
	// After learns how a statement that was sent ended. A query's later rows
	// are not waited for.
	After func(statement string, err error)
}

// commit is the statement text under which the end of a transaction passes.
const commit = "COMMIT"

// Intercepted connects a store to the database, through i, until the test ends.
func (d Database) Intercepted(t testing.TB, i Intercept) *store.Store {
	t.Helper()
	config, err := pgx.ParseConfig(d.DSN)
	if err != nil {
		t.Fatalf("parse the address of the test database: %v", err)
	}
	config.RuntimeParams["timezone"] = "UTC"
	pool := sql.OpenDB(interceptor{Connector: stdlib.GetConnector(*config), Intercept: i})
	pool.SetMaxOpenConns(interceptedConns)
	pool.SetMaxIdleConns(interceptedConns)
	s, err := store.New(pool)
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

// interceptedConns is more than a test holds at a gate at once: a transaction
// that waits for a connection never arrives there.
const interceptedConns = 60

// interceptor makes connections that are intercepted.
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

// pgxConn is what pgx's connections can do for database/sql. What is not
// overridden below reaches them as it is.
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

// IsValid implements driver.Validator; pgx leaves it to ResetSession.
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

// QueryContext implements driver.QueryerContext. pgx reads the first row
// before it returns, so an error of the statement is known here.
func (c interceptedConn) QueryContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.before(ctx, statement); err != nil {
		return nil, err
	}
	rows, err := c.pgxConn.QueryContext(ctx, c.rewrite(statement), args)
	c.after(statement, err)
	return rows, err
}

// PrepareContext implements driver.ConnPrepareContext. A prepared statement is
// met once, here, and not each time it runs.
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

// BeginTx implements driver.ConnBeginTx.
func (c interceptedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.pgxConn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return interceptedTx{Tx: tx, Intercept: c.Intercept, ctx: ctx}, nil
}

// Begin implements driver.Conn.
func (c interceptedConn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

type interceptedTx struct {
	driver.Tx
	Intercept
	ctx context.Context // of BeginTx: Commit is given none
}

// Commit implements driver.Tx. database/sql forgets a transaction whose commit
// fails, so one that is not sent is rolled back here.
func (tx interceptedTx) Commit() error {
	if err := tx.before(tx.ctx, commit); err != nil {
		_ = tx.Rollback()
		return err
	}
	err := tx.Tx.Commit()
	tx.after(commit, err)
	return err
}
