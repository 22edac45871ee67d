// Package availability implements the operations on the calendars of interviewers: publish
// the slots of windows and weekly rules, change and withdraw them, and block time.
package availability

import (
	"time"

	"rehearse/internal/store"
)

// Calendars runs the operations on calendars.
type Calendars struct {
	store *store.Store
	now   func() time.Time
}

// New returns Calendars that use the store and take the time from now.
func New(s *store.Store, now func() time.Time) *Calendars {
	return &Calendars{store: s, now: now}
}
