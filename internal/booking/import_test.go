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
		{"nothing against it", record(), interview(7, -3, graded(4)), nil, false},
		{"one too many", full, interview(7, -3), []booking.RefusalCode{booking.LimitReached}, true},
		{"a cancelled one is none", full, interview(7, -3, status(booking.Cancelled)), nil, false},
		{"nor one that the interviewer missed", full, interview(7, -3, status(booking.InterviewerNoShow)), nil, false},
		{"grades are asked of what is to come", full, interview(7, 3, status(booking.Booked)),
			[]booking.RefusalCode{booking.LimitReached, booking.GradesTooLow}, true},
		{"and not of what was booked in the past", full, interview(7, -3, status(booking.Booked)), []booking.RefusalCode{booking.LimitReached}, true},
		{"met", record(interview(7, -9)), interview(7, -3), []booking.RefusalCode{booking.AlreadyInterviewed}, true},
		{"met, but the student did not come", record(interview(7, -9)), interview(7, -3, status(booking.StudentNoShow)), nil, false},
		{"at the same time", record(interview(1, -3)), interview(7, -3), []booking.RefusalCode{booking.OwnOverlap}, false},
		{"self", self, interview(7, -3), []booking.RefusalCode{booking.SelfInterview}, false},
		{"met, at the same time", record(interview(7, -3)), interview(7, -3),
			[]booking.RefusalCode{booking.AlreadyInterviewed, booking.OwnOverlap}, false},
	} {
		refused := test.record.JudgeImported(test.of, now)
		if got := codesOf(refused); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		if got := refused.CanBeExempt(); got != test.exempt {
			t.Errorf("%s: can be exempt: %v", test.name, got)
		}
	}
}

func TestImportedInterviewsKeepToTheCaps(t *testing.T) {
	t.Parallel()
	two, three := 2, 3
	by := booking.Interviewer{TimeZone: "America/New_York", MaxPerDay: &two, MaxPerWeek: &three}
	at := func(day, hour int) time.Time { return time.Date(2026, 6, day, hour, 0, 0, 0, time.UTC) } // 8 June is a Monday
	for _, test := range []struct {
		name   string
		starts []time.Time
		start  time.Time
		status booking.InterviewStatus
		full   bool
	}{
		{"room on the day", []time.Time{at(9, 14)}, at(9, 16), booking.Booked, false},
		{"a full day", []time.Time{at(9, 14), at(9, 15)}, at(9, 16), booking.Booked, true},
		{"a day that is over", []time.Time{at(9, 13), at(9, 14), at(9, 15)}, at(9, 16), booking.Booked, true},
		{"a day of her zone", []time.Time{at(9, 14), at(9, 15)}, at(10, 3), booking.Booked, true},
		{"the next one", []time.Time{at(9, 14), at(9, 15)}, at(10, 4), booking.Booked, false},
		{"a full week", []time.Time{at(9, 14), at(10, 15), at(12, 12)}, at(14, 16), booking.Booked, true},
		{"what is called off", []time.Time{at(9, 14), at(9, 15)}, at(9, 16), booking.Cancelled, false},
		{"the past", []time.Time{now.Add(-30 * time.Hour), now.Add(-28 * time.Hour)}, now.Add(-26 * time.Hour), booking.Booked, false},
	} {
		var claims []booking.Claim
		for _, start := range test.starts {
			claims = append(claims, booking.Claim{Start: start, Until: booking.Forever})
		}
		refused, err := by.JudgeImported(booking.Interview{Start: test.start, Status: test.status}, claims, now)
		if err != nil || refused.Has(booking.InterviewerFull) != test.full || len(refused) > 0 != test.full {
			t.Errorf("%s: %v, %v", test.name, refused, err)
		}
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
		{"all", calendar.Span{Start: hour(0).Start, End: hour(9).End}, []booking.SlotID{1, 2, 3, 5}},
		{"touching is not sharing", hour(4), nil},
		{"one", hour(2), []booking.SlotID{2}},
		{"parts of two", calendar.Span{Start: hour(1).Start.Add(time.Minute), End: hour(2).Start.Add(time.Minute)}, []booking.SlotID{1, 2}},
		{"before", hour(-3), nil},
		{"after", hour(7), nil},
	} {
		if got := during(test.in); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	for _, test := range []struct {
		name string
		h    int
		long time.Duration
		want []booking.RefusalCode
		on   booking.SlotID
	}{
		{"on a slot", 2, time.Hour, nil, 2},
		{"where there is room", 4, time.Hour, nil, 0},
		{"across two", 2, 2 * time.Hour, []booking.RefusalCode{booking.AvailabilityConflict}, 0},
	} {
		slot, refused := agenda.SlotFor(booking.Interview{Start: hour(test.h).Start, End: hour(test.h).Start.Add(test.long), Status: booking.Completed}, now)
		if got := codesOf(refused); !slices.Equal(got, test.want) || (slot != nil) != (test.on != 0) || (slot != nil && slot.ID != test.on) {
			t.Errorf("%s: %v, %v", test.name, slot, got)
		}
	}
}
