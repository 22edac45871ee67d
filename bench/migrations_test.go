package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rehearse/internal/store"
)

const (
	released = "bfd0073" // the commit of 0.1.0
	migrator = "bench migrations"

	sampleEvery  = 2 * time.Millisecond
	requestEvery = 10 * time.Millisecond // of each client
	baseline     = 5 * time.Second       // without a migration, for comparison
)

// BenchmarkMigrations migrates a data set from the schema of an older version, while clients read
// each table and book. It measures how long each migration takes, how long it holds locks for which
// others wait, and the longest time that a client waits for Postgres.
func BenchmarkMigrations(b *testing.B) {
	all := sizes()
	size := all[len(all)-1]
	w, _ := older(b, cmp.Or(*from, released), size)
	var err error
	if w.store, err = store.Open(b.Context(), w.url(), store.Options{Application: migrator}); err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	var running sync.WaitGroup
	var samples []lockSample
	running.Go(func() { samples = w.sampleLocks(ctx, b) })
	clients := w.requesters(b)
	for n := range clients {
		running.Go(func() { clients[n].run(ctx, b, w) })
	}
	began := time.Now()
	<-time.After(baseline)
	migrated := time.Now()
	applied, err := w.store.Migrate(b.Context())
	if err != nil {
		b.Error(err)
	}
	if older, err := w.store.Contract(b.Context()); err != nil || len(older) > 0 {
		b.Errorf("the schema is not contracted: %v, %v", older, err)
	}
	ended := time.Now()
	stop()
	running.Wait()
	w.mustBeSound(b)

	t := table{by: "data set " + size, header: []string{"ms", "locks that others wait for, ms", "longest read, ms", "longest booking, ms"}}
	for _, p := range append([]phase{{name: "no migration", begin: began, end: migrated}}, phases(b, samples, migrated)...) {
		t.add(p.name, inMillis(p.end.Sub(p.begin)), p.heldLocks(), inMillis(longest(clients, p, false)), inMillis(longest(clients, p, true)))
	}
	t.add("all", inMillis(ended.Sub(migrated)), "", "", "")
	b.ReportMetric(float64(applied), "migrations")
	b.ReportMetric(ended.Sub(migrated).Seconds(), "s")
	w.publish(b, t)
}

func inMillis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// lockSample is what was seen at a time: the last migration that was committed, and the locks that
// the migrations held.
type lockSample struct {
	at      time.Time
	version int64
	locks   []string
}

// lockQuery returns the last migration and the locks that keep others from reading or writing.
const lockQuery = `SELECT (SELECT max(version_id) FROM goose_db_version), ARRAY(
	SELECT l.mode || ' ' || c.relname FROM pg_locks l
	JOIN pg_class c ON c.oid = l.relation AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
	JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database() AND starts_with(a.application_name, $1)
	WHERE l.granted AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))`

// sampleLocks samples the locks of the migrations until ctx ends.
func (w *world) sampleLocks(ctx context.Context, b *testing.B) (samples []lockSample) {
	b.Helper()
	conn, err := w.pool.Acquire(b.Context())
	if err != nil {
		b.Error(err)
		return nil
	}
	defer conn.Release()
	for again := time.Tick(sampleEvery); ; <-again {
		last := ctx.Err() != nil // the last sample is taken after the migrations
		var one lockSample
		if err := conn.QueryRow(b.Context(), lockQuery, migrator).Scan(&one.version, &one.locks); err != nil {
			b.Error(err)
			return samples
		}
		one.at = time.Now()
		samples = append(samples, one)
		if last {
			return samples
		}
	}
}

// phase is the time of a migration.
type phase struct {
	name       string
	begin, end time.Time
	held       map[string]time.Duration // by mode and table
}

// phases divides the time from begin into migrations and the contraction, which is the last. A
// migration ends with the first sample that sees it.
func phases(b *testing.B, samples []lockSample, begin time.Time) (all []phase) {
	b.Helper()
	version, last := samples[0].version, begin
	p := phase{begin: begin, held: map[string]time.Duration{}}
	for _, one := range samples {
		if one.at.Before(begin) {
			continue
		}
		for _, lock := range one.locks {
			p.held[lock] += one.at.Sub(last)
		}
		last = one.at
		if one.version > version {
			version = one.version
			p.name, p.end = nameOf(b, version), one.at
			all = append(all, p)
			p = phase{begin: one.at, held: map[string]time.Duration{}}
		}
	}
	p.name, p.end = "contract", last
	return append(all, p)
}

// nameOf returns the name of a migration's file.
func nameOf(b *testing.B, version int64) string {
	b.Helper()
	files, err := filepath.Glob(fmt.Sprintf("../internal/store/migrations/%05d_*.sql", version))
	if err != nil {
		b.Fatal(err)
	}
	if len(files) == 0 { // it is written in Go
		return strconv.FormatInt(version, 10)
	}
	return strings.TrimSuffix(filepath.Base(files[0]), ".sql")
}

// heldLocks lists the tables by mode, and how long each was locked.
func (p phase) heldLocks() string {
	locks := slices.Collect(maps.Keys(p.held))
	slices.SortFunc(locks, func(x, y string) int {
		mode, other := strings.Fields(x)[0], strings.Fields(y)[0]
		return cmp.Or(cmp.Compare(mode, other), cmp.Compare(p.held[y], p.held[x]), cmp.Compare(x, y))
	})
	var text strings.Builder
	last := ""
	for _, lock := range locks {
		mode, table, _ := strings.Cut(lock, "Lock ")
		switch {
		case mode == last:
			text.WriteString(", ")
		case last != "":
			text.WriteString("; " + mode + ": ")
		default:
			text.WriteString(mode + ": ")
		}
		text.WriteString(table + " " + inMillis(p.held[lock]))
		last = mode
	}
	return text.String()
}

// requester sends a request every few milliseconds, and records how long each takes.
type requester struct {
	books bool
	send  func(ctx context.Context, w *world) error
	spans []span
}

type span struct{ begin, end time.Time }

// requesters returns a reader for each of the tables that all versions have, and two requesters
// that book.
func (w *world) requesters(b *testing.B) (all []*requester) {
	b.Helper()
	for _, table := range []string{"students", "interviewers", "availabilities", "slots", "holds", "interviews", "events", "booking_policy"} {
		all = append(all, &requester{send: func(ctx context.Context, w *world) error {
			_, err := w.pool.Exec(ctx, "SELECT FROM "+table+" WHERE id = $1", 1+rand.Int64N(1000))
			return err
		}})
	}
	rows, err := w.pool.Query(b.Context(), "SELECT id FROM slots WHERE status = 'OPEN' ORDER BY id DESC LIMIT 1000")
	if err != nil {
		b.Fatal(err)
	}
	open, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(open) == 0 {
		b.Fatalf("%d open slots, %v", len(open), err)
	}
	for range 2 {
		all = append(all, &requester{books: true, send: func(ctx context.Context, w *world) error {
			return w.tryBooking(ctx, 1+rand.Int64N(1000), open[rand.IntN(len(open))])
		}})
	}
	return all
}

// tryBooking writes what a booking writes, in columns that all versions have, and takes it back.
// The interview is a cancelled one, so that no rule refuses it.
func (w *world) tryBooking(ctx context.Context, student, slot int64) error {
	tx, err := w.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	for _, statement := range []string{
		"SELECT FROM students WHERE id = $1 AND $2::bigint > 0 FOR UPDATE",
		"UPDATE slots SET status = 'BOOKED' WHERE id = $2 AND $1::bigint > 0",
		`INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at, cancelled_at)
			SELECT $1, interviewer_id, id, starts_at, ends_at, 'CANCELLED', now(), now() FROM slots WHERE id = $2`,
		`INSERT INTO events (at, kind, actor_role, actor_id, request_id, student_id, slot_id, changes)
			VALUES (now(), 'INTERVIEW_BOOKED', 'ADMIN', 0, '', $1, $2, '{}')`,
	} {
		if _, err := tx.Exec(ctx, statement, student, slot); err != nil {
			return err
		}
	}
	return nil
}

// run sends requests until ctx ends. Like the server, it repeats a request that Postgres has aborted
// because of a deadlock.
func (c *requester) run(ctx context.Context, b *testing.B, w *world) {
	b.Helper()
	for again := time.Tick(requestEvery); ctx.Err() == nil; <-again {
		begin := time.Now()
		err := c.send(b.Context(), w)
		for isDeadlock(err) {
			err = c.send(b.Context(), w)
		}
		if err != nil {
			b.Error(err)
			return
		}
		c.spans = append(c.spans, span{begin, time.Now()})
	}
}

func isDeadlock(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "40P01"
}

// longest returns the longest time that a client waited during a migration.
func longest(clients []*requester, p phase, books bool) (most time.Duration) {
	for _, c := range clients {
		for _, s := range c.spans {
			if c.books != books || s.end.Before(p.begin) || s.begin.After(p.end) {
				continue
			}
			begin, end := s.begin, s.end
			if begin.Before(p.begin) {
				begin = p.begin
			}
			if end.After(p.end) {
				end = p.end
			}
			most = max(most, end.Sub(begin))
		}
	}
	return most
}
