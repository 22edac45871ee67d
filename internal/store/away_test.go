package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/scratch"
	"rehearse/internal/store"
)

// until polls until a condition holds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	late := time.After(time.Minute)
	for again := time.NewTicker(2 * time.Millisecond); !holds(); {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("timed out waiting until %s", what)
		}
	}
}

// receive waits for a value.
func receive[T any](t *testing.T, from <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-from:
	case <-time.After(time.Minute):
		t.Fatal("timed out waiting for a result")
	}
	return value
}

func create(ctx context.Context, s *store.Store, name string) error {
	_, err := store.InTx(ctx, s, func(tx *store.Tx) (booking.Interviewer, error) {
		return tx.CreateInterviewer(ctx, booking.Interviewer{
			InterviewerDetails: booking.InterviewerDetails{Name: name, Email: name + "@example.org", TimeZone: "UTC"},
			Active:             true, CreatedAt: planned,
		})
	})
	return err
}

// While the database is known to be away, requests are refused at once: neither request below has
// a deadline, and the frozen database responds to nothing.
func TestRequestsAreRefusedWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		leave, revive func(*pgtest.Proxy)
	}{
		{"frozen", (*pgtest.Proxy).Freeze, (*pgtest.Proxy).Thaw},
		{"stopped", func(p *pgtest.Proxy) { p.Leave(); p.Cut() }, (*pgtest.Proxy).Return},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			proxy := pgtest.New(t).Proxy(t)
			s := follow(t, pgtest.Database{DSN: proxy.DSN}, store.Options{})
			if err := create(t.Context(), s.Store, "before"); err != nil {
				t.Fatal(err)
			}
			c.leave(proxy)
			until(t, "the database is known to be away", func() bool { return s.Away() != nil })
			if err := create(t.Context(), s.Store, "during"); !errors.Is(err, store.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a write returned %v, want ErrUnavailable without a timeout", err)
			}
			if _, err := s.Policy(t.Context()); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("a read returned %v, want ErrUnavailable", err)
			}
			if err := s.Ready(t.Context()); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("Ready() = %v, want ErrUnavailable", err)
			}
			c.revive(proxy)
			until(t, "the database is known to be back", func() bool { return s.Away() == nil })
			until(t, "a write succeeds", func() bool { return create(t.Context(), s.Store, "after") == nil }) // a connection may still be cut
		})
	}
}

// When a standby is promoted while the primary is frozen, the connections to the primary are
// closed: the statement that waits on one ends, and the next write goes to the new primary, even
// if the pool has only one connection. The server is ready from then on.
func TestWritesGoToThePromotedStandby(t *testing.T) {
	t.Parallel()
	first, second := pgtest.Replicated(t)
	frozen, standby := pgtest.Database{DSN: first.DSN("postgres")}, pgtest.Database{DSN: second.DSN("postgres")}
	proxy, other := frozen.Proxy(t), standby.Proxy(t)
	s := follow(t, pgtest.Database{DSN: hosts(t, proxy.DSN, other.DSN) + "&target_session_attrs=read-write"}, store.Options{MaxConns: 1})
	if err := create(t.Context(), s.Store, "before"); err != nil {
		t.Fatal(err)
	}
	replica := standby.SQL(t)
	until(t, "the standby has the row", func() bool {
		var there bool
		return replica.QueryRowContext(t.Context(), "SELECT EXISTS (SELECT FROM interviewers)").Scan(&there) == nil && there
	})
	waiting := make(chan error, 1)
	go func() {
		ctx := context.WithoutCancel(t.Context())
		_, err := store.InTx(ctx, s.Store, func(tx *store.Tx) (int, error) {
			if _, err := tx.CountInterviewers(ctx, everything, store.InterviewerFilter{}); err != nil {
				return 0, err
			}
			proxy.Freeze()
			return tx.CountInterviewers(ctx, everything, store.InterviewerFilter{})
		})
		waiting <- err
	}()
	until(t, "the primary is known to be away", func() bool { return s.Away() != nil })
	if _, err := replica.ExecContext(t.Context(), "SELECT pg_promote()"); err != nil {
		t.Fatal(err)
	}
	if err := receive(t, waiting); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("the transaction that waited for the frozen primary returned %v, want ErrUnavailable", err)
	}
	until(t, "the new primary is in use", func() bool { return s.Away() == nil })
	if err := create(t.Context(), s.Store, "after"); err != nil {
		t.Errorf("the write after the promotion: %v", err)
	}
	_ = ready(t, s.Store, true)
	for range 3 {
		if err := s.CheckReady(t.Context()); err != nil {
			t.Errorf("the server is no longer ready: %v", err)
		}
	}
	var names string
	if err := replica.QueryRowContext(t.Context(), "SELECT string_agg(name, ' ' ORDER BY id) FROM interviewers").Scan(&names); err != nil || names != "before after" {
		t.Errorf("the new primary has %q (%v), want before after", names, err)
	}
}

// A commit waits for a synchronous standby that is away. The client learns that the outcome is
// unknown, and the repeated request finds the change, once the standby is no longer needed.
func TestCommitThatIsNotConfirmed(t *testing.T) {
	t.Parallel()
	server := pgtest.Launch(t, scratch.Dir(t), map[string]string{"synchronous_standby_names": "nobody"})
	pgtest.Migrate(t, server) // without synchronous_commit, nothing waits for a standby
	db := pgtest.Database{DSN: server.DSN("postgres")}
	s := db.With("synchronous_commit", "on").Open(t, store.Options{CommitTimeout: time.Second})
	request := store.Request{Actor: booking.Actor{Role: booking.RoleAdmin}, Key: "once", Operation: "create", Input: []byte("input"), At: planned}
	attempt := func(s *store.Store) (*store.StoredRequest, error) {
		return store.InTx(t.Context(), s, func(tx *store.Tx) (*store.StoredRequest, error) {
			stored, err := tx.AcquireKey(t.Context(), request, planned.Add(-time.Hour))
			if err == nil && stored == nil {
				err = tx.StoreResponse(t.Context(), request, `"created"`)
			}
			return stored, err
		})
	}
	for _, when := range []string{"the first attempt", "an attempt while the standby is away"} {
		if _, err := attempt(s); !errors.Is(err, store.ErrOutcomeUnknown) || errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s returned %v, want ErrOutcomeUnknown", when, err)
		}
	}
	err := s.Ready(t.Context())
	if !errors.Is(err, store.ErrTimeout) || !strings.Contains(store.Advice(err), "synchronous standby") {
		t.Errorf("Ready() = %v with the advice %q, want the synchronous standby", err, store.Advice(err))
	}
	stored, err := attempt(db.Open(t, store.Options{}))
	if err != nil || stored == nil || stored.Response != `"created"` {
		t.Errorf("the repeated request returned %+v, %v, want the response of the first", stored, err)
	}
}

// Many last writes are sent before the commit. If they are not confirmed, nothing was committed.
func TestWritesThatAreNotConfirmed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		writes  int
		unknown bool
	}{{1, true}, {100, false}} {
		t.Run(fmt.Sprint(c.writes), func(t *testing.T) {
			t.Parallel()
			proxy := pgtest.New(t).Proxy(t)
			s := pgtest.Database{DSN: proxy.DSN}.Open(t, store.Options{CommitTimeout: time.Second})
			defer proxy.Thaw()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, err := store.InTx(ctx, s, func(tx *store.Tx) (store.Nothing, error) {
				if _, err := tx.CountStudents(ctx, everything, store.StudentFilter{}); err != nil {
					return store.Nothing{}, err
				}
				for range c.writes {
					tx.Queue("SELECT 1")
				}
				proxy.Freeze()
				time.AfterFunc(2*time.Second, cancel) // later than the limit of the commit
				return store.Nothing{}, nil
			})
			if err == nil || errors.Is(err, store.ErrOutcomeUnknown) != c.unknown {
				t.Errorf("the transaction returned %v; want ErrOutcomeUnknown: %t", err, c.unknown)
			}
		})
	}
}

// Behind a pooler that passes on the names of prepared statements, statements are not prepared.
func TestPoolerThatSharesPreparedStatements(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	pooler := pgtest.Database{DSN: db.Pooler(t).DSN}
	for _, c := range []struct {
		name     string
		db       pgtest.Database
		prepares bool
	}{
		{"without a pooler", db, true},
		{"with a pooler", pooler, false},
		{"as configured", pooler.With("default_query_exec_mode", "cache_statement"), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := c.db.Open(t, store.Options{MaxConns: 1})
			if _, err := s.Policy(t.Context()); err != nil {
				t.Fatal(err)
			}
			prepared, err := s.Prepared(t.Context())
			if err != nil || (prepared > 0) != c.prepares {
				t.Errorf("the connection has %d prepared statements (%v), want some: %t", prepared, err, c.prepares)
			}
		})
	}
}

// A transaction whose deadline passes in a savepoint cannot roll back to it, because its connection
// is closed by then. This is no internal error.
func TestDeadlineInASavepoint(t *testing.T) {
	t.Parallel()
	proxy := pgtest.New(t).Proxy(t)
	s := pgtest.Database{DSN: proxy.DSN}.Open(t, store.Options{})
	defer proxy.Thaw()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := store.InTx(ctx, s, func(tx *store.Tx) (int, error) {
		if _, err := tx.CountStudents(ctx, everything, store.StudentFilter{}); err != nil {
			return 0, err
		}
		return store.Try(ctx, tx, func(tx *store.Tx) (int, error) {
			proxy.Freeze()
			within, end := context.WithTimeout(ctx, 50*time.Millisecond)
			defer end()
			n, err := tx.CountStudents(within, everything, store.StudentFilter{})
			cancel()
			return n, err
		})
	})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("the transaction returned %v, want ErrUnavailable", err)
	}
}

// A transaction that loses its connection in a savepoint cannot roll back to it, and finds its
// connection closed when it tries. This is no internal error.
func TestConnectionLostInASavepoint(t *testing.T) {
	t.Parallel()
	proxy := pgtest.New(t).Proxy(t)
	s := pgtest.Database{DSN: proxy.DSN}.Open(t, store.Options{})
	_, err := store.InTx(t.Context(), s, func(tx *store.Tx) (int, error) {
		return store.Try(t.Context(), tx, func(tx *store.Tx) (n int, err error) {
			for range 3 { // the first one connects; the last one does not use a connection that is known to be lost
				n, err = tx.CountStudents(t.Context(), everything, store.StudentFilter{})
				proxy.Cut()
			}
			return n, err
		})
	})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("the transaction returned %v, want ErrUnavailable", err)
	}
}
