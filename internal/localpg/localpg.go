// Package localpg runs the Postgres server of a data folder. It is a real server because the
// program relies on row locks and constraints.
//
// The folder holds the cluster (pgdata), the lock that decides which process owns the server
// (lock) and the server's log (postgres.log). The first process owns the server and stops it;
// later ones attach to it. This package never deletes a complete cluster: an upgrade to another
// major version keeps the old one.
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

// superuser is the only role of a local cluster.
const superuser = "postgres"

// Options are the options of [Start].
type Options struct {
	// DataDir is the folder of the cluster, its lock and its log. It is created if missing. When
	// run by root, the server's account must be able to reach it: see [DefaultDataDir].
	DataDir string
	// CacheDir holds downloaded binaries. The default is "rehearse" in the user's cache folder,
	// or /var/cache/rehearse for root.
	CacheDir string
	// Settings are postgresql.conf settings that override the defaults, e.g. "fsync": "off".
	// They do not affect a server that is already running.
	Settings map[string]string
	// Env looks up PGBIN and PATH. If nil, both are empty: only the usual folders are searched
	// for binaries, and npm is not found to download them.
	Env func(string) string
	// Existing makes Start return ErrNoCluster instead of creating a cluster.
	Existing bool
	// Log receives slow and unusual events. If nil, they are discarded.
	Log *slog.Logger

	// searched replaces the usual folders of Postgres binaries. For tests.
	searched []string
	// orphanable leaves the server running when this process dies. For tests.
	orphanable bool
	// lookEvery replaces the interval of checks for replaced programs. For tests.
	lookEvery time.Duration
	// sameMajor lets an upgrade keep the major version. For tests.
	sameMajor bool
}

// ErrNoCluster reports that the data folder has no cluster although Existing is set.
var ErrNoCluster = errors.New("it contains no database")

// Server is a running Postgres server that this process owns or is attached to.
type Server struct {
	cluster *cluster
	address address
	process *process  // changes on restart
	lock    *fileLock // nil if attached
	done    chan struct{}
	stop    func() error

	installed *installation      // nil if attached or not yet known
	leave     context.CancelFunc // ends restarts
	settled   chan struct{}      // closed when process is the last one
}

// Start starts the server of o.DataDir, or attaches to it, and returns when it accepts
// connections. It finds or downloads the binaries and creates a cluster if there is none. If
// the major version that created the cluster cannot be found, it returns an error and leaves
// the cluster alone. Ending ctx cancels the start but does not stop a started server.
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
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // the server outlives ctx
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

// DSN returns a key=value connection string to the database, as the superuser.
func (s *Server) DSN(database string) string { return s.address.dsn(database) }

// Owner reports whether this process owns the server, so that Stop stops it.
func (s *Server) Owner() bool { return s.lock != nil }

// Done returns a channel that is closed when the server has exited for good, whichever process
// owned it, and after Stop. A restart because of new binaries does not close it.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop shuts down an owned server and returns when it has exited. It uses a fast shutdown, which
// disconnects clients and writes a checkpoint, and then an immediate one if that takes too long.
// A server that another process owns keeps running. Stop may be called repeatedly, and after
// the server has died.
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

// EnsureDatabase creates the database unless it exists. It is safe for concurrent use.
func (s *Server) EnsureDatabase(ctx context.Context, name string) error {
	return s.address.ensureDatabase(ctx, name)
}

func (a address) ensureDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, a.dsn(superuser))
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
		return nil // a concurrent caller created it
	}
	return wrap(err, "create database %q", name)
}

// wrap adds context to err. It returns nil if err is nil.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
