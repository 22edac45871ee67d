package graph_test

import (
	"fmt"
	"testing"
)

// Two names of one zone are equal: the canonical name is stored and returned, and a rule
// in either is the same rule.
func TestZoneNamesAreCanonical(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	var data struct {
		Student, Interviewer struct{ TimeZone string }
	}
	student, ann := s.Student(in{"timeZone": "us/eastern"}), s.Interviewer(in{"timeZone": "Etc/UTC"})
	read := func() {
		s.Ask("query($s: ID!, $i: ID!) { student(id: $s) { timeZone } interviewer(id: $i) { timeZone } }", in{"s": student, "i": ann}).Into(&data)
	}
	read()
	same(t, "time zone of the student", data.Student.TimeZone, "America/New_York")
	same(t, "time zone of the interviewer", data.Interviewer.TimeZone, "UTC")
	var changed struct{ Errors []refused }
	s.Mutate("updateInterviewer", "", in{"interviewerId": ann, "timeZone": "Europe/Kiev"}, &changed)
	s.Accepted(changed.Errors)
	read()
	same(t, "time zone of another interviewer", data.Interviewer.TimeZone, "Europe/Kyiv")

	kiev := s.weekly(ann, in{"timeZone": "Europe/Kiev"})
	s.Accepted(kiev.Errors)
	same(t, "time zone of the rule", kiev.Availability.Weekly.TimeZone, "Europe/Kyiv")
	before := s.Rows()
	for _, zone := range []any{"Europe/Kyiv", "EUROPE/KIEV", "Europe/Uzhgorod", nil} {
		t.Run(fmt.Sprint("a rule in ", zone), func(t *testing.T) {
			s := s.For(t)
			again := s.weekly(ann, in{"timeZone": zone})
			s.Accepted(again.Errors)
			same(t, "availability of the same rule", again.Availability.ID, kiev.Availability.ID)
		})
	}
	same(t, "rows", s.Rows(), before)
	moved := s.update(kiev.Availability.ID, in{"timeZone": "Asia/Calcutta"})
	s.Accepted(moved.Errors)
	same(t, "time zone of the rule after a change", moved.Availability.Weekly.TimeZone, "Asia/Kolkata")
	same(t, "refusal codes of an unknown time zone", codes(s.weekly(ann, in{"timeZone": "Europe/Kiew"}).Errors), []string{"INVALID_INPUT"})
	s.Sound()
}
