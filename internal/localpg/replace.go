package localpg

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// lookEvery is the interval of checks for replaced programs.
	lookEvery = time.Second
	// replaceLimit bounds the attempts to start the server with new programs, because an upgrade
	// may replace the files one by one.
	replaceLimit = time.Minute
)

// keep supervises the server's process. It returns when the process has ended and is not
// restarted, or when ctx ends. An owner restarts the server when its programs are replaced on
// disk, because new sessions of the old server would load modules that do not fit. An attached
// process follows the owner's restart.
func (s *Server) keep(ctx context.Context) {
	ticker := time.NewTicker(s.cluster.lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.process.exited:
			if s.Owner() || !s.follow(ctx) {
				return
			}
		case <-ticker.C:
			if s.Owner() && !s.renew(ctx) {
				return
			}
		}
	}
}

// renew restarts the server if its programs were replaced. It returns false if none runs then.
func (s *Server) renew(ctx context.Context) bool {
	if s.installed == nil {
		s.installed = s.cluster.installationOf(ctx, s.address)
	}
	if s.installed == nil || !s.installed.replaced() {
		return true
	}
	bin, err := s.cluster.replacement(ctx, s.installed.binaries)
	if err != nil {
		s.installed.rejected = s.installed.seen
		s.cluster.log.Error("the Postgres programs on disk were replaced and do not run; repair the Postgres installation",
			"folder", s.installed.dir, "error", err)
		return true
	}
	return s.restart(ctx, bin)
}

// installationOf finds the programs of an adopted server. If their version differs from the
// running server's, they count as replaced.
func (c *cluster) installationOf(ctx context.Context, at address) *installation {
	major, err := c.major()
	if err != nil {
		return nil
	}
	bin, _, err := c.installed(ctx, major)
	if err != nil || bin.major == 0 {
		return nil
	}
	running := watchInstallation(bin)
	if version, err := at.version(ctx); err == nil && version != bin.version {
		running.running = 0
	}
	return running
}

// version returns the server's version.
func (a address) version(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, a.dsn(superuser))
	if err != nil {
		return "", err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var version string
	err = conn.QueryRow(ctx, "SHOW server_version").Scan(&version)
	version, _, _ = strings.Cut(version, " ") // drop what the packager appends
	return version, err
}

// replacement returns the programs to use in place of old: those in the same folder, or others
// of the same major version.
func (c *cluster) replacement(ctx context.Context, old binaries) (binaries, error) {
	b, err := c.probe(ctx, old.dir)
	if err == nil && b.major == old.major {
		return b, nil
	}
	if err == nil {
		err = c.mismatch(old.major, []binaries{b})
	}
	if b, _, other := c.installed(ctx, old.major); other == nil && b.major == old.major {
		return b, nil
	}
	return b, err
}

// restart stops the server and starts it with other programs at the same address. It returns
// false if no server runs then.
func (s *Server) restart(ctx context.Context, bin binaries) bool {
	c := s.cluster
	c.log.Warn("the Postgres programs on disk were replaced; restarting the local Postgres server", "folder", bin.dir, "version", bin.version)
	if err := s.process.stop(c.log, harsherAndHarsher); err != nil {
		c.log.Error("cannot restart the local Postgres server", "error", err)
		s.installed.rejected = s.installed.seen
		return true // the old server keeps running
	}
	bounded, cancel := context.WithTimeout(ctx, replaceLimit)
	defer cancel()
	for {
		installed := watchInstallation(bin)
		p, err := c.relaunch(bounded, bin, s.address)
		if err == nil {
			s.process, s.installed = p, installed
			c.log.Info("restarted the local Postgres server", "version", bin.version)
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		if bounded.Err() != nil {
			c.log.Error("the local Postgres server does not start with the programs on disk; repair the Postgres installation and start again", "error", err)
			return false
		}
		select {
		case <-bounded.Done():
		case <-time.After(c.lookEvery):
		}
		if other, err := c.replacement(bounded, bin); err == nil {
			bin = other
		}
	}
}

// relaunch starts the server at its previous address.
func (c *cluster) relaunch(ctx context.Context, bin binaries, at address) (*process, error) {
	if _, err := c.prepareAddress(); err != nil { // a failed start has removed the socket's folder
		return nil, err
	}
	return c.launchAt(ctx, bin, at)
}

// follow waits for the server that the owner starts in place of the one that ended. It returns
// false if the owner has ended too, or does not start one in time.
func (s *Server) follow(ctx context.Context) bool {
	c := s.cluster
	wait := newPatience(ctx, replaceLimit)
	defer wait.end()
	for wait.tick() == nil {
		lock, err := tryLock(c.lockFile(), c.account)
		if err != nil {
			return false
		}
		if lock != nil {
			lock.release()
			return false
		}
		if pid, at, ok := c.serving(ctx); ok && at == s.address {
			s.process = watchProcess(pid)
			return true
		}
	}
	return false
}
