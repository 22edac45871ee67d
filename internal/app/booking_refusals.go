package app

import (
	"context"
	"errors"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

const (
	// RefusalLifetime is how long a refused booking is kept.
	RefusalLifetime = 90 * 24 * time.Hour
	// refusalPatience bounds how long an answer waits for its refusal to be kept.
	refusalPatience = 500 * time.Millisecond
)

// replayed is a refusal that repeats the kept answer to an idempotency key.
type replayed struct{ booking.Refused }

// Unwrap returns the refusal.
func (r replayed) Unwrap() error { return r.Refused }

// keepRefusal writes that a booking was refused, in a transaction of its own, for
// the refused one has rolled back. Dry runs, replays and BUSY_RETRY, which no rule
// says, are not written. The
// request is answered whether or not the refusal could be kept, also when its
// client has gone.
func (a *App) keepRefusal(ctx context.Context, w writing, err error, of booking.BookingRefusal) {
	var refused booking.Refused
	if w.dryRun || errors.As(err, new(replayed)) || !errors.As(err, &refused) || refused.Has(booking.BusyRetry) {
		return
	}
	caller := CallerOf(ctx)
	of.At, of.Codes, of.Actor, of.RequestID = w.now, refused.Codes(), caller.Actor, caller.RequestID
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refusalPatience)
	defer cancel()
	_, err = store.InTx(ctx, a.store, func(tx *store.Tx) (store.Nothing, error) {
		return store.Nothing{}, tx.KeepBookingRefusal(ctx, of)
	})
	if err != nil {
		a.store.LostBookingRefusal(ctx, err)
	}
}

// ForgetBookingRefusals deletes the refused bookings whose time has passed.
func (a *App) ForgetBookingRefusals(ctx context.Context) (int, error) {
	return a.store.ForgetBookingRefusals(ctx, a.Now().Add(-RefusalLifetime))
}
