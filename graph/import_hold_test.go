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
			if got := other.rowLines()[0]; !strings.HasPrefix(got, "2 FAILED start:SLOT_HELD") {
				t.Errorf("row of another student = %s, want SLOT_HELD", got)
			}
		})
	}
	same(t, "rows after a dry run", s.Rows(), before)
	s.SetClock(t0.Add(holdTime))
	dry := s.imports("importInterviews", importedInterview+bookingRow("bob@example.org", "ann@example.org", day), in{"dryRun": true})
	same(t, "rows beside an expired hold", dry.rowLines(), []string{"2 CREATED"})

	s.SetClock(t0.Add(holdTime - time.Second))
	own := s.imports("importInterviews", importedInterview+bookingRow("ada@example.org", "ann@example.org", day), nil)
	same(t, "rows of the student who holds", own.rowLines(), []string{"2 CREATED"})
	same(t, "hold of the student", s.holdOf(ada), "none")
	same(t, "interviews used", s.List(ada).Eligibility.InterviewsUsed, 1)
	same(t, "refusal codes of the imported slot", s.refusalCodes(bob, slot), []string{"SLOT_TAKEN", "INTERVIEWER_FULL"})
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
	same(t, "rows in the way of a hold", s.imports("importInterviews", file, nil).rowLines(),
		[]string{"2 FAILED start:OWN_OVERLAP studentEmail:LIMIT_REACHED"})
	called := strings.Replace(bookingRow("bob@example.org", "ann@example.org", day), "BOOKED", "CANCELLED", 1)
	same(t, "rows of a cancelled interview", s.imports("importInterviews", importedInterview+called, nil).rowLines(), []string{"2 CREATED"})
	same(t, "the hold is kept", s.holdOf(ada) != "none", true)
	same(t, "refusal codes of the held slot", s.refusalCodes(ada, slot), []string{})

	// The held slot and two more, where there are two places: the interview takes the
	// place of the hold.
	three := importedInterview + bookingRow("ada@example.org", "ann@example.org", day) +
		bookingRow("bob@example.org", "ann@example.org", day+2*time.Hour) + bookingRow("cem@example.org", "ann@example.org", day+3*time.Hour)
	same(t, "rows of a full day", s.imports("importInterviews", three, in{"partial": true}).rowLines(),
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
	same(t, "rows of a student with low grades", s.imports("importInterviews", file, in{"partial": true}).rowLines(), []string{"2 FAILED studentEmail:GRADES_TOO_LOW"})
	same(t, "rows", s.Rows(), before)
	same(t, "rows of an exempt import", s.imports("importInterviews", file, in{"exempt": true}).rowLines(), []string{"2 EXEMPTED"})
	same(t, "hold of the student", s.holdOf(ada), "none")
	s.Sound()
}
