// Package pgtest provides Postgres databases for tests. A process starts one server and
// migrates one template; each test gets a copy, so tests can commit, use several
// connections and run in parallel.
package pgtest

import (
	"cmp"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"rehearse/internal/localpg"
	"rehearse/internal/scratch"
	"rehearse/internal/store"
)

// Database is a copy of the template.
type Database struct {
	DSN string
}

// Main runs the tests of a package and stops the server that they used. A package that uses
// pgtest must call it in TestMain.
func Main(m *testing.M) int {
	if err := overlap(); err != nil {
		fmt.Fprintln(os.Stderr, "run tests in parallel:", err)
		return 1
	}
	code := m.Run()
	if err := shared.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the test server:", err)
		return max(code, 1)
	}
	return code
}

// testsPerCore is the number of parallel tests per core, unless -parallel is set. Database
// tests spend half of their time waiting for Postgres.
const testsPerCore = 3

func overlap() error {
	if !flag.Parsed() {
		flag.Parse()
	}
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if given {
		return nil
	}
	// Value.Set does not mark the flag as set by the user.
	return flag.Lookup("test.parallel").Value.Set(strconv.Itoa(testsPerCore * runtime.GOMAXPROCS(0)))
}

// New returns an empty, migrated database that is dropped when the test ends.
func New(t testing.TB) Database {
	t.Helper()
	name, err := shared.clone(t.Context())
	if err != nil {
		t.Fatalf("make a test database: %v", err)
	}
	t.Cleanup(func() {
		if err := shared.exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	return Database{DSN: shared.dsn(name)}
}

// patient raises the timeouts of transactions, unless the test sets them, so that the
// outcome of a race does not depend on the speed of the machine.
func patient(o store.Options) store.Options {
	o.LockTimeout = cmp.Or(o.LockTimeout, patience)
	o.StatementTimeout = cmp.Or(o.StatementTimeout, patience)
	o.IdleTimeout = cmp.Or(o.IdleTimeout, patience)
	return o
}

// With returns the database with a connection parameter, which applies to each connection
// that is made to it.
func (d Database) With(name, value string) Database {
	if u, err := url.Parse(d.DSN); err == nil && u.Scheme != "" {
		query := u.Query()
		query.Set(name, value)
		u.RawQuery = query.Encode()
		return Database{DSN: u.String()}
	}
	return Database{DSN: fmt.Sprintf("%s %s='%s'", d.DSN, name, value)}
}

// Open opens a store on the database until the test ends.
func (d Database) Open(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), d.DSN, named(patient(o)))
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the test database: %v", err)
		}
	})
	return s
}

// Admin connects to the server's own database, to alter or drop the test database.
func (d Database) Admin(t testing.TB) *sql.DB {
	t.Helper()
	return Database{DSN: shared.dsn("postgres")}.SQL(t)
}

// SQL connects to the database without the store, to inspect or corrupt data.
func (d Database) SQL(t testing.TB) *sql.DB {
	t.Helper()
	config, err := pgx.ParseConfig(d.DSN)
	if err != nil {
		t.Fatalf("parse the address of the test database: %v", err)
	}
	pool := stdlib.OpenDB(*config)
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Errorf("close the test database: %v", err)
		}
	})
	return pool
}

// server is the Postgres server of the process, started by the first test that needs it.
type server struct {
	once   sync.Once
	err    error
	folder string
	local  *localpg.Server // nil if TEST_DATABASE_URL is set
	given  string
	copies atomic.Int64
	prefix string

	// Postgres cannot copy a template with other connections, including those of concurrent
	// copies.
	copying sync.Mutex
	admin   *sql.DB
}

var shared server

func (s *server) start(ctx context.Context) error {
	s.once.Do(func() { s.err = s.prepare(ctx) })
	return s.err
}

func (s *server) prepare(ctx context.Context) (err error) {
	s.prefix = fmt.Sprintf("rehearse_test_%d", os.Getpid())
	if s.given = os.Getenv("TEST_DATABASE_URL"); s.given == "" {
		if err := s.launch(ctx); err != nil {
			return err
		}
	}
	config, err := pgx.ParseConfig(s.dsn("postgres"))
	if err != nil {
		return fmt.Errorf("parse TEST_DATABASE_URL: %w", err)
	}
	s.admin = stdlib.OpenDB(*config)
	if err := s.exec(ctx, "CREATE DATABASE "+s.template()); err != nil {
		return err
	}
	migrated, err := store.Open(ctx, s.dsn(s.template()), store.Options{})
	if err != nil {
		return err
	}
	if _, err := migrated.Migrate(ctx); err != nil {
		return err
	}
	return migrated.Close() // a template must have no connections while it is copied
}

// launch starts a server without durability, which tests do not need.
func (s *server) launch(ctx context.Context) (err error) {
	if s.folder, err = scratch.Make(); err != nil {
		return err
	}
	s.local, err = localpg.Start(context.WithoutCancel(ctx), localpg.Options{
		DataDir: s.folder,
		Env:     os.Getenv,
		Settings: map[string]string{
			"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
			"max_connections": "400", "shared_buffers": "256MB", "max_wal_size": "4GB",
		},
	})
	return err
}

func (s *server) template() string { return s.prefix + "_template" }

func (s *server) clone(ctx context.Context) (string, error) {
	if err := s.start(ctx); err != nil {
		return "", err
	}
	name := fmt.Sprintf("%s_%d", s.prefix, s.copies.Add(1))
	s.copying.Lock()
	defer s.copying.Unlock()
	return name, s.exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+s.template()+s.strategy(ctx))
}

// strategy returns the clause for copying files, which is fastest. Postgres 14 has no such
// clause and always copies files.
func (s *server) strategy(ctx context.Context) string {
	var version int
	if err := s.admin.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil || version < 150000 {
		return ""
	}
	return " STRATEGY file_copy"
}

func (s *server) exec(ctx context.Context, statement string) error {
	if _, err := s.admin.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

func (s *server) dsn(database string) string {
	if s.local != nil {
		return s.local.DSN(database)
	}
	u, err := url.Parse(s.given)
	if err != nil {
		return s.given // the connection reports the error
	}
	u.Path = "/" + database
	return u.String()
}

func (s *server) stop() error {
	if s.admin == nil {
		return nil
	}
	if s.local == nil {
		if err := s.exec(context.Background(), "DROP DATABASE IF EXISTS "+s.template()); err != nil {
			return err
		}
	}
	if err := s.admin.Close(); err != nil {
		return err
	}
	if s.local == nil {
		return nil
	}
	if err := s.local.Stop(); err != nil {
		return err
	}
	return os.RemoveAll(s.folder)
}
