// Package store keeps the school in Postgres. It is the only package that
// knows SQL and GORM. Reads are methods of Reader; writes are methods of Tx,
// and a Tx exists only inside InTx, so a write outside a transaction does not
// compile. What it returns is booking's types, in UTC, and its errors are
// refusals (booking.Refused), ErrTimeout, ErrUnavailable, or faults.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/sethvargo/go-retry"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/time/rate"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Store is a pool of connections to one database.
type Store struct {
	Reader
	pool      *sql.DB // for transactions, and what no caller asks for
	shares    *shares
	records   *keptRecords
	listening *pgx.ConnConfig // of the connection that hears of changes
	timeouts  timeouts
	config    *pgx.ConnConfig // of the pool's connections; nil if the pool was given
	ready     readiness

	lostRefusals *lostRefusals
}

// Reader reads what is committed, or, inside a transaction, what it sees.
type Reader struct {
	db *gorm.DB
	session
	known *known // keeps nothing inside a transaction
}

// Tx is a Reader that can also lock and write. The lock order is the same
// everywhere: an idempotency key, then students, interviewers, slots and holds,
// each by id. The student's lock covers his interviews: whoever changes one
// takes it first.
type Tx struct {
	Reader
	in *transaction
}

// Options of a pool.
type Options struct {
	MaxConns int // open connections at most; 0 means 32
	// MaxConnsPerCaller of them are used at the same time by the reads of one caller
	// (ForCaller); 0 means a quarter, at least 1.
	MaxConnsPerCaller int
	Tracer            pgx.QueryTracer      // sees every statement; may be nil
	Traces            trace.TracerProvider // makes a span of every statement, instead of Tracer; may be nil
	// ListenDSN is where changes are heard of; empty for the database itself. What
	// pools transactions cannot be listened to.
	ListenDSN string
	// Log says what goes wrong beside what is answered; may be nil.
	Log *slog.Logger
	// Application is the application_name of the connections, unless the DSN has one.
	Application string
	// LockTimeout and StatementTimeout are how long a transaction waits for a lock,
	// and how long a statement in it runs, before it gives up: no request can hang
	// on another. 0 means 2 and 5 seconds.
	LockTimeout, StatementTimeout time.Duration
}

func (o Options) maxConns() int { return cmp.Or(o.MaxConns, defaultMaxConns) }

func (o Options) maxConnsPerCaller() int {
	return cmp.Or(o.MaxConnsPerCaller, max(1, o.maxConns()/4))
}

// timeouts are the settings of a transaction, as Postgres writes them.
type timeouts struct{ lock, statement string }

func (o Options) timeouts() timeouts {
	return timeouts{
		lock:      milliseconds(cmp.Or(o.LockTimeout, defaultLockTimeout)),
		statement: milliseconds(cmp.Or(o.StatementTimeout, defaultStatementTimeout)),
	}
}

const (
	defaultMaxConns         = 32
	defaultLockTimeout      = 2 * time.Second
	defaultStatementTimeout = 5 * time.Second
	// A deadlock or a serialisation failure is retried this often.
	maxRetries = 3
)

// Open connects to the database that dsn names, a URL or key=value pairs.
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
		if o.Application != "" && c.RuntimeParams["application_name"] == "" {
			c.RuntimeParams["application_name"] = o.Application
		}
	}
	config.Tracer = o.Tracer
	if o.Traces != nil {
		config.Tracer = newStatementSpans(o.Traces)
	}
	pool := sql.OpenDB(metered{stdlib.GetConnector(*config, stdlib.OptionAfterConnect(planOnce))})
	pool.SetMaxOpenConns(o.maxConns())
	pool.SetMaxIdleConns(o.maxConns())
	pool.SetConnMaxIdleTime(5 * time.Minute)
	s, err := New(pool, o)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	s.listening, s.config = listening, config
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(s.Explain(err), pool.Close())
	}
	return s, nil
}

func parseDSN(dsn string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("the database URL is invalid") // its text holds the password
	}
	config.RuntimeParams["timezone"] = "UTC"
	return config, nil
}

// planOnce has Postgres plan a prepared statement once and not at each execution.
// It would plan lists anew each time, which takes as long as to execute them: it
// knows nothing of a range that is a parameter, and takes the plan that is kept
// for dearer than it is. Both read the same indexes. It is a statement and no
// parameter of the connection, which poolers refuse. It compiles no plan either:
// that takes a second for a list of which a page is read in milliseconds.
func planOnce(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.PgConn().Exec(ctx, "SET plan_cache_mode = force_generic_plan; SET jit = off").ReadAll() // it is nobody's statement, and in no trace
	return err
}

// New is a store over a pool that speaks through pgx's database/sql driver. It
// cannot Listen. Of the options it takes the timeouts and the caller's share.
func New(pool *sql.DB, o Options) (*Store, error) {
	through := pooled{pool, newShares(o.maxConnsPerCaller())}
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: through}), &gorm.Config{
		SkipDefaultTransaction: true, // every write is inside InTx
		QueryFields:            true, // SELECT * fails behind a pooler when a column is added live
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard, // it prints every expected refusal, with its values
	})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return &Store{Reader: Reader{db: db, session: through, known: &known{}}, pool: pool, shares: through.shares, records: newKeptRecords(),
		timeouts: o.timeouts(), ready: readiness{look: rate.Sometimes{Interval: readyFor}}, lostRefusals: newLostRefusals(o.Log)}, nil
}

// Name says which database it is, and where.
func (s *Store) Name() string {
	if s.config == nil {
		return "a database"
	}
	return fmt.Sprintf("database %s at %s", s.config.Database, s.config.Host)
}

// Close ends every connection.
func (s *Store) Close() error { return s.pool.Close() }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.PingContext(ctx); err != nil {
		return fault(err, "reach the database")
	}
	return nil
}

// Nothing is the result of a transaction that has none.
type Nothing = struct{}

// InTx runs fn in one READ COMMITTED transaction, which commits when fn
// returns no error, and returns the result of the attempt that committed. fn
// runs again, at most three times more, when Postgres ends it for a deadlock or
// a serialisation failure. It must therefore not change a variable outside
// itself: the value would be that of an attempt which was rolled back.
func InTx[T any](ctx context.Context, s *Store, fn func(*Tx) (T, error)) (T, error) {
	backoff := retry.WithMaxRetries(maxRetries, retry.WithJitterPercent(50, retry.NewExponential(5*time.Millisecond)))
	result, err := retry.DoValue(ctx, backoff, func(ctx context.Context) (T, error) {
		result, err := attempt(ctx, s, fn)
		if isSerialization(err) {
			err = retry.RetryableError(err)
		}
		return result, err
	})
	if err == nil {
		return result, nil
	}
	var none T
	if refused := refusal(err); refused != nil {
		return none, refused
	}
	return none, fault(err, "transaction")
}

func attempt[T any](ctx context.Context, s *Store, fn func(*Tx) (T, error)) (T, error) {
	var none T
	conn, err := s.pool.Conn(ctx)
	if err != nil {
		return none, err
	}
	defer func() { _ = conn.Close() }() // gives it back
	t := begin(conn, s.timeouts)
	done := false
	defer func() {
		if !done {
			t.rollback(ctx)
		}
	}()
	db := s.db.WithContext(ctx)
	db.Statement.ConnPool = t
	result, err := fn(&Tx{Reader{db: db, session: t, known: &known{}}, t})
	if err != nil || t.discarded {
		return result, err
	}
	err = t.commit(ctx)
	done = err == nil
	s.records.forget(t.students)
	if t.changesInterviewers { // even if it is not known whether it has
		s.known.forget()
	}
	return result, err
}

// Discard makes the transaction roll back when its function returns, whose
// result InTx returns all the same. A dry run ends so.
func (tx *Tx) Discard() { tx.in.discarded = true }

func milliseconds(d time.Duration) string { return fmt.Sprintf("%dms", d.Milliseconds()) }
