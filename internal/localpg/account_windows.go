package localpg

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// account is the user that the server runs as. On Windows this is always the user of this
// process; Postgres itself drops administrator rights.
type account struct{ name string }

func serverAccount(string) (account, error) { return account{name: "this one"}, nil }

func isRoot() bool { return false }

// command returns a command in its own process group, so that Ctrl-C reaches only this process.
func (a account) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = filepath.Dir(path)
	cmd.Env = []string{"PATH=" + filepath.Dir(path), "LC_ALL=C", "TZ=UTC", "TEMP=" + os.TempDir(), "TMP=" + os.TempDir()}
	cmd.SysProcAttr = &windows.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP, HideWindow: true}
	return cmd
}

func (a account) give(string) error                         { return nil }
func (a account) giveTree(string) error                     { return nil }
func (a account) mustReach(dir, what, setting string) error { return nil }

// open opens or creates a file for appending.
func (a account) open(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
}

func makeFolder(dir string) error { return os.MkdirAll(dir, 0o700) }

func syncFolder(string) error { return nil } // renames are durable without it

func lockFile(file *os.File) (bool, error) {
	const exclusively = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(file.Fd()), exclusively, 0, 1, 0, &windows.Overlapped{})
	if err == windows.ERROR_LOCK_VIOLATION || err == windows.ERROR_IO_PENDING {
		return false, nil
	}
	return err == nil, err
}

func unlockFile(file *os.File) {
	_ = windows.UnlockFileEx(windows.Handle(file.Fd()), 0, 1, 0, &windows.Overlapped{})
}

// inode returns 0: on Windows, a replaced file is recognised by its size and time alone.
func inode(os.FileInfo) uint64 { return 0 }
