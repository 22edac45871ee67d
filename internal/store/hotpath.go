package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"rehearse/internal/meter"
)

// The most frequent statements go to pgx directly instead of through GORM and
// database/sql. They use the same pool, connections and transactions.

// Conn is the part of *pgx.Conn that the store uses. A connection of a driver that wraps
// pgx returns it from Direct().
type Conn interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// statement is an SQL statement for pgx. row scans each row of the result; it is nil if
// there is nothing to read.
type statement struct {
	text string
	args []any
	row  func(pgx.Rows) error
}

// session sends statements on a connection of the pool or of a transaction. Statements
// sent together take one round trip; if one fails, the following ones are not executed.
type session interface {
	send(ctx context.Context, statements ...statement) error
}

// each returns a function that scans rows and appends them to a list. targets returns the
// scan targets in a T.
func each[T any](into *[]T, targets func(*T) []any) func(pgx.Rows) error {
	row := new(T)
	to := targets(row)
	return func(rows pgx.Rows) error {
		*row = *new(T)
		err := rows.Scan(to...)
		*into = append(*into, *row)
		return err
	}
}

// only returns a function that scans a single row and counts the rows.
func only[T any](into *T, found *int, targets func(*T) []any) func(pgx.Rows) error {
	to := targets(into)
	return func(rows pgx.Rows) error {
		*found++
		return rows.Scan(to...)
	}
}

// one sends a statement that returns one row, and returns it or pgx.ErrNoRows.
func one[T any](ctx context.Context, through session, targets func(*T) []any, text string, args ...any) (T, error) {
	var row T
	var found int
	err := through.send(ctx, statement{text, args, only(&row, &found, targets)})
	if err == nil && found == 0 {
		err = pgx.ErrNoRows
	}
	return row, err
}

// sendOn sends statements on a connection. It returns driver.ErrBadConn if the connection
// was lost before anything was sent, so that database/sql discards it.
func sendOn(ctx context.Context, conn *sql.Conn, statements []statement) error {
	return conn.Raw(func(of any) error {
		direct, err := directly(of)
		if err == nil {
			err = exchange(ctx, direct, statements)
		}
		if err != nil && pgconn.SafeToRetry(err) && ctx.Err() == nil {
			return driver.ErrBadConn
		}
		return err
	})
}

func directly(of any) (Conn, error) {
	switch conn := of.(type) {
	case *stdlib.Conn:
		return conn.Conn(), nil
	case interface{ Direct() Conn }:
		return conn.Direct(), nil
	default:
		return nil, fmt.Errorf("the connection is a %T; a pgx connection is expected", of)
	}
}

// exchange sends statements and reads the results.
func exchange(ctx context.Context, conn Conn, statements []statement) error {
	if len(statements) > 1 {
		return together(ctx, conn, statements) // otherwise each takes a round trip (BenchmarkBookSlot)
	}
	for _, s := range statements {
		rows, err := conn.Query(ctx, s.text, s.args...)
		if err != nil {
			return err
		}
		if err := s.read(ctx, rows); err != nil {
			return err
		}
	}
	return nil
}

// together is like exchange, in one round trip.
func together(ctx context.Context, conn Conn, statements []statement) (err error) {
	batch := &pgx.Batch{}
	for _, s := range statements {
		batch.Queue(s.text, s.args...)
	}
	results := conn.SendBatch(ctx, batch)
	defer func() {
		if closed := results.Close(); err == nil {
			err = closed
		}
	}()
	for _, s := range statements {
		rows, err := results.Query()
		if err != nil {
			return err
		}
		if err := s.read(ctx, rows); err != nil {
			return err
		}
	}
	return nil
}

func (s statement) read(ctx context.Context, rows pgx.Rows) error {
	defer rows.Close()
	taken := tally{meter: meter.From(ctx)}
	for rows.Next() {
		if s.row == nil {
			continue
		}
		if err := taken.addRaw(rows); err != nil {
			return err
		}
		if err := s.row(rows); err != nil {
			return err
		}
	}
	_ = taken.charge() // too small to be refused
	if rows.Err() == nil && s.text == commitText && rows.CommandTag().String() != "COMMIT" {
		return pgx.ErrTxCommitRollback // Postgres does not report an error
	}
	return rows.Err()
}
