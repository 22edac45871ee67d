package changelog_test

import (
	"database/sql"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"rehearse/internal/localpg"
	"rehearse/internal/pgtest"
	"rehearse/internal/scratch"
	"rehearse/internal/store/changelog"
)

// launch starts the Postgres server of a folder until the test ends.
func launch(t *testing.T, dir string) *localpg.Server {
	t.Helper()
	return pgtest.Launch(t, dir, nil)
}

func halt(t *testing.T, server *localpg.Server) {
	t.Helper()
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
}

func configOf(t *testing.T, server *localpg.Server) *pgx.ConnConfig {
	t.Helper()
	config, err := pgx.ParseConfig(server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func open(t *testing.T, server *localpg.Server) *sql.DB {
	t.Helper()
	db := stdlib.OpenDB(*configOf(t, server))
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// When a standby takes over, its snapshots and start are its own: the reader starts anew.
func TestFailoverToAStandby(t *testing.T) {
	t.Parallel()
	primary, standby := pgtest.Replicated(t)
	o := options(t, primary.DSN("postgres"))
	second := configOf(t, standby)
	o.Config.Fallbacks = []*pgconn.FallbackConfig{{Host: second.Host, Port: second.Port, TLSConfig: second.TLSConfig}}
	o.Config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	if _, err := changelog.NewReader(t.Context(), options(t, standby.DSN("postgres"))); err == nil || !strings.Contains(err.Error(), "standby") {
		t.Errorf("reading from a standby: %v, want a refusal", err)
	}
	f := newFollowerOf(t, o).run()
	onPrimary, onStandby := open(t, primary), open(t, standby)
	exec(t, onPrimary, logChange, 1)
	f.awaitRead(1)
	exec(t, onPrimary, logChange, 2)
	for again := time.NewTicker(2 * time.Millisecond); ; <-again.C {
		replayed := 0
		if err := onStandby.QueryRowContext(t.Context(), "SELECT count(*) FROM changes").Scan(&replayed); err != nil {
			t.Fatal(err)
		}
		if replayed == 2 {
			again.Stop()
			break
		}
	}
	f.awaitRead(1, 2)
	halt(t, primary)
	exec(t, onStandby, "SELECT pg_promote()")
	exec(t, onStandby, logChange, 3) // it may or may not have been read, so everything is read again
	f.wantAnew()
	f.change(func() { f.read = nil })
	exec(t, onStandby, logChange, 4)
	if err := f.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !f.has(4) || f.has(1) || f.has(2) {
		t.Errorf("after the failover %v were read, want 4", f.read)
	}
}

// A restart ends all transactions, and may lose some that were seen. So does the recovery from
// the crash of a process, after which the server keeps its start time.
func TestRestartOfTheServer(t *testing.T) {
	t.Parallel()
	for name, restart := range map[string]func(*testing.T, *localpg.Server, string){
		"restart": func(t *testing.T, server *localpg.Server, dir string) {
			t.Helper()
			halt(t, server)
			launch(t, dir)
		},
		"crash": func(t *testing.T, server *localpg.Server, _ string) {
			t.Helper()
			pid := 0
			if err := open(t, server).QueryRowContext(t.Context(), "SELECT pg_backend_pid()").Scan(&pid); err != nil {
				t.Fatal(err)
			}
			process, err := os.FindProcess(pid)
			if err != nil {
				t.Fatal(err)
			}
			if err := process.Kill(); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := scratch.Dir(t)
			server := launch(t, dir)
			createLog(t, open(t, server))
			f := newFollowerOf(t, options(t, server.DSN("postgres"))).run()
			exec(t, open(t, server), logChange, 1)
			f.awaitRead(1)
			restart(t, server, dir)
			f.wantAnew()
			exec(t, open(t, server), logChange, 2)
			f.awaitRead(1, 2)
		})
	}
}

// Behind a pooler, a connection may lead to another server. In this test, the identity of the
// server changes instead.
func TestServerBehindAPooler(t *testing.T) {
	t.Parallel()
	server := launch(t, scratch.Dir(t))
	db := open(t, server)
	createLog(t, db)
	r := newReader(t, pgtest.Database{DSN: pgtest.Database{DSN: server.DSN("postgres")}.Pooler(t).DSN})
	exec(t, db, logChange, 1)
	if got := next(t, r); !slices.Equal(got, []int64{1}) {
		t.Errorf("%v were read, want 1", got)
	}
	exec(t, db, "SELECT pg_stat_reset_shared('archiver')")
	if _, _, err := r.Next(t.Context()); err == nil || !strings.Contains(err.Error(), "another one") {
		t.Errorf("after a change of the server: %v, want it to be noticed", err)
	}
}

// Another database of the same server may take the address of the first.
func TestAnotherDatabase(t *testing.T) {
	t.Parallel()
	first, second := pgtest.New(t), pgtest.New(t)
	o := options(t, first.DSN)
	r, err := changelog.NewReader(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Config.Database = options(t, second.DSN).Config.Database
	for _, change := range []string{"", "another one"} {
		if change != "" {
			if err := r.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := r.Next(t.Context()); (err != nil) != (change != "") || err != nil && !strings.Contains(err.Error(), change) {
			t.Errorf("Next() = %v, want %q", err, change)
		}
	}
	if err := r.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// createLog creates what a reader reads. A crash does not undo it.
func createLog(t *testing.T, db *sql.DB) {
	t.Helper()
	for _, statement := range []string{
		"CREATE TABLE changes (xid xid8 DEFAULT pg_current_xact_id(), slots bigint[], interviews bigint[], students bigint[], interviewers bigint[], retagged bigint[], every text[])",
		"CREATE TABLE slots (id bigint, interviewer_id bigint, starts_at timestamptz, ends_at timestamptz, held_until timestamptz, full_until timestamptz, status text)",
		"CREATE TABLE students (id bigint, email text)", "CREATE TABLE interviewers (id bigint, email text)", "CHECKPOINT",
	} {
		exec(t, db, statement)
	}
}

// wantAnew waits until everything is read again, and the log says why.
func (f *follower) wantAnew() {
	f.t.Helper()
	f.until("anew and in time", func() bool {
		return f.lost > 0 && !f.late[len(f.late)-1] && strings.Contains(f.log.String(), "reading the change log again")
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lost != 1 || !strings.Contains(f.log.String(), "another one, or its server was restarted") {
		f.t.Errorf("everything was read again %d times, log: %s", f.lost, &f.log)
	}
}
