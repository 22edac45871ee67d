package calendar

import "time"

// InZone reads the wall-clock time of t, whatever zone t has, as a time in
// zone. In a gap, where clocks were set forward over it, the offset before the
// gap holds: 02:30 becomes 03:30. In a fold, where clocks were set back over
// it, it is the first of the two. time.Date promises neither, and differs from
// zone to zone.
func InZone(t time.Time, zone *time.Location) time.Time {
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	// No zone is further from UTC than a day, so a day on either side lies
	// before and after the change, if there is one.
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
