// Package bench measures the server against a floor: hand-written code that does the
// minimum of work on the same database. Run it with `make bench`. Without -bench it runs
// nothing.
package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/localpg"
	"rehearse/internal/sample"
	"rehearse/internal/store"
)

func TestMain(m *testing.M) {
	if os.Getenv("BENCH_FLOOR") != "" {
		fmt.Fprintln(os.Stderr, "floor:", serveFloors(context.Background()))
		os.Exit(1)
	}
	code := m.Run()
	if err := closeAll(); err != nil {
		fmt.Fprintln(os.Stderr, "close the benchmarks' databases:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// world is a database with a generated data set, accessed through the store and through a
// pool.
type world struct {
	store  *store.Store // the server's access
	pool   *pgxpool.Pool
	now    time.Time     // creation time of the data set, and the clock of the benchmarks
	offset time.Duration // of that clock from real time

	// students may book at now; refused ones may not.
	students, refused []booking.Record

	servers    map[string]process
	peerSchema bool // the PostGraphile schema exists
	attackers  int  // callers that have sent an attack
}

// shared holds the worlds of this process by size.
var shared = struct {
	worlds map[string]*world
	local  *localpg.Server // nil if BENCH_DATABASE_URL names the databases
}{worlds: map[string]*world{}}

// connections is the pool size of each contender. Eight contenders keep their pools open
// at the same time.
const connections = 16

// open returns the default world of at most 100,000 students.
func open(b *testing.B) *world {
	b.Helper()
	all := sizes()
	return openSize(b, all[min(len(all), 2)-1])
}

func openSize(b *testing.B, size string) *world {
	b.Helper()
	if w, opened := shared.worlds[size]; opened {
		return w
	}
	dsn, err := database(b.Context(), size)
	if err != nil {
		b.Fatal(err)
	}
	w := &world{servers: map[string]process{}}
	shared.worlds[size] = w
	if err := w.prepare(context.Background(), dsn, size); err != nil {
		b.Fatal(err)
	}
	return w
}

func closeAll() error {
	var errs []error
	for _, w := range shared.worlds {
		errs = append(errs, w.close())
	}
	if shared.local != nil {
		errs = append(errs, shared.local.Stop())
	}
	return errors.Join(append(errs, os.RemoveAll(programs.folder))...)
}

func (w *world) close() error {
	var errs []error
	for _, p := range w.servers {
		errs = append(errs, p.stop())
	}
	if w.pool != nil {
		w.pool.Close()
	}
	if w.store != nil {
		errs = append(errs, w.store.Close())
	}
	return errors.Join(errs...)
}

func (w *world) prepare(ctx context.Context, dsn, size string) (err error) {
	if w.store, err = store.Open(ctx, dsn, store.Options{MaxConns: connections}); err != nil {
		return err
	}
	if err := w.fill(ctx, size); err != nil {
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
	// No booking is later than the creation of the data set, and the last ones are minutes
	// before it.
	if err := w.pool.QueryRow(ctx, "SELECT max(booked_at) + interval '1 minute' FROM interviews").Scan(&w.now); err != nil {
		return fmt.Errorf("read the creation time of the data set: %w", err)
	}
	w.offset = time.Until(w.now)
	return w.findStudents(ctx)
}

// database returns the DSN of a data set, in the given databases or in a local server that
// is kept between runs.
func database(ctx context.Context, size string) (dsn string, err error) {
	if given := os.Getenv("BENCH_DATABASE_URL"); given != "" {
		return strings.ReplaceAll(given, "{size}", size), nil
	}
	if shared.local == nil {
		folder, err := localpg.DefaultDataDir(os.Getenv)
		if err != nil {
			return "", err
		}
		shared.local, err = localpg.Start(ctx, localpg.Options{
			DataDir: filepath.Join(filepath.Dir(folder), "rehearse-bench"), Env: os.Getenv,
			Settings: map[string]string{"max_connections": "300"},
		})
		if err != nil {
			return "", err
		}
	}
	name := "bench_" + size
	return shared.local.DSN(name), shared.local.EnsureDatabase(ctx, name)
}

// sizes returns the data sets up to the largest requested one. A single database holds a
// single data set.
func sizes() []string {
	all := []string{"S", "M", "L"}
	most := slices.Index(all, os.Getenv("BENCH_SIZE"))
	if most < 0 {
		most = 1
	}
	if given := os.Getenv("BENCH_DATABASE_URL"); given != "" && !strings.Contains(given, "{size}") {
		return all[most : most+1]
	}
	return all[:most+1]
}

// fill generates the data set unless it exists.
func (w *world) fill(ctx context.Context, size string) error {
	if _, err := w.store.Migrate(ctx); err != nil {
		return err
	}
	empty, err := w.store.Empty(ctx)
	if err != nil || !empty {
		return err
	}
	fmt.Fprintf(os.Stderr, "generating data set %s, once\n", size)
	return sample.Request{Size: size, Seed: 1}.Load(ctx, w.store, time.Now())
}

const wantedStudents = 30_000 // with more records than a server keeps in memory

// findStudents reads students who may book, sampled from the whole school.
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
		record := records[id]
		switch eligible := record.Eligibility(w.now).Eligible; {
		case !eligible:
			w.refused = append(w.refused, record)
		case len(w.students) < wantedStudents:
			w.students = append(w.students, record)
		}
	}
	if len(w.students) < 100 {
		return fmt.Errorf("only %d students of the data set may book; generate a new one", len(w.students))
	}
	return nil
}

// days returns a range of n days that starts on a morning which the clock does not reach
// while the benchmarks run.
func (w *world) days(n int) calendar.Span {
	morning := w.now.UTC().Truncate(24 * time.Hour).Add(58 * time.Hour)
	return calendar.Span{Start: morning, End: morning.AddDate(0, 0, n)}
}

// serve runs the server within this process.
func (w *world) serve(b *testing.B, set ...func(*gqlhttp.Options)) string {
	b.Helper()
	server := httptest.NewServer(w.handler(set...))
	b.Cleanup(server.Close)
	return server.URL
}
