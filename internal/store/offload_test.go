package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"rehearse/internal/localpg"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// replicated is a primary with a standby, which servers reach through a proxy.
type replicated struct {
	t         *testing.T
	primary   pgtest.Database
	standby   *localpg.Server
	onStandby *sql.DB
	proxy     *pgtest.Proxy
	folder    string // of the standby's data
}

func newReplicated(t *testing.T) *replicated {
	t.Helper()
	primary, standby := pgtest.Replicated(t)
	direct := pgtest.Database{DSN: standby.DSN("postgres")}
	r := &replicated{t: t, primary: pgtest.Database{DSN: primary.DSN("postgres")}.With("synchronous_commit", "on"), standby: standby}
	r.onStandby, r.proxy = direct.SQL(t), direct.Proxy(t)
	r.folder = r.ask(folderOfServer)
	return r
}

// ask sends a query to the standby.
func (r *replicated) ask(query string) (text string) {
	r.t.Helper()
	if err := r.onStandby.QueryRowContext(r.t.Context(), query).Scan(&text); err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	return text
}

// pause stops the replay, and returns a function that continues it.
func (r *replicated) pause() (resume func()) {
	r.t.Helper()
	r.ask("SELECT pg_wal_replay_pause()::text")
	until(r.t, "the replay is paused", func() bool { return r.ask("SELECT pg_get_wal_replay_pause_state()") == "paused" })
	return func() { r.ask("SELECT pg_wal_replay_resume()::text") }
}

// A reading server reads from a standby.
type reading struct {
	*store.Store
	of  *replicated
	log *lockedBuffer
}

// server opens a store that reads from the standby of an address.
func (r *replicated) server(primary pgtest.Database, standby string) reading {
	r.t.Helper()
	log := &lockedBuffer{}
	s := primary.Open(r.t, store.Options{StandbyDSN: standby, Log: slog.New(slog.NewTextHandler(log, nil))})
	return reading{s, r, log}
}

const folderOfServer = "SELECT current_setting('data_directory')"

// fromStandby reports whether the standby serves a read, which must succeed.
func (s reading) fromStandby() bool {
	s.of.t.Helper()
	folder, err := store.Offload(s.of.t.Context(), s.Store, func(ctx context.Context, r *store.Reader) (string, error) {
		return r.Ask(ctx, folderOfServer)
	})
	if err != nil {
		s.of.t.Fatalf("a read that a standby may serve: %v", err)
	}
	return folder == s.of.folder
}

// awaitStandby waits until the standby is read.
func (s reading) awaitStandby() {
	s.of.t.Helper()
	until(s.of.t, "the standby is read", s.fromStandby)
}

// awaitPrimary waits until reads go to the primary for a reason. The server stays ready.
func (s reading) awaitPrimary(why string) {
	s.of.t.Helper()
	until(s.of.t, fmt.Sprintf("the standby is not read, because %q", why), func() bool {
		err := s.StandbyErr()
		return err != nil && strings.Contains(err.Error(), why)
	})
	if s.fromStandby() {
		s.of.t.Error("the standby was read although it cannot be used: " + why)
	}
	if err := s.CheckReady(s.of.t.Context()); err != nil {
		s.of.t.Errorf("the server is not ready without a standby: %v", err)
	}
	if !strings.Contains(s.log.String(), "reads go to the primary") {
		s.of.t.Errorf("the log does not report a standby that cannot be used: %s", s.log)
	}
}

func countInterviewers(ctx context.Context, r *store.Reader) (int, error) {
	return r.CountInterviewers(ctx, everything, store.InterviewerFilter{})
}

// A read that a standby may serve sees what any server has committed before, however late the
// standby is.
func TestReadsFromAStandbySeeAllWrites(t *testing.T) {
	t.Parallel()
	r := newReplicated(t)
	one, other := r.server(r.primary, r.proxy.DSN), r.server(r.primary, r.proxy.DSN)
	one.awaitStandby()
	other.awaitStandby()
	want := func(n int) {
		t.Helper()
		for name, server := range map[string]reading{"the same server": one, "another server": other} {
			if got, err := store.Offload(t.Context(), server.Store, countInterviewers); err != nil || got != n {
				t.Errorf("%s counted %d interviewers (%v), want %d", name, got, err, n)
			}
		}
	}
	for n := range 20 {
		interviewer(t, one.Store, fmt.Sprint("replayed", n))
		want(n + 1)
	}
	one.awaitStandby()
	other.awaitStandby()

	resume := r.pause()
	interviewer(t, one.Store, "late")
	stale := -1 // negative control
	until(t, "the standby responds in time", func() bool {
		n, err := store.OffloadAtOnce(t.Context(), one.Store, countInterviewers)
		stale = n
		return err == nil
	})
	if stale != 20 {
		t.Errorf("without the wait, the standby has %d interviewers, want 20", stale)
	}
	want(21)
	one.awaitPrimary("the standby is late")
	resume()
	one.awaitStandby()
	want(21)
}

// A standby that fails is not an error: the primary serves its reads.
func TestStandbyThatFails(t *testing.T) {
	t.Parallel()
	r := newReplicated(t)
	s := r.server(r.primary, r.proxy.DSN)
	s.awaitStandby()

	r.proxy.Freeze()
	s.awaitPrimary("deadline")
	r.proxy.Thaw()
	s.awaitStandby()

	ended := s.startSleep()
	r.proxy.Leave()
	r.proxy.Lose()
	if err := receive(t, ended); err != nil {
		t.Errorf("a read that was in progress when the standby froze: %v", err)
	}
	s.awaitPrimary("")
	r.proxy.Return()
	s.awaitStandby()

	if err := r.standby.Stop(); err != nil {
		t.Fatal(err)
	}
	s.awaitPrimary("")
	pgtest.Launch(t, filepath.Dir(r.folder), nil)
	s.awaitStandby()

	until(t, "a standby of an older timeline is refused", func() bool {
		err := s.AfterPromotion(t.Context())
		return err != nil && strings.Contains(err.Error(), "at a promotion")
	})
	r.server(pgtest.New(t), r.proxy.DSN).awaitPrimary("a standby of another database")

	r.ask("SELECT pg_promote()::text")
	if s.fromStandby() {
		t.Error("a standby was read after its promotion")
	}
	s.awaitPrimary("not a standby")
}

// startSleep starts sleep, and returns a channel with its result as soon as it reads on the standby.
func (s reading) startSleep(before ...string) <-chan error {
	s.of.t.Helper()
	for {
		sleeps, ended := make(chan struct{}), make(chan error, 1)
		go func() { ended <- s.sleep(s.of.folder, sleeps, before...) }()
		select {
		case <-sleeps:
			return ended
		case err := <-ended: // a slow machine let the primary serve it
			if err != nil {
				s.of.t.Fatalf("a read that a standby may serve: %v", err)
			}
			s.awaitStandby()
		}
	}
}

// sleep sends a statement to the standby that takes long, after it has told that it reads there. On
// the primary it returns at once.
func (s reading) sleep(folder string, sleeps chan<- struct{}, before ...string) error {
	_, err := store.Offload(s.of.t.Context(), s.Store, func(ctx context.Context, r *store.Reader) (string, error) {
		if on, err := r.Ask(ctx, folderOfServer); err != nil || on != folder {
			return on, err
		}
		for _, query := range before {
			if _, err := r.Ask(ctx, query); err != nil {
				return "", err
			}
		}
		close(sleeps)
		return r.Ask(ctx, "SELECT pg_sleep(600)::text")
	})
	return err
}

// Postgres cancels a query on a standby that conflicts with the replay. The primary serves the read,
// and the standby the next one.
func TestReplayCancelsARead(t *testing.T) {
	t.Parallel()
	r := newReplicated(t)
	for _, statement := range []string{"ALTER SYSTEM SET max_standby_streaming_delay = 0", "SELECT pg_reload_conf()"} {
		if _, err := r.onStandby.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	s := r.server(r.primary, r.proxy.DSN)
	s.awaitStandby()
	ended := s.startSleep("SELECT count(*)::text FROM students")
	if _, err := r.primary.SQL(t).ExecContext(t.Context(), "DO $$ BEGIN LOCK TABLE students; END $$"); err != nil {
		t.Fatal(err)
	}
	if err := receive(t, ended); err != nil {
		t.Errorf("a read that the replay cancelled: %v", err)
	}
	s.awaitStandby()
}

// Of several hosts, a server reads from one that is a standby and responds.
func TestSeveralStandbys(t *testing.T) {
	t.Parallel()
	r := newReplicated(t)
	frozen, primary := pgtest.Database{DSN: r.standby.DSN("postgres")}.Proxy(t), r.primary.Proxy(t)
	frozen.Freeze()
	s := r.server(r.primary, hosts(t, frozen.DSN, primary.DSN, r.proxy.DSN))
	s.awaitStandby()
	r.proxy.Leave()
	r.proxy.Cut()
	s.awaitPrimary("not a standby")
	frozen.Thaw()
	s.awaitStandby()
}

// hosts returns an address with the hosts of the given ones.
func hosts(t *testing.T, first string, others ...string) string {
	t.Helper()
	all, err := url.Parse(first)
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range others {
		one, err := url.Parse(other)
		if err != nil {
			t.Fatal(err)
		}
		all.Host += "," + one.Host
	}
	return all.String()
}
