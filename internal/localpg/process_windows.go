package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/windows"
)

// spawn starts the server with pg_ctl, which drops administrator rights as Postgres requires.
// The server is therefore not a child: it outlives a killed process, and the next start adopts
// it.
func (c *cluster) spawn(ctx context.Context, bin binaries, args []string, output *os.File) (*process, error) {
	quoted := make([]string, 0, len(args))
	for _, arg := range args[2:] { // without -D, which pg_ctl passes on
		quoted = append(quoted, `"`+arg+`"`)
	}
	cmd := c.account.command(ctx, bin.tool("pg_ctl"), "start", "-w", "-t", strconv.Itoa(int(startLimit.Seconds())),
		"-D", c.pgdata(), "-l", output.Name(), "-o", strings.Join(quoted, " "))
	if err := cmd.Run(); err != nil {
		return nil, err
	}
	pf, err := c.readPidFile()
	if err != nil || pf.pid == 0 {
		return nil, errors.Join(errors.New("the server wrote no pid"), err)
	}
	return watchProcess(pf.pid), nil
}

// alive reports whether a process runs.
func alive(pid int) bool {
	handle, err := windows.OpenProcess(windows.SYNCHRONIZE, false, uint32(pid))
	if err != nil {
		return errors.Is(err, windows.ERROR_ACCESS_DENIED)
	}
	defer windows.CloseHandle(handle)
	event, err := windows.WaitForSingleObject(handle, 0)
	return err == nil && event == uint32(windows.WAIT_TIMEOUT)
}

func occupied(pid int) bool { return alive(pid) }

// isServer reports whether the pid is a live Postgres server.
func (c *cluster) isServer(pid int) bool {
	if pid <= 0 || !alive(pid) {
		return false
	}
	handle, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return false
	}
	defer windows.CloseHandle(handle)
	name := make([]uint16, windows.MAX_LONG_PATH)
	size := uint32(len(name))
	if err := windows.QueryFullProcessImageName(handle, 0, &name[0], &size); err != nil {
		return false
	}
	return strings.EqualFold(filepath.Base(windows.UTF16ToString(name[:size])), "postgres.exe")
}

// signalServer writes to the named pipe that Postgres uses for Unix signals on Windows.
func signalServer(pid int, how shutdown) error {
	numbers := map[shutdown]byte{fast: 2, immediate: 3} // SIGINT, SIGQUIT
	number, ok := numbers[how]
	if !ok {
		process, err := os.FindProcess(pid)
		if err != nil {
			return err
		}
		return process.Kill()
	}
	pipe, err := os.OpenFile(fmt.Sprintf(`\\.\pipe\pgsignal_%d`, pid), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer pipe.Close()
	if _, err := pipe.Write([]byte{number}); err != nil {
		return err
	}
	_, err = pipe.Read(make([]byte, 1)) // the response confirms the signal
	return err
}
