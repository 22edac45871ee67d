//go:build unix

package localpg

import (
	"context"
	"os/exec"
	"strconv"
	"syscall"
)

// watch starts a shell that requests a fast shutdown of the server when this process dies for
// any reason, which closes the shell's input. Call unwatch after the server has exited; it
// ends the shell without a signal.
func watch(ctx context.Context, server int) (unwatch func(), err error) {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", `read -r _ && exit 0; kill -INT "$1"`, "sh", strconv.Itoa(server))
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return func() {
		// This fails if the shell has already exited, which is fine.
		_, _ = input.Write([]byte("done\n"))
		_ = input.Close()
		_ = cmd.Wait()
	}, nil
}
