package localpg

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// fileLock is an advisory file lock, which the system releases when its process dies. The file
// is never removed: otherwise two processes could lock two different files.
type fileLock struct{ file *os.File }

// tryLock returns nil without an error if the lock is held. Holders within one process also
// exclude each other.
func tryLock(path string, a account) (*fileLock, error) {
	file, err := a.open(path)
	if err != nil {
		return nil, wrap(err, "lock %s, which must be usable by this user", filepath.Dir(path))
	}
	held, err := lockFile(file)
	if err != nil || !held {
		file.Close()
		return nil, wrap(err, "lock %s", path)
	}
	return &fileLock{file: file}, nil
}

func (l *fileLock) release() {
	// Unlock explicitly, because a child between fork and exec may still share the open file.
	unlockFile(l.file)
	l.file.Close()
}

// acquire makes this process the owner of the server, or attaches it to the owner's server.
func (c *cluster) acquire(ctx context.Context) (*Server, error) {
	bounded, cancel := context.WithTimeout(ctx, fetchLimit+startLimit)
	defer cancel()
	wait := newPatience(bounded, answerLimit)
	defer wait.end()
	for {
		lock, err := tryLock(c.lockFile(), c.account)
		if err != nil {
			return nil, err
		}
		if lock != nil {
			return c.own(ctx, lock)
		}
		pid, at, ok := c.serving(ctx)
		if c.upgrading() { // checked after c.serving, which may have found the old server of an upgrade
			return nil, fmt.Errorf("another process is upgrading the Postgres of the data folder %s; wait until it ends", c.dir)
		}
		if ok {
			return newServer(ctx, c, at, watchProcess(pid), nil, nil), nil
		}
		if _, err := os.Stat(c.pgdata()); err != nil {
			wait.renew() // the owner may be downloading Postgres or creating the cluster, with limits of its own
		}
		if err := wait.tick(); err != nil {
			return nil, fmt.Errorf("attach to the server of %s, which another process owns: %w", c.dir, err)
		}
	}
}
