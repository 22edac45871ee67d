package scalar

import (
	"github.com/99designs/gqlgen/graphql"

	"rehearse/internal/calendar"
)

// MarshalDate writes a day such as 2026-06-05.
func MarshalDate(d calendar.Date) graphql.Marshaler { return graphql.MarshalString(d.String()) }

// UnmarshalDate reads a day such as 2026-06-05.
func UnmarshalDate(v any) (calendar.Date, error) {
	return unmarshalText(v, calendar.ParseDate, "a date is a string such as 2026-06-05")
}

// MarshalLocalTime writes a time of day such as 14:30.
func MarshalLocalTime(l calendar.LocalTime) graphql.Marshaler {
	return graphql.MarshalString(l.String())
}

// UnmarshalLocalTime reads a time of day such as 14:30, up to 24:00.
func UnmarshalLocalTime(v any) (calendar.LocalTime, error) {
	return unmarshalText(v, calendar.ParseLocalTime, "a time of day is a string such as 14:30")
}

func unmarshalText[T any](v any, parse func(string) (T, error), expected string) (T, error) {
	text, ok := v.(string)
	if !ok {
		var none T
		return none, inputErrorf("%s", expected)
	}
	value, err := parse(text)
	if err != nil {
		return value, inputErrorf("%q is not right: %s", clip(text), expected)
	}
	return value, nil
}
