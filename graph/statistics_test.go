package graph_test

import (
	"fmt"
	"testing"
	"time"

	"rehearse/internal/booking"
)

type statistics struct {
	Months           []string
	Counts           []int
	Total            int
	InterviewerCount int
	Interviewers     []interviewerStatistics
}

type interviewerStatistics struct {
	Interviewer person
	Counts      []int
	Total       int
}

func (s *school) statistics(arguments, list string) (answer, statistics) {
	s.T.Helper()
	var data struct{ InterviewStatistics statistics }
	a := s.Ask(fmt.Sprintf(`{ interviewStatistics(%s) { months counts total interviewerCount interviewers%s { interviewer { id } counts total } } }`, arguments, list), nil)
	if len(a.Errors) == 0 {
		a.Into(&data)
	}
	return a, data.InterviewStatistics
}

// Interviews are counted in the month in which they start, in the given time zone.
func TestInterviewStatistics(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, bob := s.Interviewer(nil), s.Interviewer(nil)
	at := func(interviewer string, start time.Time) string {
		t.Helper()
		return s.Booked(s.Student(nil), s.Slot(interviewer, start.Sub(t0)))
	}
	at(ann, time.Date(2026, 6, 10, 9, 0, 0, 0, time.UTC))
	late := at(ann, time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC)) // in July in Berlin
	at(bob, time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC))
	s.Cancel(late)
	const summer = `firstMonth: "2026-06-15", lastMonth: "2026-08-01"`
	months := []string{"2026-06-01", "2026-07-01", "2026-08-01"}
	for _, test := range []struct {
		name, arguments string
		want            statistics
	}{
		{"in UTC", summer, statistics{months, []int{2, 0, 1}, 3, 2, []interviewerStatistics{{person{ID: ann}, []int{2, 0, 0}, 2}, {person{ID: bob}, []int{0, 0, 1}, 1}}}},
		{"in Berlin", summer + `, timeZone: "Europe/Berlin"`, statistics{months, []int{1, 1, 1}, 3, 2, []interviewerStatistics{{person{ID: ann}, []int{1, 1, 0}, 2}, {person{ID: bob}, []int{0, 0, 1}, 1}}}},
		{"in Honolulu", `firstMonth: "2026-07-01", lastMonth: "2026-07-31", timeZone: "pacific/honolulu"`,
			statistics{months[1:2], []int{1}, 1, 1, []interviewerStatistics{{person{ID: bob}, []int{1}, 1}}}},
		{"of a status", summer + `, status: [BOOKED]`, statistics{months, []int{1, 0, 1}, 2, 2, []interviewerStatistics{{person{ID: ann}, []int{1, 0, 0}, 1}, {person{ID: bob}, []int{0, 0, 1}, 1}}}},
		{"of no status", summer + `, status: []`, statistics{months, []int{2, 0, 1}, 3, 2, []interviewerStatistics{{person{ID: ann}, []int{2, 0, 0}, 2}, {person{ID: bob}, []int{0, 0, 1}, 1}}}},
		{"of a month without interviews", `firstMonth: "2027-01-01", lastMonth: "2027-01-01"`, statistics{[]string{"2027-01-01"}, []int{0}, 0, 0, []interviewerStatistics{}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, got := s.For(t).statistics(test.arguments, "")
			same(t, "statistics", got, test.want)
		})
	}
	_, part := s.statistics(summer, "(first: 1, skip: 1)")
	same(t, "second interviewer", part.Interviewers, []interviewerStatistics{{person{ID: bob}, []int{0, 0, 1}, 1}})
	_, part = s.statistics(summer, "(first: 500, skip: 3)")
	same(t, "interviewers after the last", part.Interviewers, []interviewerStatistics{})
}

func TestInterviewStatisticsRefusals(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const month = `firstMonth: "2026-06-01", lastMonth: "2026-06-30"`
	for _, test := range []struct{ name, arguments, list, code, says string }{
		{"reversed", `firstMonth: "2026-06-01", lastMonth: "2026-05-31"`, "", "BAD_USER_INPUT", "lastMonth is before firstMonth."},
		{"too long", `firstMonth: "2024-06-30", lastMonth: "2026-06-01"`, "", "BAD_USER_INPUT", "The range has 25 months; at most 24 are allowed."},
		{"no zone", month + `, timeZone: "Berlin"`, "", "BAD_USER_INPUT", `timeZone is "Berlin"; an IANA name such as Europe/Berlin or UTC is expected.`},
		{"first of 0", month, "(first: 0)", "BAD_USER_INPUT", "first is 0; a whole number from 1 to 500 is allowed."},
		{"first of 501", month, "(first: 501)", "BAD_USER_INPUT", "first is 501; a whole number from 1 to 500 is allowed."},
		{"skip of -1", month, "(skip: -1)", "BAD_USER_INPUT", "skip is -1; a whole number of at least 0 is allowed."},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, _ := s.For(t).statistics(test.arguments, test.list)
			a.WantError(test.code, test.says)
		})
	}
	s.Act(booking.RoleInterviewer, int64(number(t, s.Interviewer(nil))))
	a, _ := s.statistics(month, "")
	a.WantError("FORBIDDEN", "")
}
