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

// listening is a store with a running Listener, whose changes arrive one by one.
type listening struct {
	*store.Store
	t       *testing.T
	changes chan heard
}

// heard is a change and the cached names, at that time, of the school's first interviewer.
type heard struct {
	store.Changes
	known []string
}

func newListening(t *testing.T, db pgtest.Database) listening {
	t.Helper()
	return newListeningWith(t, db, nil)
}

func newListeningWith(t *testing.T, db pgtest.Database, tracer pgx.QueryTracer) listening {
	t.Helper()
	l := listening{Store: db.Open(t, store.Options{Tracer: tracer}), t: t, changes: make(chan heard, 16)}
	listener, err := l.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		listener.Run(ctx, slog.New(slog.DiscardHandler), func(c store.Changes) { l.changes <- heard{c, l.names(1)} })
	})
	t.Cleanup(func() { stop(); running.Wait() })
	return l
}

// heard waits for a matching change.
func (l listening) heard(what func(store.Changes) bool) heard {
	l.t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case c := <-l.changes:
			if what(c.Changes) {
				return c
			}
		case <-late:
			l.t.Fatal("it is not heard of")
		}
	}
}

// read reads the interviewers and returns the names of the cached ones.
func (l listening) read(ids ...booking.InterviewerID) []string {
	l.t.Helper()
	if _, err := l.InterviewersByID(l.t.Context(), ids); err != nil {
		l.t.Fatal(err)
	}
	return l.names(ids...)
}

func (l listening) names(ids ...booking.InterviewerID) []string {
	names := []string{}
	for _, known := range l.CachedInterviewers(ids) {
		names = append(names, known.Name)
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
			Name: name, Email: name + "@example.org", TimeZone: "UTC", Active: true, CreatedAt: time.Now(),
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

func wantNames(t *testing.T, when string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q are known, wanted %q", when, got, want)
	}
}

func TestInterviewersAreKnownUntilTheyChange(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	other := db.Open(t, store.Options{})
	ann, ben := interviewer(t, other, "ann"), interviewer(t, other, "ben")
	all := []booking.InterviewerID{ann.ID, ben.ID}
	s := newListening(t, db)
	rename(t, other, ann, "anna") // the listener is active after this
	s.heard(func(c store.Changes) bool { return slices.Contains(c.Interviewers, ann.ID) })

	wantNames(t, "at first", s.names(all...))
	wantNames(t, "when read", s.read(all...), "anna", "ben")
	rename(t, s.Store, ben, "benjamin")
	wantNames(t, "after a change of its own", s.names(ben.ID))
	s.heard(func(c store.Changes) bool { return slices.Contains(c.Interviewers, ben.ID) })
	wantNames(t, "when read again", s.read(all...), "anna", "benjamin")
	rename(t, other, ann, "annika")
	s.heard(func(c store.Changes) bool { return slices.Contains(c.Interviewers, ann.ID) })
	wantNames(t, "after a change elsewhere", s.names(all...), "benjamin")
	known := inTx(t, s.Store, func(tx *store.Tx) ([]string, error) {
		_, err := tx.InterviewersByID(t.Context(), all)
		return listening{Store: &store.Store{Reader: tx.Reader}}.names(all...), err
	})
	wantNames(t, "in a transaction", known)
	wantNames(t, "after a transaction that read", s.names(all...), "benjamin")
}

// Without a Listener, cached interviewers would become stale.
func TestNobodyIsKnownWhileNothingIsHeard(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	deaf := listening{Store: db.Open(t, store.Options{}), t: t}
	ann := interviewer(t, deaf.Store, "ann")
	wantNames(t, "without a listener", deaf.read(ann.ID))

	s := newListening(t, db)
	rename(t, deaf.Store, ann, "anna")
	s.heard(func(c store.Changes) bool { return slices.Contains(c.Interviewers, ann.ID) })
	wantNames(t, "when read", s.read(ann.ID), "anna")
	if _, err := db.SQL(t).ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'LISTEN%'`); err != nil {
		t.Fatal(err)
	}
	lost := s.heard(func(c store.Changes) bool { return c.Lost })
	wantNames(t, "when the connection was lost", lost.known)
}

// Through a pooler, notifications may not arrive, so interviewers are not cached, and the
// log says what to configure.
func TestNobodyIsKnownThroughAPooler(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s := db.Open(t, store.Options{ListenDSN: pooled(t, db)})
	listener, err := s.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	heard := make(chan store.Changes, 16)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		listener.Run(ctx, slog.New(slog.NewTextHandler(&log, nil)), func(c store.Changes) { heard <- c })
	})
	ann := interviewer(t, s, "ann")
	rename(t, s, ann, "anna")
	<-heard // this pooler forwards notifications
	wantNames(t, "through a pooler", listening{Store: s, t: t}.read(ann.ID))
	stop()
	running.Wait()
	if !strings.Contains(log.String(), "DATABASE_LISTEN_URL") {
		t.Errorf("the log does not say what to do: %s", &log)
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
			go func() { passOn(client, server); _ = client.Close() }()
		}
	}()
	return (&url.URL{
		Scheme: "postgres", User: url.UserPassword(config.User, config.Password), Host: front.Addr().String(),
		Path: config.Database, RawQuery: "sslmode=disable",
	}).String()
}

// passOn copies the server's messages to the client and changes the process id.
func passOn(client io.Writer, server io.Reader) {
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
func TestWhatWasReadBeforeAChangeIsNotKept(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	other := db.Open(t, store.Options{})
	ann := interviewer(t, other, "ann")
	var s listening
	s = newListeningWith(t, db, afterRead(sync.OnceFunc(func() { // and before the result is cached
		rename(t, other, ann, "anna")
		s.heard(func(c store.Changes) bool { return slices.Contains(c.Interviewers, ann.ID) })
	})))
	wantNames(t, "when read before the change", s.read(ann.ID))
	wantNames(t, "when read after it", s.read(ann.ID), "anna")
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
