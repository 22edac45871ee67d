//go:build unix

package localpg

import (
	"context"
	"os/exec"
	"strconv"
	"syscall"
)

// watch has a shell ask for a fast shutdown of the server when this process dies, however it
// dies: then nobody holds the other end of the shell's input any more. Calling unwatch, after
// the server has exited, ends the shell without a signal.
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
		// Should the shell be gone already, there is nothing to tell it.
		_, _ = input.Write([]byte("done\n"))
		_ = input.Close()
		_ = cmd.Wait()
	}, nil
}
