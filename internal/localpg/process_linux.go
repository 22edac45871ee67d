package localpg

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// dieWithParent makes the kernel request a fast shutdown when this process dies for any reason.
func dieWithParent(cmd *exec.Cmd) func(pid int) (func(), error) {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
	return func(int) (func(), error) { return func() {}, nil }
}

func isZombie(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return false
	}
	// The state follows the program's name, which is in parentheses and may contain any character.
	after := stat[bytes.LastIndexByte(stat, ')')+1:]
	return bytes.HasPrefix(after, []byte(" Z")) || bytes.HasPrefix(after, []byte(" X"))
}

// isServer reports whether the pid is a live server of this cluster, whose working folder is
// the cluster.
func (c *cluster) isServer(pid int) bool {
	if pid <= 1 || !alive(pid) {
		return false
	}
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	if dir, err := os.Readlink(filepath.Join(proc, "cwd")); err == nil {
		// While it starts, the folder may not be set yet, but the arguments name it.
		return dir == c.pgdata() || c.isNamed(proc)
	}
	return c.isNamed(proc)
}

func (c *cluster) isNamed(proc string) bool {
	line, err := os.ReadFile(filepath.Join(proc, "cmdline"))
	return err == nil && bytes.Contains(line, []byte("\x00"+c.pgdata()+"\x00"))
}
