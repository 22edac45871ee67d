package calendar

import (
	"errors"
	"slices"
	"time"
)

// Frequency is the unit in which a recurrence rule repeats.
type Frequency int

// Frequencies of RFC 5545, without SECONDLY.
const (
	Yearly Frequency = iota + 1
	Monthly
	EveryWeek // Weekly is the type of a school's own rules
	Daily
	Hourly
	Minutely
)

// Recurrence is a recurrence rule of RFC 5545. It runs on the wall clock, whose
// times are held as times in UTC. ParseRecurrence makes one.
type Recurrence struct {
	Frequency Frequency
	Interval  int
	Count     int // zero for no bound
	Until     Until
	WeekStart time.Weekday

	Months, WeekNumbers, YearDays, MonthDays []int
	Days                                     []NthDay
	Hours, Minutes, Seconds, Positions       []int
}

// Until is the last time of a recurrence, as the rule writes it.
type Until struct {
	Time time.Time // zero for no bound
	UTC  bool      // Time is an instant; else it is on the wall
	Date bool      // Time is a day, all of which is within
}

// NthDay is a day of the week; with N other than zero the nth one of a month or
// a year, from its end if N is negative.
type NthDay struct {
	Day time.Weekday
	N   int
}

// ErrTooMuchWork reports a rule whose expansion exceeds the work allowed.
var ErrTooMuchWork = errors.New("the rule takes too many steps to follow")

// Work bounds the expansion of rules. A step is a day or a time that is looked
// at.
type Work struct{ Left int }

// Spend takes steps, or reports ErrTooMuchWork if fewer are left.
func (w *Work) Spend(steps int) error {
	if w.Left -= steps; w.Left < 0 {
		return ErrTooMuchWork
	}
	return nil
}

// Each yields the times of the rule that is anchored at first, in order, up to
// and including last. Times before from may be left out. It stops when yield
// reports false. Until is not looked at: the caller knows its zone, and sets last.
func (r Recurrence) Each(first, from, last time.Time, work *Work, yield func(time.Time) bool) error {
	e := expansion{Recurrence: r.anchored(first), first: first, work: work}
	left := r.Count
	skip := 0
	if r.Count == 0 && from.After(first) {
		skip = e.periodsBefore(from)
	}
	for at := e.period(skip); !at.After(last); at = e.period(skip) {
		times, err := e.times(at)
		if err != nil {
			return err
		}
		for _, t := range times {
			switch {
			case t.Before(first):
				continue
			case t.After(last) || !yield(t):
				return nil
			}
			if left--; left == 0 {
				return nil
			}
		}
		skip += e.periodsTo(at, len(times) == 0)
	}
	return nil
}

// anchored fills in what the rule leaves to its first time.
func (r Recurrence) anchored(first time.Time) Recurrence {
	days := len(r.YearDays)+len(r.MonthDays)+len(r.Days) > 0
	switch {
	case days:
	case r.Frequency == Yearly && len(r.WeekNumbers) > 0, r.Frequency == EveryWeek:
		r.Days = []NthDay{{Day: first.Weekday()}}
	case r.Frequency == Yearly || r.Frequency == Monthly:
		if r.Frequency == Yearly && len(r.Months) == 0 {
			r.Months = []int{int(first.Month())}
		}
		r.MonthDays = []int{first.Day()}
	}
	if len(r.Hours) == 0 && r.Frequency < Hourly {
		r.Hours = []int{first.Hour()}
	}
	if len(r.Minutes) == 0 && r.Frequency < Minutely {
		r.Minutes = []int{first.Minute()}
	}
	if len(r.Seconds) == 0 {
		r.Seconds = []int{first.Second()}
	}
	return r
}

// expansion is an anchored rule on its way.
type expansion struct {
	Recurrence
	first time.Time
	work  *Work
}

// unit is the length of a period that has one, else zero.
func (e expansion) unit() time.Duration {
	switch e.Frequency {
	case EveryWeek:
		return 7 * 24 * time.Hour
	case Daily:
		return 24 * time.Hour
	case Hourly:
		return time.Hour
	case Minutely:
		return time.Minute
	default:
		return 0
	}
}

// farAway is after every time that is asked for.
var farAway = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// period is when the nth period begins; one that is too far away to be reached
// begins at the end of time.
func (e expansion) period(n int) time.Time {
	year, month, day := e.first.Date()
	n *= e.Interval
	switch e.Frequency {
	case Yearly:
		if n > 9999 {
			return farAway
		}
		return time.Date(year+n, 1, 1, 0, 0, 0, 0, time.UTC)
	case Monthly:
		if n > 9999*12 {
			return farAway
		}
		return time.Date(year, month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	default: // it has a length
	}
	begin := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	switch e.Frequency {
	case EveryWeek:
		begin = begin.AddDate(0, 0, -int((e.first.Weekday()-e.WeekStart+7)%7))
	case Hourly:
		begin = e.first.Truncate(time.Hour)
	case Minutely:
		begin = e.first.Truncate(time.Minute)
	default: // it begins with the day
	}
	if n > int(farAway.Sub(time.Unix(0, 0))/e.unit()) {
		return farAway
	}
	return begin.Add(time.Duration(n) * e.unit())
}

// periodsBefore is how many periods certainly end before t.
func (e expansion) periodsBefore(t time.Time) int {
	var units int
	switch e.Frequency {
	case Yearly:
		units = t.Year() - e.first.Year()
	case Monthly:
		units = (t.Year()-e.first.Year())*12 + int(t.Month()-e.first.Month())
	default:
		units = int(t.Sub(e.first) / e.unit())
	}
	return max(0, units/e.Interval-1)
}

// periodsTo is how many periods to go on from the one at at: one, or all that
// are left of a day on which nothing takes place.
func (e expansion) periodsTo(at time.Time, empty bool) int {
	if !empty || e.Frequency < Hourly || e.onDay(at) {
		return 1
	}
	left := at.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(at)
	step := time.Duration(e.Interval) * e.unit()
	return max(1, int((left+step-1)/step))
}

// times are those of the period that begins at at, in order.
func (e expansion) times(at time.Time) ([]time.Time, error) {
	until := at.AddDate(0, 0, 1)
	switch e.Frequency {
	case Yearly:
		until = at.AddDate(1, 0, 0)
	case Monthly:
		until = at.AddDate(0, 1, 0)
	case EveryWeek:
		until = at.AddDate(0, 0, 7)
	case Hourly, Minutely:
		until = at.Add(1) // one day, its own
	default: // one day
	}
	var days []time.Time
	for day := at.Truncate(24 * time.Hour); day.Before(until); day = day.AddDate(0, 0, 1) {
		if err := e.work.Spend(1); err != nil {
			return nil, err
		}
		if e.onDay(day) {
			days = append(days, day)
		}
	}
	hours, minutes := e.Hours, e.Minutes
	if e.Frequency >= Hourly {
		hours = only(hours, at.Hour())
	}
	if e.Frequency >= Minutely {
		minutes = only(minutes, at.Minute())
	}
	if err := e.work.Spend(len(days) * len(hours) * len(minutes) * len(e.Seconds)); err != nil {
		return nil, err
	}
	var times []time.Time
	for _, day := range days {
		for _, hour := range hours {
			for _, minute := range minutes {
				for _, second := range e.Seconds {
					times = append(times, day.Add(time.Duration(hour*3600+minute*60+second)*time.Second))
				}
			}
		}
	}
	return e.positioned(times), nil
}

// only is the value, if the rule allows it; a rule that names none allows all.
func only(allowed []int, value int) []int {
	if len(allowed) == 0 || slices.Contains(allowed, value) {
		return []int{value}
	}
	return nil
}

func (e expansion) positioned(times []time.Time) []time.Time {
	if len(e.Positions) == 0 {
		return times
	}
	var some []time.Time
	for i, t := range times {
		if slices.Contains(e.Positions, i+1) || slices.Contains(e.Positions, i-len(times)) {
			some = append(some, t)
		}
	}
	return some
}

// onDay reports whether the rule takes place on the day.
func (e expansion) onDay(day time.Time) bool {
	if len(e.Months) > 0 && !slices.Contains(e.Months, int(day.Month())) {
		return false
	}
	if len(e.MonthDays) > 0 && !either(e.MonthDays, day.Day(), daysInMonth(day)) {
		return false
	}
	if len(e.YearDays) > 0 && !either(e.YearDays, day.YearDay(), daysInYear(day.Year())) {
		return false
	}
	if len(e.WeekNumbers) > 0 {
		if week, weeks := weekNumber(day, e.WeekStart); !either(e.WeekNumbers, week, weeks) {
			return false
		}
	}
	return len(e.Days) == 0 || slices.ContainsFunc(e.Days, func(d NthDay) bool { return e.isNth(day, d) })
}

// either reports whether the values name the nth of so many, from the front or
// from the back.
func either(values []int, n, of int) bool {
	return slices.Contains(values, n) || slices.Contains(values, n-of-1)
}

// isNth reports whether the day is the nth such day of the week in its month, or
// in its year where the rule is a yearly one without months.
func (e expansion) isNth(day time.Time, d NthDay) bool {
	if day.Weekday() != d.Day {
		return false
	}
	at, of := day.Day(), daysInMonth(day)
	if e.Frequency == Yearly && len(e.Months) == 0 {
		at, of = day.YearDay(), daysInYear(day.Year())
	}
	switch {
	case d.N > 0:
		return (at-1)/7+1 == d.N
	case d.N < 0:
		return (of-at)/7+1 == -d.N
	default:
		return true
	}
}

func daysInMonth(day time.Time) int {
	return time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func daysInYear(year int) int {
	return time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
}

// weekNumber is the number of the day's week, and how many weeks that week's
// year has. The first week of a year is the first with four days in it.
func weekNumber(day time.Time, start time.Weekday) (week, weeks int) {
	year := day.Year()
	switch {
	case day.Before(firstWeek(year, start)):
		year--
	case !day.Before(firstWeek(year+1, start)):
		year++
	}
	first := firstWeek(year, start)
	const length = 7 * 24 * time.Hour
	return int(day.Sub(first)/length) + 1, int(firstWeek(year+1, start).Sub(first) / length)
}

func firstWeek(year int, start time.Weekday) time.Time {
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC)
	return fourth.AddDate(0, 0, -int((fourth.Weekday()-start+7)%7))
}
