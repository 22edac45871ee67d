package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CopyTo makes a data folder with a copy of the cluster, while the server keeps running. The copy
// has everything that was committed before the call; a server that is started in the folder
// completes it. The files with the other names are copied from the data folder as well, if they
// exist. If CopyTo fails, it removes what it has made.
//
// Without pg_basebackup, which some packages of Postgres lack, CopyTo stops an owned server, and
// returns an error for one that another process owns.
func (s *Server) CopyTo(ctx context.Context, folder string, others ...string) (err error) {
	c := s.cluster
	if folder, err = filepath.Abs(folder); err != nil {
		return wrap(err, "folder of the copy")
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return wrap(err, "make the folder of the copy")
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(folder))
		}
	}()
	if err := errors.Join(c.account.give(folder), c.account.mustReach(folder, "the copy", "FOLDER")); err != nil {
		return err
	}
	major, err := c.major()
	if err != nil {
		return err
	}
	bin, err := c.binaries(ctx, major)
	if err != nil {
		return err
	}
	copied := &cluster{dir: folder, Options: c.Options, account: c.account, log: c.log}
	if _, missing := os.Stat(bin.tool("pg_basebackup")); missing == nil {
		err = s.copyRunning(ctx, bin, copied)
	} else {
		err = s.copyStopped(ctx, bin, copied)
	}
	if err != nil {
		return err
	}
	return copyFiles(c.dir, folder, others)
}

// copyRunning copies the cluster with pg_basebackup.
func (s *Server) copyRunning(ctx context.Context, bin binaries, copied *cluster) error {
	at := s.address
	at.password = "" // other users can read a command line
	args := []string{"--dbname=" + at.dsn(superuser), "--pgdata=" + copied.pgdata(), "--checkpoint=fast", "--no-manifest", "--no-password"}
	if copied.Settings["fsync"] == "off" {
		args = append(args, "--no-sync")
	}
	cmd := copied.account.command(ctx, bin.tool("pg_basebackup"), args...)
	cmd.Env = append(cmd.Env, "PGPASSWORD="+s.address.password)
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("copy %s: %w; %s", s.cluster.pgdata(), err, quoteTail(bin.tool("pg_basebackup"), string(out)))
	}
	return nil
}

// copyStopped stops the server and copies the cluster. The lock keeps other processes from
// starting it meanwhile.
func (s *Server) copyStopped(ctx context.Context, bin binaries, copied *cluster) error {
	c := s.cluster
	if !s.Owner() {
		return fmt.Errorf("the Postgres programs in %s lack pg_basebackup, so the database can be copied only while it is stopped; stop the server and try again, or install a complete Postgres %d",
			bin.dir, bin.major)
	}
	if err := s.Stop(); err != nil {
		return err
	}
	lock, err := c.lockNow()
	if err != nil {
		return err
	}
	defer lock.release()
	if _, err := c.stopped(); err != nil {
		return err
	}
	return copied.copyCluster(ctx, c, bin)
}

// lockNow makes this process the owner of the data folder, or returns an error if there is another.
func (c *cluster) lockNow() (*fileLock, error) {
	lock, err := tryLock(c.lockFile(), c.account)
	if err == nil && lock == nil {
		err = fmt.Errorf("another process uses the data folder %s; stop it first", c.dir)
	}
	return lock, err
}

// Restore fills the data folder of o with the cluster of another data folder, whose server is not
// running, and with the files with the other names, if they exist. It first calls verify with a
// data folder that has a copy of the cluster, and restores nothing if verify returns an error.
//
// Restore never replaces anything, so it returns an error if the data folder has files. It also
// returns an error if there are no binaries of the cluster's major version.
func Restore(ctx context.Context, o Options, from string, verify func(folder string) error, others ...string) error {
	from, err := filepath.Abs(from)
	if err != nil {
		return wrap(err, "folder of the copy")
	}
	if err := mustBeEmpty(o.DataDir); err != nil {
		return err
	}
	source := &cluster{dir: from}
	major, err := source.stopped()
	if err != nil {
		return err
	}
	o.Existing = false
	c, err := openCluster(o)
	if err != nil {
		return err
	}
	source.Options, source.account, source.log = c.Options, c.account, c.log
	bin, err := source.binaries(ctx, major)
	if err != nil {
		return err
	}
	lock, err := c.lockNow()
	if err != nil {
		return err
	}
	defer lock.release()
	if err := mustBeEmpty(c.dir); err != nil { // another process may have filled it
		return err
	}
	return c.fill(ctx, source, bin, verify, others)
}

// fill copies the cluster of a data folder, and moves the copy into place once it is verified. The
// caller must hold the lock.
func (c *cluster) fill(ctx context.Context, source *cluster, bin binaries, verify func(folder string) error, others []string) error {
	if err := c.removeLeftovers(ctx); err != nil {
		return err
	}
	folder, err := os.MkdirTemp(c.dir, "pgdata.new-")
	if err != nil {
		return wrap(err, "make a folder for the copy")
	}
	defer os.RemoveAll(folder)
	if err := c.account.give(folder); err != nil {
		return err
	}
	copied := &cluster{dir: folder, Options: c.Options, account: c.account, log: c.log}
	if err := copied.copyCluster(ctx, source, bin); err != nil {
		return err
	}
	if err := verify(folder); err != nil {
		return err
	}
	if err := copyFiles(source.dir, c.dir, others); err != nil {
		return err
	}
	if err := os.Rename(copied.pgdata(), c.pgdata()); err != nil {
		return wrap(err, "put the cluster in its place")
	}
	return syncFolder(c.dir)
}

// mustBeEmpty returns an error if a data folder has files other than those of an interrupted start.
func mustBeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return wrap(err, "data folder %s", dir)
	}
	for _, entry := range entries {
		if name := entry.Name(); name != "lock" && !strings.HasPrefix(name, "pgdata.new") {
			return fmt.Errorf("the data folder %s is not empty: it contains %s; move it away, or set DATA_DIR to another folder (a restore replaces nothing)", dir, name)
		}
	}
	return nil
}

// stopped returns the major version of a cluster whose server has been stopped.
func (c *cluster) stopped() (major int, err error) {
	if major, err = c.major(); err != nil {
		return 0, err
	}
	if major == 0 {
		return 0, fmt.Errorf("%s is not a backup: it has no folder pgdata", c.dir)
	}
	if _, err := os.Stat(c.pidPath()); err == nil {
		return 0, fmt.Errorf("%s is in use, or was copied while its server was running", c.dir)
	}
	return major, nil
}

// copyCluster copies the cluster of a data folder, and writes the copy to the disk.
func (c *cluster) copyCluster(ctx context.Context, source *cluster, bin binaries) error {
	if err := os.Mkdir(c.pgdata(), 0o700); err != nil {
		return wrap(err, "make a folder for the cluster")
	}
	if err := copyTree(ctx, source.pgdata(), c.pgdata()); err != nil {
		return wrap(err, "copy the cluster")
	}
	if err := c.account.giveTree(c.pgdata()); err != nil {
		return err
	}
	return c.writeToDisk(ctx, bin, c.pgdata())
}

// writeToDisk flushes the files of a cluster that is not running to the disk.
func (c *cluster) writeToDisk(ctx context.Context, bin binaries, pgdata string) error {
	if c.Settings["fsync"] == "off" {
		return nil
	}
	cmd := c.account.command(ctx, bin.tool("initdb"), "--sync-only", "--pgdata="+pgdata)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("write the cluster to the disk: %w; %s", err, quoteTail(bin.tool("initdb"), string(out)))
	}
	return nil
}

// copyTree copies the files and folders in a folder to another one. The owner of a folder may
// create links meanwhile, but an os.Root follows no link that leads out of its folder.
func copyTree(ctx context.Context, from, to string) error {
	return betweenFolders(from, to, func(source, target *os.Root) error {
		return fs.WalkDir(source.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
			if err = errors.Join(err, ctx.Err()); err != nil {
				return err
			}
			switch {
			case path == ".":
				return nil
			case entry.IsDir():
				return target.Mkdir(path, 0o700)
			case entry.Type().IsRegular():
				return copyPrivately(source, target, path)
			}
			return fmt.Errorf("%s is neither a file nor a folder", path)
		})
	})
}

// copyFiles copies those of the named files that exist.
func copyFiles(from, to string, names []string) error {
	return betweenFolders(from, to, func(source, target *os.Root) error {
		for _, name := range names {
			if err := copyPrivately(source, target, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return wrap(err, "copy %s", name)
			}
		}
		return nil
	})
}

func betweenFolders(from, to string, work func(source, target *os.Root) error) error {
	source, err := os.OpenRoot(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer target.Close()
	return work(source, target)
}

// copyPrivately copies a file to a new one that only its owner may read.
func copyPrivately(source, target *os.Root, name string) (err error) {
	from, err := source.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := target.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	_, err = io.Copy(to, from)
	return err
}
