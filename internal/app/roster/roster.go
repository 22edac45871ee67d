// Package roster implements what administrators do with people and the policy: create and
// change students and interviewers, anonymise students, and change the booking policy.
package roster

import (
	"time"

	"rehearse/internal/store"
)

// Roster runs the operations on people and the policy.
type Roster struct {
	store *store.Store
	now   func() time.Time
}

// New returns a Roster that uses the store and takes the time from now.
func New(s *store.Store, now func() time.Time) *Roster {
	return &Roster{store: s, now: now}
}
