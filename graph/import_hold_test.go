package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const importedInterview = "studentEmail,interviewerEmail,start,end,status\n"

// bookingRow returns a row for a future interview of an hour.
func bookingRow(student, interviewer string, after time.Duration) string {
	start := t0.Add(after)
	return fmt.Sprintf("%s,%s,%s,%s,BOOKED\n", student, interviewer, start.Format(time.RFC3339), start.Add(time.Hour).Format(time.RFC3339))
}

func TestImportOntoAHeldSlot(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ada := s.Student(in{"email": "ada@example.org", "interviewLimit": 1})
	bob := s.Student(in{"email": "bob@example.org"})
	ann := s.Interviewer(in{"email": "ann@example.org", "maxPerDay": 1})
	slot := s.Slot(ann, day)
	s.held(ada, slot)
	before := s.Rows()
	for _, exempt := range []bool{false, true} {
		t.Run(fmt.Sprintf("exempt %t", exempt), func(t *testing.T) {
			other := s.For(t).imports("importInterviews", importedInterview+bookingRow("bob@example.org", "ann@example.org", day), in{"exempt": exempt})
			if got := other.came()[0]; !strings.HasPrefix(got, "2 FAILED start:SLOT_HELD") {
				t.Errorf("row of another student = %s, want SLOT_HELD", got)
			}
		})
	}
	same(t, "writes nothing", s.Rows(), before)
	s.SetClock(t0.Add(holdTime))
	dry := s.imports("importInterviews", importedInterview+bookingRow("bob@example.org", "ann@example.org", day), in{"dryRun": true})
	same(t, "an expired one is in nobody's way", dry.came(), []string{"2 CREATED"})

	s.SetClock(t0.Add(holdTime - time.Second))
	own := s.imports("importInterviews", importedInterview+bookingRow("ada@example.org", "ann@example.org", day), nil)
	same(t, "one's own", own.came(), []string{"2 CREATED"})
	same(t, "which was the last place of the limit and the day, and ends", s.holdOf(ada), "none")
	same(t, "it counts once", s.List(ada).Eligibility.InterviewsUsed, 1)
	same(t, "booked", s.verdict(bob, slot), []string{"SLOT_TAKEN", "INTERVIEWER_FULL"})
	s.Sound()
}

// A hold of another slot counts for an imported interview like a booking. Interviews that
// are cancelled in the file do not count.
func TestImportBesideAHold(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ada := s.Student(in{"email": "ada@example.org", "interviewLimit": 1})
	ann := s.Interviewer(in{"email": "ann@example.org", "maxPerDay": 2})
	s.Interviewer(in{"email": "bea@example.org"})
	s.Student(in{"email": "bob@example.org"})
	s.Student(in{"email": "cem@example.org"})
	slot := s.Slot(ann, day)
	s.held(ada, slot)
	file := importedInterview + bookingRow("ada@example.org", "bea@example.org", day+30*time.Minute)
	same(t, "the student's time and limit", s.imports("importInterviews", file, nil).came(),
		[]string{"2 FAILED start:OWN_OVERLAP studentEmail:LIMIT_REACHED"})
	called := strings.Replace(bookingRow("bob@example.org", "ann@example.org", day), "BOOKED", "CANCELLED", 1)
	same(t, "a cancelled one", s.imports("importInterviews", importedInterview+called, nil).came(), []string{"2 CREATED"})
	same(t, "leaves the hold", s.holdOf(ada) != "none", true)
	same(t, "and its slot", s.verdict(ada, slot), []string{})

	// The held slot and two more, where there are two places: the interview takes the
	// place of the hold.
	three := importedInterview + bookingRow("ada@example.org", "ann@example.org", day) +
		bookingRow("bob@example.org", "ann@example.org", day+2*time.Hour) + bookingRow("cem@example.org", "ann@example.org", day+3*time.Hour)
	same(t, "a day of two", s.imports("importInterviews", three, in{"partial": true}).came(),
		[]string{"2 CREATED", "3 CREATED", "4 FAILED start:INTERVIEWER_FULL"})
	s.Sound()
}

// The hold stays if the row fails.
func TestRefusedImportLeavesTheHold(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ada, ann := s.Student(in{"email": "ada@example.org"}), s.Interviewer(in{"email": "ann@example.org"})
	graded := s.Booked(ada, s.NewSlot(time.Hour))
	slot := s.Slot(ann, day)
	s.SetClock(t0.Add(2 * time.Hour))
	s.held(ada, slot)
	s.Accepted(s.Complete(graded, 0).Errors)
	before := s.Rows()
	file := importedInterview + bookingRow("ada@example.org", "ann@example.org", day)
	same(t, "the grades", s.imports("importInterviews", file, in{"partial": true}).came(), []string{"2 FAILED studentEmail:GRADES_TOO_LOW"})
	same(t, "nothing is written", s.Rows(), before)
	same(t, "exempt", s.imports("importInterviews", file, in{"exempt": true}).came(), []string{"2 EXEMPTED"})
	same(t, "ends it", s.holdOf(ada), "none")
	s.Sound()
}
