package store_test

import (
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// listeningStore is a store with a running Listener, whose changes arrive one by one.
type listeningStore struct {
	*store.Store
	t       *testing.T
	changes chan change
}

// change is a notification, with the cached name of interviewer 1 when it arrives.
type change struct {
	store.Changes
	cached []string
}

func newListeningStore(t *testing.T, db pgtest.Database) listeningStore {
	t.Helper()
	return newTracedListeningStore(t, db, nil)
}

func newTracedListeningStore(t *testing.T, db pgtest.Database, tracer pgx.QueryTracer) listeningStore {
	t.Helper()
	l := listeningStore{Store: db.Open(t, store.Options{Tracer: tracer}), t: t, changes: make(chan change, 16)}
	listener, err := l.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		listener.Run(ctx, slog.New(slog.DiscardHandler), func(c store.Changes) { l.changes <- change{c, l.cached(1)} })
	})
	t.Cleanup(func() { stop(); running.Wait() })
	return l
}

// await waits for a matching change.
func (l listeningStore) await(matches func(store.Changes) bool) change {
	l.t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case c := <-l.changes:
			if matches(c.Changes) {
				return c
			}
		case <-late:
			l.t.Fatal("no matching change arrived within a minute")
		}
	}
}

// read reads the interviewers by id and returns the names of those that are cached then.
func (l listeningStore) read(ids ...booking.InterviewerID) []string {
	l.t.Helper()
	if _, err := l.InterviewersByID(l.t.Context(), ids); err != nil {
		l.t.Fatal(err)
	}
	return l.cached(ids...)
}

// cached returns the sorted names of the cached interviewers among the given ones.
func (l listeningStore) cached(ids ...booking.InterviewerID) []string {
	names := []string{}
	for _, interviewer := range l.CachedInterviewers(ids) {
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

func wantCached(t *testing.T, when string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: the interviewers %q are cached, want %q", when, got, want)
	}
}

func TestInterviewersAreCachedUntilTheyChange(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	other := db.Open(t, store.Options{})
	ann, ben := interviewer(t, other, "ann"), interviewer(t, other, "ben")
	all := []booking.InterviewerID{ann.ID, ben.ID}
	s := newListeningStore(t, db)
	rename(t, other, ann, "anna") // the listener is active after this
	s.await(func(c store.Changes) bool { return slices.Contains(c.Interviewers, ann.ID) })

	wantCached(t, "before the first read", s.cached(all...))
	wantCached(t, "after a read", s.read(all...), "anna", "ben")
	rename(t, s.Store, ben, "benjamin")
	wantCached(t, "after a change by this server", s.cached(ben.ID))
	s.await(func(c store.Changes) bool { return slices.Contains(c.Interviewers, ben.ID) })
	wantCached(t, "after another read", s.read(all...), "anna", "benjamin")
	rename(t, other, ann, "annika")
	s.await(func(c store.Changes) bool { return slices.Contains(c.Interviewers, ann.ID) })
	wantCached(t, "after a change by another server", s.cached(all...), "benjamin")
	cached := inTx(t, s.Store, func(tx *store.Tx) ([]string, error) {
		_, err := tx.InterviewersByID(t.Context(), all)
		return listeningStore{Store: &store.Store{Reader: tx.Reader}}.cached(all...), err
	})
	wantCached(t, "in a transaction", cached)
	wantCached(t, "after a read in a transaction", s.cached(all...), "benjamin")
}

// Without a Listener, cached interviewers would become stale.
func TestNothingIsCachedWithoutAListener(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	withoutListener := listeningStore{Store: db.Open(t, store.Options{}), t: t}
	ann := interviewer(t, withoutListener.Store, "ann")
	wantCached(t, "without a listener", withoutListener.read(ann.ID))

	s := newListeningStore(t, db)
	rename(t, withoutListener.Store, ann, "anna")
	s.await(func(c store.Changes) bool { return slices.Contains(c.Interviewers, ann.ID) })
	wantCached(t, "after a read", s.read(ann.ID), "anna")
	if _, err := db.SQL(t).ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'LISTEN%'`); err != nil {
		t.Fatal(err)
	}
	lost := s.await(func(c store.Changes) bool { return c.Lost })
	wantCached(t, "after the connection is lost", lost.cached)
}

// Through a pooler, notifications may not arrive, so interviewers are not cached, and the
// log says what to configure.
func TestNothingIsCachedThroughAPooler(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s := db.Open(t, store.Options{ListenDSN: pooled(t, db)})
	listener, err := s.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	changes := make(chan store.Changes, 16)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		listener.Run(ctx, slog.New(slog.NewTextHandler(&log, nil)), func(c store.Changes) { changes <- c })
	})
	ann := interviewer(t, s, "ann")
	rename(t, s, ann, "anna")
	<-changes // this pooler forwards notifications
	wantCached(t, "through a pooler", listeningStore{Store: s, t: t}.read(ann.ID))
	stop()
	running.Wait()
	if !strings.Contains(log.String(), "DATABASE_LISTEN_URL") {
		t.Errorf("the log does not name DATABASE_LISTEN_URL: %s", &log)
	}
}

// pooled starts a proxy for the database and returns its address. Like a pooler, it reports
// a process id to clients that differs from the server's.
func pooled(t *testing.T, db pgtest.Database) string {
	t.Helper()
	config, err := pgx.ParseConfig(db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	front, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = front.Close() })
	go func() {
		for {
			client, err := front.Accept()
			if err != nil {
				return
			}
			network, address := pgconn.NetworkAddress(config.Host, config.Port)
			server, err := new(net.Dialer).DialContext(t.Context(), network, address)
			if err != nil {
				_ = client.Close()
				continue
			}
			go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
			go func() { forward(client, server); _ = client.Close() }()
		}
	}()
	return (&url.URL{
		Scheme: "postgres", User: url.UserPassword(config.User, config.Password), Host: front.Addr().String(),
		Path: config.Database, RawQuery: "sslmode=disable",
	}).String()
}

// forward copies the server's messages to the client and changes the process id.
func forward(client io.Writer, server io.Reader) {
	const backendKeyData = 'K'
	for header := make([]byte, 5); ; {
		if _, err := io.ReadFull(server, header); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(header[1:])-4)
		if _, err := io.ReadFull(server, body); err != nil {
			return
		}
		if header[0] == backendKeyData {
			body[0] ^= 0x40
		}
		if _, err := client.Write(append(slices.Clone(header), body...)); err != nil {
			return
		}
	}
}

// Interviewers read before a change are not cached after it.
func TestReadsBeforeAChangeAreNotCached(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	other := db.Open(t, store.Options{})
	ann := interviewer(t, other, "ann")
	var s listeningStore
	s = newTracedListeningStore(t, db, afterRead(sync.OnceFunc(func() { // and before the result is cached
		rename(t, other, ann, "anna")
		s.await(func(c store.Changes) bool { return slices.Contains(c.Interviewers, ann.ID) })
	})))
	wantCached(t, "after a read that started before the change", s.read(ann.ID))
	wantCached(t, "after a read that started after it", s.read(ann.ID), "anna")
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
