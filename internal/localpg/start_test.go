//go:build unix

package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestColdStartWarmStartAndStop(t *testing.T) {
	t.Parallel()
	o := Options{DataDir: dataFolder(t), Env: machineEnv}

	begun := time.Now()
	s := start(t, o)
	t.Logf("cold start %v", time.Since(begun))
	if !s.Owner() {
		t.Error("the first process does not own its server")
	}
	run(t, s, "CREATE TABLE kept AS SELECT 'value' AS v")
	begun = time.Now()
	stop(t, s)
	t.Logf("stop %v", time.Since(begun))

	begun = time.Now()
	s = start(t, o)
	t.Logf("warm start %v", time.Since(begun))
	if got := ask[string](t, s, "SELECT v FROM kept"); got != "value" {
		t.Errorf("after a restart: got the row %q", got)
	}
	stop(t, s)
}

func TestServerIsPrivate(t *testing.T) {
	t.Parallel()
	s := start(t, quick(clusterFolder(t)))
	if got := ask[string](t, s, "SHOW listen_addresses"); got != "" {
		t.Errorf("listens on %q", got)
	}
	info, err := os.Lstat(s.address.host)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != os.ModeDir|0o700 {
		t.Errorf("the socket folder has mode %v", info.Mode())
	}
	if os.Geteuid() == 0 && ask[bool](t, s, "SELECT pg_read_file('/proc/self/status') ~ 'Uid:\\s+0\\s'") {
		t.Error("the server runs as root")
	}
	// Ctrl-C reaches the terminal's foreground process group: the server has its own.
	if group, err := syscall.Getpgid(s.process.pid); err != nil || group != s.process.pid {
		t.Errorf("the server is in process group %d: %v", group, err)
	}
	dir := s.address.host
	stop(t, s)
	if _, err := os.Lstat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket folder exists after a stop: %v", err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	o := quick(clusterFolder(t))
	o.Settings["work_mem"] = "5MB"
	s := start(t, o)
	for name, want := range map[string]string{
		"work_mem": "5MB", "fsync": "off", "max_connections": "20", // set by the test
		"TimeZone": "UTC", "server_encoding": "UTF8", "lc_collate": "C", // set by the package
	} {
		sql := "SELECT coalesce(current_setting('" + name + "', true), (SELECT datcollate::text FROM pg_database WHERE datname = 'postgres'))"
		if got := ask[string](t, s, sql); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestStopDisconnectsClients(t *testing.T) {
	t.Parallel()
	s := start(t, quick(clusterFolder(t)))
	conn := connect(t, s)
	if _, err := conn.Exec(t.Context(), "BEGIN"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.Done():
		t.Fatal("Done is closed while the server runs")
	default:
	}
	stop(t, s)
	<-s.Done()
	stop(t, s) // repeated
	if err := conn.Ping(t.Context()); err == nil {
		t.Error("the server is still running after Stop")
	}
}

func TestEnsureDatabase(t *testing.T) {
	t.Parallel()
	s := start(t, quick(clusterFolder(t)))
	const name = `it's "odd" \ name`
	const callers = 4
	errs := make(chan error, callers)
	for range callers {
		go func() { errs <- s.EnsureDatabase(context.Background(), name) }()
	}
	for range callers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	conn, err := pgx.Connect(t.Context(), s.DSN(name))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var got string
	if err := conn.QueryRow(t.Context(), "SELECT current_database()").Scan(&got); err != nil || got != name {
		t.Errorf("connected to %q, %v", got, err)
	}
}

func TestSecondProcessAttaches(t *testing.T) {
	t.Parallel()
	dir := clusterFolder(t)
	owner := begin(t, programPlan{DataDir: dir})
	s := start(t, quick(dir))
	if !owner.Owner || s.Owner() {
		t.Errorf("owner: first %v, second %v", owner.Owner, s.Owner())
	}
	run(t, s, "CREATE TABLE shared ()")
	stop(t, s)
	<-s.Done()

	again := start(t, quick(dir)) // the first one's server is still running
	if again.process.pid != owner.Server {
		t.Errorf("attached to pid %d, want the owner's server %d", again.process.pid, owner.Server)
	}
	owner.finish(t)
	<-again.Done() // an attached process notices that the server has gone

	s = start(t, quick(dir))
	if !s.Owner() {
		t.Error("the server is not owned after its owner ended")
	}
	run(t, s, "DROP TABLE shared")
}

func TestConcurrentStartsOnEmptyFolder(t *testing.T) {
	t.Parallel()
	for name, starts := range map[string]func(t *testing.T, dir string) (owner bool, server int, err error){
		"in one process": func(t *testing.T, dir string) (bool, int, error) {
			s, err := Start(context.Background(), quick(dir))
			if err != nil {
				return false, 0, err
			}
			t.Cleanup(func() { _ = s.Stop() })
			return s.Owner(), s.process.pid, nil
		},
		"in several processes": func(t *testing.T, dir string) (bool, int, error) {
			p, err := tryBegin(t, programPlan{DataDir: dir})
			if err != nil {
				return false, 0, err
			}
			return p.Owner, p.Server, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := dataFolder(t)
			var owners, servers sync.Map
			var wg sync.WaitGroup
			for i := range 3 {
				wg.Go(func() {
					owner, server, err := starts(t, dir)
					if err != nil {
						t.Errorf("start %d: %v", i, err)
					}
					if owner {
						owners.Store(i, true)
					}
					servers.Store(server, true)
				})
			}
			wg.Wait()
			if got := size(&owners); got != 1 {
				t.Errorf("got %d owners, want 1", got)
			}
			if got := size(&servers); got != 1 {
				t.Errorf("got %d servers, want 1", got)
			}
			log, err := os.ReadFile(filepath.Join(dir, "postgres.log"))
			if err != nil || strings.Count(string(log), "starting PostgreSQL") != 1 {
				t.Errorf("want one server start in the log: %v\n%s", err, log)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "pgdata.new*")); left != nil {
				t.Errorf("files were left behind: %v", left)
			}
		})
	}
}

func size(m *sync.Map) (n int) {
	m.Range(func(any, any) bool { n++; return true })
	return n
}

func TestLongDataPath(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	long := filepath.Join(dir, strings.Repeat("long folder/", 20), "it's [odd]*?")
	s := start(t, quick(long))
	t.Cleanup(func() { _ = os.RemoveAll((&cluster{dir: long}).socketDir()) })
	if got := ask[string](t, s, "SHOW data_directory"); got != filepath.Join(long, "pgdata") {
		t.Errorf("got the data folder %q", got)
	}
	if socket := s.cluster.socketFiles()[1]; len(socket) > 103 {
		t.Errorf("the path of the socket has %d bytes: %s", len(socket), socket)
	}
}

func TestUnfinishedClusterIsRemoved(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	for _, name := range []string{"pgdata.new", "pgdata.new-123"} {
		if err := os.MkdirAll(filepath.Join(dir, name, "base"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	start(t, quick(dir))
	if left, _ := filepath.Glob(filepath.Join(dir, "pgdata.new*")); left != nil {
		t.Errorf("files were left behind: %v", left)
	}
}

func TestCancelledStartLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := Start(ctx, quick(dir))
		failed <- err
	}()
	initialising := filepath.Join(dir, "pgdata.new*", "*")
	eventually(t, "initdb begins", func() bool {
		matches, _ := filepath.Glob(initialising)
		return matches != nil
	})
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want context.Canceled", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "pgdata*")); left != nil {
		t.Errorf("files were left behind: %v", left)
	}
	start(t, quick(dir))
}

func TestFailedStartQuotesLogAndReleasesLock(t *testing.T) {
	t.Parallel()
	dir := clusterFolder(t)
	bad := quick(dir)
	bad.Settings["work_mem"] = "plenty"
	_, err := Start(t.Context(), bad)
	wantError(t, err, "start Postgres", dir, "postgres.log says", `invalid value for parameter "work_mem": "plenty"`)
	if s := start(t, quick(dir)); !s.Owner() {
		t.Error("a failed start did not release the lock")
	}
}

func TestWaitForOwnerEndsAtDeadline(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	c, err := openCluster(quick(dir))
	if err != nil {
		t.Fatal(err)
	}
	lock, err := tryLock(c.lockFile(), c.account)
	if err != nil || lock == nil {
		t.Fatalf("got lock %v: %v", lock, err)
	}
	defer lock.release()
	ctx, cancel := context.WithTimeout(t.Context(), 10*pollEvery)
	defer cancel()
	_, err = Start(ctx, quick(dir))
	wantError(t, err, dir, "another process")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v, want context.DeadlineExceeded", err)
	}
}

func TestLargeLogIsTruncated(t *testing.T) {
	t.Parallel()
	dir := publicFolder(t)
	path := filepath.Join(dir, "postgres.log")
	for _, c := range []struct{ size, want int64 }{{logLimit, logLimit}, {logLimit + 1, 0}} {
		t.Run(fmt.Sprint(c.size), func(t *testing.T) {
			if err := os.WriteFile(path, make([]byte, c.size), 0o600); err != nil {
				t.Fatal(err)
			}
			log, err := openLog(path, account{})
			if err != nil {
				t.Fatal(err)
			}
			defer log.file.Close()
			if log.begin != c.want {
				t.Errorf("the log starts at %d, want %d", log.begin, c.want)
			}
		})
	}
}
