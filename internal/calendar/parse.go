package calendar

import (
	"strings"
	"time"
)

// MinYear is the first year in which an instant may lie.
const MinYear = 1900

// ParseInstant reads RFC 3339, with t and z in either case and a leap second where
// one can be: at the end of a month in UTC. A time without an offset is read in
// zone, and may lack the seconds, as the input field datetime-local of HTML
// writes it. It reports false for anything else.
func ParseInstant(text string, zone *time.Location) (time.Time, bool) {
	if !hasInstantShape(text) {
		return time.Time{}, false
	}
	if text[10] == 't' || text[len(text)-1] == 'z' {
		text = strings.ToUpper(text)
	}
	const seconds = len("2006-01-02T15:04:")
	leap := len(text) > seconds+1 && text[seconds:seconds+2] == "60"
	if leap {
		text = text[:seconds] + "59" + text[seconds+2:]
	}
	t, ok := parseInstant(text, zone)
	if leap {
		t = t.Add(time.Second) // the same instant to a clock that knows none
		ok = ok && t.Day() == 1 && t.Truncate(24*time.Hour).Equal(t.Truncate(time.Second))
	}
	return t, ok
}

func parseInstant(text string, zone *time.Location) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), true
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			return InZone(t, zone).UTC(), true
		}
	}
	return time.Time{}, false
}

// hasInstantShape refuses what package time is lenient about: hours of one
// digit, and a comma before the fraction.
func hasInstantShape(text string) bool {
	return len(text) >= len("2006-01-02T15:04") && (text[10] == 'T' || text[10] == 't') && text[13] == ':' && !strings.Contains(text, ",")
}
