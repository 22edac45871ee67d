//go:build unix

package localpg

import (
	"context"
	"errors"
	"os"
	"runtime"
	"syscall"
)

// spawn starts the server as a child that does not outlive this process.
func (c *cluster) spawn(ctx context.Context, bin binaries, args []string, output *os.File) (*process, error) {
	// The server must outlive the context of the start.
	cmd := c.account.command(context.WithoutCancel(ctx), bin.tool("postgres"), args...)
	cmd.Stdout, cmd.Stderr = output, output
	follow := func(int) (func(), error) { return func() {}, nil }
	if !c.orphanable {
		follow = dieWithParent(cmd)
	}
	p := &process{exited: make(chan struct{}), forget: func() {}}
	started := make(chan error)
	go func() {
		// The parent-death signal is sent when the thread that started the child ends, so this
		// goroutine keeps its thread until the server has exited.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		p.pid = cmd.Process.Pid
		unfollow, err := follow(p.pid)
		if err != nil {
			_ = cmd.Process.Kill()
			unfollow = func() {}
		}
		started <- err
		_ = cmd.Wait() // ProcessState has the outcome
		unfollow()
		p.state = cmd.ProcessState.String()
		close(p.exited)
	}()
	return p, <-started
}

// alive reports whether a process runs. A zombie does not.
func alive(pid int) bool { return occupied(pid) && !isZombie(pid) }

// occupied reports whether the pid exists, including as a zombie.
func occupied(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

var signals = map[shutdown]syscall.Signal{fast: syscall.SIGINT, immediate: syscall.SIGQUIT, kill: syscall.SIGKILL}

func signalServer(pid int, how shutdown) error { return syscall.Kill(pid, signals[how]) }
