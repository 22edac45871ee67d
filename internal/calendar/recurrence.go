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
var ErrTooMuchWork = errors.New("the recurrence rule is too complex")

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
	e := newExpansion(r.anchored(first), first, last, work)
	left := r.Count
	skip := 0
	if before := e.periodsBefore(from); before > 0 {
		switch each := e.timesOfAPeriod(); {
		case r.Count == 0:
			skip = before
		case each > 0: // those of the first period are counted: some may lie before first
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
