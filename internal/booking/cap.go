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

// Claim is an interview of an interviewer that was, is going to be, or may be
// given: Until is Forever, or when the hold expires that it is.
type Claim struct{ Start, Until time.Time }

// FullPeriod is a day or a week that holds as many claims as a cap allows, until
// one of them expires.
type FullPeriod struct {
	calendar.Span
	Until time.Time
}

// FullPeriods are the days and weeks that are full, given all claims in them.
func (i Interviewer) FullPeriods(claims []Claim) ([]FullPeriod, error) {
	zone, err := calendar.Zone(i.TimeZone)
	if err != nil {
		return nil, err
	}
	var full []FullPeriod
	for _, limit := range []struct {
		most   *int
		period func(time.Time, *time.Location) calendar.Span
	}{{i.MaxPerDay, calendar.Day}, {i.MaxPerWeek, calendar.Week}} {
		if limit.most == nil {
			continue
		}
		ends := map[calendar.Span][]time.Time{}
		for _, claim := range claims {
			period := limit.period(claim.Start, zone)
			ends[period] = append(ends[period], claim.Until)
		}
		for period, ends := range ends {
			if len(ends) < *limit.most {
				continue
			}
			// There is room when so many have expired that one less is left than allowed.
			slices.SortFunc(ends, time.Time.Compare)
			full = append(full, FullPeriod{Span: period, Until: ends[len(ends)-*limit.most]})
		}
	}
	return full, nil
}

// JudgeImported refuses an interview that was booked elsewhere and is still to
// come on a day, or in a week, that is full, given the claims of its week. own:
// a hold that it was is among them. What lies in the past was given, whatever the
// cap.
func (i Interviewer) JudgeImported(interview Interview, claims []Claim, own bool, now time.Time) (Refused, error) {
	if !interview.ToCome(now) {
		return nil, nil
	}
	full, err := i.FullPeriods(claims)
	slot := Slot{Status: SlotOpen, FullUntil: FullUntil(full, interview.Start)}
	if err != nil || !slot.FullAt(now, own) {
		return nil, err
	}
	return Refuse(InterviewerFull, "start", interviewerFull), nil
}

// FullUntil is until when one of the periods around a time is full; zero when
// none is.
func FullUntil(full []FullPeriod, at time.Time) time.Time {
	var until time.Time
	for _, period := range full {
		if !at.Before(period.Start) && at.Before(period.End) && period.Until.After(until) {
			until = period.Until
		}
	}
	return until
}

const interviewerFull = "The interviewer has reached their maximum number of interviews for that day or week."

// Week is the week of the interviewer's zone in which the time lies.
func (i Interviewer) Week(at time.Time) (calendar.Span, error) {
	zone, err := calendar.Zone(i.TimeZone)
	if err != nil {
		return calendar.Span{}, err
	}
	return calendar.Week(at, zone), nil
}
