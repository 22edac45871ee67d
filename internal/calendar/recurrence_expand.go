package calendar

import (
	"slices"
	"time"
)

// expansion is the state of expanding an anchored rule. Its sets give
// constant-time lookups in the rule's lists, which have up to 749 values.
type expansion struct {
	Recurrence
	first, last time.Time
	work        *Work

	months, weekNumbers, yearDays, monthDays, positions numberSet
	days                                                *[7]numberSet // nil without BYDAY; 0 means every such weekday
}

func newExpansion(r Recurrence, first, last time.Time, work *Work) *expansion {
	e := &expansion{
		Recurrence: r, first: first, last: last, work: work,
		months: setOf(r.Months), weekNumbers: setOf(r.WeekNumbers), yearDays: setOf(r.YearDays),
		monthDays: setOf(r.MonthDays), positions: setOf(r.Positions),
	}
	if len(r.Days) > 0 {
		e.days = &[7]numberSet{}
	}
	for _, day := range r.Days {
		e.days[day.Day] = e.days[day.Day].with(day.N)
	}
	return e
}

// numberSet is a set of numbers from -maxNumber to maxNumber; nil is empty.
type numberSet []bool

const maxNumber = 366

func setOf(numbers []int) (set numberSet) {
	for _, n := range numbers {
		set = set.with(n)
	}
	return set
}

func (s numberSet) with(n int) numberSet {
	if s == nil {
		s = make(numberSet, 2*maxNumber+1)
	}
	s[n+maxNumber] = true
	return s
}

func (s numberSet) has(n int) bool {
	at := n + maxNumber
	return at >= 0 && at < len(s) && s[at]
}

// unit returns the length of a period, or zero if periods differ in length.
func (e *expansion) unit() time.Duration {
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

// farAway is later than any requested time.
var farAway = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// period returns the start of the nth period, or farAway if it is out of range.
func (e *expansion) period(n int) time.Time {
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
	default: // fixed length
	}
	begin := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	switch e.Frequency {
	case EveryWeek:
		begin = begin.AddDate(0, 0, -int((e.first.Weekday()-e.WeekStart+7)%7))
	case Hourly:
		begin = e.first.Truncate(time.Hour)
	case Minutely:
		begin = e.first.Truncate(time.Minute)
	default: // starts with the day
	}
	seconds := int64(n) * int64(e.unit()/time.Second) // a time.Duration holds only 292 years
	if seconds > farAway.Unix()-begin.Unix() {
		return farAway
	}
	return time.Unix(begin.Unix()+seconds, 0).UTC()
}

// periodsBefore returns a lower bound on the number of periods that end before t.
func (e *expansion) periodsBefore(t time.Time) int {
	if !t.After(e.first) {
		return 0
	}
	var units int
	switch e.Frequency {
	case Yearly:
		units = t.Year() - e.first.Year()
	case Monthly:
		units = (t.Year()-e.first.Year())*12 + int(t.Month()-e.first.Month())
	default:
		units = int((t.Unix() - e.first.Unix()) / int64(e.unit()/time.Second))
	}
	return max(0, units/e.Interval-1)
}

// timesOfAPeriod returns the number of times in each period, or zero if it varies.
func (e *expansion) timesOfAPeriod() int {
	switch {
	case len(e.Months)+len(e.WeekNumbers)+len(e.YearDays)+len(e.MonthDays)+len(e.Positions) > 0,
		e.Frequency < EveryWeek, e.Frequency != EveryWeek && len(e.Days) > 0:
		return 0
	}
	each := len(e.Seconds)
	if e.Frequency == EveryWeek {
		each *= len(e.Days)
	}
	switch {
	case e.Frequency < Hourly:
		each *= len(e.Hours)
	case len(e.Hours) > 0:
		return 0
	}
	switch {
	case e.Frequency < Minutely:
		each *= len(e.Minutes)
	case len(e.Minutes) > 0:
		return 0
	}
	return each
}

// periodsTo returns how many periods to advance from the period with the given start.
// This is one period, or as many as it takes to skip a day or months without
// occurrences.
func (e *expansion) periodsTo(at time.Time, empty bool) int {
	if !empty || e.unit() == 0 {
		return 1
	}
	next, step := at, time.Duration(e.Interval)*e.unit()
	switch {
	case !e.inMonth(at):
		next = e.nextMonth(at)
	case e.Frequency >= Hourly && !e.onDay(at):
		next = at.Truncate(24 * time.Hour).Add(24 * time.Hour)
	}
	if e.Frequency == EveryWeek { // a week may reach into the next month
		return max(1, int(next.Sub(at)/step))
	}
	return max(1, int((next.Sub(at)+step-1)/step))
}

// inMonth reports whether the rule can occur in the month of the day.
func (e *expansion) inMonth(day time.Time) bool {
	return e.months == nil || e.months.has(int(day.Month()))
}

// nextMonth returns the start of the next month in which the rule can occur.
func (e *expansion) nextMonth(day time.Time) time.Time {
	next := time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	for !e.inMonth(next) {
		next = next.AddDate(0, 1, 0)
	}
	return next
}

// candidates returns the days on which the rule occurs in the period with the given
// start.
func (e *expansion) candidates(at time.Time) ([]time.Time, error) {
	until := at.AddDate(0, 0, 1)
	switch e.Frequency {
	case Yearly:
		until = at.AddDate(1, 0, 0)
	case Monthly:
		until = at.AddDate(0, 1, 0)
	case EveryWeek:
		until = at.AddDate(0, 0, 7)
	case Hourly, Minutely:
		until = at.Add(1) // the day that contains at
	default: // one day
	}
	if e.positions == nil && until.After(e.last) { // positions also count from the end of the period
		until = e.last.Add(1)
	}
	var days []time.Time
	for day := at.Truncate(24 * time.Hour); day.Before(until); {
		if err := e.work.Spend(1); err != nil {
			return nil, err
		}
		if !e.inMonth(day) {
			day = e.nextMonth(day)
			continue
		}
		if e.onDay(day) {
			days = append(days, day)
		}
		day = day.AddDate(0, 0, 1)
	}
	return days, nil
}

// times returns the times of the period with the given start, in order.
func (e *expansion) times(at time.Time) ([]time.Time, error) {
	days, err := e.candidates(at)
	if err != nil {
		return nil, err
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

// only returns the value if the list allows it. An empty list allows every value.
func only(allowed []int, value int) []int {
	if len(allowed) == 0 || slices.Contains(allowed, value) {
		return []int{value}
	}
	return nil
}

func (e *expansion) positioned(times []time.Time) []time.Time {
	if e.positions == nil {
		return times
	}
	var some []time.Time
	for i, t := range times {
		if either(e.positions, i+1, len(times)) {
			some = append(some, t)
		}
	}
	return some
}

// onDay reports whether the rule occurs on the day.
func (e *expansion) onDay(day time.Time) bool {
	if !e.inMonth(day) {
		return false
	}
	if e.monthDays != nil && !either(e.monthDays, day.Day(), daysInMonth(day)) {
		return false
	}
	if e.yearDays != nil && !either(e.yearDays, day.YearDay(), daysInYear(day.Year())) {
		return false
	}
	if e.weekNumbers != nil {
		if week, weeks := weekNumber(day, e.WeekStart); !either(e.weekNumbers, week, weeks) {
			return false
		}
	}
	return e.days == nil || e.onWeekday(day)
}

// either reports whether the set contains n, counted from the front or from the
// back of a list of the given length.
func either(values numberSet, n, of int) bool { return values.has(n) || values.has(n-of-1) }

// onWeekday reports whether BYDAY includes the day. Its numbers count within the
// month, or within the year for a yearly rule without BYMONTH.
func (e *expansion) onWeekday(day time.Time) bool {
	named := e.days[day.Weekday()]
	if named == nil || named.has(0) {
		return named != nil
	}
	at, of := day.Day(), daysInMonth(day)
	if e.Frequency == Yearly && e.months == nil {
		at, of = day.YearDay(), daysInYear(day.Year())
	}
	return named.has((at-1)/7+1) || named.has(-((of-at)/7 + 1))
}

func daysInMonth(day time.Time) int {
	return time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func daysInYear(year int) int {
	return time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
}

// weekNumber returns the number of the day's week and the number of weeks in that
// week's year. The first week of a year is the first with four days in it.
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
