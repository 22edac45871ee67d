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

// pidFile is the content of postmaster.pid. The last lines are empty while the server starts.
type pidFile struct {
	pid       int
	port      int
	socketDir string
	listens   string
	status    string // "starting", "ready", "stopping"
}

func (c *cluster) pidPath() string { return filepath.Join(c.pgdata(), "postmaster.pid") }

// readPidFile returns the zero pidFile if the file is missing or not yet written.
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
	pf.pid, _ = strconv.Atoi(line(1)) // 0 if the file is incomplete
	pf.port, _ = strconv.Atoi(line(4))
	pf.socketDir, pf.listens, pf.status = line(5), line(6), line(8)
	return pf, nil
}

// serving returns the pid and address of the cluster's server if it accepts connections.
func (c *cluster) serving(ctx context.Context) (pid int, at address, ok bool) {
	pf, err := c.readPidFile()
	// Check the status first, because each refused connection is a FATAL in the server's log.
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

// clearStale removes files of a dead server that could prevent a start: the lock of the socket,
// and a pid file whose pid belongs to a zombie or to another program. The caller holds the lock
// and has checked that no server runs. Postgres itself still refuses to start while a process
// of the dead server holds its shared memory, with or without the pid file.
func (c *cluster) clearStale() error {
	pf, err := c.readPidFile()
	if err != nil {
		return err
	}
	stale := c.socketFiles()
	if pf.pid == 0 || occupied(pf.pid) {
		// Otherwise keep it: Postgres uses it to find processes that the dead server left behind.
		stale = append(stale, c.pidPath())
	}
	for _, path := range stale {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return wrap(err, "clear what a dead server left")
		}
	}
	return nil
}
