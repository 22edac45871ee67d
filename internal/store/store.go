// Package store keeps the school in Postgres. It is the only package that uses SQL and
// GORM. Reads are methods of Reader, and writes are methods of Tx. A Tx exists only
// inside InTx, so a write outside a transaction does not compile. A transaction logs what
// it changes, and a Store that follows the log answers lists from memory. The package returns
// types of package booking with times in UTC. Its errors are refusals (booking.Refused),
// ErrTimeout, ErrUnavailable, or faults.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/time/rate"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"rehearse/internal/booking"
	"rehearse/internal/school"
	"rehearse/internal/store/changelog"
	"rehearse/internal/store/mirror"
	"rehearse/internal/store/primary"
	"rehearse/internal/store/sharedrun"
)

// A Store is a pool of connections to one database.
type Store struct {
	Reader
	pool       *sql.DB        // for transactions and internal queries
	through    pooled         // for reads of callers
	watch      *primary.Watch // nil if the pool was given
	mirror     *mirror.Mirror
	following  atomic.Pointer[following] // nil while the change log is not followed
	listening  *pgx.ConnConfig           // of the connection that listens for commits
	timeouts   timeouts
	config     *pgx.ConnConfig // of the pool's connections; nil if the pool was given
	ready      readiness
	skew       *clockSkew
	sequencing *sharedrun.Runner[struct{}, bool]                                          // of sequenceOnce
	reading    *sharedrun.Runner[booking.StudentID, map[booking.StudentID]booking.Record] // of recordsOnce
	standby    *standby                                                                   // nil if none is configured
	options    Options
	bound      *connBound         // of the pool and those of the other schools; nil if the pool was given
	school     school.Name        // empty for the only school
	parent     *Store             // that School was called on; nil for the only school
	wakeUps    *changelog.Schools // wakes the stores of other schools

	log          *slog.Logger
	lostRefusals *lostRefusals
	lists        *prometheus.CounterVec
	logReads     prometheus.Counter
}

// A Reader reads committed data, or, inside a transaction, the data that is visible to
// it.
type Reader struct {
	db *gorm.DB
	session
	interviewers *mirror.Rows[booking.InterviewerID, booking.Interviewer] // in memory; nil inside a transaction
}

// Options configures a Store.
type Options struct {
	MaxConns int // maximum of open connections; 0 means 32
	// MaxConnsPerCaller is the maximum of connections that the reads of one caller (see
	// ForCaller) use at the same time; 0 means a quarter of MaxConns, at least 1.
	MaxConnsPerCaller int
	Tracer            pgx.QueryTracer      // receives every statement; may be nil
	Traces            trace.TracerProvider // receives a span for every statement, and replaces Tracer; may be nil
	// MaxSlotsInMemory is the maximum of open slots that are kept in memory; 0 means
	// mirror.DefaultMaxSlots.
	MaxSlotsInMemory int
	// ListenDSN is the database URL for LISTEN; empty means the same as for statements.
	// Through a transaction pooler, LISTEN does not work, and changes of other servers are
	// noticed a little later.
	ListenDSN string
	// StandbyDSN is the URL of standbys of the database, which serve the reads of Offload; empty
	// for none.
	StandbyDSN string
	// Log receives errors that do not fail a request; may be nil.
	Log *slog.Logger
	// Patience is how long Open waits for a database that is away, such as one that is starting.
	Patience time.Duration
	Now      func() time.Time // the real time, to compare with the clock of Postgres; nil means time.Now
	// Application is the connections' application_name if the DSN does not set one. The store
	// appends which schema it knows.
	Application string
	// LockTimeout and StatementTimeout bound how long a transaction waits for a lock and
	// how long one of its statements runs, so that a request cannot block others
	// forever. 0 means 2 and 5 seconds.
	LockTimeout, StatementTimeout time.Duration
	// CommitTimeout bounds how long a commit waits for its confirmation, for example by a
	// synchronous standby that is away. Postgres does not bound it. 0 means 5 seconds.
	CommitTimeout time.Duration
	// IdleTimeout bounds how long a transaction waits for its next statement, so that a server
	// that is frozen or has lost its network does not keep its locks. 0 means 10 seconds.
	IdleTimeout time.Duration
}

func (o Options) maxConns() int { return cmp.Or(o.MaxConns, defaultMaxConns) }

func (o Options) maxConnsPerCaller() int {
	return cmp.Or(o.MaxConnsPerCaller, max(1, o.maxConns()/4))
}

// timeouts holds the settings of a transaction in Postgres syntax, and the limit of its commit.
type timeouts struct {
	lock, statement, idle string
	commit                time.Duration
}

func (o Options) timeouts() timeouts {
	return timeouts{
		lock:      milliseconds(cmp.Or(o.LockTimeout, DefaultLockTimeout)),
		statement: milliseconds(cmp.Or(o.StatementTimeout, DefaultStatementTimeout)),
		idle:      milliseconds(cmp.Or(o.IdleTimeout, DefaultIdleTimeout)),
		commit:    cmp.Or(o.CommitTimeout, DefaultCommitTimeout),
	}
}

const (
	defaultMaxConns         = 32
	DefaultLockTimeout      = 2 * time.Second
	DefaultStatementTimeout = 5 * time.Second
	DefaultCommitTimeout    = 5 * time.Second
	DefaultIdleTimeout      = 10 * time.Second
)

// connLifetime is how long the pool keeps a connection. New connections get the present settings
// of the role, and spread over the hosts or poolers behind one address.
const connLifetime = time.Hour

// Open connects to a database, and waits for it if Patience is set. dsn is a URL or a list of
// key=value pairs.
func Open(ctx context.Context, dsn string, o Options) (*Store, error) {
	config, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	listening, err := parseDSN(cmp.Or(o.ListenDSN, dsn))
	if err != nil {
		return nil, err
	}
	for _, c := range []*pgx.ConnConfig{config, listening} {
		c.AfterConnect = o.timeouts().setUp(c)
		if name := cmp.Or(c.RuntimeParams["application_name"], o.Application); name != "" {
			c.RuntimeParams["application_name"] = sessionBase(name) + schemaKnown()
		}
	}
	config.Tracer = o.Tracer
	if o.Traces != nil {
		config.Tracer = newStatementSpans(o.Traces)
	}
	watch := primary.New(config, changelog.Identify)
	watch.Purge(listening)
	bound := newConnBound(o.maxConns())
	pool := openPool(config, o, watch.Prefer, bound)
	s, err := newStore(pool, watch, o)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	s.listening, s.config, s.bound = listening, config, bound
	if err := s.await(ctx, o); err != nil {
		return nil, errors.Join(s.Explain(err), pool.Close())
	}
	if !strings.Contains(dsn, execModeParameter) {
		if err := s.adaptToPooler(ctx, o.ListenDSN == ""); err != nil {
			return nil, errors.Join(s.Explain(err), pool.Close())
		}
	}
	if o.StandbyDSN != "" {
		if s.standby, err = startStandby(ctx, s, o); err != nil {
			return nil, errors.Join(err, pool.Close())
		}
	}
	return s, nil
}

// openPool returns a pool of connections under a bound. arrange chooses the host of each new one.
func openPool(config *pgx.ConnConfig, o Options, arrange func(*pgx.ConnConfig), bound *connBound) *sql.DB {
	pool := bound.add(stdlib.GetConnector(*config,
		stdlib.OptionBeforeConnect(func(_ context.Context, c *pgx.ConnConfig) error {
			c.DefaultQueryExecMode = config.DefaultQueryExecMode // adaptToPooler may have changed it
			arrange(c)
			return nil
		}),
		stdlib.OptionShouldPing(responds)), o.maxConns())
	pool.SetMaxOpenConns(o.maxConns())
	pool.SetMaxIdleConns(o.maxConns())
	pool.SetConnMaxIdleTime(5 * time.Minute)
	pool.SetConnMaxLifetime(connLifetime)
	return pool
}

// connectTimeout bounds connecting to a host, unless the address has a limit. A frozen host accepts
// connections, but does not respond.
const connectTimeout = 10 * time.Second

func parseDSN(dsn string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("the database URL is invalid") // the parser's message would include the password
	}
	config.RuntimeParams["timezone"] = "UTC"
	config.ConnectTimeout = cmp.Or(config.ConnectTimeout, connectTimeout)
	return config, nil
}

// New returns a store over a pool that uses pgx's database/sql driver. It cannot Follow.
// It uses only the timeouts, MaxConns, MaxConnsPerCaller, Now and Log of the options.
func New(pool *sql.DB, o Options) (*Store, error) { return newStore(pool, nil, o) }

func newStore(pool *sql.DB, watch *primary.Watch, o Options) (*Store, error) {
	through := pooled{pool, newShares(o.maxConnsPerCaller()), watch, newStandIn()}
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: through}), &gorm.Config{
		SkipDefaultTransaction: true, // every write is inside InTx
		QueryFields:            true, // behind a pooler, SELECT * fails when a column is added
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard, // GORM would log expected refusals with their values
	})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	m := mirror.New(cmp.Or(o.MaxSlotsInMemory, mirror.DefaultMaxSlots))
	s := &Store{options: o, wakeUps: changelog.NewSchools(), Reader: Reader{db: db, session: through, interviewers: m.Interviewers}, pool: pool, through: through, watch: watch, mirror: m,
		timeouts: o.timeouts(), ready: readiness{check: rate.Sometimes{Interval: readyFor}}, skew: newClockSkew(o), log: cmp.Or(o.Log, slog.New(slog.DiscardHandler)), lostRefusals: newLostRefusals(), lists: newLists(), logReads: newLogReads()}
	s.sequencing = sharedrun.New(1, s.sequenceOnce)
	s.reading = sharedrun.New(recordReads, s.recordsOnce)
	return s, nil
}

// Name returns the database's name and host.
func (s *Store) Name() string {
	if s.config == nil {
		return "a database"
	}
	return fmt.Sprintf("database %s at %s", s.config.Database, s.config.Host)
}

// Close closes all connections.
func (s *Store) Close() error {
	if s.bound != nil {
		s.bound.remove(s.pool)
	}
	return errors.Join(s.standby.close(), s.pool.Close())
}

// Ping returns an error if the database does not respond.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.PingContext(ctx); err != nil {
		return fault(err, "reach the database")
	}
	return nil
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%dms", d.Milliseconds()) }
