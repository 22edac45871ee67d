package changelog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sethvargo/go-retry"
)

const (
	// Without a wake-up, a follower reads the log at least every longestPause, and more
	// often, down to every shortestPause, while there are changes.
	shortestPause = 50 * time.Millisecond
	longestPause  = 200 * time.Millisecond
	// wakePause is the shortest pause between two reads that nobody waits for.
	wakePause = 5 * time.Millisecond
	// Patience is how long requests wait for a read of the log before they do without it.
	Patience = 500 * time.Millisecond
	// readTimeout bounds a read. A server that does not respond must not silence subscribers.
	readTimeout = 5 * time.Second
	// The first and the longest pause between two attempts to read after an error.
	minRetryPause = 50 * time.Millisecond
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
	timeout  time.Duration // of a read
	consumer Consumer
	woken    chan struct{} // holds one token after Wake
	asked    chan struct{} // holds one token while somebody waits for the next read

	mu     sync.Mutex
	next   *round // the read that has not begun, if somebody waits for it
	now    *round // the read that is under way, unless it is late
	behind bool
}

// A round is one read of the log, and what waits for it.
type round struct {
	done chan struct{} // closed at the end
	err  error         // ErrBehind, or nil
	late *time.Timer
}

// Options configures a Follower.
type Options struct {
	Config  *pgx.ConnConfig                        // of its connection
	Prepare func(context.Context, *pgx.Conn) error // sets up the connection
	Keeps   time.Duration                          // the log keeps a change at least this long
}

// Start connects, and returns a Follower of the changes that are committed from now on. The
// caller must call Run. Until then, Await returns ErrBehind.
func Start(ctx context.Context, o Options, consumer Consumer) (*Follower, error) {
	f := &Follower{
		reader: reader{config: o.Config, prepare: o.Prepare, keeps: o.Keeps}, timeout: readTimeout,
		consumer: consumer, woken: make(chan struct{}, 1), asked: make(chan struct{}, 1), behind: true,
	}
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
// read serves all callers that wait for it. It returns ErrBehind after at most Patience, at
// once if the log cannot be read, or the error of ctx.
func (f *Follower) Await(ctx context.Context) error {
	f.mu.Lock()
	if f.behind {
		f.mu.Unlock()
		return ErrBehind
	}
	if f.next == nil {
		f.next = f.newRound()
		signal(f.asked)
	}
	r := f.next
	f.mu.Unlock()
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run reads the log until ctx ends.
func (f *Follower) Run(ctx context.Context, log *slog.Logger) {
	defer f.locked(f.fallBehind)
	defer func() { _ = f.reader.close(ctx) }()
	f.locked(f.catchUp)
	for quiet := longestPause; f.awaitTurn(ctx, quiet); {
		changed, err := f.read(ctx)
		if err != nil {
			if ctx.Err() != nil || f.recover(ctx, log, err) != nil {
				return
			}
			changed = true
		}
		if quiet = min(2*quiet, longestPause); changed {
			quiet = shortestPause
		}
	}
}

// awaitTurn waits until the next read is due: at once if somebody waits for it, after
// wakePause if changes are known, and after quiet otherwise. It reports false if ctx has ended.
func (f *Follower) awaitTurn(ctx context.Context, quiet time.Duration) bool {
	soon, due := time.After(wakePause), time.After(quiet)
	woken := f.woken
	for {
		select {
		case <-ctx.Done():
			return false
		case <-woken:
			woken, due = nil, soon
		case <-f.asked:
			return true
		case <-due:
			return true
		}
	}
}

// read reads the log once for all that wait, and reports whether there were changes.
func (f *Follower) read(ctx context.Context) (changed bool, err error) {
	f.begin()
	defer func() { f.end(err) }()
	reading, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	got, err := f.reader.poll(reading)
	if err != nil {
		return false, err
	}
	f.consumer.Apply(got.Changes, got.states)
	return !got.Empty(), nil
}

func (f *Follower) locked(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// newRound returns a round that is late after Patience.
func (f *Follower) newRound() *round {
	r := &round{done: make(chan struct{})}
	r.late = time.AfterFunc(Patience, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if r == f.now || r == f.next {
			f.fallBehind()
		}
	})
	return r
}

// begin makes the round that is waited for the current one. Whoever comes later waits for the
// next, which sees what has been committed until then.
func (f *Follower) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now, f.next = f.next, nil; f.now == nil {
		f.now = f.newRound()
	}
}

// end releases those who wait for the current round. If it was late, they were released before.
func (f *Follower) end(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.fallBehind()
		return
	}
	f.catchUp()
	f.now.release(nil)
	f.now = nil
}

// fallBehind notes that the log is not read in time, so nobody waits for it.
func (f *Follower) fallBehind() {
	f.now.release(ErrBehind)
	f.next.release(ErrBehind)
	f.now, f.next = nil, nil
	if !f.behind {
		f.behind = true
		f.consumer.Behind(true)
	}
}

// catchUp notes that the log is read in time.
func (f *Follower) catchUp() {
	if f.behind {
		f.behind = false
		f.consumer.Behind(false)
	}
}

func (r *round) release(err error) {
	if r != nil {
		r.late.Stop()
		r.err = err
		close(r.done)
	}
}

// recover reads again until it succeeds, with pauses in between. If the log cannot be
// continued, everything may have changed.
func (f *Follower) recover(ctx context.Context, log *slog.Logger, err error) error {
	log.WarnContext(ctx, "cannot read the change log; lists are read from the database, and changes of other servers are not received", "error", err)
	pause := retry.WithJitterPercent(20, retry.WithCappedDuration(maxRetryPause, retry.NewExponential(minRetryPause)))
	anew, reason := false, error(nil)
	err = retry.Do(ctx, pause, func(ctx context.Context) error {
		if !anew && errors.Is(err, errAnew) {
			anew, reason = true, err
		}
		if !anew {
			_, err = f.read(ctx)
			return retry.RetryableError(err)
		}
		reading, cancel := context.WithTimeout(ctx, f.timeout)
		defer cancel()
		return retry.RetryableError(f.reader.start(reading))
	})
	switch {
	case err != nil: // ctx has ended
		return err
	case anew:
		log.WarnContext(ctx, "cannot continue the change log; it is followed from the present on, and everything is read again", "reason", reason)
		f.consumer.Apply(lost, nil)
		f.locked(f.catchUp)
	}
	log.InfoContext(ctx, "reading the change log again")
	return nil
}
