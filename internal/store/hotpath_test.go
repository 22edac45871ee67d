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

// dialer records the last network connection, so that a test can close it.
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

func (d *dialer) closeLast(t *testing.T) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.last.Close(); err != nil && !errors.Is(err, net.ErrClosed) { // the pool may have closed it
		t.Fatal(err)
	}
}

// A read on a connection that was lost before anything was sent is retried on another one.
func TestReadIsRetriedAfterALostConnection(t *testing.T) {
	t.Parallel()
	config, err := pgx.ParseConfig(pgtest.New(t).DSN)
	if err != nil {
		t.Fatal(err)
	}
	d := &dialer{}
	config.DialFunc = d.dial
	s, err := store.New(stdlib.OpenDB(*config), store.Options{MaxConns: 1}) // the connection that the test closes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for name, read := range map[string]func() error{
		"pgx":  func() error { _, err := s.SlotsByID(t.Context(), []booking.SlotID{1}); return err },
		"GORM": func() error { _, err := s.CountStudents(t.Context(), everything, store.StudentFilter{}); return err },
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 { // the pool pings a connection on its second use, or after a second of idleness
				if err := read(); err != nil {
					t.Fatal(err)
				}
			}
			d.closeLast(t)
			if err := read(); err != nil {
				t.Errorf("a read on the lost connection: got %v, want no error", err)
			}
		})
	}
}

// A failed transaction is rolled back for writes through GORM and pgx alike, and a failed
// Try keeps earlier writes.
func TestTransactionSpansGORMAndPgx(t *testing.T) {
	t.Parallel()
	failed := errors.New("failed")
	for name, test := range map[string]struct {
		result   error
		students int
	}{
		"commit":   {nil, 1},
		"rollback": {failed, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pgtest.New(t).Open(t, store.Options{MaxConns: 1}) // using a second connection would block forever
			if err := createAndTry(t, s, test.result); !errors.Is(err, test.result) {
				t.Fatalf("InTx() = %v, want %v", err, test.result)
			}
			if n, err := s.CountStudents(t.Context(), everything, store.StudentFilter{}); err != nil || n != test.students {
				t.Errorf("CountStudents() = %d, %v; want %d", n, err, test.students)
			}
		})
	}
}

// createAndTry runs a transaction that creates one student, creates another one in a Try
// that fails, and returns the given result.
func createAndTry(t *testing.T, s *store.Store, result error) error {
	t.Helper()
	ctx := t.Context()
	student := func(email string) booking.Student {
		return booking.Student{
			StudentDetails: booking.StudentDetails{Name: "Ada", Email: email, TimeZone: "UTC"},
			CreatedAt:      time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC),
		}
	}
	errTried := errors.New("tried")
	_, err := store.InTx(ctx, s, func(tx *store.Tx) (store.Nothing, error) {
		first, err := tx.CreateStudent(ctx, student("first@example.org"))
		if err != nil {
			return store.Nothing{}, err
		}
		_, err = store.Try(ctx, tx, func(tx *store.Tx) (store.Nothing, error) {
			second, err := tx.CreateStudent(ctx, student("second@example.org"))
			if err != nil {
				return store.Nothing{}, err
			}
			if _, err := tx.LockStudent(ctx, second.ID); err != nil {
				t.Errorf("pgx does not lock the row that GORM wrote: %v", err)
			}
			return store.Nothing{}, errTried
		})
		if !errors.Is(err, errTried) {
			t.Errorf("Try() = %v, want the error of its function", err)
		}
		if _, err := tx.Record(ctx, first.ID); err != nil {
			t.Errorf("pgx does not read the row that GORM wrote before Try: %v", err)
		}
		return store.Nothing{}, result
	})
	return err
}
