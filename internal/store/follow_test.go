package store_test

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// followingStore is a store that follows the change log. Its changes arrive one by one.
type followingStore struct {
	*store.Store
	t       *testing.T
	changes chan store.Changes
	log     *lockedBuffer
}

// lockedBuffer is a bytes.Buffer for several goroutines.
type lockedBuffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.String()
}

// follow opens a store that follows the change log.
func follow(t *testing.T, db pgtest.Database, o store.Options) followingStore {
	t.Helper()
	f := followingStore{Store: db.Open(t, o), t: t, changes: make(chan store.Changes, 64), log: new(lockedBuffer)}
	ctx, stop := context.WithCancel(context.Background())
	run, err := f.Follow(ctx, slog.New(slog.NewTextHandler(f.log, nil)), func() time.Time { return planned }, func(c store.Changes) { f.changes <- c })
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return f
}

// await waits for a matching change.
func (f followingStore) await(matches func(store.Changes) bool) store.Changes {
	f.t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case c := <-f.changes:
			if matches(c) {
				return c
			}
		case <-late:
			f.t.Fatalf("no matching change arrived within a minute; log: %s", f.log)
		}
	}
}

// ofInterviewer matches a change of the interviewer.
func ofInterviewer(id booking.InterviewerID) func(store.Changes) bool {
	return func(c store.Changes) bool { return slices.Contains(c.Interviewers, id) }
}

// read reads the interviewers by id and returns the names of those that are in memory then.
func (f followingStore) read(ids ...booking.InterviewerID) []string {
	f.t.Helper()
	if _, err := f.InterviewersByID(f.t.Context(), ids); err != nil {
		f.t.Fatal(err)
	}
	return inMemory(f.Store, ids...)
}

// inMemory returns the sorted names of those of the interviewers that are in memory.
func inMemory(s *store.Store, ids ...booking.InterviewerID) []string {
	names := []string{}
	for _, interviewer := range s.CachedInterviewers(ids) {
		names = append(names, interviewer.Name)
	}
	slices.Sort(names)
	return names
}

func inTx[T any](t *testing.T, s *store.Store, fn func(*store.Tx) (T, error)) T {
	t.Helper()
	result, err := store.InTx(t.Context(), s, fn)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func interviewer(t *testing.T, s *store.Store, name string) booking.Interviewer {
	t.Helper()
	return inTx(t, s, func(tx *store.Tx) (booking.Interviewer, error) {
		return tx.CreateInterviewer(t.Context(), booking.Interviewer{
			InterviewerDetails: booking.InterviewerDetails{Name: name, Email: name + "@example.org", TimeZone: "UTC"},
			Active:             true, CreatedAt: time.Now(),
		})
	})
}

func rename(t *testing.T, s *store.Store, one booking.Interviewer, name string) {
	t.Helper()
	one.Name = name
	inTx(t, s, func(tx *store.Tx) (booking.Interviewer, error) {
		locked, err := tx.LockInterviewer(t.Context(), one.ID)
		if err != nil {
			return locked, err
		}
		one.Revision = locked.Revision
		return tx.UpdateInterviewer(t.Context(), one, time.Now())
	})
}

func wantInMemory(t *testing.T, when string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: the interviewers %q are in memory, want %q", when, got, want)
	}
}

func TestInterviewersAreInMemoryUntilTheyChange(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	other := db.Open(t, store.Options{})
	ann, ben := interviewer(t, other, "ann"), interviewer(t, other, "ben")
	all := []booking.InterviewerID{ann.ID, ben.ID}
	s := follow(t, db, store.Options{})
	rename(t, other, ann, "anna") // the log is followed after this
	s.await(ofInterviewer(ann.ID))

	wantInMemory(t, "before the first read", inMemory(s.Store, all...))
	wantInMemory(t, "after a read", s.read(all...), "anna", "ben")
	rename(t, s.Store, ben, "benjamin")
	wantInMemory(t, "after a change by this server", inMemory(s.Store, ben.ID))
	s.await(ofInterviewer(ben.ID))
	wantInMemory(t, "after another read", s.read(all...), "anna", "benjamin")
	rename(t, other, ann, "annika")
	s.await(ofInterviewer(ann.ID))
	wantInMemory(t, "after a change by another server", inMemory(s.Store, all...), "benjamin")
	inTransaction := inTx(t, s.Store, func(tx *store.Tx) ([]string, error) {
		_, err := tx.InterviewersByID(t.Context(), all)
		return inMemory(&store.Store{Reader: tx.Reader}, all...), err
	})
	wantInMemory(t, "in a transaction", inTransaction)
	wantInMemory(t, "after a read in a transaction", inMemory(s.Store, all...), "benjamin")
}

func TestReadsOfTheLogAreCounted(t *testing.T) {
	t.Parallel()
	s := follow(t, pgtest.New(t), store.Options{})
	s.await(ofInterviewer(interviewer(t, s.Store, "ann").ID))
	registry := prometheus.NewRegistry()
	registry.MustRegister(s.Collectors()...)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == "rehearse_change_log_reads_total" {
			if reads := family.GetMetric()[0].GetCounter().GetValue(); reads < 1 {
				t.Errorf("%v reads of the log are counted, want at least one", reads)
			}
			return
		}
	}
	t.Error("the reads of the log have no metric")
}

// While the log is not followed, rows in memory would become stale.
func TestNothingIsInMemoryUnlessTheLogIsFollowed(t *testing.T) {
	t.Parallel()
	s := followingStore{Store: pgtest.New(t).Open(t, store.Options{}), t: t}
	ann := interviewer(t, s.Store, "ann")
	wantInMemory(t, "after a read", s.read(ann.ID))
}

// Interviewers read before a change are not kept after it.
func TestReadsBeforeAChangeAreNotKept(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	other := db.Open(t, store.Options{})
	ann := interviewer(t, other, "ann")
	var s followingStore
	s = follow(t, db, store.Options{Tracer: afterRead(sync.OnceFunc(func() { // and before the result is kept
		rename(t, other, ann, "anna")
		s.await(ofInterviewer(ann.ID))
	}))})
	rename(t, other, ann, "an") // the log is followed after this
	s.await(ofInterviewer(ann.ID))
	wantInMemory(t, "after a read that started before the change", s.read(ann.ID))
	wantInMemory(t, "after a read that started after it", s.read(ann.ID), "anna")
}

// afterRead is a tracer that runs a function when interviewers have been read by id.
type afterRead func()

type isRead struct{}

// TraceQueryStart implements pgx.QueryTracer.
func (afterRead) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, isRead{}, strings.HasSuffix(data.SQL, "FROM interviewers WHERE id = ANY($1)"))
}

// TraceQueryEnd implements pgx.QueryTracer.
func (then afterRead) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if read, _ := ctx.Value(isRead{}).(bool); read {
		then()
	}
}

// A server that loses its connections continues the log where it was: it misses nothing, and
// subscribers need not read everything again.
func TestFollowingContinuesAfterALostConnection(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	other := db.Open(t, store.Options{})
	ann := interviewer(t, other, "ann")
	s := follow(t, db, store.Options{})
	for _, connections := range []string{"query LIKE 'LISTEN%'", "query LIKE '%FROM changes%'", "true"} {
		result, err := db.SQL(t).ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND `+connections)
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := result.RowsAffected(); n == 0 {
			t.Fatalf("no connection matches %s", connections)
		}
		rename(t, db.Open(t, store.Options{}), ann, "anna")
		if got := s.await(ofInterviewer(ann.ID)); got.Lost {
			t.Errorf("after the loss of the connections with %s: %+v, want the change alone", connections, got)
		}
	}
}

// Through a pooler, wake-ups may not arrive. The log says what to configure, and changes
// arrive nevertheless.
func TestFollowingThroughAPooler(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ann := interviewer(t, db.Open(t, store.Options{}), "ann")
	s := follow(t, pgtest.Database{DSN: db.Pooler(t).DSN}, store.Options{})
	rename(t, db.Open(t, store.Options{}), ann, "anna") // by a server that sends no wake-up
	s.await(ofInterviewer(ann.ID))
	wantInMemory(t, "after a read", s.read(ann.ID), "anna")
	if !strings.Contains(s.log.String(), "DATABASE_LISTEN_URL") {
		t.Errorf("the log does not name DATABASE_LISTEN_URL: %s", s.log)
	}
}

// On connections that no longer carry anything, and are not closed either, changes arrive
// again after seconds, and none is lost.
func TestFollowingOverSilentConnections(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	other := db.Open(t, store.Options{})
	ann := interviewer(t, other, "ann")
	proxy := db.Proxy(t)
	s := follow(t, pgtest.Database{DSN: proxy.DSN}, store.Options{})
	rename(t, other, ann, "anna")
	s.await(ofInterviewer(ann.ID))
	proxy.Lose()
	began := time.Now()
	rename(t, other, ann, "annika")
	if got := s.await(ofInterviewer(ann.ID)); got.Lost {
		t.Errorf("after a silence: %+v, want the change alone", got)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("the change arrived after %s", took)
	}
}
