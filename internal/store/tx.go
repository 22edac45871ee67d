package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sethvargo/go-retry"

	"rehearse/internal/booking"
)

// A Tx is a Reader that can also lock and write. The lock order is the same everywhere:
// the idempotency key, then students, interviewers, slots and holds, each by id. The
// student's lock covers the student's interviews and must be taken before one of them is
// changed.
type Tx struct {
	Reader
	state *transaction
}

// commitText is the statement that commits a transaction; its result is checked.
const commitText = "commit"

// Nothing is the result type of a transaction without a result.
type Nothing = struct{}

// maxRetries is the number of retries after a deadlock or a serialization failure.
const maxRetries = 3

// InTx runs fn in a READ COMMITTED transaction, commits it if fn returns no error, and
// returns fn's result. After a deadlock or a serialisation failure it runs fn again, at
// most three times. Therefore fn must not change variables outside itself: the change
// would survive a rolled back attempt.
func InTx[T any](ctx context.Context, s *Store, fn func(*Tx) (T, error)) (T, error) {
	backoff := retry.WithMaxRetries(maxRetries, retry.WithJitterPercent(50, retry.NewExponential(5*time.Millisecond)))
	result, err := retry.DoValue(ctx, backoff, func(ctx context.Context) (T, error) {
		result, err := runOnce(ctx, s, fn)
		if isSerialization(err) && !errors.Is(err, ErrOutcomeUnknown) {
			err = retry.RetryableError(err)
		}
		return result, err
	})
	if err == nil {
		return result, nil
	}
	var none T
	if refused := refusal(err); refused != nil && !errors.Is(err, ErrOutcomeUnknown) {
		return none, refused
	}
	return none, fault(err, "transaction")
}

// runOnce runs fn in one transaction, which it commits if fn succeeds.
func runOnce[T any](ctx context.Context, s *Store, fn func(*Tx) (T, error)) (T, error) {
	var none T
	if err := s.through.usable(); err != nil {
		return none, err
	}
	conn, err := s.pool.Conn(ctx)
	if err != nil {
		return none, err
	}
	defer func() { _ = conn.Close() }() // returns it to the pool
	t := begin(conn, s.timeouts)
	done := false
	defer func() {
		if !done {
			t.rollback(ctx)
		}
	}()
	result, err := fn(&Tx{s.readerIn(ctx, t), t})
	if err != nil || t.discarded {
		return result, err
	}
	err = t.commit(ctx)
	done = err == nil
	if t.changed() { // even if the commit's outcome is unknown
		s.interviewers.Evict(typed[booking.InterviewerID](t.changes.ids[changedInterviewers])...)
		s.committed()
	}
	return result, err
}

// readerIn returns a Reader of what a transaction sees.
func (s *Store) readerIn(ctx context.Context, t *transaction) Reader {
	db := s.db.WithContext(ctx)
	db.Statement.ConnPool = t
	return Reader{db: db, session: t}
}

// Discard makes the transaction roll back when its function returns. InTx still returns
// the function's result. Dry runs use it.
func (tx *Tx) Discard() { tx.state.discarded = true }

// CommitLazily makes the commit not wait for the disk. A crash of Postgres may then undo the
// transaction, and with it all later ones that commit lazily. It is for changes that are made
// again in that case, and for those that may be lost.
func (tx *Tx) CommitLazily() { tx.state.queue("SET LOCAL synchronous_commit = off") }

// Try runs fn in a savepoint and returns its result. If fn fails, Try rolls back to the
// savepoint; earlier writes of the transaction are kept.
func Try[T any](ctx context.Context, tx *Tx, fn func(*Tx) (T, error)) (T, error) {
	tx.state.queue("SAVEPOINT try")
	slotChanges, lastEventAt := slices.Clone(tx.state.slotChanges), tx.state.lastEventAt // fn may write or date the pending ones
	changes := tx.state.changes
	result, err := fn(tx)
	if err == nil {
		tx.state.queue("RELEASE SAVEPOINT try")
		return result, nil
	}
	tx.state.slotChanges, tx.state.lastEventAt, tx.state.changes = slotChanges, lastEventAt, changes
	var none T
	if undone := tx.send(ctx, statement{text: "ROLLBACK TO SAVEPOINT try"}); undone != nil {
		return none, fault(undone, "roll back to the savepoint")
	}
	return none, err
}

// A transaction is a session within one transaction, for pgx and for GORM. Statements
// without results are queued and sent with the next statement, which saves round trips.
type transaction struct {
	conn   *sql.Conn
	limit  time.Duration // of the commit
	queued []statement
	begun  bool // a statement was sent

	discarded bool // roll back even on success

	slotChanges []slotHistoryRow // not written yet
	lastEventAt time.Time        // time of the last event; zero means none

	changes     changeNotes
	interviewer booking.Interviewer // the last one locked, as it was

}

// begin returns a transaction on the connection, with its first statements queued.
func begin(conn *sql.Conn, after timeouts) *transaction {
	t := &transaction{conn: conn, limit: after.commit}
	t.queue("begin")
	// Triggers log the changes of transactions without rehearse.logs_changes (migration 34).
	t.queue("SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true), "+
		"set_config('idle_in_transaction_session_timeout', $3, true), set_config('rehearse.logs_changes', 'on', true)",
		after.lock, after.statement, after.idle)
	return t
}

func (t *transaction) queue(text string, args ...any) {
	t.queued = append(t.queued, statement{text: text, args: args})
}

// send implements session.
func (t *transaction) send(ctx context.Context, statements ...statement) error {
	all := slices.Concat(t.queued, statements)
	if len(all) == 0 {
		return nil
	}
	t.queued, t.begun = nil, true
	return sendOn(ctx, t.conn, all)
}

// pipelined is the number of last statements that are sent together with the commit.
const pipelined = 10

// commit commits the transaction. If it fails, only rollback may follow. It returns
// ErrOutcomeUnknown if the commit was sent and may have been made.
func (t *transaction) commit(ctx context.Context) error {
	if !t.begun {
		return nil // the database was not used
	}
	t.writeSlotHistory()
	t.writeChanges()
	if len(t.queued) > pipelined { // the limit is that of the commit, not of a large import
		if err := t.send(ctx); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, t.limit)
	defer cancel()
	err := t.send(ctx, statement{text: commitText})
	if isUnconfirmed(err) {
		return fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	return err
}

// rollback rolls the transaction back. If that fails, it closes the connection, and
// Postgres rolls back.
func (t *transaction) rollback(ctx context.Context) {
	if !t.begun {
		return
	}
	t.queued = nil
	if t.send(ctx, statement{text: "rollback"}) != nil {
		_ = t.conn.Raw(func(any) error { return driver.ErrBadConn }) // discards the connection
	}
}

// The methods below implement gorm.ConnPool.

// PrepareContext implements gorm.ConnPool.
func (t *transaction) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := t.send(ctx); err != nil {
		return nil, err
	}
	return t.conn.PrepareContext(ctx, query)
}

// ExecContext implements gorm.ConnPool.
func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := t.send(ctx); err != nil {
		return nil, err
	}
	return t.conn.ExecContext(ctx, query, args...)
}

// QueryContext implements gorm.ConnPool.
func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.send(ctx); err != nil {
		return nil, err
	}
	return t.conn.QueryContext(ctx, query, args...)
}

// QueryRowContext implements gorm.ConnPool. A sql.Row cannot carry the error of the
// queued statements, but such an error aborts the transaction, so the query fails as
// well.
func (t *transaction) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	_ = t.send(ctx)
	return t.conn.QueryRowContext(ctx, query, args...)
}
