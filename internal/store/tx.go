package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"slices"
	"time"

	"rehearse/internal/booking"
)

const commit = "commit"

// A transaction is a session within one transaction, for pgx and for GORM. Statements
// without results are queued and sent with the next statement, which saves round trips.
type transaction struct {
	conn   *sql.Conn
	queued []statement
	begun  bool // a statement was sent

	discarded bool // roll back even on success

	slotChanges []slotChange // not written yet
	toldAt      time.Time    // time of the last event; zero means none

	changesInterviewers bool
	students            []booking.StudentID // locked students, who may be changed
}

// begin returns a transaction on the connection, with its first statements queued.
func begin(conn *sql.Conn, after timeouts) *transaction {
	t := &transaction{conn: conn}
	t.queue("begin")
	t.queue("SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true)",
		after.lock, after.statement)
	return t
}

func (t *transaction) queue(text string, args ...any) {
	t.queued = append(t.queued, statement{text: text, args: args})
}

// send implements session.
func (t *transaction) send(ctx context.Context, statements ...statement) error {
	all := slices.Concat(t.queued, statements)
	if len(all) == 0 {
		return nil
	}
	t.queued, t.begun = nil, true
	return sendOn(ctx, t.conn, all)
}

// commit commits the transaction. If it fails, only rollback may follow.
func (t *transaction) commit(ctx context.Context) error {
	if !t.begun {
		return nil // the database was not used
	}
	t.writeSlotHistory()
	return t.send(ctx, statement{text: commit})
}

// rollback rolls the transaction back. If that fails, it closes the connection, and
// Postgres rolls back.
func (t *transaction) rollback(ctx context.Context) {
	if !t.begun {
		return
	}
	t.queued = nil
	if t.send(ctx, statement{text: "rollback"}) != nil {
		_ = t.conn.Raw(func(any) error { return driver.ErrBadConn }) // discards the connection
	}
}

// The methods below implement gorm.ConnPool.

// PrepareContext implements gorm.ConnPool.
func (t *transaction) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := t.send(ctx); err != nil {
		return nil, err
	}
	return t.conn.PrepareContext(ctx, query)
}

// ExecContext implements gorm.ConnPool.
func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := t.send(ctx); err != nil {
		return nil, err
	}
	return t.conn.ExecContext(ctx, query, args...)
}

// QueryContext implements gorm.ConnPool.
func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.send(ctx); err != nil {
		return nil, err
	}
	return t.conn.QueryContext(ctx, query, args...)
}

// QueryRowContext implements gorm.ConnPool. A sql.Row cannot carry the error of the
// queued statements, but such an error aborts the transaction, so the query fails as
// well.
func (t *transaction) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	_ = t.send(ctx)
	return t.conn.QueryRowContext(ctx, query, args...)
}
