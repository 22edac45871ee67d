// Package reservation implements what students and interviewers do with slots and
// interviews: list what can be booked, hold, book, reschedule, cancel, complete, and grant
// the waivers that let a student pass a rule.
package reservation

import (
	"time"

	"rehearse/internal/store"
)

// Reservations runs the operations on slots, holds, interviews and waivers.
type Reservations struct {
	store *store.Store
	now   func() time.Time
}

// New returns Reservations that use the store and take the time from now.
func New(s *store.Store, now func() time.Time) *Reservations {
	return &Reservations{store: s, now: now}
}
