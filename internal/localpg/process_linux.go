package localpg

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// dieWithParent has the kernel ask for a fast shutdown when this process dies, however it dies.
func dieWithParent(cmd *exec.Cmd) func(pid int) (func(), error) {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
	return func(int) (func(), error) { return func() {}, nil }
}

func isZombie(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return false
	}
	// The state follows the program's name, which stands in brackets and may hold anything.
	after := stat[bytes.LastIndexByte(stat, ')')+1:]
	return bytes.HasPrefix(after, []byte(" Z")) || bytes.HasPrefix(after, []byte(" X"))
}

// isServer reports whether the pid is of a live server of this cluster. A server's working
// folder is its cluster.
func (c *cluster) isServer(pid int) bool {
	if pid <= 1 || !alive(pid) {
		return false
	}
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	if dir, err := os.Readlink(filepath.Join(proc, "cwd")); err == nil {
		// At its very beginning it has not gone there yet, but names it.
		return dir == c.pgdata() || c.isNamed(proc)
	}
	return c.isNamed(proc)
}

func (c *cluster) isNamed(proc string) bool {
	line, err := os.ReadFile(filepath.Join(proc, "cmdline"))
	return err == nil && bytes.Contains(line, []byte("\x00"+c.pgdata()+"\x00"))
}
