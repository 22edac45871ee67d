package interchange

import (
	"fmt"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// instantFormat is RFC 3339 in UTC, with a fraction only if it is not zero.
const instantFormat = "2006-01-02T15:04:05.999999Z07:00"

// maxYear is the last year that RFC 3339 can represent.
const maxYear = 9999

func writeTime(t time.Time) string { return t.UTC().Format(instantFormat) }

// instant returns a column of required times. Times without an offset are in zone.
func instant[T any](name string, zone *time.Location, field func(*T) *time.Time) column[T] {
	return column[T]{
		name: name,
		read: func(text string, row *T) (refused booking.Refused) {
			*field(row), refused = readTime(name, text, zone)
			return refused
		},
		write: func(row T) string { return writeTime(*field(&row)) },
	}
}

// maybeInstant returns an optional column of times.
func maybeInstant[T any](name string, zone *time.Location, field func(*T) **time.Time) column[T] {
	return column[T]{
		name: name, optional: true,
		read: func(text string, row *T) booking.Refused {
			if text == "" {
				return nil
			}
			t, refused := readTime(name, text, zone)
			*field(row) = &t
			return refused
		},
		write: func(row T) string {
			if t := *field(&row); t != nil {
				return writeTime(*t)
			}
			return ""
		},
	}
}

func readTime(column, text string, zone *time.Location) (time.Time, booking.Refused) {
	t, err := parseInstant(text, zone)
	switch {
	case err != nil:
		return t, wrongSince(column, text, "a time such as 2026-06-05T13:00:00Z or 2026-06-05T13:00:00+02:00", dateHint(text))
	case t.Year() < calendar.MinYear:
		return t, wrong(column, text, fmt.Sprintf("a time in the year %d or later", calendar.MinYear))
	case t.Year() > maxYear:
		return t, wrong(column, text, fmt.Sprintf("a time in the year %d or earlier", maxYear))
	}
	return t.Truncate(booking.Resolution), nil
}

func email[T any](name string, field func(*T) *string) column[T] {
	return column[T]{
		name: name,
		read: func(text string, row *T) booking.Refused {
			*field(row) = booking.NormaliseEmail(text)
			if text == "" {
				return wrong(name, text, "an e-mail address")
			}
			return nil
		},
		write: func(row T) string { return *field(&row) },
	}
}
