package scalar_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"rehearse/graph/scalar"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// Null is a new value. It differs from an absent field, which is the zero Optional.
func TestOptionalScalars(t *testing.T) {
	t.Parallel()
	t.Run("String", func(t *testing.T) {
		t.Parallel()
		testOptional(t, scalar.UnmarshalOptionalString, scalar.MarshalOptionalString, "", `""`)
	})
	t.Run("Int", func(t *testing.T) {
		t.Parallel()
		testOptional(t, scalar.UnmarshalOptionalInt, scalar.MarshalOptionalInt, json.Number("0"), "0")
		if _, err := scalar.UnmarshalOptionalInt("0"); !errors.As(err, new(*scalar.InputError)) {
			t.Errorf("a text is read with %v, want an InputError", err)
		}
	})
	t.Run("Date", func(t *testing.T) {
		t.Parallel()
		testOptional[calendar.Date](t, scalar.UnmarshalOptionalDate, scalar.MarshalOptionalDate, "2026-06-05", `"2026-06-05"`)
		if _, err := scalar.UnmarshalOptionalDate("5 June"); !errors.As(err, new(*scalar.InputError)) {
			t.Errorf("a text is read with %v, want an InputError", err)
		}
	})
}

func testOptional[T any](
	t *testing.T, unmarshal func(any) (booking.Optional[T], error), marshal func(booking.Optional[T]) graphql.Marshaler,
	in any, written string,
) {
	t.Helper()
	for _, c := range []struct {
		in   any
		want string
	}{{nil, "null"}, {in, written}} {
		o, err := unmarshal(c.in)
		if err != nil || !o.IsSet() || (o.Or(nil) == nil) != (c.in == nil) {
			t.Errorf("%v is read as %+v, %v", c.in, o, err)
		}
		var out bytes.Buffer
		if marshal(o).MarshalGQL(&out); out.String() != c.want {
			t.Errorf("%v is written as %s, want %s", c.in, out.String(), c.want)
		}
	}
}
