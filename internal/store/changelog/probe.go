package changelog

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrNotWoken reports that a wake-up did not arrive.
var ErrNotWoken = errors.New("the wake-up did not arrive")

const (
	// probeChannel is not the channel of the servers, so a probe does not wake them.
	probeChannel  = "rehearse_probe"
	probePatience = 2 * time.Second
)

// Probe sends a wake-up with notify, and returns ErrNotWoken if it does not arrive on a new
// connection. Behind a pooler that pools transactions, it does not.
func Probe(ctx context.Context, config *pgx.ConnConfig, notify func(ctx context.Context, statement string) error) error {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer func() { _ = closeConn(ctx, conn) }()
	if _, err := conn.Exec(ctx, "LISTEN "+probeChannel); err != nil {
		return err
	}
	if err := notify(ctx, "NOTIFY "+probeChannel); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	if _, err = conn.WaitForNotification(waiting); pgconn.Timeout(err) {
		return ErrNotWoken
	}
	return err
}
