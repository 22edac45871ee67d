package localpg

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// pidFile is what a server says of itself in postmaster.pid. Later lines are empty while it starts.
type pidFile struct {
	pid       int
	port      int
	socketDir string
	listens   string
	status    string // "starting", "ready", "stopping"
}

func (c *cluster) pidPath() string { return filepath.Join(c.pgdata(), "postmaster.pid") }

// readPidFile answers the zero pidFile if there is none or it has not been written yet.
func (c *cluster) readPidFile() (pidFile, error) {
	text, err := os.ReadFile(c.pidPath())
	if errors.Is(err, fs.ErrNotExist) {
		return pidFile{}, nil
	}
	if err != nil {
		return pidFile{}, wrap(err, "read which server runs")
	}
	lines := strings.Split(string(text), "\n")
	line := func(number int) string {
		if number > len(lines) {
			return ""
		}
		return strings.TrimSpace(lines[number-1])
	}
	var pf pidFile
	pf.pid, _ = strconv.Atoi(line(1)) // 0: cut off, so nobody's
	pf.port, _ = strconv.Atoi(line(4))
	pf.socketDir, pf.listens, pf.status = line(5), line(6), line(8)
	return pf, nil
}

// serving answers the pid and address of the cluster's server if it accepts connections.
func (c *cluster) serving(ctx context.Context) (pid int, at address, ok bool) {
	pf, err := c.readPidFile()
	// The status is asked first, as every refused connection is a FATAL in the server's log.
	if err != nil || pf.status != "ready" {
		return 0, address{}, false
	}
	at, err = c.addressOf(pf)
	if err != nil {
		return 0, address{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, at.dsn(superuser))
	if err != nil {
		return 0, address{}, false
	}
	return pf.pid, at, conn.Close(ctx) == nil
}

// clearStale removes what a dead server left that could keep the next one from starting: a pid
// that now belongs to a zombie or to another program, and the lock of the socket. The caller
// holds the lock and has seen that no server runs. Postgres itself still refuses to start
// while any process of the dead server holds its shared memory, with or without the pid file.
func (c *cluster) clearStale() error {
	pf, err := c.readPidFile()
	if err != nil {
		return err
	}
	stale := c.socketFiles()
	if pf.pid == 0 || occupied(pf.pid) {
		// Else it stays: by it Postgres finds the processes that the dead server may have left.
		stale = append(stale, c.pidPath())
	}
	for _, path := range stale {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return wrap(err, "clear what a dead server left")
		}
	}
	return nil
}
