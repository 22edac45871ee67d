//go:build unix

package localpg

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// logText is a log that a test can read while it is written.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logText) count(part string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), part)
}

// replaceable is a server that runs from a copy of this machine's Postgres.
type replaceable struct {
	*Server
	options Options
	log     *logText
	bin     string
	lib     string
	version string
}

// copyPostgres copies the programs and modules below a root, where Postgres finds them by
// relative paths, and returns both folders.
func copyPostgres(t *testing.T, share string, bin binaries) (programs, modules string) {
	t.Helper()
	root := publicFolder(t)
	for _, name := range []string{"postgres", "initdb"} {
		copyFile(t, bin.tool(name), filepath.Join(root, bin.tool(name)))
	}
	lib := moduleFolder(bin.dir)
	entries, err := os.ReadDir(lib)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			copyFile(t, filepath.Join(lib, entry.Name()), filepath.Join(root, lib, entry.Name()))
		}
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Join(root, share)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(share, filepath.Join(root, share)); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, bin.dir), filepath.Join(root, lib)
}

// copyFile replaces a file atomically with a copy, as a package manager does.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	place(t, to, content)
}

// place replaces a file atomically. The lock delays the processes that other tests start. While a
// process that has inherited the open file keeps it open, executing the file fails with "text file
// busy".
func place(t *testing.T, path string, content []byte) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path+".new", content, 0o755)
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func startReplaceable(t *testing.T) replaceable {
	t.Helper()
	plain := start(t, quick(clusterFolder(t)))
	share := ask[string](t, plain, "SELECT setting FROM pg_config WHERE name = 'SHAREDIR'")
	machines, err := plain.cluster.binaries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	stop(t, plain)
	r := replaceable{log: &logText{}, version: machines.version}
	r.bin, r.lib = copyPostgres(t, share, machines)
	r.options = quick(plain.cluster.dir)
	r.options.Env = func(name string) string { return map[string]string{"PGBIN": r.bin}[name] }
	r.options.Log = slog.New(slog.NewTextHandler(r.log, nil))
	r.options.lookEvery = 10 * pollEvery
	r.Server = start(t, r.options)
	run(t, r.Server, "CREATE TABLE kept AS SELECT 1 AS id")
	return r
}

// module returns the path of plpgsql, whose suffix depends on the system.
func module(t *testing.T, folder string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "plpgsql.*"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no plpgsql in %s: %v", folder, err)
	}
	return found[0]
}

const runsAgain = "restarted the local Postgres server"

// mustRunAgain waits for the number of restarts and checks that the data is complete.
func (r replaceable) mustRunAgain(t *testing.T, restarts int) {
	t.Helper()
	eventually(t, "the server was restarted", func() bool { return r.log.count(runsAgain) == restarts })
	if got := ask[int](t, r.Server, "SELECT id FROM kept"); got != 1 {
		t.Errorf("got the row %d, want 1", got)
	}
	select {
	case <-r.Done():
		t.Error("a restart closed Done")
	default:
	}
}

// A package upgrade leaves a module that does not fit the running server.
func TestReplacedModuleRestartsServer(t *testing.T) {
	t.Parallel()
	r := startReplaceable(t)
	session := connect(t, r.Server)
	path := module(t, r.lib)
	fits, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := bytes.Replace(fits, []byte("plpgsql_inline_handler\x00"), []byte("plpgsql_inline_hendler\x00"), 1)
	if bytes.Equal(fits, other) {
		t.Fatal("the module has no such symbol")
	}
	place(t, path, other)
	r.mustRunAgain(t, 1)
	_, err = session.Exec(t.Context(), "SELECT 1")
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code != "57P01" {
		t.Errorf("the open session ended with %v", err)
	}
	if err == nil {
		t.Error("a session survived the restart")
	}
	_, err = connect(t, r.Server).Exec(t.Context(), "DO 'BEGIN END'")
	if err == nil {
		t.Fatal("the replaced module was loaded")
	}
	t.Log(err)
	place(t, path, fits)
	r.mustRunAgain(t, 2)
	run(t, r.Server, "DO 'BEGIN END'")
}

func TestReplacedProgramRestartsServer(t *testing.T) {
	t.Parallel()
	r := startReplaceable(t)
	program := filepath.Join(r.bin, "postgres")
	works, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	attached := start(t, r.options)
	if attached.Owner() {
		t.Fatal("both processes own the server")
	}

	place(t, program, []byte("#!/bin/sh\nexit 1\n"))
	const broken = "were replaced and do not run"
	eventually(t, "the log reports that the program does not run", func() bool { return r.log.count(broken) == 1 })
	run(t, r.Server, "SELECT 1") // by the program in memory
	if err := os.Remove(program); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the log reports that the program is missing", func() bool { return r.log.count(broken) == 2 })
	run(t, r.Server, "SELECT 1")

	place(t, program, works)
	r.mustRunAgain(t, 1)
	eventually(t, "the attached process reconnects", func() bool {
		conn, err := pgx.Connect(context.Background(), attached.DSN("postgres"))
		if err != nil {
			return false
		}
		return conn.Close(context.Background()) == nil
	})
	select {
	case <-attached.Done():
		t.Error("the attached process closed Done")
	default:
	}
	if got := r.log.count(broken); got != 2 {
		t.Errorf("got %d log lines", got)
	}
	stop(t, r.Server)
	<-attached.Done()
}

// A program that prints its version but cannot serve is retried, and Stop ends the retries
// at once.
func TestStopEndsRestart(t *testing.T) {
	t.Parallel()
	r := startReplaceable(t)
	place(t, filepath.Join(r.bin, "postgres"), []byte("#!/bin/sh\n[ \"$1\" = --version ] && exec echo 'postgres (PostgreSQL) "+r.version+"'\nexit 1\n"))
	eventually(t, "the server is stopped", func() bool {
		_, err := os.Stat(r.cluster.pidPath())
		return errors.Is(err, fs.ErrNotExist)
	})
	began := time.Now()
	stop(t, r.Server)
	if took := time.Since(began); took > testLimit {
		t.Errorf("Stop took %v", took)
	}
	<-r.Done()
	if r.log.count("does not start") != 0 {
		t.Error("the log reports the stop as a failure")
	}
}

// An orphan older than the programs on disk is restarted by the process that adopts it.
func TestOrphanOfAnotherVersionIsReplaced(t *testing.T) {
	t.Parallel()
	dir := clusterFolder(t)
	p := begin(t, programPlan{DataDir: dir, Orphanable: true})
	p.kill()
	o := quick(dir)
	log := &logText{}
	o.Log, o.lookEvery = slog.New(slog.NewTextHandler(log, nil)), time.Hour
	s := start(t, o)
	s.installed = s.cluster.installationOf(t.Context(), s.address)
	if s.installed == nil || s.installed.running != s.installed.fingerprint() {
		t.Fatalf("the orphan's programs: %+v", s.installed)
	}
	version, err := s.address.version(t.Context())
	if err != nil || version != s.installed.version {
		t.Errorf("got server version %q of the program %q: %v", version, s.installed.version, err)
	}
}
