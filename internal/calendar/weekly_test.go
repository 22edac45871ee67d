package calendar_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rehearse/internal/calendar"
)

// zones include ones with clock changes, a half-hour change, a skipped day,
// changes around Ramadan, and no changes.
var zones = []string{
	"America/New_York", "Europe/Berlin", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia",
	"Africa/Casablanca", "UTC",
}

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := calendar.Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

var everyDay = []time.Weekday{0, 1, 2, 3, 4, 5, 6}

func TestWeeklyOverClockChanges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, zone, from, until, start, end string
		want                                []string // start/length
	}{
		{"Berlin, night of the gap", "Europe/Berlin", "2026-03-28", "2026-03-30", "01:30", "03:30",
			[]string{"2026-03-28T00:30:00Z/2h0m0s", "2026-03-29T00:30:00Z/1h0m0s", "2026-03-29T23:30:00Z/2h0m0s"}},
		{"Berlin, night of the fold", "Europe/Berlin", "2026-10-25", "2026-10-25", "01:30", "03:30", []string{"2026-10-24T23:30:00Z/3h0m0s"}},
		{"a window within the gap", "Europe/Berlin", "2026-03-29", "2026-03-29", "02:30", "03:00", nil},
		{"New York, gap", "America/New_York", "2026-03-08", "2026-03-08", "01:00", "04:00", []string{"2026-03-08T06:00:00Z/2h0m0s"}},
		{"New York, fold", "America/New_York", "2026-11-01", "2026-11-01", "00:00", "24:00", []string{"2026-11-01T04:00:00Z/25h0m0s"}},
		{"London, fold", "Europe/London", "2026-10-25", "2026-10-25", "00:30", "02:00", []string{"2026-10-24T23:30:00Z/2h30m0s"}},
		{"Kolkata, no clock changes", "Asia/Kolkata", "2026-03-29", "2026-03-29", "01:30", "03:30", []string{"2026-03-28T20:00:00Z/2h0m0s"}},
		{"Lord Howe, gap of half an hour", "Australia/Lord_Howe", "2026-10-04", "2026-10-04", "01:00", "03:00", []string{"2026-10-03T14:30:00Z/1h30m0s"}},
		{"Apia, skipped 30 December 2011", "Pacific/Apia", "2011-12-29", "2011-12-31", "09:00", "10:00",
			[]string{"2011-12-29T19:00:00Z/1h0m0s", "2011-12-30T19:00:00Z/1h0m0s"}},
		{"Casablanca, before, in and after Ramadan 2026", "Africa/Casablanca", "2026-02-14", "2026-02-16", "09:00", "10:00",
			[]string{"2026-02-14T08:00:00Z/1h0m0s", "2026-02-15T09:00:00Z/1h0m0s", "2026-02-16T09:00:00Z/1h0m0s"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rule := weekly(t, test.zone, test.from, test.until, test.start, test.end)
			var got []string
			for _, w := range rule.Windows(rule.From.AddDays(-3).Begin(time.UTC), rule.Until.AddDays(3).Begin(time.UTC)) {
				got = append(got, w.Start.UTC().Format(time.RFC3339)+"/"+w.Length().String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("windows (-want +got):\n%s", diff)
			}
		})
	}
}

func weekly(t *testing.T, zoneName, from, until, start, end string) calendar.Weekly {
	t.Helper()
	first, err1 := calendar.ParseDate(from)
	last, err2 := calendar.ParseDate(until)
	begins, err3 := calendar.ParseLocalTime(start)
	ends, err4 := calendar.ParseLocalTime(end)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return calendar.Weekly{
		Zone: zone(t, zoneName), From: first, Until: &last, Weekdays: everyDay, Start: begins, End: ends, EveryWeeks: 1,
	}
}

func drawRule(t *rapid.T, zoneNames []string) calendar.Weekly {
	from := calendar.Date{Year: 2026, Month: 1, Day: 1}.AddDays(rapid.IntRange(0, 330).Draw(t, "from"))
	until := from.AddDays(rapid.IntRange(0, 60).Draw(t, "days"))
	rule := calendar.Weekly{
		Zone: zone(t, rapid.SampledFrom(zoneNames).Draw(t, "zone")), From: from, Until: &until,
		Weekdays:   rapid.SliceOfNDistinct(rapid.SampledFrom(everyDay), 1, 7, rapid.ID).Draw(t, "weekdays"),
		Start:      calendar.LocalTime(rapid.IntRange(0, 24*60-1).Draw(t, "start")),
		End:        calendar.LocalTime(rapid.IntRange(0, 24*60).Draw(t, "end")),
		EveryWeeks: rapid.IntRange(1, 4).Draw(t, "every"),
	}
	if rule.Start == rule.End {
		rule.End++
	}
	return rule
}

// TestWindowsMatchNaiveSearch compares the windows with a naive search by
// minute, in zones without clock changes.
func TestWindowsMatchNaiveSearch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(t, []string{"UTC", "Asia/Kolkata"})
		from, to := rule.From.AddDays(-8).Begin(time.UTC), rule.Until.AddDays(9).Begin(time.UTC)
		monday := rule.From.Begin(time.UTC)
		for monday.Weekday() != time.Monday {
			monday = monday.AddDate(0, 0, -1)
		}
		var want []calendar.Span
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			wall := at.In(rule.Zone)
			date := calendar.DateOf(wall)
			weeks := int(date.Begin(time.UTC).Sub(monday).Hours()) / (24 * 7)
			if wall.Hour()*60+wall.Minute() == int(rule.Start) && date.Compare(rule.From) >= 0 && date.Compare(*rule.Until) <= 0 &&
				slices.Contains(rule.Weekdays, wall.Weekday()) && weeks%rule.EveryWeeks == 0 {
				want = append(want, calendar.Span{Start: at, End: at.Add(rule.Start.Until(rule.End))})
			}
		}
		got := rule.Windows(from, to)
		if len(got) != len(want) {
			t.Fatalf("got %d windows, want %d", len(got), len(want))
		}
		for i := range got {
			if !got[i].Equal(want[i]) {
				t.Fatalf("window %d is %v, want %v", i, got[i], want[i])
			}
		}
	})
}

// TestWindowsProperties tests in every zone that the windows are ordered, within
// the rule, at most one a day, start at the rule's wall-clock time except in a
// gap, and do not depend on how the range is split.
func TestWindowsProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(t, zones)
		from, to := rule.From.AddDays(-3).Begin(time.UTC), rule.Until.AddDays(4).Begin(time.UTC)
		windows := rule.Windows(from, to)
		last := rule.From.AddDays(-1)
		for _, w := range windows {
			wall := w.Start.In(rule.Zone)
			date := calendar.DateOf(wall)
			if date.Compare(last) <= 0 || date.Compare(rule.From) < 0 || date.Compare(*rule.Until) > 0 || !w.Start.Before(w.End) {
				t.Fatalf("window %v follows %v in a rule from %v to %v", w, last, rule.From, rule.Until)
			}
			if minutes := wall.Hour()*60 + wall.Minute(); minutes != int(rule.Start) && minutes-int(rule.Start) > 60 {
				t.Fatalf("window %v starts at the wall-clock time %s, want %s", w, wall, rule.Start)
			}
			last = date
		}
		cut := from.Add(time.Duration(rapid.Int64Range(0, int64(to.Sub(from))).Draw(t, "cut")))
		parts := append(rule.Windows(from, cut), rule.Windows(cut, to)...)
		if !slices.EqualFunc(parts, windows, calendar.Span.Equal) {
			t.Fatalf("split at %v, the windows are %v, want %v", cut, parts, windows)
		}
	})
}

func TestOnDates(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	night := calendar.Span{
		Start: time.Date(2026, 6, 9, 22, 0, 0, 0, berlin), End: time.Date(2026, 6, 10, 2, 0, 0, 0, berlin),
	}
	got := calendar.OnDates(night, []calendar.Date{{Year: 2026, Month: 12, Day: 24}, {Year: 2026, Month: 10, Day: 24}}, berlin)
	want := []calendar.Span{
		{Start: time.Date(2026, 12, 24, 21, 0, 0, 0, time.UTC), End: time.Date(2026, 12, 25, 1, 0, 0, 0, time.UTC)},
		{Start: time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC)}, // the first 02:00 of the fold
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"2026-06-05", "2026-02-30", "14:30", "24:00", "24:01", "", "-1:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if date, err := calendar.ParseDate(text); err == nil && date.String() != text {
			t.Fatalf("date %q is formatted as %s", text, date)
		}
		if at, err := calendar.ParseLocalTime(text); err == nil && at.String() != text {
			t.Fatalf("time %q is formatted as %s", text, at)
		}
	})
}
