package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cluster is a data folder and what is needed to run its server.
type cluster struct {
	Options
	dir     string  // DataDir, absolute, with links resolved
	account account // user that the server runs as
	log     *slog.Logger
}

func (c *cluster) pgdata() string   { return filepath.Join(c.dir, "pgdata") }
func (c *cluster) lockFile() string { return filepath.Join(c.dir, "lock") }
func (c *cluster) logFile() string  { return filepath.Join(c.dir, "postgres.log") }

// openCluster creates the data folder if needed and checks that the server can use it.
func openCluster(o Options) (*cluster, error) {
	if o.DataDir == "" {
		return nil, errors.New("the data folder of the local Postgres is not set")
	}
	if o.Env == nil {
		o.Env = func(string) string { return "" }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.lookEvery == 0 {
		o.lookEvery = lookEvery
	}
	dir, err := filepath.Abs(o.DataDir)
	if err != nil {
		return nil, wrap(err, "data folder %s", o.DataDir)
	}
	if o.Existing {
		if err := (&cluster{dir: dir}).mustExist(); err != nil {
			return nil, err
		}
	}
	if err := makeFolder(dir); err != nil {
		return nil, wrap(err, "make the data folder %s", dir)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, wrap(err, "data folder %s", o.DataDir)
	}
	c := &cluster{Options: o, dir: dir, log: o.Log}
	if c.account, err = serverAccount(c.pgdata()); err != nil {
		return nil, err
	}
	if err := c.account.mustReach(dir, "the data folder", "DATA_DIR"); err != nil {
		return nil, err
	}
	return c, nil
}

// mustExist returns an error if the data folder has neither a cluster nor the new one of an
// interrupted upgrade.
func (c *cluster) mustExist() error {
	_, err := os.Stat(c.pgdata())
	if err == nil {
		return nil
	}
	if _, upgraded := os.Stat(c.upgraded()); upgraded == nil {
		return nil
	}
	return fmt.Errorf("data folder %s: %w: %w", c.dir, ErrNoCluster, err)
}

// major returns the major version that created the cluster, or 0 if there is none.
func (c *cluster) major() (int, error) {
	path := filepath.Join(c.pgdata(), "PG_VERSION")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(c.pgdata()); err == nil {
			return 0, fmt.Errorf("%s exists but is not a Postgres cluster, because it has no PG_VERSION; move it away", c.pgdata())
		}
		return 0, nil
	}
	if err != nil {
		return 0, wrap(err, "read the version of the cluster")
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s contains %q; a supported Postgres version is expected", path, strings.TrimSpace(string(text)))
	}
	return major, nil
}

// initialise creates the cluster in a temporary folder and renames it, so that pgdata is either
// complete or absent.
func (c *cluster) initialise(ctx context.Context, bin binaries) error {
	// The name is unique because an initdb that outlived its caller may still be writing.
	fresh, err := os.MkdirTemp(c.dir, "pgdata.new-")
	if err != nil {
		return wrap(err, "make a folder for the new cluster")
	}
	defer os.RemoveAll(fresh)
	if err := c.account.give(fresh); err != nil {
		return err
	}
	args, err := c.authArgs()
	if err != nil {
		return err
	}
	args = append(args, "--pgdata="+fresh, "--username="+superuser, "--encoding=UTF8", "--locale=C")
	if c.Settings["fsync"] == "off" {
		args = append(args, "--no-sync")
	}
	c.log.Info("creating a Postgres cluster", "folder", c.pgdata(), "version", bin.version)
	cmd := c.account.command(ctx, bin.tool("initdb"), args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("create a cluster in %s: %w; %s", c.dir, err, quoteTail(bin.tool("initdb"), string(out)))
	}
	if err := os.Rename(fresh, c.pgdata()); err != nil {
		return wrap(err, "put the new cluster in its place")
	}
	return syncFolder(c.dir)
}

// removeLeftovers removes unfinished clusters of interrupted starts and upgrades.
func (c *cluster) removeLeftovers(ctx context.Context) error {
	leftovers, err := filepath.Glob(filepath.Join(globQuote(c.dir), "pgdata.new*"))
	if err != nil {
		return wrap(err, "look for leftovers in %s", c.dir)
	}
	for _, path := range leftovers {
		if err := removeLeftover(ctx, path); err != nil {
			return wrap(err, "remove a cluster that was never finished")
		}
	}
	return nil
}

// removeLeftover tries again while a server whose owner was killed still writes to the folder.
func removeLeftover(ctx context.Context, path string) error {
	wait := newPatience(ctx, answerLimit)
	defer wait.end()
	for {
		err := os.RemoveAll(path)
		if err == nil || wait.tick() != nil {
			return err
		}
	}
}
