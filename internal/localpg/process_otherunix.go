//go:build unix && !linux

package localpg

import (
	"context"
	"os/exec"
	"strconv"
	"strings"
)

// dieWithParent starts a watcher that requests a fast shutdown when this process dies.
func dieWithParent(*exec.Cmd) func(pid int) (func(), error) {
	return func(pid int) (func(), error) { return watch(context.Background(), pid) }
}

func isZombie(pid int) bool {
	return strings.HasPrefix(processStatus(pid, "stat="), "Z")
}

// isServer reports whether the pid is a live server of this cluster.
func (c *cluster) isServer(pid int) bool {
	return pid > 1 && alive(pid) && strings.Contains(processStatus(pid, "command="), c.pgdata())
}

func processStatus(pid int, format string) string {
	out, err := exec.CommandContext(context.Background(), "/bin/ps", "-o", format, "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
