package scalar

import (
	"context"
	"io"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

type zoneKey struct{}

// WithZone sets the zone of times without an offset.
func WithZone(ctx context.Context, zone *time.Location) context.Context {
	return context.WithValue(ctx, zoneKey{}, zone)
}

// MarshalDateTime writes an instant in UTC as RFC 3339, with a fraction only if it is not
// zero. It writes the zero time, which represents a missing end, as null.
func MarshalDateTime(t time.Time) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(_ context.Context, w io.Writer) error {
		_, err := w.Write(AppendDateTime(nil, t))
		return err
	})
}

// UnmarshalDateTime reads RFC 3339, with or without an offset. It truncates the time to
// microseconds.
func UnmarshalDateTime(ctx context.Context, v any) (time.Time, error) {
	text, _ := v.(string)
	t, ok := calendar.ParseInstant(text, Zone(ctx))
	if !ok {
		return time.Time{}, inputErrorf(
			"%s is not a time; RFC 3339 is expected, such as \"2026-06-05T13:00:00Z\" or \"2026-06-05T13:00:00+02:00\"", Describe(v))
	}
	if t.Year() < calendar.MinYear {
		return time.Time{}, inputErrorf("%s is too early; the year %d or later is allowed", Describe(v), calendar.MinYear)
	}
	return t.Truncate(booking.Resolution), nil
}

// Zone returns the zone of times without an offset.
func Zone(ctx context.Context) *time.Location {
	if zone, ok := ctx.Value(zoneKey{}).(*time.Location); ok {
		return zone
	}
	return time.UTC
}
