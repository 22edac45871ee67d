package websession

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"rehearse/internal/identity"
)

const (
	// checkEvery is how long a person who may no longer sign in can go on using a session.
	checkEvery = 5 * time.Second

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

func (c checks) recent(session identity.Session, now time.Time) bool {
	at, known := c.times.Get(session)
	return known && now.Sub(at) < checkEvery
}

func (c checks) note(session identity.Session, now time.Time) { c.times.Add(session, now) }
