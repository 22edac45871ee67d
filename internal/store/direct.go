package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
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

// each is a row function that collects what it reads.
func each[T any](into *[]T, read pgx.RowToFunc[T]) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		one, err := read(rows)
		*into = append(*into, one)
		return err
	}
}

// one sends a statement that answers one row, if what it names is there.
func one[T any](ctx context.Context, to session, read pgx.RowToFunc[T], text string, args ...any) (T, error) {
	var found []T
	err := to.send(ctx, statement{text, args, each(&found, read)})
	if err != nil || len(found) > 0 {
		return append(found, *new(T))[0], err
	}
	return *new(T), pgx.ErrNoRows
}

// pooled sends to any connection of the pool.
type pooled struct{ *sql.DB }

// maxStale is how many connections that turn out to be gone a statement tries.
const maxStale = 3

func (p pooled) send(ctx context.Context, statements ...statement) error {
	for tried := 1; ; tried++ {
		err := p.sendOnce(ctx, statements)
		if !errors.Is(err, driver.ErrBadConn) || tried == maxStale {
			return err
		}
	}
}

func (p pooled) sendOnce(ctx context.Context, statements []statement) error {
	conn, err := p.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // gives it back
	return sendOn(ctx, conn, statements)
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
		return nil, fmt.Errorf("a connection that is no pgx: %T", of)
	}
}

// exchange sends statements in one round trip and reads what they answer.
func exchange(ctx context.Context, conn Conn, statements []statement) (err error) {
	if len(statements) == 1 {
		rows, err := conn.Query(ctx, statements[0].text, statements[0].args...)
		if err != nil {
			return err
		}
		return statements[0].read(rows)
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
		if err := s.read(rows); err != nil {
			return err
		}
	}
	return nil
}

func (s statement) read(rows pgx.Rows) error {
	defer rows.Close()
	for rows.Next() {
		if s.row == nil {
			continue
		}
		if err := s.row(rows); err != nil {
			return err
		}
	}
	if rows.Err() == nil && s.text == commit && rows.CommandTag().String() != "COMMIT" {
		return pgx.ErrTxCommitRollback // Postgres calls that no error
	}
	return rows.Err()
}

// conditions are what stands in a WHERE clause, with ? for each argument: GORM
// takes them so, and numbered makes pgx's text of it.
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

// on narrows what GORM asks.
func (c conditions) on(db *gorm.DB) *gorm.DB { return db.Where(c.text, c.args...) }

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
