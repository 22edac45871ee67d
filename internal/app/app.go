// Package app holds the operations of the school: one method is one operation
// is one transaction. A method reads the facts, asks booking for the verdict
// and writes what follows; the rules stand in booking, the SQL in store.
package app

import (
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// App runs operations on one school.
type App struct {
	store   *store.Store
	clock   func() time.Time
	feed    *feed
	watched *watchedRecords
}

// New is an app over the store that takes the time from clock.
func New(s *store.Store, clock func() time.Time) *App {
	return &App{store: s, clock: clock, feed: newFeed(), watched: newWatchedRecords()}
}

// Now is the instant of an operation: it is asked once and passed on, in UTC,
// as exact as the database keeps it.
func (a *App) Now() time.Time {
	return a.clock().UTC().Truncate(booking.Resolution)
}
