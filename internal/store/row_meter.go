package store

import (
	"context"
	"database/sql/driver"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"rehearse/internal/meter"
)

// Each row is charged to the meter of the operation that reads it, because a page of
// rows may exceed an operation's memory: a note has up to 16 KB.

// memoryOfRow is the approximate memory of a row in addition to its texts.
const memoryOfRow = 128

// A tally adds up the sizes of rows and charges them in chunks.
type tally struct {
	meter meter.Meter // may be nil
	size  int
}

func (t *tally) add(size int) error {
	const worth = 4 << 10
	if t.size += memoryOfRow + size; t.size < worth {
		return nil
	}
	return t.charge()
}

func (t *tally) charge() error {
	size := t.size
	t.size = 0
	if t.meter == nil || size == 0 {
		return nil
	}
	return t.meter.Hold(size)
}

// addRaw adds the current row of pgx rows.
func (t *tally) addRaw(rows pgx.Rows) error {
	if t.meter == nil {
		return nil
	}
	size := 0
	for _, value := range rows.RawValues() {
		size += len(value)
	}
	return t.add(size)
}

// meteredConn is a connection that charges the rows that database/sql, and therefore GORM,
// reads.
type meteredConn struct {
	*stdlib.Conn
	closed func() // called once it is closed
}

// Close implements driver.Conn.
func (c meteredConn) Close() error {
	defer c.closed()
	return c.Conn.Close()
}

// Direct returns the underlying pgx connection. exchange charges the rows read through
// it.
func (c meteredConn) Direct() Conn { return c.Conn.Conn() }

// QueryContext implements driver.QueryerContext.
func (c meteredConn) QueryContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.Conn.QueryContext(ctx, statement, args)
	if err != nil {
		return nil, err
	}
	of, is := rows.(*stdlib.Rows)
	meter := meter.From(ctx)
	if !is || meter == nil {
		return rows, nil
	}
	return &meteredRows{of, tally{meter: meter}}, nil
}

type meteredRows struct {
	*stdlib.Rows
	tally
}

// Next implements driver.Rows.
func (r *meteredRows) Next(into []driver.Value) error {
	if err := r.Rows.Next(into); err != nil {
		return err
	}
	size := 0
	for _, value := range into {
		switch v := value.(type) {
		case string:
			size += len(v)
		case []byte:
			size += len(v)
		}
	}
	return r.add(size)
}

// Close implements driver.Rows. The uncharged rest is too small to refuse.
func (r *meteredRows) Close() error {
	_ = r.charge()
	return r.Rows.Close()
}
