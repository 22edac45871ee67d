package store

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"rehearse/internal/store/changelog"
	"rehearse/internal/store/mirror"
)

// Changes are the ids of rows that committed transactions have changed.
type Changes = changelog.Changes

const (
	tidyPause = time.Minute      // between two times that past slots are dropped from memory
	maxAge    = 15 * time.Minute // of what is in memory, which bounds how long a change that is not logged stays unseen
	loadPause = 5 * time.Second  // between two loads of the open slots
	loadLimit = 5 * time.Minute  // bounds a load of the open slots
	// catchUpPause is the pause between two attempts to wait for the log after a load.
	catchUpPause = 10 * time.Millisecond
	// followerName begins the application_name of the connection that reads the log. The rest of the
	// name differs between servers: a pooler leaves the name on each connection that a server has
	// used, and the server must still be counted once.
	followerName = "rehearse change log "
	// schoolFollowerName is another name, so that a server counts once, however many schools it has
	// open.
	schoolFollowerName = "rehearse school log "
	// schoolPause is the pause between two reads of the log of a school that nobody waits for.
	schoolPause = time.Second
)

// following is what a store follows the change log with.
type following struct {
	*changelog.Follower
	*changelog.Sender
}

// Follow connects and starts to follow the changes that any server commits. The returned
// function receives them until its ctx is done, and keeps the rows in memory current. now is
// the time from which open slots are kept.
func (s *Store) Follow(
	ctx context.Context, log *slog.Logger, now func() time.Time, receive func(Changes),
) (run func(context.Context), err error) {
	if s.parent != nil {
		return s.followSchool(ctx, log, now, receive)
	}
	waker, err := changelog.Listen(ctx, s.listening, s.watch.Prefer, s.wakeUps)
	if err != nil {
		return nil, fault(err, "listen for changes")
	}
	follower, err := s.startFollower(ctx, changelog.Options{}, followerName, consumer{s.mirror, s.watch.Suspect, s.logReads, s.skew.now, receive})
	if err != nil {
		return nil, fault(errors.Join(err, waker.Close(ctx)), "follow the changes")
	}
	return func(ctx context.Context) {
		s.following.Store(&following{follower, waker.Sender})
		defer s.following.Store(nil)
		var running sync.WaitGroup
		defer running.Wait()
		running.Go(func() { follower.Run(ctx, log) })
		running.Go(func() { waker.Run(ctx, log, follower.Wake) })
		running.Go(func() { waker.Send(ctx, s.notify) })
		running.Go(func() { s.watch.Run(ctx, log) })
		s.keepSlots(ctx, log, now)
	}, nil
}

// followSchool is like Follow, for a school whose server listens for the wake-ups of all schools and
// finds out whether the database is away.
func (s *Store) followSchool(
	ctx context.Context, log *slog.Logger, now func() time.Time, receive func(Changes),
) (run func(context.Context), err error) {
	follower, err := s.startFollower(ctx, changelog.Options{Pause: schoolPause}, schoolFollowerName, consumer{s.mirror, func(bool) {}, s.logReads, s.skew.now, receive})
	if err != nil {
		return nil, fault(err, "follow the changes")
	}
	sender := s.parent.wakeUps.Sender(string(s.school))
	return func(ctx context.Context) {
		s.following.Store(&following{follower, sender})
		defer s.following.Store(nil)
		defer s.parent.wakeUps.Add(string(s.school), follower.Wake)()
		var running sync.WaitGroup
		defer running.Wait()
		running.Go(func() { follower.Run(ctx, log) })
		running.Go(func() { sender.Send(ctx, s.notify) })
		s.keepSlots(ctx, log, now)
	}, nil
}

// startFollower connects a follower whose session in Postgres has a name that begins with name.
func (s *Store) startFollower(ctx context.Context, o changelog.Options, name string, to consumer) (*changelog.Follower, error) {
	config := s.config.Copy()
	config.Tracer = nil // no request sent these statements
	config.RuntimeParams["application_name"] = name + rand.Text() + schemaKnown()
	o.Config, o.Arrange, o.Keeps = config, s.watch.Prefer, ChangeRetention
	return changelog.Start(ctx, o, to)
}

// consumer passes changes on to the mirror, and then to the subscribers.
type consumer struct {
	*mirror.Mirror
	suspect func(bool) // that the database is away
	reads   prometheus.Counter
	now     func() time.Time
	receive func(Changes)
}

// Apply implements changelog.Consumer.
func (c consumer) Apply(changes Changes, states []changelog.Slot) {
	c.reads.Inc()
	c.Mirror.Apply(changes, states)
	c.Applied(c.now())
	if !changes.Empty() {
		c.receive(changes)
	}
}

// Behind implements changelog.Consumer. A database that does not respond to a read of the log in
// time may be away.
func (c consumer) Behind(behind bool) {
	c.Mirror.Behind(behind)
	c.suspect(behind)
}

// committed wakes the followers of all servers after a commit.
func (s *Store) committed() {
	if f := s.following.Load(); f != nil {
		f.Wake()
		f.Committed()
	}
}

// SlotsInMemory returns the number of open slots in memory.
func (s *Store) SlotsInMemory() int { return s.mirror.Held() }

// notify sends a wake-up. If it fails, followers read the change after a pause.
func (s *Store) notify(ctx context.Context, statement string) {
	ctx, cancel := context.WithTimeout(ctx, DefaultLockTimeout)
	defer cancel()
	_, _ = s.pool.ExecContext(ctx, statement)
}

// current waits until everything committed before the call has been applied to the mirror. It
// returns ErrNotCurrent if the mirror is not in use or not current in time, or the error of ctx.
func (s *Store) current(ctx context.Context) error {
	f := s.following.Load()
	if f == nil {
		return ErrNotCurrent
	}
	if err := f.Await(ctx); err != nil && !errors.Is(err, changelog.ErrBehind) {
		return fault(err, "read the change log")
	} else if err != nil {
		return ErrNotCurrent
	}
	return nil
}

// keepSlots loads the open slots into memory when they are missing, drops past ones, and renews
// all of the memory from time to time.
func (s *Store) keepSlots(ctx context.Context, log *slog.Logger, now func() time.Time) {
	tidy := time.NewTicker(tidyPause)
	defer tidy.Stop()
	renew := time.NewTicker(maxAge)
	defer renew.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tidy.C:
			s.mirror.Tidy(now())
		case <-renew.C:
			s.mirror.Renew()
		case <-s.mirror.LoadWanted():
			s.loadSlots(ctx, log, now().Add(-mirror.Past))
			sleep(ctx, loadPause) // loads that are wanted again and again must not occupy the database
		}
	}
}

// loadSlots loads the open slots that start at since or later into memory.
func (s *Store) loadSlots(ctx context.Context, log *slog.Logger, since time.Time) {
	load := s.mirror.BeginLoad()
	slots, err := s.readOpenSlots(ctx, since)
	for err == nil && ctx.Err() == nil && s.current(ctx) != nil {
		sleep(ctx, catchUpPause)
	}
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		log.WarnContext(ctx, "cannot load the open slots into memory; lists are read from the database", "error", err)
		slots = nil
	default:
		log.DebugContext(ctx, "loaded the open slots into memory", "slots", slots.Len())
	}
	s.mirror.EndLoad(load, slots)
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

var errEnough = errors.New("enough rows")

// readOpenSlots reads the open slots that start at since or later, as far as the mirror has
// room for them.
func (s *Store) readOpenSlots(ctx context.Context, since time.Time) (*mirror.Slots, error) {
	ctx, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	slots := mirror.NewSlots(s.mirror.MaxSlots())
	var err error
	slots.Load(since, func(yield func(mirror.OpenSlot) bool) {
		err = s.send(ctx, statement{
			"SELECT id, interviewer_id, starts_at, ends_at, held_until, full_until FROM slots WHERE " + openSlotsPredicate +
				" AND starts_at >= $1 ORDER BY starts_at, id LIMIT $2",
			[]any{since, s.mirror.MaxSlots() + 1},
			func(rows pgx.Rows) error {
				var one mirror.OpenSlot
				err := rows.Scan((*int64)(&one.ID), (*int64)(&one.InterviewerID), (*instant)(&one.Start), (*instant)(&one.End),
					(*instant)(&one.HeldUntil), (*instant)(&one.FullUntil))
				if err == nil && !yield(one) {
					err = errEnough
				}
				return err
			},
		})
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return slots, fault(err, "read the open slots")
}
