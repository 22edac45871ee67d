// Package bench measures the server against a floor: the least that has to be
// done over the same database, by hand. `make bench` runs it. Nothing here runs
// without -bench.
package bench

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"rehearse/graph"
	"rehearse/internal/booking"
	"rehearse/internal/localpg"
	"rehearse/internal/sample"
	"rehearse/internal/store"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := shared.close(); err != nil {
		fmt.Fprintln(os.Stderr, "close the benchmark's database:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// world is a database with a generated data set and two ways to it.
type world struct {
	dsn   string
	local *localpg.Server // nil: BENCH_DATABASE_URL names the database
	store *store.Store    // what the server uses
	pool  *pgxpool.Pool   // what the floor uses
	now   time.Time       // when the data set was made: the clock of these benchmarks

	// students may book at now; of each, the slots of a week that he may not.
	students []booking.Record
}

var shared struct {
	once  sync.Once
	world *world
	err   error
	close func() error
}

func init() { shared.close = func() error { return nil } }

// connections of either way; more than the most clients of a benchmark.
const connections = 32

// open is the one world of the process.
func open(b *testing.B) *world {
	b.Helper()
	shared.once.Do(func() {
		w := &world{}
		shared.world, shared.close = w, w.close
		shared.err = w.prepare(context.Background())
	})
	if shared.err != nil {
		b.Fatal(shared.err)
	}
	return shared.world
}

func (w *world) close() error {
	if w.pool != nil {
		w.pool.Close()
	}
	if w.store != nil {
		if err := w.store.Close(); err != nil {
			return err
		}
	}
	if w.local != nil {
		return w.local.Stop()
	}
	return nil
}

func (w *world) prepare(ctx context.Context) error {
	dsn, err := w.database(ctx)
	if err != nil {
		return err
	}
	w.dsn = dsn
	if w.store, err = store.Open(ctx, dsn, store.Options{MaxConns: connections}); err != nil {
		return err
	}
	if err := w.fill(ctx); err != nil {
		return err
	}
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return err
	}
	config.MaxConns = connections
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	if w.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return err
	}
	// Nobody books after the moment at which a data set is made, and somebody
	// books in the last minutes before it.
	if err := w.pool.QueryRow(ctx, "SELECT max(booked_at) + interval '1 minute' FROM interviews").Scan(&w.now); err != nil {
		return fmt.Errorf("read when the data set was made: %w", err)
	}
	return w.findStudents(ctx)
}

// database answers the address of the database: the given one, or one of a
// local server that is kept for the next time.
func (w *world) database(ctx context.Context) (dsn string, err error) {
	if given := os.Getenv("BENCH_DATABASE_URL"); given != "" {
		return given, nil
	}
	folder, err := localpg.DefaultDataDir(os.Getenv)
	if err != nil {
		return "", err
	}
	w.local, err = localpg.Start(ctx, localpg.Options{DataDir: filepath.Join(filepath.Dir(folder), "rehearse-bench"), Env: os.Getenv})
	if err != nil {
		return "", err
	}
	name := "bench_" + size()
	return w.local.DSN(name), w.local.EnsureDatabase(ctx, name)
}

// size of the data set: S, M or L.
func size() string {
	if given := os.Getenv("BENCH_SIZE"); given != "" {
		return given
	}
	return "M"
}

// fill makes the data set unless it is there.
func (w *world) fill(ctx context.Context) error {
	if _, err := w.store.Migrate(ctx); err != nil {
		return err
	}
	empty, err := w.store.Empty(ctx)
	if err != nil || !empty {
		return err
	}
	request, err := sample.ParseArgs([]string{"-size", size()})
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "making data set %s, once\n", size())
	return request.Load(ctx, w.store, time.Now())
}

const wantedStudents = 15000

// findStudents reads students who may book, from all over the school.
func (w *world) findStudents(ctx context.Context) error {
	rows, err := w.pool.Query(ctx, "SELECT id FROM students ORDER BY md5(id::text) LIMIT $1", 2*wantedStudents)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[booking.StudentID])
	if err != nil {
		return err
	}
	records, err := w.store.Records(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if record := records[id]; record.Eligibility(time.Now()).Eligible && len(w.students) < wantedStudents {
			w.students = append(w.students, record)
		}
	}
	if len(w.students) < 100 {
		return fmt.Errorf("%d students of the data set may book; make a new one", len(w.students))
	}
	return nil
}

// serve runs the server.
func (w *world) serve(b *testing.B, set ...func(*graph.Options)) string {
	b.Helper()
	server := httptest.NewServer(w.handler(set...))
	b.Cleanup(server.Close)
	return server.URL
}
