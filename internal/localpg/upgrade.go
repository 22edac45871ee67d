package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strconv"
)

// Running is a cluster whose server runs for an upgrade. Other processes do not attach to it.
type Running struct {
	Version string // of Postgres
	Folder  string // of the binaries
	address address
}

// DSN returns a key=value connection string to the database, as the superuser.
func (r Running) DSN(database string) string { return r.address.dsn(database) }

// EnsureDatabase creates the database unless it exists.
func (r Running) EnsureDatabase(ctx context.Context, name string) error {
	return r.address.ensureDatabase(ctx, name)
}

// Upgraded describes a finished upgrade. The folders are absolute.
type Upgraded struct {
	Version string // of Postgres
	Data    string // the cluster
	Kept    string // the old cluster
	Back    string // a free name for the new cluster if somebody goes back to the old one
}

// Upgrade replaces the cluster of a data folder by one of a newer major version of Postgres, which
// fill fills while both servers run. It keeps the old cluster beside the new one. The new binaries
// are those in PGBIN or, if PGBIN is not set, the newest on the machine. If none of them is newer
// than the cluster, Upgrade downloads the pinned package.
//
// Upgrade switches to the new cluster after fill has returned nil and both servers have stopped.
// Whenever it fails or is interrupted before, the data folder keeps the old cluster, and the next
// start removes what is left of the new one.
func Upgrade(ctx context.Context, o Options, fill func(ctx context.Context, old, fresh Running) error) (*Upgraded, error) {
	o.Existing = true
	c, err := openCluster(o)
	if err != nil {
		return nil, err
	}
	lock, err := c.lockStopped(ctx)
	if err != nil {
		return nil, err
	}
	defer lock.release()
	if err := errors.Join(c.finishUpgrade(), c.removeLeftovers(ctx)); err != nil {
		return nil, err
	}
	major, err := c.major()
	if err != nil {
		return nil, err
	}
	from, to, err := c.upgradeBinaries(ctx, major)
	if err != nil {
		return nil, err
	}
	done := &Upgraded{Version: to.version, Data: c.pgdata(), Kept: c.keptAs(from), Back: c.keptAs(to)}
	if _, err := os.Lstat(done.Kept); !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(fmt.Errorf("%s exists, and the upgrade keeps the old data under this name; move it away", done.Kept), err)
	}
	if err := errors.Join(c.mustHaveSpace(), c.account.giveTree(c.pgdata())); err != nil {
		return nil, err
	}
	return done, c.upgrade(ctx, from, to, done.Kept, fill)
}

// lockStopped makes this process the owner of a data folder whose server does not run. It stops a
// server whose owner has died.
func (c *cluster) lockStopped(ctx context.Context) (*fileLock, error) {
	for {
		lock, err := c.lockNow()
		if err != nil {
			return nil, err
		}
		s, err := c.adopt(ctx, lock)
		if err != nil {
			lock.release()
			return nil, err
		}
		if s == nil {
			return lock, nil
		}
		if err := s.Stop(); err != nil { // also releases the lock
			return nil, err
		}
	}
}

// upgradeBinaries returns the binaries of the cluster's major version, and newer ones.
func (c *cluster) upgradeBinaries(ctx context.Context, major int) (from, to binaries, err error) {
	anywhere := *c
	anywhere.Env = func(name string) string {
		if name == "PGBIN" { // names only the new binaries
			return ""
		}
		return c.Env(name)
	}
	fits := func() bool { return to.major > major || to.major == major && c.sameMajor }
	to, _, err = c.installed(ctx, 0)
	if err == nil && !fits() && major < fetchedMajor && c.Env("PGBIN") == "" {
		if to, err = c.keptOrFetched(ctx); err != nil {
			err = noPostgres(major+1, err)
		}
	}
	if err != nil {
		return from, to, err
	}
	if !fits() {
		return from, to, fmt.Errorf("there is nothing to upgrade: %s has the data of Postgres %d, and the Postgres to upgrade to is %s in %s; install a newer one or set PGBIN to its folder",
			c.pgdata(), major, to.version, to.dir)
	}
	from, _, err = anywhere.installed(ctx, major)
	if err == nil && from.major == 0 && major == fetchedMajor {
		from, err = c.fetched(ctx)
	}
	if err == nil && from.major == 0 {
		err = fmt.Errorf("an upgrade from Postgres %d to %s needs the programs of both, and those of Postgres %d were not found; install Postgres %[1]d or add its folder to PATH (the data is unchanged)",
			major, to.version, major)
	}
	return from, to, err
}

func (c *cluster) keptAs(bin binaries) string {
	return filepath.Join(c.dir, "pgdata.postgres"+strconv.Itoa(bin.major))
}

// upgradeFolder is the data folder of the new cluster. Its name has the prefix by which
// removeLeftovers finds it. Its lock tells other processes that the upgrade is in progress.
func (c *cluster) upgradeFolder() string { return filepath.Join(c.dir, "pgdata.new-upgrade") }

// upgraded is the new cluster once it is complete.
func (c *cluster) upgraded() string { return filepath.Join(c.dir, "pgdata.upgraded") }

// upgrading reports whether another process upgrades the cluster.
func (c *cluster) upgrading() bool {
	work := &cluster{dir: c.upgradeFolder()}
	if _, err := os.Stat(work.dir); err != nil {
		return false
	}
	lock, err := tryLock(work.lockFile(), c.account)
	if lock != nil {
		lock.release()
	}
	return lock == nil && err == nil
}

// fillSettings make the filling of a new cluster fast. A cluster that was not filled
// completely is removed, so it need not survive a crash.
var fillSettings = map[string]string{
	"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
	"wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off",
}

func (c *cluster) upgrade(ctx context.Context, from, to binaries, kept string, fill func(ctx context.Context, old, fresh Running) error) (err error) {
	fresh := &cluster{Options: c.Options, dir: c.upgradeFolder(), account: c.account, log: c.log}
	fresh.Settings = maps.Clone(fillSettings)
	if err := makeFolder(fresh.dir); err != nil {
		return wrap(err, "make a folder for the new cluster")
	}
	defer func() { err = errors.Join(err, c.removeLeftovers(context.WithoutCancel(ctx))) }()
	lock, err := waitLock(ctx, fresh.lockFile(), c.account)
	if err != nil {
		return err
	}
	defer lock.release()
	if err := copyFiles(c.dir, fresh.dir, []string{"password"}); err != nil { // of a server without a socket
		return err
	}
	if err := fresh.initialise(ctx, to); err != nil {
		return err
	}
	err = c.serveDuring(ctx, from, func(old Running) error {
		return fresh.serveDuring(ctx, to, func(fresh Running) error { return fill(ctx, old, fresh) })
	})
	if err != nil {
		return err
	}
	if err := c.writeToDisk(ctx, to, fresh.pgdata()); err != nil {
		return err
	}
	return c.switchTo(fresh.pgdata(), kept)
}

// serveDuring runs the cluster's server during work. The caller holds the lock.
func (c *cluster) serveDuring(ctx context.Context, bin binaries, work func(Running) error) (err error) {
	p, at, err := c.launch(ctx, bin)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, p.stop(c.log, harsherAndHarsher))
		c.removeSocketDir()
	}()
	return work(Running{Version: bin.version, Folder: bin.dir, address: at})
}

// switchTo replaces the cluster by a complete one. If it is interrupted, finishUpgrade does the
// rest.
func (c *cluster) switchTo(fresh, kept string) error {
	for _, move := range []struct{ from, to string }{{fresh, c.upgraded()}, {c.pgdata(), kept}, {c.upgraded(), c.pgdata()}} {
		if err := errors.Join(os.Rename(move.from, move.to), syncFolder(c.dir)); err != nil {
			return wrap(err, "switch to the new cluster")
		}
	}
	return nil
}

// finishUpgrade completes an upgrade that was interrupted after it had moved the old cluster away.
// If the old cluster is still in its place, it stays in use, and finishUpgrade removes the new one,
// which would lack later changes. The caller holds the lock.
func (c *cluster) finishUpgrade() error {
	if _, err := os.Stat(c.pgdata()); err == nil {
		return wrap(os.RemoveAll(c.upgraded()), "remove the copy of an interrupted upgrade")
	}
	err := os.Rename(c.upgraded(), c.pgdata())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		c.log.Info("completed an upgrade of Postgres that was interrupted", "folder", c.pgdata())
	}
	return wrap(errors.Join(err, syncFolder(c.dir)), "complete an interrupted upgrade")
}

// mustHaveSpace returns an error if the disk cannot hold another cluster of the same size. A new
// cluster is usually smaller, because it has no dead rows.
func (c *cluster) mustHaveSpace() error {
	free, known, err := freeSpace(c.dir)
	if err != nil || !known {
		return wrap(err, "free space of %s", c.dir)
	}
	var size uint64
	err = filepath.WalkDir(c.pgdata(), func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += uint64(max(0, info.Size()))
		}
		return err
	})
	if err != nil {
		return wrap(err, "size of %s", c.pgdata())
	}
	return enoughSpace(c.dir, size, free)
}

func enoughSpace(dir string, size, free uint64) error {
	if free >= size {
		return nil
	}
	const mega = 1 << 20
	return fmt.Errorf("the disk of %s has %d MB free, and an upgrade needs as much as the data, which is %d MB", dir, free/mega, size/mega)
}
