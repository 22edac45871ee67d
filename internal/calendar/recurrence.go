package calendar

import (
	"errors"
	"slices"
	"time"
)

// Frequency is the unit in which a recurrence rule repeats.
type Frequency int

// The frequencies of RFC 5545, except SECONDLY.
const (
	Yearly Frequency = iota + 1
	Monthly
	EveryWeek // named to differ from type Weekly, the rules published here
	Daily
	Hourly
	Minutely
)

// Recurrence is an RFC 5545 recurrence rule. It operates on wall-clock times,
// represented as times in UTC. Use ParseRecurrence to create one.
type Recurrence struct {
	Frequency Frequency
	Interval  int
	Count     int // zero for no limit
	Until     Until
	WeekStart time.Weekday

	Months, WeekNumbers, YearDays, MonthDays []int
	Days                                     []NthDay
	Hours, Minutes, Seconds, Positions       []int
}

// Until is the end of a recurrence as written in the rule.
type Until struct {
	Time time.Time // zero for no limit
	UTC  bool      // Time is an instant; otherwise it is a wall-clock time
	Date bool      // Time is a date, inclusive
}

// NthDay is a weekday. If N is not zero it is the Nth one in a month or year,
// counted from the end if N is negative.
type NthDay struct {
	Day time.Weekday
	N   int
}

// ErrTooMuchWork reports a rule whose expansion exceeds the work allowed.
var ErrTooMuchWork = errors.New("the recurrence rule is too complex")

// Work limits the expansion of rules. A step is a day or time that is examined.
type Work struct{ Left int }

// Spend consumes steps, or returns ErrTooMuchWork if too few are left.
func (w *Work) Spend(steps int) error {
	if w.Left -= steps; w.Left < 0 {
		return ErrTooMuchWork
	}
	return nil
}

// Each calls yield with the times of the rule anchored at first, in order, up to
// and including last. It may omit times before from, and stops when yield returns
// false. It ignores Until: the caller knows the zone and must derive last from it.
func (r Recurrence) Each(first, from, last time.Time, work *Work, yield func(time.Time) bool) error {
	e := newExpansion(r.anchored(first), first, last, work)
	left := r.Count
	skip := 0
	if before := e.periodsBefore(from); before > 0 {
		switch each := e.timesOfAPeriod(); {
		case r.Count == 0:
			skip = before
		case each > 0: // count the first period exactly: some of its times may be before first
			times, err := e.times(e.period(0))
			if err != nil {
				return err
			}
			left -= len(slices.DeleteFunc(times, func(t time.Time) bool { return t.Before(first) }))
			if left -= (before - 1) * each; left <= 0 {
				return nil
			}
			skip = before
		}
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

// anchored fills in the parts that the rule takes from its first time.
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
