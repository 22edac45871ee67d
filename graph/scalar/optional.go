package scalar

import (
	"github.com/99designs/gqlgen/graphql"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// An input field of an update may be absent, null, or a value. gqlgen binds such a field
// to booking.Optional through the functions below, one pair for each scalar.

// MarshalOptionalString writes a string or null.
func MarshalOptionalString(o booking.Optional[string]) graphql.Marshaler {
	return marshalOptional(o, graphql.MarshalString)
}

// UnmarshalOptionalString reads a string or null.
func UnmarshalOptionalString(v any) (booking.Optional[string], error) {
	return unmarshalOptional(v, graphql.UnmarshalString)
}

// MarshalOptionalInt writes an integer or null.
func MarshalOptionalInt(o booking.Optional[int]) graphql.Marshaler {
	return marshalOptional(o, MarshalInt)
}

// UnmarshalOptionalInt reads an integer or null.
func UnmarshalOptionalInt(v any) (booking.Optional[int], error) {
	return unmarshalOptional(v, UnmarshalInt)
}

// MarshalOptionalDate writes a date or null.
func MarshalOptionalDate(o booking.Optional[calendar.Date]) graphql.Marshaler {
	return marshalOptional(o, MarshalDate)
}

// UnmarshalOptionalDate reads a date or null.
func UnmarshalOptionalDate(v any) (booking.Optional[calendar.Date], error) {
	return unmarshalOptional(v, UnmarshalDate)
}

func marshalOptional[T any](o booking.Optional[T], marshal func(T) graphql.Marshaler) graphql.Marshaler {
	if value := o.Or(nil); value != nil {
		return marshal(*value)
	}
	return graphql.Null
}

// unmarshalOptional is called only for a field that is present.
func unmarshalOptional[T any](v any, unmarshal func(any) (T, error)) (booking.Optional[T], error) {
	if v == nil {
		return booking.Set[T](nil), nil
	}
	value, err := unmarshal(v)
	return booking.Set(&value), err
}
