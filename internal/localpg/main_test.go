//go:build unix

package localpg

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"rehearse/internal/scratch"
)

var actAs = flag.String("localpg.program", "", "run as the helper program of a test: a programPlan in JSON")

// TestMain lets the test binary act as the program that tests start, kill and attach to.
func TestMain(m *testing.M) {
	flag.Parse()
	if *actAs == "" {
		code := m.Run()
		shared.remove()
		if err := goleak.Find(); err != nil && code == 0 {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		os.Exit(code)
	}
	if err := runProgram(*actAs); err != nil {
		fmt.Fprintln(os.Stderr, "other program:", err)
		os.Exit(1)
	}
}

// programPlan tells another process to run a program with a server or to watch a process.
type programPlan struct {
	DataDir    string
	Orphanable bool
	Watch      int
	Upgrade    string // when an upgrade reports that it is ready: before or after it fills the new cluster
}

// programState is what the program reports once it is ready.
type programState struct {
	Owner  bool
	Server int
}

// runProgram starts, reports and stops when its input ends.
func runProgram(plan string) error {
	var p programPlan
	if err := json.Unmarshal([]byte(plan), &p); err != nil {
		return err
	}
	if p.Watch != 0 {
		unwatch, err := watch(context.Background(), p.Watch)
		if err != nil {
			return err
		}
		defer unwatch()
		return report(programState{})
	}
	if p.Upgrade != "" {
		return upgradeAndWait(p)
	}
	o := quick(p.DataDir)
	o.orphanable = p.Orphanable
	s, err := Start(context.Background(), o)
	if err != nil {
		return err
	}
	return errors.Join(report(programState{Owner: s.Owner(), Server: s.process.pid}), s.Stop())
}

func report(state programState) error {
	if err := json.NewEncoder(os.Stdout).Encode(state); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// otherProgram is a second process that uses the package.
type otherProgram struct {
	programState
	cmd   *exec.Cmd
	input io.Closer
}

// begin starts a program and returns when it is ready. It ends with the test at the latest.
func begin(t *testing.T, plan programPlan) *otherProgram {
	t.Helper()
	p, err := tryBegin(t, plan)
	if err != nil {
		t.Fatalf("other program: %v", err)
	}
	return p
}

func tryBegin(t *testing.T, plan programPlan) (*otherProgram, error) {
	text, err := json.Marshal(plan)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(context.Background(), self, "-localpg.program="+string(text))
	cmd.Stderr = os.Stderr
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &otherProgram{cmd: cmd, input: input}
	t.Cleanup(p.kill)
	line, _ := bufio.NewReader(output).ReadString('\n')
	if err := json.Unmarshal([]byte(line), &p.programState); err != nil {
		return nil, fmt.Errorf("unexpected line %q", line)
	}
	return p, nil
}

// kill sends SIGKILL and returns when the program is gone. Its server may live on briefly.
func (p *otherProgram) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// finish stops the program in an orderly way.
func (p *otherProgram) finish(t *testing.T) {
	t.Helper()
	if err := errors.Join(p.input.Close(), p.cmd.Wait()); err != nil {
		t.Errorf("other program: %v", err)
	}
}

// machinePath returns a PATH with this machine's programs that the tests need.
var machinePath = sync.OnceValue(func() string {
	dirs := []string{"/usr/bin", "/bin"}
	for _, name := range []string{"npm", "node", "pg_config", "postgres"} {
		if path, err := exec.LookPath(name); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	return strings.Join(dirs, string(os.PathListSeparator))
})

func machineEnv(name string) string {
	if name == "PATH" {
		return machinePath()
	}
	return ""
}

// quick returns options for tests that start or kill many servers. They turn off fsync, because
// no test cuts the power.
func quick(dataDir string) Options {
	return Options{
		DataDir:  dataDir,
		Env:      machineEnv,
		Settings: map[string]string{"fsync": "off", "shared_buffers": "8MB", "max_connections": "20"},
	}
}

// publicFolder returns a temporary folder that the server's account can reach. Root's
// testing.T.TempDir is not reachable.
func publicFolder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "localpg-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// dataFolder returns a folder for a cluster, and removes what its servers leave elsewhere.
func dataFolder(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(scratch.Dir(t), "data")
	t.Cleanup(func() {
		c := &cluster{dir: dir}
		if err := os.RemoveAll(c.socketDir()); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	return dir
}

// template is an initialised cluster that has never run, created once and copied by tests.
type template struct {
	once sync.Once
	dir  string
	err  error
}

var shared template

func (m *template) prepare() error {
	m.once.Do(func() {
		var c *cluster
		var bin binaries
		if m.dir, m.err = scratch.Make(); m.err == nil {
			c, m.err = openCluster(quick(m.dir))
		}
		if m.err == nil {
			bin, m.err = c.binaries(context.Background(), 0)
		}
		if m.err == nil {
			m.err = c.initialise(context.Background(), bin)
		}
	})
	return m.err
}

func (m *template) remove() { _ = os.RemoveAll(m.dir) }

// clusterFolder returns a data folder with a cluster, for tests of what follows initdb.
func clusterFolder(t testing.TB) string {
	t.Helper()
	dir := dataFolder(t)
	if err := errors.Join(shared.prepare(), makeFolder(dir)); err != nil {
		t.Fatal(err)
	}
	// cp keeps the owner, who differs from this process's user if that is root.
	out, err := exec.CommandContext(t.Context(), "cp", "-Rp", filepath.Join(shared.dir, "pgdata"), dir).CombinedOutput()
	if err != nil {
		t.Fatalf("copy the cluster: %v: %s", err, out)
	}
	return dir
}

// start starts a server that stops with the test at the latest.
func start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return s
}

func stop(t testing.TB, s *Server) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
}

// connect opens a connection that is closed when the test ends.
func connect(t testing.TB, s *Server) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func run(t testing.TB, s *Server, sql string) {
	t.Helper()
	if _, err := connect(t, s).Exec(context.Background(), sql); err != nil {
		t.Fatal(err)
	}
}

func ask[T any](t testing.TB, s *Server, sql string) T {
	t.Helper()
	var answer T
	if err := connect(t, s).QueryRow(context.Background(), sql).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// testLimit bounds the waits of a test, even on a busy machine.
const testLimit = time.Minute

// eventually polls for a condition.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	wait := newPatience(context.Background(), testLimit)
	defer wait.end()
	for !holds() {
		if err := wait.tick(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
}

func sigkill(t testing.TB, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not contain %q", err, part)
		}
	}
}
