package booking_test

import (
	"slices"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

func codesOf(refused booking.Refused) []booking.RefusalCode {
	var codes []booking.RefusalCode
	for _, r := range refused {
		codes = append(codes, r.Code)
	}
	return codes
}

func TestJudgeImported(t *testing.T) {
	t.Parallel()
	full := record(interview(1, -9, graded(4)), interview(2, -8, graded(0)))
	full.Policy.InterviewLimit = 2
	self := record()
	self.Self = 1007
	for _, test := range []struct {
		name   string
		record booking.Record
		of     booking.Interview
		want   []booking.RefusalCode
		exempt bool
	}{
		{"no rule applies", record(), interview(7, -3, graded(4)), nil, false},
		{"the limit is reached", full, interview(7, -3), []booking.RefusalCode{booking.LimitReached}, true},
		{"cancelled interviews are exempt from the limit", full, interview(7, -3, status(booking.Cancelled)), nil, false},
		{"interviewer no-shows are exempt from the limit", full, interview(7, -3, status(booking.InterviewerNoShow)), nil, false},
		{"grades apply to future interviews", full, interview(7, 3, status(booking.Booked)),
			[]booking.RefusalCode{booking.LimitReached, booking.GradesTooLow}, true},
		{"grades do not apply to past interviews", full, interview(7, -3, status(booking.Booked)), []booking.RefusalCode{booking.LimitReached}, true},
		{"the student has met the interviewer", record(interview(7, -9)), interview(7, -3), []booking.RefusalCode{booking.AlreadyInterviewed}, true},
		{"the pair does not apply to a student no-show", record(interview(7, -9)), interview(7, -3, status(booking.StudentNoShow)), nil, false},
		{"the student has an interview at the same time", record(interview(1, -3)), interview(7, -3), []booking.RefusalCode{booking.OwnOverlap}, false},
		{"the student is the interviewer", self, interview(7, -3), []booking.RefusalCode{booking.SelfInterview}, false},
		{"the student has met the interviewer at the same time", record(interview(7, -3)), interview(7, -3),
			[]booking.RefusalCode{booking.AlreadyInterviewed, booking.OwnOverlap}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			refused := test.record.JudgeImported(test.of, now)
			if got := codesOf(refused); !slices.Equal(got, test.want) {
				t.Errorf("refusals = %v, want %v", got, test.want)
			}
			if got := refused.CanBeExempt(); got != test.exempt {
				t.Errorf("CanBeExempt() = %t, want %t", got, test.exempt)
			}
		})
	}
}

func TestImportedInterviewsAndCaps(t *testing.T) {
	t.Parallel()
	two, three := 2, 3
	by := booking.Interviewer{InterviewerDetails: booking.InterviewerDetails{TimeZone: "America/New_York", MaxPerDay: &two, MaxPerWeek: &three}}
	at := func(day, hour int) time.Time { return time.Date(2026, 6, day, hour, 0, 0, 0, time.UTC) } // 8 June is a Monday
	for _, test := range []struct {
		name   string
		starts []time.Time
		start  time.Time
		status booking.InterviewStatus
		full   bool
	}{
		{"the day has room", []time.Time{at(9, 14)}, at(9, 16), booking.Booked, false},
		{"the day is full", []time.Time{at(9, 14), at(9, 15)}, at(9, 16), booking.Booked, true},
		{"the day is over its cap", []time.Time{at(9, 13), at(9, 14), at(9, 15)}, at(9, 16), booking.Booked, true},
		{"the day in the interviewer's zone is full", []time.Time{at(9, 14), at(9, 15)}, at(10, 3), booking.Booked, true},
		{"the next day in the interviewer's zone has room", []time.Time{at(9, 14), at(9, 15)}, at(10, 4), booking.Booked, false},
		{"the week is full", []time.Time{at(9, 14), at(10, 15), at(12, 12)}, at(14, 16), booking.Booked, true},
		{"cancelled interviews are not subject to the cap", []time.Time{at(9, 14), at(9, 15)}, at(9, 16), booking.Cancelled, false},
		{"past interviews are not subject to the cap", []time.Time{now.Add(-30 * time.Hour), now.Add(-28 * time.Hour)}, now.Add(-26 * time.Hour), booking.Booked, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var claims []booking.Claim
			for _, start := range test.starts {
				claims = append(claims, booking.Claim{Start: start, Until: booking.Forever})
			}
			refused, err := by.JudgeImported(booking.Interview{Start: test.start, Status: test.status}, claims, false, now)
			if err != nil || refused.Has(booking.InterviewerFull) != test.full || len(refused) > 0 != test.full {
				t.Errorf("refusals = %v, %v; want INTERVIEWER_FULL: %t", refused, err, test.full)
			}
		})
	}
}

func TestAgenda(t *testing.T) {
	t.Parallel()
	hour := func(h int) calendar.Span {
		return calendar.Span{Start: now.Add(time.Duration(h) * time.Hour), End: now.Add(time.Duration(h+1) * time.Hour)}
	}
	var agenda booking.Agenda
	for _, h := range []int{5, 1, 3, 2} {
		agenda = agenda.With(booking.Slot{ID: booking.SlotID(h), Start: hour(h).Start, End: hour(h).End, Status: booking.SlotOpen})
	}
	during := func(span calendar.Span) []booking.SlotID {
		var ids []booking.SlotID
		for _, slot := range agenda.During(span) {
			ids = append(ids, slot.ID)
		}
		return ids
	}
	for _, test := range []struct {
		name string
		in   calendar.Span
		want []booking.SlotID
	}{
		{"all slots", calendar.Span{Start: hour(0).Start, End: hour(9).End}, []booking.SlotID{1, 2, 3, 5}},
		{"between two slots", hour(4), nil},
		{"one slot", hour(2), []booking.SlotID{2}},
		{"parts of two slots", calendar.Span{Start: hour(1).Start.Add(time.Minute), End: hour(2).Start.Add(time.Minute)}, []booking.SlotID{1, 2}},
		{"before the first slot", hour(-3), nil},
		{"after the last slot", hour(7), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := during(test.in); !slices.Equal(got, test.want) {
				t.Errorf("During() = %v, want %v", got, test.want)
			}
		})
	}
	for _, test := range []struct {
		name   string
		hour   int
		length time.Duration
		want   []booking.RefusalCode
		slot   booking.SlotID // 0 for none
	}{
		{"the time of a slot", 2, time.Hour, nil, 2},
		{"a free time", 4, time.Hour, nil, 0},
		{"the time of two slots", 2, 2 * time.Hour, []booking.RefusalCode{booking.AvailabilityConflict}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			slot, refused := agenda.SlotFor(booking.Interview{Start: hour(test.hour).Start, End: hour(test.hour).Start.Add(test.length), Status: booking.Completed}, now)
			if got := codesOf(refused); !slices.Equal(got, test.want) || (slot != nil) != (test.slot != 0) || (slot != nil && slot.ID != test.slot) {
				t.Errorf("SlotFor() = %v, %v; want slot %d, %v", slot, got, test.slot, test.want)
			}
		})
	}
}
