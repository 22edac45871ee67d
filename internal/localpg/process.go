package localpg

import (
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// process is a server's main process: a child, or one that is only watched.
type process struct {
	pid    int
	exited chan struct{} // closed when it has ended, or is no longer watched
	state  string        // how a child ended; read it after exited
	forget func()        // ends the watching; of a child: nothing
}

// watchProcess watches a process that is no child. The caller ends it by forget.
func watchProcess(pid int) *process {
	p := &process{pid: pid, exited: make(chan struct{}), state: "exit status unknown"}
	forgotten := make(chan struct{})
	p.forget = sync.OnceFunc(func() { close(forgotten) })
	go func() {
		defer close(p.exited)
		ticker := time.NewTicker(10 * pollEvery)
		defer ticker.Stop()
		for alive(pid) {
			select {
			case <-forgotten:
				return
			case <-ticker.C:
			}
		}
	}()
	return p
}

// shutdown is a way to end a server. None of them loses a committed transaction.
type shutdown int

const (
	fast      shutdown = iota // cut clients off, write a checkpoint
	immediate                 // end at once; the next start recovers
	kill                      // the system's last means
)

const (
	fastLimit = 10 * time.Second
	hardLimit = 5 * time.Second
)

// stop ends the process by ever harsher means and returns when it has exited.
func (p *process) stop(log *slog.Logger) error {
	for _, how := range []shutdown{fast, immediate, kill} {
		select {
		case <-p.exited:
			return nil
		default:
		}
		if err := signalServer(p.pid, how); err != nil && alive(p.pid) {
			log.Warn("cannot signal the Postgres server", "pid", p.pid, "error", err)
		}
		if p.exitsWithin(how.limit()) {
			return nil
		}
		log.Warn("the Postgres server is slow to stop", "pid", p.pid, "waited", how.limit())
	}
	return fmt.Errorf("the Postgres server (pid %d) does not stop", p.pid)
}

func (how shutdown) limit() time.Duration {
	if how == fast {
		return fastLimit
	}
	return hardLimit
}

func (p *process) exitsWithin(limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-p.exited:
		return true
	case <-timer.C:
		return false
	}
}
