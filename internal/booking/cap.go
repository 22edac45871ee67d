package booking

import (
	"slices"
	"time"

	"rehearse/internal/calendar"
)

// MaxCap is the largest daily or weekly cap.
const MaxCap = 100

// Capped reports whether the interviewer has a daily or weekly cap.
func (i Interviewer) Capped() bool { return i.MaxPerDay != nil || i.MaxPerWeek != nil }

// Claim is an interview or a hold that counts against an interviewer's cap. Until is
// Forever for an interview, and the expiry of a hold.
type Claim struct{ Start, Until time.Time }

// FullPeriod is a day or week with as many claims as the cap allows. It is full
// until enough of them expire.
type FullPeriod struct {
	calendar.Span
	Until time.Time
}

// FullPeriods returns the full days and weeks, given all claims in them.
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
			// The period has room once fewer unexpired claims are left than the cap.
			slices.SortFunc(ends, time.Time.Compare)
			full = append(full, FullPeriod{Span: period, Until: ends[len(ends)-*limit.most]})
		}
	}
	return full, nil
}

// JudgeImported refuses a future interview that was booked elsewhere if its day or
// week is full, given the claims of its week. own is set if the claims include the
// student's own hold on it. Past interviews are not subject to the cap.
func (i Interviewer) JudgeImported(interview Interview, claims []Claim, own bool, now time.Time) (Refused, error) {
	if !RuleFull.appliesTo(interview, now) {
		return nil, nil
	}
	full, err := i.FullPeriods(claims)
	slot := Slot{Status: SlotOpen, FullUntil: FullUntil(full, interview.Start)}
	if err != nil || !RuleFull.forbids(Offer{Now: now}, slot, own) {
		return nil, err
	}
	return RuleFull.refuseImport(), nil
}

// FullUntil returns until when the given time is in a full period: the latest
// Until of the full periods that contain it, or zero if there is none.
func FullUntil(full []FullPeriod, at time.Time) time.Time {
	var until time.Time
	for _, period := range full {
		if !at.Before(period.Start) && at.Before(period.End) && period.Until.After(until) {
			until = period.Until
		}
	}
	return until
}

// Week returns the week that contains the time, in the interviewer's zone.
func (i Interviewer) Week(at time.Time) (calendar.Span, error) {
	zone, err := calendar.Zone(i.TimeZone)
	if err != nil {
		return calendar.Span{}, err
	}
	return calendar.Week(at, zone), nil
}
