package reservation

import (
	"context"
	"errors"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

const (
	// RefusalLifetime is the retention period of refused bookings.
	RefusalLifetime = 90 * 24 * time.Hour
	// refusalPatience limits how long a response waits for its refusal to be stored.
	refusalPatience = 500 * time.Millisecond
)

// recordRefusal stores a refused booking. It uses a separate transaction, because the
// refused one has rolled back, and runs even if the client has disconnected. Dry runs,
// replays and BUSY_RETRY, which does not come from a rule, are not stored. A failure to
// store the refusal does not affect the response.
func (s *Reservations) recordRefusal(ctx context.Context, w operation.Options, err error, of booking.BookingRefusal) {
	var refused booking.Refused
	if w.DryRun || errors.As(err, new(operation.Replayed)) || !errors.As(err, &refused) || refused.Has(booking.BusyRetry) {
		return
	}
	caller := operation.CallerOf(ctx)
	of.At, of.Codes, of.Actor, of.RequestID = w.Now, refused.Codes(), caller.Actor, caller.RequestID
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refusalPatience)
	defer cancel()
	_, err = store.InTx(ctx, s.store, func(tx *store.Tx) (store.Nothing, error) {
		return store.Nothing{}, tx.StoreBookingRefusal(ctx, of)
	})
	if err != nil {
		s.store.LostBookingRefusal(ctx, err)
	}
}

// DeleteExpiredBookingRefusals deletes the refused bookings that are older than
// RefusalLifetime and returns their number.
func (s *Reservations) DeleteExpiredBookingRefusals(ctx context.Context) (int, error) {
	return s.store.DeleteBookingRefusals(ctx, s.now().Add(-RefusalLifetime))
}
