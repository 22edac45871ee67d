//go:build unix

package cli

import (
	"database/sql"
	"net"
	"runtime"
	"testing"
	"time"
)

// A server that fails to start stops what it has started. A job queue that is not stopped
// keeps its leadership in the database, and other servers run no periodic jobs until it expires.
func TestFailedStartStopsTheJobs(t *testing.T) {
	t.Parallel()
	db, env := external(t)
	notifications, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer notifications.Close()
	ended := make(chan string, 1)
	go func() {
		code, _, errs := runOnce(t, newDataFolder(t), append(env, "DATABASE_LISTEN_URL=postgres://"+notifications.Addr().String()+"/x?sslmode=disable"))
		if code != exitFault {
			t.Errorf("got exit code %d", code)
		}
		ended <- errs
	}()
	// The server connects for notifications after it has started the jobs.
	conn, err := notifications.Accept()
	if err != nil {
		t.Fatal(err)
	}
	conns := db.SQL(t)
	for late := time.After(time.Minute); leaders(t, conns) == 0; runtime.Gosched() {
		select {
		case <-late:
			t.Fatal("no job queue became the leader")
		default:
		}
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	mustContain(t, "the error", <-ended, "listen for changes")
	if n := leaders(t, conns); n != 0 {
		t.Errorf("got %d leaders after the failed start", n)
	}
}

func leaders(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM river_leader").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
