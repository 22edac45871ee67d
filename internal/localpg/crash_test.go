//go:build unix

package localpg

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestKillLosesNoAcknowledgedRow kills under load. Every acknowledged insert must exist after the next
// start, by the same or another process.
func TestKillLosesNoAcknowledgedRow(t *testing.T) {
	t.Parallel()
	for name, kill := range map[string]func(t *testing.T, p *otherProgram){
		"the program": func(_ *testing.T, p *otherProgram) { p.kill() },
		"the server":  func(t *testing.T, p *otherProgram) { sigkill(t, p.Server); p.finish(t) },
		"both":        func(t *testing.T, p *otherProgram) { sigkill(t, p.Server); p.kill() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := clusterFolder(t)
			p := begin(t, programPlan{DataDir: dir})
			client := start(t, quick(dir))
			run(t, client, "CREATE TABLE rows (id int)")
			enough, last := insertUntilCut(t, client)
			<-enough
			kill(t, p)
			acknowledged := <-last
			if !client.process.exitsWithin(testLimit) {
				t.Error("the server is still running")
			}
			stop(t, client)

			s := start(t, quick(dir))
			if !s.Owner() {
				t.Error("the server is not owned after its owner was killed")
			}
			if got := ask[int](t, s, "SELECT max(id) FROM rows"); got < acknowledged {
				t.Errorf("row %d was acknowledged, but the last row is %d", acknowledged, got)
			}
			t.Logf("%d rows acknowledged", acknowledged)
		})
	}
}

// insertUntilCut inserts 1, 2, 3 ... until the server dies. It signals when there are enough
// rows, and returns the last acknowledged one.
func insertUntilCut(t *testing.T, s *Server) (enough <-chan struct{}, last <-chan int) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	begun, ended := make(chan struct{}), make(chan int, 1)
	go func() {
		defer conn.Close(context.Background())
		for id := 1; ; id++ {
			if _, err := conn.Exec(context.Background(), "INSERT INTO rows VALUES ($1)", id); err != nil {
				ended <- id - 1
				return
			}
			if id == 100 {
				close(begun)
			}
		}
	}()
	return begun, ended
}

func TestRestartAfterServerDeath(t *testing.T) {
	t.Parallel()
	o := quick(clusterFolder(t))
	s := start(t, o)
	run(t, s, "CREATE TABLE kept ()")
	sigkill(t, s.process.pid)
	<-s.Done()
	again := start(t, o) // without a Stop
	if !again.Owner() {
		t.Error("the dead server's lock is still held")
	}
	run(t, again, "DROP TABLE kept")
	stop(t, s) // the first server, which has been replaced
	run(t, again, "SELECT 1")
}

// TestSurvivingBackend keeps a process of the dead server running. Two servers on
// one cluster would corrupt the data.
func TestSurvivingBackend(t *testing.T) {
	t.Parallel()
	for name, pid := range map[string]func(*testing.T) string{
		"with its pid file":      nil,
		"pid of another program": bystander,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := quick(clusterFolder(t))
			s := start(t, o)
			backend := int(connect(t, s).PgConn().PID())
			if err := syscall.Kill(backend, syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			sigkill(t, s.process.pid)
			<-s.Done()
			if pid != nil {
				leaveBehind(t, s.cluster, pid(t))
			}

			var next *Server
			started := make(chan error)
			go func() {
				var err error
				next, err = Start(context.Background(), o)
				started <- err
			}()
			eventually(t, "the next server refuses to start", func() bool {
				log, err := os.ReadFile(s.cluster.logFile())
				return err == nil && bytes.Contains(log, []byte("pre-existing shared memory block"))
			})
			if err := syscall.Kill(backend, syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			if err := <-started; err != nil {
				t.Fatal(err)
			}
			run(t, next, "SELECT 1")
			stop(t, next)
		})
	}
}

func TestOrphanIsAdopted(t *testing.T) {
	t.Parallel()
	dir := clusterFolder(t)
	p := begin(t, programPlan{DataDir: dir, Orphanable: true})
	p.kill()
	if !alive(p.Server) {
		t.Fatal("the server died with its owner; want an orphan")
	}
	s := start(t, quick(dir))
	if !s.Owner() || s.process.pid != p.Server {
		t.Errorf("got owner %v and pid %d, want the orphan's pid %d", s.Owner(), s.process.pid, p.Server)
	}
	run(t, s, "SELECT 1")
	stop(t, s)
	if alive(p.Server) {
		t.Error("the orphan is still running after Stop")
	}
}

func TestOrphanDeathIsDetected(t *testing.T) {
	t.Parallel()
	dir := clusterFolder(t)
	p := begin(t, programPlan{DataDir: dir, Orphanable: true})
	p.kill()
	s := start(t, quick(dir))
	sigkill(t, p.Server)
	<-s.Done()
	start(t, quick(dir))
}

// TestStalePidFile tests pid files that stop Postgres from starting, among them ones with the pid of another process.
func TestStalePidFile(t *testing.T) {
	t.Parallel()
	for name, pid := range map[string]func(*testing.T) string{
		"of no process":      func(*testing.T) string { return "999999999" },
		"of a zombie":        zombie,
		"of another program": bystander,
		"truncated":          func(*testing.T) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := quick(clusterFolder(t))
			s := start(t, o)
			stop(t, s)
			leaveBehind(t, s.cluster, pid(t))
			if s := start(t, o); !s.Owner() {
				t.Error("not owned")
			}
		})
	}
}

// leaveBehind writes the files that a server with the pid leaves when it dies.
func leaveBehind(t *testing.T, c *cluster, pid string) {
	t.Helper()
	if _, err := c.prepareAddress(); err != nil {
		t.Fatal(err)
	}
	text := pid + "\n" + c.pgdata() + "\n1700000000\n5432\n" + c.socketDir() + "\n\n  1 1\nready   \n"
	for _, path := range append(c.socketFiles(), c.pidPath()) {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // a socket cannot be written to
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := c.account.give(path); err != nil {
			t.Fatal(err)
		}
	}
}

// zombie returns the pid of a process that stays a zombie until the test ends.
func zombie(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), "true")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() })
	eventually(t, "the process is a zombie", func() bool { return isZombie(cmd.Process.Pid) })
	return strconv.Itoa(cmd.Process.Pid)
}

// bystander returns the pid of a program of the server's account and checks that it survives.
func bystander(t *testing.T) string {
	t.Helper()
	a, err := serverAccount("")
	if err != nil {
		t.Fatal(err)
	}
	cmd := a.command(context.Background(), "/bin/sleep", "600")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	t.Cleanup(func() {
		if !alive(pid) {
			t.Error("another program was killed")
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return strconv.Itoa(pid)
}

func TestStopEscalatesSignals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ignored string // signals
		by      []means
		want    string
	}{
		"fast":      {"", []means{{fast, testLimit}}, "interrupt"},
		"immediate": {"INT", []means{{fast, pollEvery}, {immediate, testLimit}}, "quit"},
		"kill":      {"INT QUIT", []means{{fast, pollEvery}, {immediate, pollEvery}, {kill, testLimit}}, "killed"},
		"none":      {"INT QUIT", []means{{fast, pollEvery}, {immediate, pollEvery}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// exec preserves ignored signals, and the output line confirms that they are ignored.
			cmd := exec.CommandContext(context.Background(), "/bin/sh", "-c", "for s in $1; do trap '' $s; done; echo up; exec sleep 600", "sh", c.ignored)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := out.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			p := watchProcess(cmd.Process.Pid)
			err = p.stop(slog.New(slog.DiscardHandler), c.by)
			if c.want == "" {
				wantError(t, err, strconv.Itoa(p.pid), "did not stop")
				sigkill(t, p.pid)
				<-p.exited
			} else if err != nil {
				t.Error(err)
			}
			if err := cmd.Wait(); c.want != "" {
				wantError(t, err, c.want)
			}
		})
	}
}

func TestForeignServerIsLeftRunning(t *testing.T) {
	t.Parallel()
	o := quick(clusterFolder(t))
	s := start(t, o)
	stop(t, s)
	c := s.cluster
	bin, err := c.binaries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := publicFolder(t)
	if err := c.account.give(elsewhere); err != nil {
		t.Fatal(err)
	}
	byHand := c.account.command(context.Background(), bin.tool("postgres"), "-D", c.pgdata(), "-k", elsewhere, "-c", "listen_addresses=")
	if err := byHand.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = signalServer(byHand.Process.Pid, fast)
		_ = byHand.Wait()
	})
	eventually(t, "the server is up", func() bool {
		pf, err := c.readPidFile()
		return err == nil && pf.status == "ready"
	})
	_, err = Start(t.Context(), o)
	wantError(t, err, "started by hand", strconv.Itoa(byHand.Process.Pid), elsewhere)
	if !alive(byHand.Process.Pid) {
		t.Error("the foreign server was stopped")
	}
}

// TestWatcher tests the watcher that stops servers where the kernel cannot.
func TestWatcher(t *testing.T) {
	t.Parallel()
	watched := exec.CommandContext(context.Background(), "sleep", "600")
	if err := watched.Start(); err != nil {
		t.Fatal(err)
	}
	pid := watched.Process.Pid
	t.Cleanup(func() { _ = watched.Process.Kill() })

	begin(t, programPlan{Watch: pid}).finish(t)
	if !alive(pid) {
		t.Fatal("the watcher killed the server of a program that exited normally")
	}
	begin(t, programPlan{Watch: pid}).kill()
	err := watched.Wait()
	wantError(t, err, "interrupt")
}

func TestInsecureSocketFolder(t *testing.T) {
	t.Parallel()
	dir := clusterFolder(t)
	s := start(t, quick(dir))
	stop(t, s)
	for name, plant := range map[string]func(path string) error{
		"mode 0755": func(path string) error { return os.Mkdir(path, 0o755) },
		"a link":    func(path string) error { return os.Symlink(filepath.Dir(dir), path) },
		"a file":    func(path string) error { return os.WriteFile(path, nil, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			if err := plant(s.cluster.socketDir()); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Remove(s.cluster.socketDir()) })
			_, err := Start(t.Context(), quick(dir))
			wantError(t, err, s.cluster.socketDir(), "0700")
		})
	}
}
