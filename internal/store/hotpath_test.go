package store_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// dialer keeps the last network connection, so that a test can close it.
type dialer struct {
	mu   sync.Mutex
	last net.Conn
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last = conn
	return conn, err
}

func (d *dialer) cutOff(t *testing.T) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.last.Close(); err != nil && !errors.Is(err, net.ErrClosed) { // the pool may have closed it
		t.Fatal(err)
	}
}

// A read on a connection that was lost before anything was sent is retried on another one.
func TestReadOnAConnectionThatIsGoneTakesAnother(t *testing.T) {
	t.Parallel()
	config, err := pgx.ParseConfig(pgtest.New(t).DSN)
	if err != nil {
		t.Fatal(err)
	}
	d := &dialer{}
	config.DialFunc = d.dial
	s, err := store.New(stdlib.OpenDB(*config), store.Options{MaxConns: 1}) // the one that is cut off
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for name, read := range map[string]func() error{
		"past GORM": func() error { _, err := s.SlotsByID(t.Context(), []booking.SlotID{1}); return err },
		"by GORM":   func() error { _, err := s.CountStudents(t.Context(), store.PeopleFilter{}); return err },
	} {
		for range 2 { // the pool pings a connection on its second use, or after a second of idleness
			if err := read(); err != nil {
				t.Fatal(err)
			}
		}
		d.cutOff(t)
		if err := read(); err != nil {
			t.Errorf("the read, %s, that met a connection that was gone: %v", name, err)
		}
	}
}

// A failed transaction is rolled back for writes through GORM and pgx alike, and a failed
// Try keeps earlier writes.
func TestTransactionIsOneForBothWays(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t).Open(t, store.Options{MaxConns: 1}) // using a second connection would block forever
	ctx := t.Context()
	at := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	student := func(email string) booking.Student {
		return booking.Student{Name: "Ada", Email: email, TimeZone: "UTC", CreatedAt: at}
	}
	failed := errors.New("failed")
	write := func(result error) error {
		_, err := store.InTx(ctx, s, func(tx *store.Tx) (store.Nothing, error) {
			kept, err := tx.CreateStudent(ctx, student("kept@example.org"))
			if err != nil {
				return store.Nothing{}, err
			}
			_, err = store.Try(ctx, tx, func(tx *store.Tx) (store.Nothing, error) {
				undone, err := tx.CreateStudent(ctx, student("undone@example.org"))
				if err != nil {
					return store.Nothing{}, err
				}
				if _, err := tx.LockStudent(ctx, undone.ID); err != nil {
					t.Errorf("lock, past GORM, what GORM has written: %v", err)
				}
				return store.Nothing{}, failed
			})
			if !errors.Is(err, failed) {
				t.Errorf("Try answers %v, want the error of what it tried", err)
			}
			if _, err := tx.Record(ctx, kept.ID); err != nil {
				t.Errorf("read, past GORM, what was written before: %v", err)
			}
			return store.Nothing{}, result
		})
		return err
	}
	for _, test := range []struct {
		result error
		want   int
	}{{failed, 0}, {nil, 1}} {
		if err := write(test.result); !errors.Is(err, test.result) {
			t.Fatalf("the transaction ended with %v, want %v", err, test.result)
		}
		if n, err := s.CountStudents(ctx, store.PeopleFilter{}); err != nil || n != test.want {
			t.Errorf("%d students (%v), want %d", n, err, test.want)
		}
	}
}
