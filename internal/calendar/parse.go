package calendar

import "time"

// MinYear is the first year in which an instant may lie.
const MinYear = 1900

// ParseInstant reads RFC 3339; a time without an offset is read in zone. It
// reports false for anything else.
func ParseInstant(text string, zone *time.Location) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), true
	}
	t, err := time.Parse("2006-01-02T15:04:05", text)
	if err != nil {
		return time.Time{}, false
	}
	return InZone(t, zone).UTC(), true
}
