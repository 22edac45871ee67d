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

// transaction is a session within one transaction, for pgx and for GORM. What
// answers nothing need not be sent by itself: it is queued, and goes with the
// next statement.
type transaction struct {
	conn   *sql.Conn
	queued []statement
	begun  bool // something was sent

	discarded bool // it rolls back, whatever its result

	slotChanges []slotChange // still to be written
	toldAt      time.Time    // when its last event happened; zero for none

	changesInterviewers bool
	students            []booking.StudentID // who are locked: they may be changed
}

// begin queues what begins a transaction on the connection.
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

// commit ends the transaction; whatever it fails with, nothing more is to be
// sent but rollback.
func (t *transaction) commit(ctx context.Context) error {
	if !t.begun {
		return nil // nothing was asked of the database
	}
	t.writeSlotHistory()
	return t.send(ctx, statement{text: commit})
}

// rollback ends the transaction, or its connection, at which Postgres does so.
func (t *transaction) rollback(ctx context.Context) {
	if !t.begun {
		return
	}
	t.queued = nil
	if t.send(ctx, statement{text: "rollback"}) != nil {
		_ = t.conn.Raw(func(any) error { return driver.ErrBadConn }) // throws it away
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

// QueryRowContext implements gorm.ConnPool. A row cannot tell that what was
// queued has failed; the transaction has then, and fails the query, too.
func (t *transaction) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	_ = t.send(ctx)
	return t.conn.QueryRowContext(ctx, query, args...)
}
