package calendar

import (
	"strings"
	"time"
)

// MinYear is the earliest year of an instant.
const MinYear = 1900

// ParseInstant parses an RFC 3339 time. It accepts t and z in either case, and a
// leap second at the end of a month in UTC. A time without an offset is in zone
// and may omit the seconds, like the value of HTML's datetime-local input. It
// reports false for any other text.
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
		t = t.Add(time.Second) // the same instant on a clock without leap seconds
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

// hasInstantShape rejects what package time accepts leniently: one-digit hours,
// and a comma before the fraction.
func hasInstantShape(text string) bool {
	return len(text) >= len("2006-01-02T15:04") && (text[10] == 'T' || text[10] == 't') && text[13] == ':' && !strings.Contains(text, ",")
}
