package calendar

import (
	"fmt"
	"slices"
	"time"
)

// Date is a calendar day without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the date of t in its own zone.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{Year: year, Month: month, Day: day}
}

// ParseDate parses a date such as 2026-06-05.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1900 {
		return Date{}, fmt.Errorf("%q is not a date; a date such as 2026-06-05 is expected", text)
	}
	return DateOf(t), nil
}

func (d Date) String() string { return d.midnight().Format(time.DateOnly) }

// AddDays returns the date n days later; n may be negative.
func (d Date) AddDays(n int) Date { return DateOf(d.midnight().AddDate(0, 0, n)) }

// Compare returns a negative number if d is before o, zero if they are equal, and
// a positive number otherwise.
func (d Date) Compare(o Date) int { return d.midnight().Compare(o.midnight()) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// Begin returns the first instant of the date in zone.
func (d Date) Begin(zone *time.Location) time.Time { return LocalTime(0).on(d, zone) }

// Day returns the day in zone that contains the time, in UTC.
func Day(at time.Time, zone *time.Location) Span { return days(DateOf(at.In(zone)), 1, zone) }

// Week returns the week in zone, starting on Monday, that contains the time, in
// UTC.
func Week(at time.Time, zone *time.Location) Span {
	date := DateOf(at.In(zone))
	sinceMonday := (int(date.Weekday()) + 6) % 7
	return days(date.AddDays(-sinceMonday), 7, zone)
}

func days(first Date, n int, zone *time.Location) Span {
	return Span{Start: first.Begin(zone).UTC(), End: first.AddDays(n).Begin(zone).UTC()}
}

// midnight represents the date for arithmetic. In UTC every date exists exactly
// once.
func (d Date) midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// week returns the number of weeks, starting on Monday, since a fixed one.
func (d Date) week() int {
	const firstMonday = 4 // 1970-01-05, in days
	days := int(d.midnight().Unix()/(24*60*60)) - firstMonday
	if days < 0 {
		days -= 6
	}
	return days / 7
}

// LocalTime is a wall-clock time of day in minutes since midnight, from 0 to
// 24*60. The value 24*60 is the midnight that ends the day.
type LocalTime int

const endOfDay LocalTime = 24 * 60

// ParseLocalTime parses a time such as 14:30, up to 24:00.
func ParseLocalTime(text string) (LocalTime, error) {
	if text == "24:00" {
		return endOfDay, nil
	}
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, fmt.Errorf("%q is not a time of day; a time such as 14:30 is expected", text)
	}
	return LocalTime(t.Hour()*60 + t.Minute()), nil
}

func (l LocalTime) String() string { return fmt.Sprintf("%02d:%02d", l/60, l%60) }

// Until returns the wall-clock duration from l to the next occurrence of end.
func (l LocalTime) Until(end LocalTime) time.Duration {
	if end <= l {
		end += endOfDay
	}
	return time.Duration(end-l) * time.Minute
}

// on returns the instant of the wall-clock time on the date in zone.
func (l LocalTime) on(d Date, zone *time.Location) time.Time {
	return InZone(d.midnight().Add(time.Duration(l)*time.Minute), zone)
}

// Weekly is a rule that repeats weekly at a fixed wall-clock time, independent of
// clock changes.
type Weekly struct {
	Zone       *time.Location
	From       Date
	Until      *Date // inclusive; nil for no end
	Weekdays   []time.Weekday
	Start, End LocalTime // an End at or before Start is on the next day
	EveryWeeks int       // 1 for every week; weeks start on Monday, and the first contains From
}

// Windows returns the windows that start in [from, to), ordered by start. They
// overlap only if a window is longer than the time to the next. There is no window
// on a day that the zone skips, or on a day when a clock change leaves no time
// between start and end.
func (w Weekly) Windows(from, to time.Time) []Span {
	var windows []Span
	// A local day starts less than a day before or after the same date in UTC.
	first, last := DateOf(from.UTC()).AddDays(-1), DateOf(to.UTC()).AddDays(1)
	if first.Compare(w.From) < 0 {
		first = w.From
	}
	if w.Until != nil && last.Compare(*w.Until) > 0 {
		last = *w.Until
	}
	for day := first; day.Compare(last) <= 0; day = day.AddDays(1) {
		if !w.falls(day) {
			continue
		}
		window, there := w.window(day)
		if there && !window.Start.Before(from) && window.Start.Before(to) {
			windows = append(windows, window)
		}
	}
	return windows
}

// falls reports whether the rule has a window on the date.
func (w Weekly) falls(day Date) bool {
	return slices.Contains(w.Weekdays, day.Weekday()) && (day.week()-w.From.week())%w.EveryWeeks == 0
}

func (w Weekly) window(day Date) (window Span, there bool) {
	const noon LocalTime = 12 * 60
	if DateOf(noon.on(day, w.Zone)) != day {
		return Span{}, false // the zone skips this date
	}
	ends := day
	if w.End <= w.Start {
		ends = day.AddDays(1)
	}
	window = Span{Start: w.Start.on(day, w.Zone), End: w.End.on(ends, w.Zone)}
	return window, window.Start.Before(window.End)
}

// OnDates returns the span repeated on the dates, with the same wall-clock start
// and end in zone. It omits spans that a clock change leaves empty.
func OnDates(span Span, dates []Date, zone *time.Location) []Span {
	start, end := span.Start.In(zone), span.End.In(zone)
	days := int(DateOf(end).midnight().Sub(DateOf(start).midnight()).Hours() / 24)
	spans := make([]Span, 0, len(dates))
	for _, date := range dates {
		moved := Span{Start: onDay(start, date, zone), End: onDay(end, date.AddDays(days), zone)}
		if moved.Start.Before(moved.End) {
			spans = append(spans, moved)
		}
	}
	return spans
}

// WholeDays returns the dates as spans in zone, ordered and without duplicates. It
// omits dates that the zone skips.
func WholeDays(dates []Date, zone *time.Location) []Span {
	dates = slices.Compact(slices.SortedFunc(slices.Values(dates), Date.Compare))
	spans := make([]Span, 0, len(dates))
	for _, date := range dates {
		if day := days(date, 1, zone); day.Start.Before(day.End) {
			spans = append(spans, day)
		}
	}
	return spans
}

func onDay(t time.Time, d Date, zone *time.Location) time.Time {
	return InZone(time.Date(d.Year, d.Month, d.Day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC), zone).UTC()
}
