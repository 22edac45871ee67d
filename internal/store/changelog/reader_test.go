package changelog_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"rehearse/internal/pgtest"
	"rehearse/internal/store/changelog"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// options returns the options that the store uses, for an address.
func options(t *testing.T, dsn string) changelog.Options {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.AfterConnect = func(ctx context.Context, conn *pgconn.PgConn) error {
		_, err := conn.Exec(ctx, "SET plan_cache_mode = force_generic_plan; SET jit = off").ReadAll()
		return err
	}
	return changelog.Options{Config: config, Keeps: time.Hour}
}

func newReader(t *testing.T, db pgtest.Database) *changelog.Reader {
	t.Helper()
	r, err := changelog.NewReader(t.Context(), options(t, db.DSN))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return r
}

type execer interface {
	ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
}

func exec(t *testing.T, db execer, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// begin starts a transaction that the test must end.
func begin(t *testing.T, db *sql.DB) *sql.Tx {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return tx
}

func commit(t *testing.T, tx *sql.Tx) {
	t.Helper()
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

const (
	logChange = "INSERT INTO changes (interviews) VALUES (ARRAY[$1::bigint])"
	// logChanges commits each of so many changes in a transaction of its own.
	logChanges = "DO $$ BEGIN FOR i IN 1..%d LOOP INSERT INTO changes (interviews) VALUES (ARRAY[i]); COMMIT; END LOOP; END $$"
)

// writers commit changes with the numbers 1, 2, 3 and so on, of which many become visible in
// another order than that of their transactions' ids and times.
type writers struct {
	db   *sql.DB
	last atomic.Int64

	mu        sync.Mutex
	polled    sync.Cond
	polls     int
	begun     map[int64]bool // whose COMMIT has been sent
	committed map[int64]bool // whose COMMIT has returned
	undone    map[int64]bool // that are rolled back
}

func newWriters(db *sql.DB) *writers {
	w := &writers{db: db, begun: map[int64]bool{}, committed: map[int64]bool{}, undone: map[int64]bool{}}
	w.polled.L = &w.mu
	return w
}

// insert writes a change. A savepoint has an id of its own, which the log does not show.
func (w *writers) insert(ctx context.Context) (*sql.Tx, int64, error) {
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, 0, err
	}
	number := w.last.Add(1)
	if number%3 == 0 {
		if _, err := tx.ExecContext(ctx, "SAVEPOINT one"); err != nil {
			return nil, 0, err
		}
	}
	_, err = tx.ExecContext(ctx, logChange, number)
	return tx, number, err
}

func (w *writers) note(set map[int64]bool, number int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	set[number] = true
}

func (w *writers) commit(tx *sql.Tx, number int64) error {
	w.note(w.begun, number)
	if err := tx.Commit(); err != nil {
		return err
	}
	w.note(w.committed, number)
	return nil
}

// run does this n times: it writes two changes and rolls a third one back. It commits the first
// change last and, if held is set, only after another poll of the readers.
func (w *writers) run(ctx context.Context, n int, held bool, holding func()) error {
	for range n {
		first, number, err := w.insert(ctx)
		if err != nil {
			return err
		}
		undone, other, err := w.insert(ctx)
		if err != nil {
			return err
		}
		w.note(w.undone, other)
		if err := undone.Rollback(); err != nil {
			return err
		}
		second, other, err := w.insert(ctx)
		if err != nil {
			return err
		}
		if err := w.commit(second, other); err != nil {
			return err
		}
		if held {
			w.awaitPoll(holding)
		}
		if err := w.commit(first, number); err != nil {
			return err
		}
	}
	return nil
}

// awaitPoll waits for a poll that begins after the call.
func (w *writers) awaitPoll(holding func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	holding()
	for seen := w.polls; w.polls < seen+2; {
		w.polled.Wait()
	}
}

func (w *writers) poll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.polls++
	w.polled.Broadcast()
}

// sets returns copies of what has begun to commit and of what is committed.
func (w *writers) sets() (begun, committed map[int64]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return cloned(w.begun), cloned(w.committed)
}

func cloned(set map[int64]bool) map[int64]bool {
	clone := map[int64]bool{}
	for number := range set {
		clone[number] = true
	}
	return clone
}

// naive reads the log from the highest value of a column that it has seen.
func naive(t *testing.T, db *sql.DB, column string) func() []int64 {
	t.Helper()
	var last string
	if err := db.QueryRowContext(t.Context(), "SELECT max("+column+")::text FROM changes").Scan(&last); err != nil {
		t.Fatal(err)
	}
	return func() []int64 {
		var text string
		err := db.QueryRowContext(t.Context(), `
			SELECT json_build_array(coalesce(max(`+column+`)::text, $1::text), coalesce(json_agg(interviews[1]), '[]'))
			FROM changes WHERE `+column+` > ($1::text)::`+map[string]string{"xid": "xid8", "at": "timestamptz"}[column], last).Scan(&text)
		if err != nil {
			t.Fatal(err)
		}
		var numbers []int64
		if err := json.Unmarshal([]byte(text), &[]any{&last, &numbers}); err != nil {
			t.Fatal(err)
		}
		return numbers
	}
}

// A reader that starts amid 16 writers reads each change that is committed later exactly once,
// though the changes do not become visible in the order of their ids or times. Readers by id
// or time miss some.
func TestReaderMissesNothing(t *testing.T) {
	t.Parallel()
	const clients, times = 16, 12
	database := pgtest.New(t)
	db := database.SQL(t)
	w := newWriters(db)
	long, ofLong, err := w.insert(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var writing errgroup.Group
	var holding sync.WaitGroup
	for client := range clients {
		held := client%2 == 0
		if held {
			holding.Add(1)
		}
		writing.Go(func() error { return w.run(t.Context(), times, held, sync.OnceFunc(holding.Done)) })
	}
	holding.Wait() // half of the writers hold a transaction open that they have written to

	_, before := w.sets()
	reader := newReader(t, database)
	byXid, byTime := naive(t, db, "xid"), naive(t, db, "at")
	begun, _ := w.sets()
	read := map[string]map[int64]int{"snapshot": {}, "xid": {}, "at": {}}
	poll := func() {
		t.Helper()
		changes, _, err := reader.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, number := range changes.Interviews {
			read["snapshot"][int64(number)]++
		}
		for name, numbers := range map[string][]int64{"xid": byXid(), "at": byTime()} {
			for _, number := range numbers {
				read[name][number]++
			}
		}
		w.poll()
	}
	written := make(chan error, 1)
	go func() { written <- writing.Wait() }()
	for writing := true; writing; poll() {
		select {
		case err := <-written:
			if err != nil {
				t.Fatal(err)
			}
			writing = false
		default:
		}
	}
	if err := w.commit(long, ofLong); err != nil {
		t.Fatal(err)
	}
	poll()
	poll()

	last := w.last.Load()
	if want := int64(1 + clients*times*3); last != want {
		t.Fatalf("%d changes were written, want %d", last, want)
	}
	missed := map[string]int{}
	for number := int64(1); number <= last; number++ {
		for name, times := range read {
			if !begun[number] && !w.undone[number] && times[number] == 0 {
				missed[name]++
			}
		}
		switch times := read["snapshot"][number]; {
		case (before[number] || w.undone[number]) && times > 0:
			t.Errorf("change %d, committed before the start (%t) or rolled back (%t), was read", number, before[number], w.undone[number])
		case times > 1:
			t.Errorf("change %d was read %d times", number, times)
		}
	}
	if missed["snapshot"] > 0 {
		t.Errorf("%d changes were missed", missed["snapshot"])
	}
	for _, column := range []string{"xid", "at"} {
		if missed[column] < clients/2 { // at least the transactions that were held first
			t.Errorf("reading by %s missed %d changes, want at least %d", column, missed[column], clients/2)
		}
	}
}

// A restored backup may contain rows of transactions that the server has yet to reach.
func TestReaderIgnoresChangesOfTheFuture(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	db := database.SQL(t)
	const restored = "INSERT INTO changes (xid, interviews) VALUES ($1::text::xid8, ARRAY[$2::bigint])"
	exec(t, db, restored, "9000000000000000", 1)
	reader := newReader(t, database)
	exec(t, db, restored, "9000000000000001", 2)
	exec(t, db, restored, "4", 3)
	exec(t, db, logChange, 4)
	for i, want := range [][]int64{{4}, nil} {
		if got := next(t, reader); !slices.Equal(got, want) {
			t.Errorf("read %d: %v, want %v", i+1, got, want)
		}
	}
}

// next returns the interviews of the next read.
func next(t *testing.T, r *changelog.Reader) (numbers []int64) {
	t.Helper()
	changes, _, err := r.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range changes.Interviews {
		numbers = append(numbers, int64(id))
	}
	return numbers
}
