package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"testing"
)

// refusingConnector counts the connections that it refuses.
type refusingConnector struct {
	err   error
	asked int
}

// Connect implements driver.Connector.
func (c *refusingConnector) Connect(context.Context) (driver.Conn, error) {
	c.asked++
	return nil, c.err
}

// Driver implements driver.Connector.
func (*refusingConnector) Driver() driver.Driver { return nil }

// A row whose query cannot start returns the reason. It does not send the query again outside
// the caller's share.
func TestRowOfAQueryThatCannotStart(t *testing.T) {
	t.Parallel()
	connector := &refusingConnector{err: errors.New("no connection")}
	pool := sql.OpenDB(connector)
	defer pool.Close()
	err := pooled{pool: pool, shares: newShares(1)}.QueryRowContext(t.Context(), "SELECT 1").Scan(new(int))
	if !errors.Is(err, connector.err) {
		t.Errorf("Scan() = %v, want %v", err, connector.err)
	}
	if connector.asked != 1 {
		t.Errorf("the row asked for %d connections, want 1", connector.asked)
	}
}
