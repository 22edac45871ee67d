package changelog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/store/sharedrun"
)

const (
	// pollPause is the pause between two reads that nobody waits for.
	pollPause = 50 * time.Millisecond
	// wakePause is the shortest pause between two reads that nobody waits for.
	wakePause = 5 * time.Millisecond
	// Patience is how long a read may take before requests do without it.
	Patience = 500 * time.Millisecond
	// readTimeout bounds a read. A server that does not respond must not silence subscribers.
	readTimeout = 5 * time.Second
	// maxRetryPause is the longest pause after an error.
	maxRetryPause = 2 * time.Second
)

// ErrBehind reports that the log cannot be read in time.
var ErrBehind = errors.New("the change log is not read in time")

// A Consumer receives what a Follower reads, one read at a time.
type Consumer interface {
	// Apply receives what has changed, and the states of the changed slots.
	Apply(changes Changes, states []Slot)
	// Behind reports that changes are received late, or again in time.
	Behind(bool)
}

// A Follower reads the log continuously.
type Follower struct {
	reader   reader
	pause    time.Duration // between two reads that nobody waits for
	timeout  time.Duration // of a read
	consumer Consumer
	reads    *sharedrun.Runner[struct{}, struct{}]
	failing  bool          // the last read failed
	woken    chan struct{} // holds one token after Wake

	mu     sync.Mutex
	behind chan struct{} // closed while the log is not read in time
}

// Options configures a Follower.
type Options struct {
	Config  *pgx.ConnConfig       // of its connection
	Arrange func(*pgx.ConnConfig) // orders the hosts of a copy before each connection; may be nil
	Keeps   time.Duration         // the log keeps a change at least this long
	// Pause is the pause between two reads that nobody waits for; 0 means 50 ms. It bounds how late
	// changes of other servers are read if their wake-ups are lost.
	Pause time.Duration
}

// Start connects, and returns a Follower of the changes that are committed from now on. The
// caller must call Run. Until then, Await returns ErrBehind.
func Start(ctx context.Context, o Options, consumer Consumer) (*Follower, error) {
	f := &Follower{
		reader: reader{config: o.Config, arrange: o.Arrange, keeps: o.Keeps}, timeout: readTimeout, pause: cmp.Or(o.Pause, pollPause),
		consumer: consumer, woken: make(chan struct{}, 1), behind: make(chan struct{}),
	}
	close(f.behind)
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	if err := f.reader.start(ctx); err != nil {
		return nil, fmt.Errorf("read the change log: %w", err)
	}
	return f, nil
}

// Wake makes the Follower read soon.
func (f *Follower) Wake() { signal(f.woken) }

// signal puts a token into a channel unless it already holds one.
func signal(token chan<- struct{}) {
	select {
	case token <- struct{}{}:
	default:
	}
}

// Await returns when everything that was committed before the call has been applied. One
// read serves all callers that wait for it. Await returns ErrBehind if that read, or the one
// before it, takes longer than Patience. If the log cannot be read, it returns ErrBehind at once.
// If ctx ends, it returns the error of ctx.
func (f *Follower) Await(ctx context.Context) error {
	f.mu.Lock()
	behind := f.behind
	f.mu.Unlock()
	select {
	case <-behind:
		return ErrBehind
	default:
	}
	read := f.reads.Next()
	select {
	case <-read.Done:
		if read.Err != nil {
			return ErrBehind
		}
		return nil
	case <-behind:
		return ErrBehind
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run reads the log until ctx ends: after each Wake, and otherwise after pollPause.
func (f *Follower) Run(ctx context.Context, log *slog.Logger) {
	f.reads = sharedrun.New(1, func([]struct{}) (struct{}, error) { return struct{}{}, f.read(ctx, log) })
	f.setBehind(false)
	for pause := f.pause; f.awaitTurn(ctx, pause); {
		read := f.reads.Next()
		if <-read.Done; read.Err == nil {
			pause = f.pause
		} else {
			pause = min(2*pause, maxRetryPause)
		}
	}
	f.setBehind(true)
	<-f.reads.Next().Done // closes the connection, because ctx has ended
}

// awaitTurn waits until it is time to read the log although nobody waits for it. It reports
// false if ctx has ended.
func (f *Follower) awaitTurn(ctx context.Context, pause time.Duration) bool {
	soon, due := time.After(wakePause), time.After(pause)
	woken := f.woken
	if pause > f.pause { // after an error, nothing shortens the pause
		woken = nil
	}
	for {
		select {
		case <-ctx.Done():
			return false
		case <-woken:
			woken, due = nil, soon
		case <-due:
			return true
		}
	}
}

// read reads the log once. If the log cannot be continued, everything may have changed.
func (f *Follower) read(ctx context.Context, log *slog.Logger) error {
	late := time.AfterFunc(Patience, func() { f.setBehind(true) })
	defer late.Stop()
	reading, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	got, err := f.reader.poll(reading)
	anew := err
	if errors.Is(err, errAnew) {
		got, err = read{Changes: lost}, f.reader.start(reading)
	}
	switch {
	case err != nil:
		f.setBehind(true)
		if !f.failing && ctx.Err() == nil {
			log.WarnContext(ctx, "cannot read the change log; lists are read from the database, and changes of other servers are not received", "error", err)
		}
		f.failing = true
		return err
	case anew != nil:
		log.WarnContext(ctx, "cannot continue the change log; it is followed from the present on, and everything is read again", "reason", anew)
	}
	f.consumer.Apply(got.Changes, got.states)
	f.setBehind(false)
	if f.failing || anew != nil {
		log.InfoContext(ctx, "reading the change log again")
	}
	f.failing = false
	return nil
}

// setBehind notes whether the log is read in time. While it is not, nobody waits for it.
func (f *Follower) setBehind(behind bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.behind:
		if !behind {
			f.behind = make(chan struct{})
			f.consumer.Behind(false)
		}
	default:
		if behind {
			close(f.behind)
			f.consumer.Behind(true)
		}
	}
}
