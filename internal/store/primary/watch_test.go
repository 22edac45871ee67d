package primary_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rehearse/internal/pgtest"
	"rehearse/internal/store/primary"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func config(t *testing.T, dsn string) *pgx.ConnConfig {
	t.Helper()
	c, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func connect(t *testing.T, c *pgx.ConnConfig) *pgx.Conn {
	t.Helper()
	conn, err := pgx.ConnectConfig(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

// A probe that fails does not prove that the database is away.
func TestFailedProbe(t *testing.T) {
	t.Parallel()
	failed := errors.New("no response")
	for _, c := range []struct {
		name    string
		hears   bool   // an older connection receives a response during the probe
		refuses string // a statement after which Postgres refuses new connections
		away    bool
	}{
		{"and nothing else is heard", false, "", true},
		{"while an older connection receives a response", true, "", false},
		{"because Postgres refuses new connections", false, "ALLOW_CONNECTIONS false", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			tracked := config(t, db.DSN)
			var older *pgx.Conn
			w := primary.New(tracked, func(ctx context.Context, _ *pgx.Conn) (string, error) {
				if c.hears {
					if err := older.Ping(ctx); err != nil {
						return "", err
					}
				}
				return "", failed
			})
			older = connect(t, tracked)
			if c.refuses != "" {
				if _, err := db.Admin(t).ExecContext(t.Context(), "ALTER DATABASE "+tracked.Database+" "+c.refuses); err != nil {
					t.Fatal(err)
				}
			}
			w.Probe(t.Context())
			if err := w.Err(); (err != nil) != c.away {
				t.Errorf("Err() = %v, want one: %t", err, c.away)
			}
		})
	}
}

// A refusal shows that Postgres is there: a database that was away is no longer.
func TestRefusalAfterAnOutage(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	tracked := config(t, db.DSN)
	w := primary.New(tracked, func(context.Context, *pgx.Conn) (string, error) { return "", errors.New("no response") })
	if w.Probe(t.Context()); w.Err() == nil {
		t.Fatal("the database is not away after a probe without a response")
	}
	if _, err := db.Admin(t).ExecContext(t.Context(), "ALTER DATABASE "+tracked.Database+" ALLOW_CONNECTIONS false"); err != nil {
		t.Fatal(err)
	}
	if w.Probe(t.Context()); w.Err() != nil {
		t.Errorf("Err() = %v after a refusal", w.Err())
	}
}

// A doubt ends when something is heard. After another server has taken over, connections that were
// opened since then are closed as well, if they are older than the next doubt.
func TestDoubtEndsWhenSomethingIsHeard(t *testing.T) {
	t.Parallel()
	tracked := config(t, pgtest.New(t).DSN)
	server, failed := "one", error(nil)
	var older *pgx.Conn
	w := primary.New(tracked, func(ctx context.Context, _ *pgx.Conn) (string, error) {
		if failed != nil {
			return "", errors.Join(failed, older.Ping(ctx))
		}
		return server, nil
	})
	older = connect(t, tracked)
	w.Probe(t.Context())
	failed = errors.New("late")
	if w.Probe(t.Context()); w.Err() != nil {
		t.Fatalf("Err() = %v although a connection has received something", w.Err())
	}
	newer := connect(t, tracked)
	server, failed = "another", nil
	w.Probe(t.Context())
	if err := newer.Ping(t.Context()); err == nil {
		t.Error("a connection from before the last doubt is open")
	}
}

// Another server closes the connections that are older than the doubt, and newer ones that have
// received nothing, and no others.
func TestAnotherServer(t *testing.T) {
	t.Parallel()
	tracked := config(t, pgtest.New(t).DSN)
	server, failed := "one", error(nil)
	var silent net.Conn
	w := primary.New(tracked, func(ctx context.Context, _ *pgx.Conn) (string, error) {
		network, address := pgconn.NetworkAddress(tracked.Host, tracked.Port)
		var err error
		if silent, err = tracked.DialFunc(ctx, network, address); err != nil {
			return "", err
		}
		t.Cleanup(func() { _ = silent.Close() })
		return server, failed
	})
	older := connect(t, tracked)
	probe := func(want error) {
		t.Helper()
		w.Probe(t.Context())
		if err := w.Err(); !errors.Is(err, want) {
			t.Fatalf("Err() = %v after a probe, want %v", err, want)
		}
	}
	probe(nil)
	probe(nil)
	if err := older.Ping(t.Context()); err != nil {
		t.Errorf("the connection to the same server: %v", err)
	}
	failed = errors.New("away")
	probe(failed)
	newer := connect(t, tracked)
	server, failed = "another", nil
	probe(nil)
	if err := older.Ping(t.Context()); err == nil {
		t.Error("the connection to the former server is open")
	}
	if err := newer.Ping(t.Context()); err != nil {
		t.Errorf("the newer connection: %v", err)
	}
	if err := silent.SetDeadline(time.Time{}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a connection that was opened during the probe, and has received nothing, is open: %v", err)
	}
}

// The host of the primary comes first, with and without TLS. The others keep their order.
func TestPrefer(t *testing.T) {
	t.Parallel()
	proxy := config(t, pgtest.New(t).Proxy(t).DSN)
	address := func() *pgx.ConnConfig {
		port := fmt.Sprint(proxy.Port)
		c := config(t, "postgres://u@192.0.2.1:1,192.0.2.2:1,127.0.0.1:"+port+"/d?sslmode=prefer")
		c.User, c.Password, c.Database = proxy.User, proxy.Password, proxy.Database
		return c
	}
	c := address()
	w := primary.New(c, func(context.Context, *pgx.Conn) (string, error) { return "one", nil })
	before := hosts(c)
	w.Prefer(c)
	if got := hosts(c); !slices.Equal(got, before) {
		t.Errorf("before a probe the hosts are %v, want %v", got, before)
	}
	w.Probe(t.Context())
	w.Prefer(c)
	want := []string{"127.0.0.1", "127.0.0.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2"}
	if got := hosts(c); !slices.Equal(got, want) {
		t.Errorf("the hosts are %v, want %v", got, want)
	}
	if c.TLSConfig == nil || c.Fallbacks[0].TLSConfig != nil {
		t.Error("the host of the primary is not tried with TLS first")
	}
}

func hosts(c *pgx.ConnConfig) []string {
	all := []string{c.Host}
	for _, fallback := range c.Fallbacks {
		all = append(all, fallback.Host)
	}
	return all
}
