package changelog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store/changelog"
)

// A follower is a Follower and its consumer.
type follower struct {
	*changelog.Follower
	t       *testing.T
	applied func() // called before what was read is applied

	mu   sync.Mutex
	turn sync.Cond // signals each change of the fields below
	read []booking.InterviewID
	lost int
	late []bool // the calls of Behind
	log  bytes.Buffer
}

// newFollower returns a follower that does not run yet, so that a test can prepare it.
func newFollower(t *testing.T, dsn string) *follower {
	t.Helper()
	return newFollowerOf(t, options(t, dsn))
}

func newFollowerOf(t *testing.T, o changelog.Options) *follower {
	t.Helper()
	f := &follower{t: t, applied: func() {}}
	f.turn.L = &f.mu
	var err error
	if f.Follower, err = changelog.Start(t.Context(), o, f); err != nil {
		t.Fatal(err)
	}
	return f
}

// run runs the follower until the test ends.
func (f *follower) run() *follower {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { f.Run(ctx, slog.New(slog.NewTextHandler(f, nil))) })
	f.t.Cleanup(func() { stop(); running.Wait() })
	f.until("it runs", func() bool { return len(f.late) > 0 })
	return f
}

// Apply implements changelog.Consumer.
func (f *follower) Apply(changes changelog.Changes, _ []changelog.Slot) {
	f.applied()
	f.change(func() {
		f.read = append(f.read, changes.Interviews...)
		if changes.Lost {
			f.lost++
		}
	})
}

// Behind implements changelog.Consumer.
func (f *follower) Behind(behind bool) { f.change(func() { f.late = append(f.late, behind) }) }

// Write receives the log.
func (f *follower) Write(p []byte) (n int, err error) {
	f.change(func() { n, err = f.log.Write(p) })
	return n, err
}

func (f *follower) change(fn func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fn()
	f.turn.Broadcast()
}

// until waits for a state of the consumer.
func (f *follower) until(what string, is func() bool) {
	f.t.Helper()
	late := false
	defer time.AfterFunc(time.Minute, func() { f.change(func() { late = true }) }).Stop()
	f.mu.Lock()
	defer f.mu.Unlock()
	for !is() {
		if late {
			f.t.Fatalf("after a minute: not %s; read %v, lost %d times, behind %v, log: %s", what, f.read, f.lost, f.late, &f.log)
		}
		f.turn.Wait()
	}
}

// awaitRead waits until changes have been read, in this order and no others.
func (f *follower) awaitRead(want ...booking.InterviewID) {
	f.t.Helper()
	f.until(fmt.Sprint("read ", want), func() bool { return len(f.read) >= len(want) })
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Equal(f.read, want) {
		f.t.Errorf("%v were read, want %v", f.read, want)
	}
}

// has reports whether the change has been applied.
func (f *follower) has(number int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Contains(f.read, booking.InterviewID(number))
}

// A registered context counts the calls that wait for it.
type registered struct {
	context.Context
	waits func()
}

// Done implements context.Context.
func (r registered) Done() <-chan struct{} {
	r.waits()
	return r.Context.Done()
}

// When Await returns, what was committed before the call has been applied, whoever committed
// it, also after transactions that logged nothing. No wake-up is sent.
func TestAwaitSeesWhatWasCommittedBefore(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	db := database.SQL(t)
	servers := []*follower{newFollower(t, database.DSN).run(), newFollower(t, database.DSN).run()}
	var clients errgroup.Group
	for client := range 8 {
		clients.Go(func() error {
			for n := range 40 {
				number := client*1000 + n
				if n%2 == 0 {
					if _, err := db.ExecContext(t.Context(), "SELECT pg_current_xact_id()"); err != nil {
						return err
					}
					if err := servers[0].Await(t.Context()); err != nil {
						return err
					}
				}
				if _, err := db.ExecContext(t.Context(), logChange, number); err != nil {
					return err
				}
				for i, server := range servers {
					if err := server.Await(t.Context()); err != nil {
						return err
					}
					if !server.has(number) {
						return fmt.Errorf("server %d has not applied change %d", i, number)
					}
				}
			}
			return nil
		})
	}
	if err := clients.Wait(); err != nil {
		t.Fatal(err)
	}
}

// Those who call Await during a read wait for the next one, which serves all of them: the
// read that is under way may not see what they must see.
func TestOneReadServesAllWhoWait(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	db := database.SQL(t)
	f := newFollower(t, database.DSN)
	reads := make(chan func()) // gets a function at the end of each read; the read waits until it is called
	f.applied = func() {
		goOn := make(chan struct{})
		select {
		case reads <- sync.OnceFunc(func() { close(goOn) }):
			<-goOn
		case <-t.Context().Done():
		}
	}
	f.run()
	first := <-reads
	exec(t, db, logChange, 1) // after the snapshot of the first read
	const calls = 30
	var waiting sync.WaitGroup
	waiting.Add(calls)
	answered := make(chan error, calls)
	for range calls {
		go func() { answered <- f.Await(registered{t.Context(), sync.OnceFunc(waiting.Done)}) }()
	}
	waiting.Wait()
	first()
	second := <-reads
	if len(answered) > 0 || f.has(1) {
		t.Error("the read that was under way served later calls")
	}
	second()
	third := <-reads
	for range calls {
		if err := <-answered; err != nil {
			t.Error(err)
		}
	}
	if !f.has(1) {
		t.Error("the second read has not applied the change")
	}
	third()
}

// However many transactions are committed, the log is not read without a pause while nobody
// waits for it.
func TestWakesDoNotReadWithoutAPause(t *testing.T) {
	t.Parallel()
	f := newFollower(t, pgtest.New(t).DSN)
	var ends []time.Time
	f.applied = func() {
		f.change(func() { ends = append(ends, time.Now()) })
	}
	f.run()
	const reads = 20
	f.until("some reads", func() bool {
		f.Wake()
		return len(ends) >= reads
	})
	f.change(func() {
		for i := 1; i < reads; i++ {
			if pause := ends[i].Sub(ends[i-1]); pause < changelog.WakePause {
				t.Errorf("read %d ended %s after the one before, want at least %s", i, pause, changelog.WakePause)
			}
		}
	})
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	f := newFollower(t, pgtest.New(t).DSN)
	if err := f.Await(t.Context()); !errors.Is(err, changelog.ErrBehind) {
		t.Errorf("before Run: %v, want %v", err, changelog.ErrBehind)
	}
	goOn := make(chan struct{})
	began := make(chan struct{})
	f.applied = sync.OnceFunc(func() { close(began); <-goOn })
	f.run()
	<-began
	ctx, cancel := context.WithCancel(t.Context())
	if err := f.Await(registered{ctx, cancel}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v, want %v", err, context.Canceled)
	}
	close(goOn)
}

// While the database does not respond, calls end with ErrBehind after Patience, and at once
// from then on. Afterwards the reader continues where it was.
func TestFrozenDatabase(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	db, proxy := database.SQL(t), database.Proxy(t)
	f := newFollower(t, proxy.DSN).run()
	exec(t, db, logChange, 1)
	f.awaitRead(1)
	if err := f.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		proxy.Freeze()
		began := time.Now()
		if err := f.Await(t.Context()); !errors.Is(err, changelog.ErrBehind) {
			t.Fatalf("%v, want %v", err, changelog.ErrBehind)
		}
		if took := time.Since(began); took >= changelog.ReadTimeout {
			t.Errorf("it took %s, want %s", took, changelog.Patience)
		}
		f.until("behind", func() bool { return f.late[len(f.late)-1] })
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for range 10 { // of two cases that are ready, select would take either
			if err := f.Await(ended); !errors.Is(err, changelog.ErrBehind) {
				t.Errorf("behind, a call waits: %v", err)
			}
		}
		exec(t, db, logChange, 2*round+2)
		exec(t, db, logChange, 2*round+3)
		proxy.Thaw()
		f.until("in time", func() bool { return !f.late[len(f.late)-1] })
		if err := f.Await(t.Context()); err != nil {
			t.Errorf("after the thaw: %v", err)
		}
	}
	f.awaitRead(1, 2, 3, 4, 5)
	f.wantContinued()
}

// A connection on which nothing arrives any more is given up: changes arrive again on
// another one, and none is lost.
func TestSilentConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	db, proxy := database.SQL(t), database.Proxy(t)
	f := newFollower(t, proxy.DSN).run()
	exec(t, db, logChange, 1)
	f.awaitRead(1)
	proxy.Lose()
	began := time.Now()
	exec(t, db, logChange, 2)
	f.awaitRead(1, 2)
	if took, most := time.Since(began), 3*changelog.ReadTimeout; took > most {
		t.Errorf("the change arrived after %s, want at most %s", took, most)
	}
	f.until("in time", func() bool { return !f.late[len(f.late)-1] })
	if err := f.Await(t.Context()); err != nil {
		t.Error(err)
	}
	f.wantContinued()
}

// If reads from a position never end in time, the reader starts at the present.
func TestReadsThatNeverEnd(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	db := database.SQL(t)
	f := newFollower(t, database.DSN)
	f.Hurry(500 * time.Millisecond)
	locked := begin(t, db)
	exec(t, locked, "LOCK TABLE changes IN ACCESS EXCLUSIVE MODE")
	exec(t, db, "SELECT pg_current_xact_id()") // so the snapshot alone does not show that nothing was logged
	f.run()
	f.until("anew", func() bool { return f.lost > 0 && strings.Contains(f.log.String(), "3 reads did not end in time") })
	commit(t, locked)
	f.until("in time", func() bool { return !f.late[len(f.late)-1] })
	exec(t, db, logChange, 2)
	f.until("the next change", func() bool { return slices.Contains(f.read, 2) })
}

func (f *follower) wantContinued() {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lost > 0 || strings.Contains(f.log.String(), "read again") {
		f.t.Errorf("everything is read again, %d times, log: %s", f.lost, &f.log)
	}
}

// A reader that cannot know what it has missed starts at the present, and says so.
func TestFollowerStartsAnew(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(*follower)
		commits int
		says    string // empty if the reader can continue
	}{
		"asleep":                {func(f *follower) { f.Sleep(29 * time.Minute) }, 3, ""},
		"asleep for too long":   {func(f *follower) { f.Sleep(31 * time.Minute) }, 3, "pruned"},
		"asleep, no commits":    {func(f *follower) { f.Sleep(31 * time.Minute) }, 0, "pruned"},
		"another server":        {(*follower).misplace, 3, "restarted"},
		"the same snapshot":     {(*follower).misplace, 0, "restarted"},
		"most transactions":     {func(*follower) {}, changelog.MaxRows, ""},
		"too many transactions": {func(*follower) {}, changelog.MaxRows + 1, "more than 10000 transactions"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := pgtest.New(t)
			db := database.SQL(t)
			f := newFollower(t, database.DSN)
			test.prepare(f)
			exec(t, db, fmt.Sprintf(logChanges, test.commits))
			f.run()
			if test.says == "" {
				f.until("all changes", func() bool { return len(f.read) == test.commits })
				f.wantContinued()
				return
			}
			f.until("anew and in time", func() bool { return f.lost == 1 && !f.late[len(f.late)-1] })
			exec(t, db, logChange, 7)
			f.until("the next change", func() bool { return len(f.read) > 0 })
			f.mu.Lock()
			defer f.mu.Unlock()
			if f.lost != 1 || !slices.Equal(f.read, []booking.InterviewID{7}) {
				t.Errorf("%v were read, and everything %d times, want 7 and once", f.read, f.lost)
			}
			for _, want := range []string{"level=WARN", "everything is read again", test.says, "reading the change log again"} {
				if !strings.Contains(f.log.String(), want) {
					t.Errorf("the log does not say %q: %s", want, &f.log)
				}
			}
		})
	}
}

func (f *follower) misplace() { f.Misplace() }

func TestManyChangesOfAKind(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	db, reader := database.SQL(t), newReader(t, database)
	everything := changelog.Changes{EverySlot: true, EveryInterview: true, EveryStudent: true, EveryInterviewer: true, Events: true, Lost: true}
	for every, want := range map[string]changelog.Changes{
		"{slots}": {EverySlot: true}, "{retagged}": {EverySlot: true},
		"{interviews}": {EveryInterview: true}, "{students}": {EveryStudent: true},
		"{interviewers}":   {EveryInterviewer: true, EveryStudent: true},
		"{slots,students}": {EverySlot: true, EveryStudent: true},
		"{rooms}":          everything,
	} {
		exec(t, db, "INSERT INTO changes (slots, every) VALUES ('{9,2,9}', $1::text[])", every)
		exec(t, db, "INSERT INTO changes (slots) VALUES ('{2,4}')")
		got, _, err := reader.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want.Slots, want.Events = []booking.SlotID{2, 4, 9}, true
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is read as %+v, want %+v", every, got, want)
		}
	}
}
