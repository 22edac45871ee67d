package booking

import (
	"slices"
	"time"

	"rehearse/internal/calendar"
)

// MaxCap bounds how many interviews a cap can allow.
const MaxCap = 100

// Capped reports whether a cap applies.
func (i Interviewer) Capped() bool { return i.MaxPerDay != nil || i.MaxPerWeek != nil }

func (i Interviewer) checkCaps() Refused {
	var refused Refused
	if i.MaxPerDay != nil {
		refused = append(refused, checkBounds("maxPerDay", *i.MaxPerDay, 1, MaxCap)...)
	}
	if i.MaxPerWeek != nil {
		refused = append(refused, checkBounds("maxPerWeek", *i.MaxPerWeek, 1, MaxCap)...)
	}
	return refused
}

// FullPeriods are the days and weeks that hold as many interviews as the caps
// allow, given when each of the interviewer's interviews starts that was or is
// going to be given.
func (i Interviewer) FullPeriods(starts []time.Time) ([]calendar.Span, error) {
	zone, err := calendar.Zone(i.TimeZone)
	if err != nil {
		return nil, err
	}
	var full []calendar.Span
	for _, limit := range []struct {
		most   *int
		period func(time.Time, *time.Location) calendar.Span
	}{{i.MaxPerDay, calendar.Day}, {i.MaxPerWeek, calendar.Week}} {
		if limit.most == nil {
			continue
		}
		count := map[calendar.Span]int{}
		for _, start := range starts {
			period := limit.period(start, zone)
			if count[period]++; count[period] == *limit.most {
				full = append(full, period)
			}
		}
	}
	return full, nil
}

// JudgeImported refuses an interview that was booked elsewhere and is still to
// come on a day, or in a week, that is full, given when the others of its week
// start. What lies in the past was given, whatever the cap.
func (i Interviewer) JudgeImported(interview Interview, starts []time.Time, now time.Time) (Refused, error) {
	if !interview.ToCome(now) {
		return nil, nil
	}
	full, err := i.FullPeriods(starts)
	holds := func(period calendar.Span) bool {
		return !interview.Start.Before(period.Start) && interview.Start.Before(period.End)
	}
	if err != nil || !slices.ContainsFunc(full, holds) {
		return nil, err
	}
	return Refuse(InterviewerFull, "start", interviewerFull), nil
}

const interviewerFull = "the interviewer gives no more interviews on that day, or in that week"

// Week is the week of the interviewer's zone in which the time lies.
func (i Interviewer) Week(at time.Time) (calendar.Span, error) {
	zone, err := calendar.Zone(i.TimeZone)
	if err != nil {
		return calendar.Span{}, err
	}
	return calendar.Week(at, zone), nil
}
