package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// A server that is frozen or loses its network inside a transaction keeps its locks only for
// IdleTimeout. Its transaction is rolled back.
func TestLostServerReleasesItsLocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		idle     time.Duration
		network  bool // the server loses its network, else it is frozen
		patience time.Duration
		releases bool
	}{
		{"a frozen server", 200 * time.Millisecond, false, 0, true},
		{"a server without a network", 200 * time.Millisecond, true, 0, true},
		{"without the limit", time.Hour, true, 2 * time.Second, false}, // negative control
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			proxy := db.Proxy(t)
			other := db.Open(t, store.Options{LockTimeout: c.patience})
			who := interviewer(t, other, "ann").ID
			lost, err := store.Open(t.Context(), proxy.DSN, store.Options{IdleTimeout: c.idle})
			if err != nil {
				t.Fatal(err)
			}
			defer lost.Close()
			ctx, giveUp := context.WithCancel(t.Context())
			defer giveUp()
			locked, resume, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
			go func() {
				_, err := store.InTx(ctx, lost, func(tx *store.Tx) (store.Nothing, error) {
					_, err := tx.LockInterviewer(ctx, who)
					close(locked)
					<-resume
					return store.Nothing{}, err
				})
				ended <- err
			}()
			<-locked
			if c.network {
				proxy.Lose()
			}
			_, err = store.InTx(t.Context(), other, func(tx *store.Tx) (booking.Interviewer, error) {
				return tx.LockInterviewer(t.Context(), who)
			})
			var busy booking.Refused
			if c.releases != (err == nil) || (err != nil && !errors.As(err, &busy)) {
				t.Errorf("another server that locks the row: got %v, want success: %t", err, c.releases)
			}
			if c.network {
				giveUp()
			}
			close(resume)
			if err := <-ended; err == nil || (!c.network && !errors.Is(err, store.ErrUnavailable)) {
				t.Errorf("the transaction of the lost server ended with %v", err)
			}
		})
	}
}

// Each connection of a store has the settings that bound what a lost server can hold.
func TestSessionSettings(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t).Open(t, store.Options{IdleTimeout: 7 * time.Second})
	for name, config := range s.ConnConfigs() {
		t.Run(name, func(t *testing.T) {
			conn, err := pgx.ConnectConfig(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(context.WithoutCancel(t.Context()))
			rows, _ := conn.Query(t.Context(), "SELECT name FROM pg_settings WHERE source = 'session' ORDER BY name")
			names, err := pgx.CollectRows(rows, pgx.RowTo[string])
			want := []string{
				"idle_in_transaction_session_timeout", "jit", "plan_cache_mode",
				"tcp_keepalives_count", "tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_user_timeout",
			}
			if err != nil || !slices.Equal(names, want) {
				t.Errorf("settings of the session: %v (%v), want %v", names, err, want)
			}
			var idle string
			if err := conn.QueryRow(t.Context(), "SHOW idle_in_transaction_session_timeout").Scan(&idle); err != nil || idle != "7s" {
				t.Errorf("idle_in_transaction_session_timeout = %q (%v), want 7s", idle, err)
			}
		})
	}
}
