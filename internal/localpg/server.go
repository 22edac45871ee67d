package localpg

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// own starts or adopts the server under the lock. The Server keeps the lock until it has
// exited, so the holder of the lock has a server or is about to have one.
func (c *cluster) own(ctx context.Context, lock *fileLock) (s *Server, err error) {
	defer func() {
		if s == nil {
			lock.release()
		}
	}()
	if s, err := c.adopt(ctx, lock); s != nil || err != nil {
		return s, err
	}
	if err := c.finishUpgrade(); err != nil {
		return nil, err
	}
	major, err := c.major()
	if err != nil {
		return nil, err
	}
	bin, err := c.binaries(ctx, major)
	if err != nil {
		return nil, err
	}
	if err := c.removeLeftovers(ctx); err != nil {
		return nil, err
	}
	if major == 0 {
		err = c.initialise(ctx, bin)
	} else {
		err = c.account.giveTree(c.pgdata()) // root may have copied it there
	}
	if err != nil {
		return nil, err
	}
	installed := watchInstallation(bin)
	p, at, err := c.launch(ctx, bin)
	if err != nil {
		return nil, err
	}
	return newServer(ctx, c, at, p, lock, installed), nil
}

// adopt takes over a server whose owner has died. It returns nil without an error if none runs.
// It waits for one that is shutting down.
func (c *cluster) adopt(ctx context.Context, lock *fileLock) (*Server, error) {
	wait := newPatience(ctx, answerLimit)
	defer wait.end()
	settled := time.NewTimer(adoptAfter)
	defer settled.Stop()
	for {
		pf, err := c.readPidFile()
		if err != nil {
			return nil, err
		}
		if pf.pid == 0 || !c.isServer(pf.pid) {
			return nil, nil
		}
		if c.foreign(pf) {
			return nil, fmt.Errorf("the Postgres server of %s (pid %d) was started by hand, with its socket in %s; stop it first", c.pgdata(), pf.pid, pf.socketDir)
		}
		select {
		case <-settled.C:
			if pid, at, ok := c.serving(ctx); ok {
				c.log.Info("taking over a running Postgres server whose owner has exited", "pid", pid)
				return newServer(ctx, c, at, watchProcess(pid), lock, nil), nil
			}
			settled.Reset(pollEvery)
		default:
		}
		if err := wait.tick(); err != nil {
			return nil, fmt.Errorf("the Postgres server of %s (pid %d) neither responds nor stops: %w", c.pgdata(), pf.pid, err)
		}
	}
}

// launch starts the server. It retries only while processes of a killed predecessor hold the
// shared memory, which makes the server refuse to start.
func (c *cluster) launch(ctx context.Context, bin binaries) (*process, address, error) {
	wait := newPatience(ctx, answerLimit)
	defer wait.end()
	for {
		p, at, err := c.launchOnce(ctx, bin)
		var inUse *memoryInUseError
		if !errors.As(err, &inUse) || wait.tick() != nil {
			return p, at, err
		}
	}
}

func (c *cluster) launchOnce(ctx context.Context, bin binaries) (*process, address, error) {
	at, err := c.prepareAddress()
	if err != nil {
		return nil, at, err
	}
	p, err := c.launchAt(ctx, bin, at)
	return p, at, err
}

// launchAt starts the server at the given address. A restart reuses the old one.
func (c *cluster) launchAt(ctx context.Context, bin binaries, at address) (*process, error) {
	if err := c.clearStale(); err != nil {
		return nil, err
	}
	output, err := openLog(c.logFile(), c.account)
	if err != nil {
		return nil, err
	}
	defer output.file.Close()
	p, err := c.spawn(ctx, bin, c.serverArgs(at), output.file)
	if err != nil {
		return nil, output.explain(fmt.Errorf("start %s: %w", bin.tool("postgres"), err))
	}
	if err := c.awaitReady(ctx, p); err != nil {
		err = errors.Join(err, p.stop(c.log, harsherAndHarsher))
		c.removeSocketDir()
		return nil, output.explain(fmt.Errorf("start Postgres %s on %s: %w", bin.version, c.pgdata(), err))
	}
	return p, nil
}

// awaitReady waits until the server accepts connections, exits, or ctx ends.
func (c *cluster) awaitReady(ctx context.Context, p *process) error {
	wait := newPatience(ctx, startLimit)
	defer wait.end()
	for {
		if pid, _, ok := c.serving(ctx); ok && pid == p.pid {
			return nil
		}
		select {
		case <-p.exited:
			return fmt.Errorf("it exited (%s)", p.state)
		default:
		}
		if err := wait.tick(); err != nil {
			return err
		}
	}
}

// serverArgs returns the arguments of postgres: the defaults, overridden by Settings, overridden
// by what this package relies on.
func (c *cluster) serverArgs(at address) []string {
	settings := map[string]string{
		"shared_buffers":  "128MB",
		"max_connections": "100",
		"timezone":        "UTC",
		"log_timezone":    "UTC",
		"log_line_prefix": "%m [%p] ",
	}
	maps.Copy(settings, c.Settings)
	maps.Copy(settings, at.settings())
	settings["logging_collector"] = "off"
	settings["log_destination"] = "stderr"
	args := []string{"-D", c.pgdata()}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}
