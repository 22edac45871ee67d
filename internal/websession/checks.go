package websession

import (
	"context"
	"errors"
	"fmt"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"rehearse/internal/app/signin"
	"rehearse/internal/identity"
)

const (
	// checkEvery is how long a person who may no longer sign in can go on using a session.
	checkEvery = 5 * time.Second
	// knownFor is how long a session goes on while the database is away, after it was last checked.
	knownFor = time.Hour
	// checkTimeout is how long a check takes at most. It runs before the request is admitted, so it is
	// short.
	checkTimeout = 2 * time.Second

	mostChecks = 10_000
)

// checks has the times at which people were last found to be allowed to use their sessions, so that
// requests that follow each other closely need no statement.
type checks struct {
	times *lru.Cache[identity.Session, time.Time]
}

func newChecks() checks {
	times, err := lru.New[identity.Session, time.Time](mostChecks)
	if err != nil {
		panic(err) //nolint:forbidigo // fails only if the size is not positive
	}
	return checks{times}
}

// within reports whether the session was checked less than d ago.
func (c checks) within(d time.Duration, session identity.Session, now time.Time) bool {
	at, known := c.times.Get(session)
	return known && now.Sub(at) < d
}

func (c checks) note(session identity.Session, now time.Time) { c.times.Add(session, now) }

// check returns an error of package identity unless the person may still use the session. While the
// database is away, the session of a person who could use it before goes on, but is not confirmed.
func (s *Site) check(ctx context.Context, session identity.Session) (unconfirmed bool, err error) {
	now := s.Now()
	if s.checked.within(checkEvery, session, now) {
		return false, nil
	}
	err = s.checkNow(ctx, session)
	switch {
	case err == nil:
		s.checked.note(session, now)
		return false, nil
	case errors.Is(err, signin.ErrUnknown):
		s.checked.times.Remove(session)
		return false, errors.Join(identity.ErrInvalid, err)
	case errors.Is(err, signin.ErrStale), errors.Is(err, signin.ErrAway) && s.checked.within(knownFor, session, now):
		return true, nil
	default:
		return false, errors.Join(identity.ErrUnavailable, err)
	}
}

// checkNow asks whether the person may still use the session. The requests of a session that arrive at
// the same time share one check.
func (s *Site) checkNow(ctx context.Context, session identity.Session) error {
	shared := s.checking.DoChan(fmt.Sprint(session), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTimeout)
		defer cancel()
		return nil, s.People.Check(ctx, session)
	})
	select {
	case result := <-shared:
		return result.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}
