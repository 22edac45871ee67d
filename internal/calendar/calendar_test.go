package calendar_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rehearse/internal/calendar"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func span(fromMinutes, toMinutes int) calendar.Span {
	return calendar.Span{
		Start: noon.Add(time.Duration(fromMinutes) * time.Minute), End: noon.Add(time.Duration(toMinutes) * time.Minute),
	}
}

func TestOverlapsAndCovers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name             string
		a, b             calendar.Span
		overlaps, covers bool
	}{
		{"equal", span(0, 60), span(0, 60), true, true},
		{"inside", span(0, 60), span(10, 20), true, true},
		{"around", span(10, 20), span(0, 60), true, false},
		{"touching before", span(60, 90), span(0, 60), false, false},
		{"touching after", span(0, 60), span(60, 90), false, false},
		{"one common minute", span(0, 61), span(60, 90), true, false},
		{"apart", span(0, 10), span(20, 30), false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.a.Overlaps(test.b); got != test.overlaps {
				t.Errorf("a.Overlaps(b) = %t, want %t", got, test.overlaps)
			}
			if got := test.b.Overlaps(test.a); got != test.overlaps {
				t.Errorf("b.Overlaps(a) = %t, want %t", got, test.overlaps)
			}
			if got := test.a.Covers(test.b); got != test.covers {
				t.Errorf("a.Covers(b) = %t, want %t", got, test.covers)
			}
		})
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		window calendar.Span
		length time.Duration
		gap    time.Duration
		want   []calendar.Span
		rest   time.Duration
	}{
		{"just fits", span(0, 120), time.Hour, 0, []calendar.Span{span(0, 60), span(60, 120)}, 0},
		{"with a rest", span(0, 119), time.Hour, 0, []calendar.Span{span(0, 60)}, 59 * time.Minute},
		{"with a gap", span(0, 130), time.Hour, 10 * time.Minute, []calendar.Span{span(0, 60), span(70, 130)}, 0},
		{"too short for the gap", span(0, 129), time.Hour, 10 * time.Minute, []calendar.Span{span(0, 60)}, 69 * time.Minute},
		{"too short", span(0, 59), time.Hour, 0, nil, 59 * time.Minute},
		{"no length", span(0, 60), 0, 0, nil, time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, rest := calendar.Cut(test.window, test.length, test.gap)
			if diff := cmp.Diff(test.want, got); diff != "" || rest != test.rest {
				t.Errorf("rest = %v, want %v; spans (-want +got):\n%s", rest, test.rest, diff)
			}
		})
	}
}

// TestCutProperties tests that the slots lie within the window without extra gaps
// and that the rest is too short for another slot.
func TestCutProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		window := span(0, rapid.IntRange(1, 3000).Draw(t, "minutes"))
		length := time.Duration(rapid.IntRange(1, 300).Draw(t, "length")) * time.Minute
		gap := time.Duration(rapid.IntRange(0, 60).Draw(t, "gap")) * time.Minute
		spans, rest := calendar.Cut(window, length, gap)
		next, end := window.Start, window.Start
		for _, s := range spans {
			if !s.Start.Equal(next) || s.Length() != length {
				t.Fatalf("got span %v, want one that starts at %v", s, next)
			}
			next, end = s.End.Add(gap), s.End
		}
		if !end.Add(rest).Equal(window.End) || rest < 0 || !next.Add(length).After(window.End) {
			t.Fatalf("got an end of %v and a rest of %v", end, rest)
		}
	})
}

// TestInZone tests wall-clock times at clock changes against the published rules
// of the zone database, with three values of the machine's local zone.
func TestInZone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, zone, wall, want string }{
		{"an ordinary time", "Europe/Berlin", "2026-06-01T13:00:00", "2026-06-01T11:00:00Z"},
		{"New York gap", "America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z"}, // 03:30 EDT
		{"New York fold", "America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z"},
		{"New York after the fold", "America/New_York", "2026-11-01T02:00:00", "2026-11-01T07:00:00Z"},
		{"Berlin gap", "Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"}, // 03:30 CEST
		{"Berlin fold", "Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"},
		{"Berlin before the gap", "Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z"},
		{"Berlin after the gap", "Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z"},
		{"Lord Howe gap of 30 minutes", "Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00Z"}, // 02:45
		{"Lord Howe fold of 30 minutes", "Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z"},
		{"Apia's skipped day", "Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z"}, // 31 December, 12:00
		{"Apia before it", "Pacific/Apia", "2011-12-29T12:00:00", "2011-12-29T22:00:00Z"},
		{"Apia after it", "Pacific/Apia", "2011-12-31T12:00:00", "2011-12-30T22:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			zone, err := calendar.Zone(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			wall, err := time.Parse("2006-01-02T15:04:05", test.wall)
			if err != nil {
				t.Fatal(err)
			}
			for _, machine := range []string{"UTC", "America/New_York", "Pacific/Apia"} {
				local, err := calendar.Zone(machine)
				if err != nil {
					t.Fatal(err)
				}
				wall := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, local)
				if machine != "UTC" && wall.Format("2006-01-02T15:04:05") != test.wall {
					continue // the time does not exist in the machine's zone
				}
				if got := calendar.InZone(wall, zone).UTC().Format(time.RFC3339); got != test.want {
					t.Errorf("on a machine in %s: got %s, want %s", machine, got, test.want)
				}
			}
		})
	}
}
