package pgtest_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var everything = store.ScopeOf(booking.Actor{Role: booking.RoleAdmin}, time.Unix(0, 0))

var ada = booking.Student{
	StudentDetails: booking.StudentDetails{Name: "Ada", Email: "ada@example.org", TimeZone: "UTC"}, CreatedAt: time.Unix(0, 0),
}

// admit creates a student and returns the number of students.
func admit(t *testing.T, s *store.Store) (int, error) {
	t.Helper()
	_, err := store.InTx(t.Context(), s, func(tx *store.Tx) (booking.Student, error) {
		return tx.CreateStudent(t.Context(), ada)
	})
	if err != nil {
		return 0, err
	}
	return s.CountStudents(t.Context(), everything, store.StudentFilter{})
}

func TestInterceptSeesEveryStatement(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var before, after []string
	s := pgtest.New(t).Intercepted(t, pgtest.Intercept{
		Before: func(_ context.Context, statement string) error {
			mu.Lock()
			defer mu.Unlock()
			before = append(before, statement)
			return nil
		},
		After: func(statement string, err error) {
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				after = append(after, statement)
			}
		},
	})
	if n, err := admit(t, s); n != 1 || err != nil {
		t.Fatalf("got %d students (%v), want 1", n, err)
	}
	if !slices.Equal(before, after) {
		t.Errorf("Before got %q, After got %q", before, after)
	}
	for i, want := range []string{"begin", "SELECT set_config", "INSERT INTO \"students\"", "INSERT INTO changes", "commit", "SELECT count"} {
		if i >= len(before) || !strings.HasPrefix(before[i], want) {
			t.Errorf("statement %d is not %s: got %q", i, want, before)
		}
	}
}

func TestInterceptRewrites(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t).Intercepted(t, pgtest.Intercept{Rewrite: func(statement string) string {
		return strings.Replace(statement, "SELECT count(*)", "SELECT 40 + count(*)", 1)
	}})
	if n, err := admit(t, s); n != 41 || err != nil {
		t.Errorf("got %d students (%v), want the 41 of the rewritten statement", n, err)
	}
}

func TestInterceptFailsAStatement(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"INSERT INTO", "commit"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			broken := errors.New("broken")
			s := db.Intercepted(t, pgtest.Intercept{Before: func(_ context.Context, statement string) error {
				if strings.HasPrefix(statement, at) {
					return broken
				}
				return nil
			}})
			if _, err := admit(t, s); !errors.Is(err, broken) {
				t.Errorf("got the error %v, want that of Before", err)
			}
			if n, err := db.Open(t, store.Options{}).CountStudents(t.Context(), everything, store.StudentFilter{}); n != 0 || err != nil {
				t.Errorf("got %d students (%v), want none", n, err)
			}
		})
	}
}

func TestGateReleasesCancelledStatement(t *testing.T) {
	t.Parallel()
	gate := pgtest.NewGate(func(statement string) bool { return statement == "held" })
	if err := gate.Hold(t.Context(), "another"); err != nil {
		t.Errorf("a statement that does not match was blocked: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	held := make(chan error)
	go func() { held <- gate.Hold(ctx, "held") }()
	gate.Await(t, 1)
	cancel()
	if err := <-held; !errors.Is(err, context.Canceled) {
		t.Errorf("the blocked statement returned %v, want its context's error", err)
	}
	gate.Open()
	if err := gate.Hold(t.Context(), "held"); err != nil {
		t.Errorf("an open gate blocked a statement: %v", err)
	}
}
