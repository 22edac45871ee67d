package localpg

import (
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// process is a server's main process, either a child or one that is only watched.
type process struct {
	pid    int
	exited chan struct{} // closed when it has ended or is not watched any more
	state  string        // how a child ended; valid after exited is closed
	forget func()        // stops watching; does nothing for a child
}

// watchProcess watches a process that is not a child. The caller must call forget.
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

// shutdown is a way to stop a server. None of them loses a committed transaction.
type shutdown int

const (
	fast      shutdown = iota // disconnect clients, write a checkpoint
	immediate                 // stop at once; the next start recovers
	kill                      // SIGKILL
)

// means is a way to stop a server and how long to wait for it.
type means struct {
	how   shutdown
	limit time.Duration
}

// harsherAndHarsher allows an immediate shutdown more than the 5 s after which the server kills
// its remaining processes.
var harsherAndHarsher = []means{{fast, 10 * time.Second}, {immediate, 7 * time.Second}, {kill, 5 * time.Second}}

// stop stops the process by each of the means in turn, and returns when it has exited.
func (p *process) stop(log *slog.Logger, by []means) error {
	for _, m := range by {
		select {
		case <-p.exited:
			return nil
		default:
		}
		if err := signalServer(p.pid, m.how); err != nil && alive(p.pid) {
			log.Warn("cannot signal the Postgres server", "pid", p.pid, "error", err)
		}
		if p.exitsWithin(m.limit) {
			return nil
		}
		log.Warn("the Postgres server has not stopped yet", "pid", p.pid, "waited", m.limit)
	}
	return fmt.Errorf("the Postgres server (pid %d) did not stop", p.pid)
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
