//go:build unix

package cli

import (
	"errors"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"rehearse/internal/pgtest"
)

// freeAddress returns an address on which nothing listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// at returns the server as reached on another of its addresses.
func (r *running) at(address string) *running {
	of := *r
	of.address = address
	return &of
}

// lockStudents locks the table of students, so that requests for it wait until unlock is called.
func lockStudents(t *testing.T, database pgtest.Database) (unlock func()) {
	t.Helper()
	lock, err := database.SQL(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.ExecContext(t.Context(), "LOCK TABLE students IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := lock.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// signal tells the server to stop.
func (r *running) signal() {
	r.t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Fatal(err)
	}
}

// awaitUnready polls /readyz until it fails.
func (r *running) awaitUnready() (body string) {
	r.t.Helper()
	for late := time.After(time.Minute); ; runtime.Gosched() {
		status, body := r.get("/readyz")
		if status == http.StatusServiceUnavailable {
			return body
		}
		select {
		case <-late:
			r.t.Fatalf("/readyz still has the status %d: %s", status, body)
		default:
		}
	}
}

// During DRAIN_DELAY, a server is not ready, serves requests, and asks clients to connect anew. A
// second signal ends the delay.
func TestDrainingServerServesRequests(t *testing.T) {
	t.Parallel()
	_, env := externalSchool(t)
	ops := freeAddress(t)
	r := start(t, newDataFolder(t), append(env, "DRAIN_DELAY=1h", "OPS_ADDR="+ops)...)
	response, err := http.Get("http://" + r.address + "/schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.Close {
		t.Error("a server that is not told to stop closes connections")
	}
	r.signal()
	if body := r.at(ops).awaitUnready(); body != "stopping" {
		t.Errorf("/readyz says %q", body)
	}
	for range 3 {
		mustContain(t, "the answer", r.ask("{ students { totalCount } }"), `"totalCount":25`)
	}
	mustContain(t, "a write", r.ask(`mutation { createStudent(input: {name: "X", email: "x@example.org"}) { errors { code } } }`), `"errors":[]`)
	if response, err = http.Get("http://" + r.address + "/schema.graphqls"); err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if !response.Close {
		t.Error("a draining server keeps connections open")
	}
	if status, _ := r.at(ops).get("/livez"); status != http.StatusOK {
		t.Errorf("/livez has the status %d", status)
	}
	r.awaitLog("requests are still served", 1)
	r.signal()
	<-r.rest
	var exit *exec.ExitError
	if err := r.cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("after the second signal, the server ended with %v: %s", err, r.stderr)
	}
}

// After the delay, the server stops. OPS_ADDR is served until the last request has its response.
func TestOperationsAddressClosesLast(t *testing.T) {
	t.Parallel()
	database, env := externalSchool(t)
	ops := freeAddress(t)
	r := start(t, newDataFolder(t), append(env, "DRAIN_DELAY=1ms", "SHUTDOWN_TIMEOUT=1h", "OPS_ADDR="+ops)...)
	unlock := lockStudents(t, database)
	answered := make(chan string, 1)
	go func() { answered <- r.ask("{ students { totalCount } }") }()
	database.AwaitLockWaits(t, 1, "students")
	r.signal()
	for { // until it accepts no new connections
		conn, err := net.Dial("tcp", r.address)
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	if status, body := r.at(ops).get("/readyz"); status != http.StatusServiceUnavailable || body != "stopping" {
		t.Errorf("/readyz has the status %d and says %q", status, body)
	}
	if status, _ := r.at(ops).get("/livez"); status != http.StatusOK {
		t.Errorf("/livez has the status %d", status)
	}
	unlock()
	mustContain(t, "the answer", <-answered, `"totalCount":25`)
	<-r.rest
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v: %s", err, r.stderr)
	}
}
