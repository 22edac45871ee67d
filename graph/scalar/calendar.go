package scalar

import (
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"rehearse/internal/calendar"
)

// MarshalDate writes a date such as 2026-06-05.
func MarshalDate(d calendar.Date) graphql.Marshaler { return graphql.MarshalString(d.String()) }

// UnmarshalDate reads a date such as 2026-06-05.
func UnmarshalDate(v any) (calendar.Date, error) {
	return unmarshalText(v, calendar.ParseDate, "a date", "2026-06-05")
}

// MarshalLocalTime writes a time of day such as 14:30.
func MarshalLocalTime(l calendar.LocalTime) graphql.Marshaler {
	return graphql.MarshalString(l.String())
}

// UnmarshalLocalTime reads a time of day such as 14:30, up to 24:00.
func UnmarshalLocalTime(v any) (calendar.LocalTime, error) {
	return unmarshalText(v, calendar.ParseLocalTime, "a time of day", "14:30")
}

// MarshalWeekday writes a weekday such as MONDAY.
func MarshalWeekday(d time.Weekday) graphql.Marshaler {
	return graphql.MarshalString(strings.ToUpper(d.String()))
}

// UnmarshalWeekday reads a weekday such as MONDAY. It returns an error for other values,
// because the zero value is Sunday.
func UnmarshalWeekday(v any) (time.Weekday, error) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if v == strings.ToUpper(day.String()) {
			return day, nil
		}
	}
	return 0, inputErrorf("%s is not a day of the week; a value such as MONDAY is expected", Describe(v))
}

func unmarshalText[T any](v any, parse func(string) (T, error), name, example string) (T, error) {
	text, _ := v.(string)
	value, err := parse(text)
	if err != nil {
		return value, inputErrorf("%s is not %s; a string such as %q is expected", Describe(v), name, example)
	}
	return value, nil
}
