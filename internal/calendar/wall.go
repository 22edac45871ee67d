package calendar

import "time"

// InZone returns the time in zone with the wall-clock time of t; it ignores t's
// own zone. In a gap, where clocks skip forward, it uses the offset before the
// gap: 02:30 becomes 03:30. In a fold, where clocks repeat an hour, it returns the
// first of the two times. time.Date guarantees neither.
func InZone(t time.Time, zone *time.Location) time.Time {
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	// No zone is more than a day from UTC, so the days before and after are on
	// either side of a possible change.
	before := wall.Add(-offset(wall.Add(-24*time.Hour), zone)).In(zone)
	if sameWall(before, wall) {
		return before
	}
	after := wall.Add(-offset(wall.Add(24*time.Hour), zone)).In(zone)
	if sameWall(after, wall) {
		return after
	}
	return before
}

func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

func sameWall(t, wall time.Time) bool {
	return wall.Add(-offset(t, t.Location())).Equal(t)
}
