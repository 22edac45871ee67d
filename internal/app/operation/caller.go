package operation

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// A Caller holds the actor that runs an operation and the id of the request.
type Caller struct {
	Actor     booking.Actor
	RequestID string
}

type callerKey struct{}

// WithCaller returns a context that carries the caller.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerOf returns the caller in ctx, or the system actor if there is none.
func CallerOf(ctx context.Context) Caller {
	if c, named := ctx.Value(callerKey{}).(Caller); named {
		return c
	}
	return Caller{Actor: booking.Actor{Role: booking.RoleSystem}}
}

// AppendEvents appends events, stamped with the time and the caller.
func AppendEvents(ctx context.Context, tx *store.Tx, now time.Time, events ...booking.Event) error {
	for i, e := range events {
		events[i] = Stamped(ctx, now, e)
	}
	return tx.AppendEvents(ctx, events...)
}

// Stamped returns the event, stamped with the time and the caller.
func Stamped(ctx context.Context, now time.Time, e booking.Event) booking.Event {
	caller := CallerOf(ctx)
	e.At, e.Actor, e.RequestID = now, caller.Actor, caller.RequestID
	return e
}
