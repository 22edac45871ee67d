package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"testing"
	"testing/synctest"
)

// slowConnector opens a connection when it is released.
type slowConnector struct {
	driver.Connector
	release chan struct{}
}

type bareConn struct{ driver.Conn }

func (bareConn) Close() error { return nil }

func (c slowConnector) Connect(ctx context.Context) (driver.Conn, error) {
	select {
	case <-c.release:
		return bareConn{}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// A connection that takes longer than a read waits is opened for the next read.
func TestSlowConnectionIsOpenedForLaterReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		connector := slowConnector{release: make(chan struct{})}
		pool := sql.OpenDB(connector)
		defer func() { _ = pool.Close() }()
		impatient, cancel := context.WithTimeout(t.Context(), standbyWait)
		defer cancel()
		if _, err := connect(impatient, pool); !errors.Is(err, errConnecting) {
			t.Fatalf("connect returned %v, want errConnecting", err)
		}
		close(connector.release)
		synctest.Wait()
		if idle := pool.Stats().Idle; idle != 1 {
			t.Fatalf("the pool has %d connections, want 1", idle)
		}
		conn, err := connect(t.Context(), pool)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
	})
}
