package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"

	"rehearse/internal/memory"
)

// What is done most is said to pgx itself, past GORM and database/sql: on the
// same connections of the same pool, in the same transactions.

// Conn is what the store asks of a connection past database/sql; a *pgx.Conn is
// one. A connection of another driver than pgx's own has it as Direct().
type Conn interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// statement is one that is sent to pgx, and what reads each row of its answer;
// nil where nothing is to be read.
type statement struct {
	text string
	args []any
	row  func(pgx.Rows) error
}

// session is where statements go: a connection of the pool, or that of a
// transaction. What is sent together takes one round trip; when one fails, those
// after it have not been executed.
type session interface {
	send(ctx context.Context, statements ...statement) error
}

// each reads every row into a list. places names, for each column, where in a T
// it goes.
func each[T any](into *[]T, places func(*T) []any) func(pgx.Rows) error {
	row := new(T)
	to := places(row)
	return func(rows pgx.Rows) error {
		*row = *new(T)
		err := rows.Scan(to...)
		*into = append(*into, *row)
		return err
	}
}

// only reads the one row of an answer, and counts it.
func only[T any](into *T, found *int, places func(*T) []any) func(pgx.Rows) error {
	to := places(into)
	return func(rows pgx.Rows) error {
		*found++
		return rows.Scan(to...)
	}
}

// one sends a statement that answers one row, or pgx.ErrNoRows.
func one[T any](ctx context.Context, through session, places func(*T) []any, text string, args ...any) (T, error) {
	var row T
	var found int
	err := through.send(ctx, statement{text, args, only(&row, &found, places)})
	if err == nil && found == 0 {
		err = pgx.ErrNoRows
	}
	return row, err
}

// sendOn sends on a connection. driver.ErrBadConn is a connection that was gone
// before anything was sent on it, and is thrown away.
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

// exchange sends statements in one round trip and reads what they answer.
func exchange(ctx context.Context, conn Conn, statements []statement) (err error) {
	if len(statements) == 1 {
		rows, err := conn.Query(ctx, statements[0].text, statements[0].args...)
		if err != nil {
			return err
		}
		return statements[0].read(ctx, rows)
	}
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
	taken := tally{meter: memory.MeterOf(ctx)}
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
	_ = taken.charge() // too little to refuse
	if rows.Err() == nil && s.text == commit && rows.CommandTag().String() != "COMMIT" {
		return pgx.ErrTxCommitRollback // Postgres calls that no error
	}
	return rows.Err()
}

// conditions are what stands in a WHERE clause, with ? for each argument, and
// arrays as slices. GORM takes them by on, and numbered makes pgx's text of it.
type conditions struct {
	text string
	args []any
}

func (c *conditions) and(text string, args ...any) {
	if c.text != "" {
		c.text += " AND "
	}
	c.text += text
	c.args = append(c.args, args...)
}

// on narrows what GORM asks, which would write a slice as a list of parameters.
func (c conditions) on(db *gorm.DB) *gorm.DB {
	args := make([]any, len(c.args))
	for i, arg := range c.args {
		switch arg := arg.(type) {
		case []int64:
			args[i] = ids[int64](arg)
		case []string:
			args[i] = texts(arg)
		case []time.Time:
			args[i] = instants(arg)
		default:
			args[i] = arg
		}
	}
	return db.Where(c.text, args...)
}

// numbered is a statement with $1, $2 and so on for its question marks.
func numbered(text string) string {
	var out strings.Builder
	out.Grow(len(text) + 16)
	for n := 1; ; n++ {
		before, after, found := strings.Cut(text, "?")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		out.WriteByte('$')
		out.WriteString(strconv.Itoa(n))
		text = after
	}
}
