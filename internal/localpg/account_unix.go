//go:build unix

package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

func isRoot() bool { return os.Geteuid() == 0 }

// account is the user that the server runs as: the user of this process or, because Postgres
// refuses to run as root, an unprivileged one.
type account struct {
	name     string
	uid, gid int
	switched bool // differs from this process's user
}

// serverAccount picks the account. For root it is the owner of the cluster, so that a cluster
// made by another user stays usable to them, or else postgres or nobody.
func serverAccount(pgdata string) (account, error) {
	if uid := os.Geteuid(); uid != 0 {
		return account{name: "uid " + strconv.Itoa(uid), uid: uid, gid: os.Getegid()}, nil
	}
	if info, err := os.Stat(pgdata); err == nil {
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid != 0 {
			return account{name: "uid " + strconv.Itoa(int(stat.Uid)), uid: int(stat.Uid), gid: int(stat.Gid), switched: true}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(u.Uid)
		gid, gidErr := strconv.Atoi(u.Gid)
		if uidErr == nil && gidErr == nil {
			return account{name: name, uid: uid, gid: gid, switched: true}, nil
		}
	}
	return account{}, errors.New("the Postgres server cannot run as root, and neither the user postgres nor the user nobody exists; run as an ordinary user or set DATABASE_URL")
}

// command returns a command that runs as the account, in its own process group so that Ctrl-C
// in a terminal reaches only this process. Its environment has no variables that Postgres
// would read as settings.
func (a account) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = "/" // the account may not be able to enter this process's folder
	cmd.Env = []string{"PATH=" + filepath.Dir(path) + ":/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a.switched {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}

// give makes the account the owner of a file or folder.
func (a account) give(path string) error {
	if !a.switched {
		return nil
	}
	return wrap(os.Lchown(path, a.uid, a.gid), "give %s to user %s", path, a.name)
}

// giveTree makes the account the owner of a folder and its contents, unless it owns the folder.
func (a account) giveTree(root string) error {
	info, err := os.Stat(root)
	if err != nil || !a.switched {
		return err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) == a.uid {
		return nil
	}
	return filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return a.give(path)
	})
}

// open opens or creates a file for appending. It does not follow links, because the folder may
// belong to a less privileged account.
func (a account) open(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND|syscall.O_NOFOLLOW, 0o600)
	if err != nil || !isRoot() {
		return file, err
	}
	// As root, give the file to the owner of the folder, who must be able to use it later.
	if info, err := os.Stat(filepath.Dir(path)); err == nil {
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid != 0 {
			err = file.Chown(int(stat.Uid), int(stat.Gid))
		}
		if err != nil {
			file.Close()
			return nil, err
		}
	}
	return file, nil
}

// mustReach returns an error naming a folder on the way to dir that the account cannot enter.
func (a account) mustReach(dir, what, setting string) error {
	if !a.switched {
		return nil
	}
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return wrap(err, "%s", what)
		}
		if !a.enters(info) {
			return fmt.Errorf("%s %s is not accessible to user %s, which runs the Postgres server because root cannot; run `chmod a+x %s` or set %s to another folder",
				what, dir, a.name, at, setting)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

func (a account) enters(folder os.FileInfo) bool {
	stat, ok := folder.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	perm := folder.Mode().Perm()
	switch {
	case int(stat.Uid) == a.uid:
		return perm&0o100 != 0
	case int(stat.Gid) == a.gid:
		return perm&0o010 != 0
	default:
		return perm&0o001 != 0
	}
}

// makeFolder makes a folder and its parents. Root's folders let the server's account pass
// through but not read. An empty folder that root made private gets the same mode.
func makeFolder(dir string) error {
	perm := os.FileMode(0o700)
	if isRoot() {
		perm = 0o711
		if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, perm); err != nil || !isRoot() {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		return err
	}
	return os.Chmod(dir, perm)
}

func lockFile(file *os.File) (bool, error) {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

func unlockFile(file *os.File) { _ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// inode returns the file's inode number, which distinguishes it from a replacement.
func inode(info os.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return stat.Ino
	}
	return 0
}
