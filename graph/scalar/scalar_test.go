package scalar_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"rehearse/graph/scalar"
	"rehearse/internal/calendar"
)

func TestUnmarshalDateTime(t *testing.T) {
	t.Parallel()
	berlin, err := calendar.Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	ctx := scalar.WithZone(t.Context(), berlin)
	for _, test := range []struct{ name, in, want string }{
		{"UTC", "2026-06-05T13:00:00Z", "2026-06-05T13:00:00Z"},
		{"an offset", "2026-06-05T13:00:00+02:00", "2026-06-05T11:00:00Z"},
		{"an offset of minutes", "2026-06-05T13:00:00-03:30", "2026-06-05T16:30:00Z"},
		{"no offset: the default zone", "2026-06-05T13:00:00", "2026-06-05T11:00:00Z"},
		{"no offset, in winter", "2026-01-05T13:00:00", "2026-01-05T12:00:00Z"},
		{"no offset, in a gap", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"},
		{"no offset, in a fold", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"},
		{"a fraction", "2026-06-05T13:00:00.25Z", "2026-06-05T13:00:00.25Z"},
		{"a fraction without offset", "2026-06-05T13:00:00.25", "2026-06-05T11:00:00.25Z"},
		{"more digits than microseconds", "2026-06-05T13:00:00.123456789Z", "2026-06-05T13:00:00.123456Z"},
		{"a leap day", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := scalar.UnmarshalDateTime(ctx, test.in)
			if err != nil || got.Format(time.RFC3339Nano) != test.want || got.Location() != time.UTC {
				t.Errorf("got %v, %v, want %s", got, err, test.want)
			}
		})
	}
}

func TestUnmarshalInvalidDateTime(t *testing.T) {
	t.Parallel()
	for _, in := range []any{
		"", " ", "2026-06-05", "13:00", "2026-06-05 13:00:00Z", "2026-06-05T13:00Z", "2026-02-29T00:00:00Z",
		"2026-06-05T24:00:00Z", "2026-06-05T13:00:60Z", "0001-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "0000-00-00T00:00:00Z",
		"20260605T130000Z", "now", 5, nil, true, json.Number("5"), "2026-06-05T13:00:00+25:00",
	} {
		t.Run(fmt.Sprintf("%#v", in), func(t *testing.T) {
			t.Parallel()
			got, err := scalar.UnmarshalDateTime(t.Context(), in)
			var input *scalar.InputError
			if !errors.As(err, &input) {
				t.Errorf("got %v, %v, want an InputError", got, err)
			}
		})
	}
}

func TestMarshalDateTime(t *testing.T) {
	t.Parallel()
	berlin, err := calendar.Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		in   time.Time
		want string
	}{
		"a second":      {time.Date(2026, 6, 5, 13, 0, 0, 0, berlin), `"2026-06-05T11:00:00Z"`},
		"a microsecond": {time.Date(2026, 6, 5, 13, 0, 0, 1000, berlin), `"2026-06-05T11:00:00.000001Z"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := scalar.MarshalDateTime(test.in).MarshalGQLContext(t.Context(), &out); err != nil || out.String() != test.want {
				t.Errorf("got %s, %v, want %s", &out, err, test.want)
			}
		})
	}
}

func TestUnmarshalID(t *testing.T) {
	t.Parallel()
	for _, in := range []any{"123", int64(123), 123, json.Number("123")} {
		t.Run(fmt.Sprintf("%T", in), func(t *testing.T) {
			t.Parallel()
			if got, err := scalar.UnmarshalSlotID(in); err != nil || got != 123 {
				t.Errorf("got %v, %v, want 123", got, err)
			}
		})
	}
}

func TestUnmarshalInvalidID(t *testing.T) {
	t.Parallel()
	for _, in := range []any{"", "0", "-1", "+1", " 1", "1 ", "1.0", "abc", "9223372036854775808", "１", 1.5, true, nil, json.Number("1e3")} {
		t.Run(fmt.Sprintf("%#v", in), func(t *testing.T) {
			t.Parallel()
			got, err := scalar.UnmarshalSlotID(in)
			var input *scalar.InputError
			if !errors.As(err, &input) {
				t.Errorf("got %v, %v, want an InputError", got, err)
			}
		})
	}
}

func TestMarshalID(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	scalar.MarshalSlotID(123).MarshalGQL(&out)
	if out.String() != `"123"` {
		t.Errorf("got %s, want \"123\"", &out)
	}
}

func TestUnmarshalInt(t *testing.T) {
	t.Parallel()
	for _, in := range []any{int64(-7), -7, json.Number("-7")} {
		t.Run(fmt.Sprintf("%T", in), func(t *testing.T) {
			t.Parallel()
			if got, err := scalar.UnmarshalInt(in); err != nil || got != -7 {
				t.Errorf("got %v, %v, want -7", got, err)
			}
		})
	}
}

func TestUnmarshalInvalidInt(t *testing.T) {
	t.Parallel()
	for _, in := range []any{"7", 7.0, json.Number("2147483648"), json.Number("-2147483649"), json.Number("1.5"), true, nil} {
		t.Run(fmt.Sprintf("%#v", in), func(t *testing.T) {
			t.Parallel()
			if got, err := scalar.UnmarshalInt(in); err == nil {
				t.Errorf("got %v, want an error", got)
			}
		})
	}
}

func FuzzDateTime(f *testing.F) {
	for _, seed := range []string{"2026-06-05T13:00:00Z", "2026-06-05T13:00:00", "", "0001-01-01T00:00:00Z", "2026-06-05"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := scalar.UnmarshalDateTime(t.Context(), in)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := scalar.MarshalDateTime(got).MarshalGQLContext(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		var text string
		if err := json.Unmarshal(out.Bytes(), &text); err != nil {
			t.Fatalf("%q is marshaled as %s, which is not a JSON string", in, &out)
		}
		again, err := scalar.UnmarshalDateTime(t.Context(), text)
		if err != nil || !again.Equal(got) {
			t.Fatalf("%q is marshaled as %s, which is unmarshaled as %v, %v", in, text, again, err)
		}
	})
}
