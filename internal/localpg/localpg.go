// Package localpg runs the Postgres server that belongs to one data folder: a real server,
// because the program's correctness lives in row locks and constraints.
//
// The folder is everything: its cluster (pgdata), the lock that decides which process owns
// the server (lock) and the server's log (postgres.log). The first process to come owns the
// server and stops it; later ones attach to it. Nothing here ever deletes a cluster.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// superuser is the one role of a local cluster.
const superuser = "postgres"

// Options say where the cluster lives and how its server runs.
type Options struct {
	// DataDir is the folder that holds the cluster, its lock and its log. It is created if
	// missing. Run by root, it must be reachable for the account of the server: see [DefaultDataDir].
	DataDir string
	// CacheDir keeps fetched binaries. Empty: "rehearse" in the user's cache folder,
	// /var/cache/rehearse for root.
	CacheDir string
	// Settings are postgresql.conf settings that go over the defaults, e.g. "fsync": "off".
	// They count for a server started here, not for one that already runs.
	Settings map[string]string
	// Env looks up PGBIN and PATH. Nil: both empty, so that only the usual folders are searched
	// for binaries, and npm, which could fetch them, is not found.
	Env func(string) string
	// Existing refuses, by ErrNoCluster, to make a cluster where there is none.
	Existing bool
	// Log hears what takes time or is out of the ordinary. Nil: nobody does.
	Log *slog.Logger

	// searched replaces the usual folders of Postgres binaries. For tests.
	searched []string
	// orphanable leaves the server running when this process dies. For tests.
	orphanable bool
	// lookEvery replaces the pace at which the programs on disk are looked at. For tests.
	lookEvery time.Duration
}

// ErrNoCluster reports a data folder without a cluster, if one must exist.
var ErrNoCluster = errors.New("it contains no database")

// Server is a running Postgres server, owned by this process or attached to.
type Server struct {
	cluster *cluster
	address address
	process *process  // another one after a restart
	lock    *fileLock // nil if attached
	done    chan struct{}
	stop    func() error

	installed *installation      // nil if attached, or not known yet
	leave     context.CancelFunc // ends restarts
	settled   chan struct{}      // closed when process is the last one
}

// Start returns when the server of o.DataDir accepts connections. It finds the binaries (or
// fetches them), makes a cluster if there is none, and starts its server or attaches to it.
// A cluster made by another major version than can be found is refused and left alone.
// Ending ctx ends the start, not the server that came of it.
func Start(ctx context.Context, o Options) (*Server, error) {
	c, err := openCluster(o)
	if err != nil {
		return nil, err
	}
	return c.acquire(ctx)
}

func newServer(ctx context.Context, c *cluster, at address, p *process, lock *fileLock, installed *installation) *Server {
	s := &Server{cluster: c, address: at, process: p, lock: lock, installed: installed, settled: make(chan struct{}), done: make(chan struct{})}
	s.stop = sync.OnceValue(s.stopOnce)
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // the start's end is not the server's
	s.leave = cancel
	go func() {
		s.keep(ctx)
		close(s.settled)
		<-s.process.exited
		if lock != nil {
			c.removeSocketDir()
			lock.release()
		}
		cancel()
		close(s.done)
	}()
	return s
}

// DSN returns the connection string, in key=value form, of one database for the superuser.
func (s *Server) DSN(database string) string { return s.address.dsn(database) }

// Owner reports whether Stop stops the server. It is false when another process owns it.
func (s *Server) Owner() bool { return s.lock != nil }

// Done is closed when the server has exited for good, whoever owned it, and after Stop. A
// restart because of new binaries does not close it.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop shuts an owned server down and returns when it has exited: fast at first (clients are
// cut off, a checkpoint is written), immediate if that takes too long. A server that another
// process owns goes on. Stop may be called again, and after the server has died.
func (s *Server) Stop() error { return s.stop() }

func (s *Server) stopOnce() error {
	s.leave()
	<-s.settled
	if s.Owner() {
		if err := s.process.stop(s.cluster.log, harsherAndHarsher); err != nil {
			return err
		}
	}
	s.process.forget()
	<-s.done
	return nil
}

// EnsureDatabase creates the database unless it exists. Several callers may do so at once.
func (s *Server) EnsureDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.DSN(superuser))
	if err != nil {
		return fmt.Errorf("create database %q: %w", name, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var exists bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	if err != nil || exists {
		return wrap(err, "look up database %q", name)
	}
	// template0 takes no connections, so it is never "being accessed by other users".
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" TEMPLATE template0")
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (refused.Code == "42P04" || refused.Code == "23505") {
		return nil // another caller was first
	}
	return wrap(err, "create database %q", name)
}

// wrap adds what was being done to err, and nothing to no error.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
