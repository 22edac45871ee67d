// Package app runs the operations of the school. Each operation is one method and one
// transaction: it reads the facts, asks package booking for the verdict and writes the
// result. The rules are in booking, the SQL is in store.
//
// The operations are in the packages below: reservation, availability, roster, transfer,
// webhooks, calendarfeed and preferences.
// App embeds them, so App.Book is the method of reservation.Reservations. Package app itself
// has the caller's View and the subscriptions.
package app

import (
	"context"
	"sync/atomic"
	"time"

	"rehearse/internal/app/availability"
	"rehearse/internal/app/calendarfeed"
	"rehearse/internal/app/operation"
	"rehearse/internal/app/preferences"
	"rehearse/internal/app/reservation"
	"rehearse/internal/app/roster"
	"rehearse/internal/app/transfer"
	"rehearse/internal/app/webhooks"
	"rehearse/internal/booking"
	"rehearse/internal/live"
	"rehearse/internal/store"
	"rehearse/internal/webhook"
)

// An App runs the operations of one school.
type App struct {
	*reservation.Reservations
	*availability.Calendars
	*roster.Roster
	*transfer.Transfers
	*webhooks.Webhooks
	*calendarfeed.Feeds
	*preferences.Preferences

	store *store.Store
	clock func() time.Time
	live  *live.Hub
	mail  MailOptions

	schoolID atomic.Pointer[string] // nil until it is read
}

// Options are the options of an App. The zero value is the default.
type Options struct {
	PrivateWebhooks bool // webhooks may have addresses of private networks
	Mail            MailOptions
}

// New returns an App that uses the store and takes the time from clock.
func New(s *store.Store, clock func() time.Time) *App { return NewWith(s, clock, Options{}) }

// NewWith is like New, with options.
func NewWith(s *store.Store, clock func() time.Time, o Options) *App {
	a := &App{store: s, clock: clock, mail: o.Mail}
	a.live = live.New(s, a.Now)
	a.Reservations = reservation.New(s, a.Now)
	a.Calendars = availability.New(s, a.Now)
	a.Roster = roster.New(s, a.Now)
	a.Transfers = transfer.New(s, a.Now)
	a.Webhooks = webhooks.New(s, a.Now, webhook.Addresses{Private: o.PrivateWebhooks})
	a.Feeds = calendarfeed.New(s, a.Now)
	a.Preferences = preferences.New(s, a.Now)
	return a
}

// DeleteExpiredKeys deletes expired idempotency keys and returns their number.
func (a *App) DeleteExpiredKeys(ctx context.Context) (int, error) {
	return a.store.DeleteKeys(ctx, a.Now().Add(-operation.KeyLifetime))
}

// Now returns the current time in UTC, truncated to the resolution of the database.
// An operation calls it once and passes the result on.
func (a *App) Now() time.Time {
	return a.clock().UTC().Truncate(booking.Resolution)
}
