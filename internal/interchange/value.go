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

// Spreadsheets and data frames write values in forms of their own. What follows
// reads those that mean one thing only; the form that an export has is always
// among them.

var errForm = errors.New("another form is expected")

// parseBool takes true and false in any case: a spreadsheet writes TRUE, pandas
// True. Words of other languages are refused.
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

// parseInt takes 15 and 15.0, which a column with empty cells becomes in pandas.
func parseInt(text string) (int, error) {
	return strconv.Atoi(zeroFraction.ReplaceAllString(text, ""))
}

// timeOfDay is a wall-clock time with an hour of one or two digits; seconds must
// be zero.
var timeOfDay = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::00(?:\.0+)?)?(?:[\s\p{Z}]*([AaPp])\.?[Mm]\.?)?$`)

// parseLocalTime takes 9:00, 09:00:00 and 9:00 AM.
func parseLocalTime(text string) (calendar.LocalTime, error) {
	parts := timeOfDay.FindStringSubmatch(text)
	if parts == nil {
		return 0, errForm
	}
	hour, _ := strconv.Atoi(parts[1]) // it is one or two digits
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

// dayForms are the dates that mean one day wherever they are written: the year
// comes first, or dots stand after day and month.
var dayForms = []string{"2006-1-2", "2006/1/2", "2.1.2006"}

// clockForms are the times of day that may follow a date.
var clockForms = []string{"15:04", "15:04:05"}

// offsetForms are what may say the offset after a time.
var offsetForms = []string{"Z07:00", "Z0700", " Z07:00", " Z0700", " UTC"}

// parseDate takes 2026-12-01, 2026/12/1 and 1.12.2026, also with a time of
// midnight, as pandas writes it.
func parseDate(text string) (calendar.Date, error) {
	wall, err := parseWall(text, append([]string{""}, clockForms...))
	if err != nil || !wall.Equal(wall.Truncate(24*time.Hour)) {
		return calendar.Date{}, errForm
	}
	return calendar.ParseDate(wall.Format(time.DateOnly))
}

// parseInstant takes RFC 3339, the same with a space for the T, and the dates of
// dayForms with a time; without an offset it is read in zone.
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

// parseWall reads a date that one of the clocks follows.
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

// localDate is a date whose parts stand in the order of some country.
var localDate = regexp.MustCompile(`^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b`)

// dateHint says what to do about a date that two countries read differently.
func dateHint(text string) string {
	if !localDate.MatchString(text) {
		return ""
	}
	return "The order of day and month is ambiguous; write the year first, such as 2026-04-03."
}
