package interchange

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"rehearse/internal/calendar"
)

// The parsers below accept the formats that spreadsheets and data frames write, if
// they are unambiguous. They always accept the format of an export.

var errForm = errors.New("another form is expected")

// parseBool parses true and false in any case: spreadsheets write TRUE, pandas
// writes True. Words in other languages are refused.
func parseBool(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, errForm
}

var zeroFraction = regexp.MustCompile(`\.0+$`)

// parseInt parses 15 and 15.0, which pandas writes for a column with empty cells.
func parseInt(text string) (int, error) {
	return strconv.Atoi(zeroFraction.ReplaceAllString(text, ""))
}

// timeOfDay matches a wall-clock time with a one- or two-digit hour. Seconds must
// be zero.
var timeOfDay = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::00(?:\.0+)?)?(?:[\s\p{Z}]*([AaPp])\.?[Mm]\.?)?$`)

// parseLocalTime parses 9:00, 09:00:00 and 9:00 AM.
func parseLocalTime(text string) (calendar.LocalTime, error) {
	parts := timeOfDay.FindStringSubmatch(text)
	if parts == nil {
		return 0, errForm
	}
	hour, _ := strconv.Atoi(parts[1]) // one or two digits
	if half := strings.ToLower(parts[3]); half != "" {
		if hour < 1 || hour > 12 {
			return 0, errForm
		}
		hour %= 12
		if half == "p" {
			hour += 12
		}
	}
	return calendar.ParseLocalTime(fmt.Sprintf("%02d:%s", hour, parts[2]))
}

// dayForms are the unambiguous date formats: year first, or day and month followed
// by dots.
var dayForms = []string{"2006-1-2", "2006/1/2", "2.1.2006"}

// clockForms are the formats of a time after a date.
var clockForms = []string{"15:04", "15:04:05"}

// offsetForms are the formats of an offset after a time.
var offsetForms = []string{"Z07:00", "Z0700", " Z07:00", " Z0700", " UTC"}

// parseDate parses 2026-12-01, 2026/12/1 and 1.12.2026, also with a time of
// midnight, as pandas writes it.
func parseDate(text string) (calendar.Date, error) {
	wall, err := parseWall(text, append([]string{""}, clockForms...))
	if err != nil || !wall.Equal(wall.Truncate(24*time.Hour)) {
		return calendar.Date{}, errForm
	}
	return calendar.ParseDate(wall.Format(time.DateOnly))
}

// parseInstant parses RFC 3339, with T or a space, and the dates of dayForms with
// a time. A time without an offset is in zone.
func parseInstant(text string, zone *time.Location) (time.Time, error) {
	if t, ok := calendar.ParseInstant(text, zone); ok {
		return t, nil
	}
	for _, offset := range offsetForms {
		forms := make([]string, len(clockForms))
		for i, clock := range clockForms {
			forms[i] = clock + offset
		}
		if t, err := parseWall(text, forms); err == nil {
			return t.UTC(), nil
		}
	}
	wall, err := parseWall(text, clockForms)
	if err != nil {
		return time.Time{}, err
	}
	return calendar.InZone(wall, zone).UTC(), nil
}

// parseWall parses a date, followed by one of the clocks.
func parseWall(text string, clocks []string) (time.Time, error) {
	for _, day := range dayForms {
		for _, clock := range clocks {
			for _, between := range []string{"T", " "} {
				form := day
				if clock != "" {
					form += between + clock
				}
				if t, err := time.Parse(form, text); err == nil {
					return t, nil
				}
			}
		}
	}
	return time.Time{}, errForm
}

// outOfRange reports whether the text has an accepted form, but a month, day, hour or
// minute that does not exist.
func outOfRange(text string) bool {
	for _, day := range dayForms {
		for _, rest := range []string{"", " 15:04:05", "T15:04:05"} {
			_, err := time.Parse(day+rest, text)
			var wrong *time.ParseError
			if errors.As(err, &wrong) && strings.HasSuffix(wrong.Message, "out of range") {
				return true
			}
		}
	}
	return false
}

// localDate matches a date whose order of day and month varies by country.
var localDate = regexp.MustCompile(`^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b`)

// dateHint returns advice on a date that does not exist or is ambiguous, or an empty
// string.
func dateHint(text string) string {
	if outOfRange(text) {
		return "There is no such day, or no such time of day."
	}
	if !localDate.MatchString(text) {
		return ""
	}
	return "The order of day and month is ambiguous; write the year first, such as 2026-04-03."
}
