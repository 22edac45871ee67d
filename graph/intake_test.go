package graph_test

import (
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
)

// tell changes the intake of an interview, and returns the refusals.
func (s *school) tell(interview string, intake any) []refused {
	s.T.Helper()
	return s.ChangeInterview("updateInterviewIntake", in{"interviewId": interview, "intake": intake}).Errors
}

// told returns the intake of an interview for the caller, or "" if it is null.
func (s *school) told(interview string) string {
	s.T.Helper()
	var data struct{ Interview *struct{ Intake *string } }
	s.Ask("query($id: ID!) { interview(id: $id) { intake } }", in{"id": interview}).Into(&data)
	if data.Interview == nil || data.Interview.Intake == nil {
		return ""
	}
	return *data.Interview.Intake
}

// bookedWith books a slot with an intake and returns the interview.
func (s *school) bookedWith(student, slot string, intake any) string {
	s.T.Helper()
	booked := s.ChangeInterview("bookSlot", in{"studentId": student, "slotId": slot, "intake": intake})
	s.Accepted(booked.Errors)
	return booked.Interview.ID
}

// The people of the interview and administrators read what the student tells, and nobody else.
func TestWhoReadsAnIntake(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const words = "I know Go.\nPlease ask about SQL."
	ann, ada := s.Interviewer(nil), s.Student(nil)
	slot, id := s.Slot(ann, day), ""
	s.as(booking.RoleStudent, ada, func() { id = s.bookedWith(ada, slot, "  "+words+"\n") })
	event := s.lastChanges("INTERVIEW_BOOKED")
	same(t, "change of the event", event["intake"], [2]any{nil, true})
	same(t, "intake for an administrator", s.told(id), words)
	for role, reader := range map[booking.Role]string{booking.RoleStudent: ada, booking.RoleInterviewer: ann} {
		s.as(role, reader, func() { same(t, "intake for "+string(role), s.told(id), words) })
	}
	for role, other := range map[booking.Role]string{
		booking.RoleStudent: s.Student(nil), booking.RoleInterviewer: s.Interviewer(nil), booking.RoleAnonymous: "0",
	} {
		s.as(role, other, func() {
			for _, document := range []string{
				"{ interview(id: " + id + ") { intake } }", "{ interviews { nodes { intake } } }",
				"{ slot(id: " + slot + ") { interview { intake } } }", "{ interviewer(id: " + ann + ") { interviews { nodes { intake } } } }",
			} {
				if answer := s.Ask(document, nil).Body; strings.Contains(answer, "Go.") {
					t.Errorf("answer to %s, who asks %s, has the intake", role, document)
				}
			}
		})
	}
	s.Sound()
}

// A booking that is repeated or tried leaves the intake as it is.
func TestIntakeOfABooking(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.Student(nil), s.NewSlot(day)
	long := s.ChangeInterview("bookSlot", in{"studentId": student, "slotId": slot, "intake": strings.Repeat("ä", booking.MaxIntake+1)})
	wantRefusal(t, long.Errors, "INVALID_INPUT", "intake")
	tried := s.ChangeInterview("bookSlot", in{"studentId": student, "slotId": slot, "intake": "a\x07b", "dryRun": true})
	wantRefusal(t, tried.Errors, "INVALID_INPUT", "intake")
	s.exec("UPDATE students SET interview_limit = 0")
	both := s.ChangeInterview("bookSlot", in{"studentId": student, "slotId": slot, "intake": "a\x07b"})
	same(t, "refusal codes", codes(both.Errors), []string{"LIMIT_REACHED", "INVALID_INPUT"})
	s.exec("UPDATE students SET interview_limit = NULL")

	longest := strings.Repeat("ä", booking.MaxIntake)
	id := s.bookedWith(student, slot, longest)
	same(t, "the longest intake", s.told(id), longest)
	before := s.Rows()
	same(t, "interview of the same booking", s.bookedWith(student, slot, "another"), id)
	same(t, "rows", s.Rows(), before)
	for _, none := range []any{nil, "", " \n"} {
		same(t, "no intake", s.told(s.bookedWith(s.Student(nil), s.NewSlot(day), none)), "")
	}
	s.Sound()
}

// A key stands for a booking with its intake. Without one, it stands for the same input as in
// versions that know no intake.
func TestIntakeIsPartOfTheKeyedInput(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.Student(nil), s.NewSlot(day)
	send := func(key string, intake any) []refused {
		return s.ChangeInterview("bookSlot", in{"studentId": student, "slotId": slot, "intake": intake, "idempotencyKey": key}).Errors
	}
	s.Accepted(send("key", "I know Go."))
	s.Accepted(send("key", "I know Go."))
	wantRefusal(t, send("key", "I know SQL."), "IDEMPOTENCY_MISMATCH", "idempotencyKey")
	wantRefusal(t, send("key", nil), "IDEMPOTENCY_MISMATCH", "idempotencyKey")
	s.Sound()
}

// The student and administrators change the intake until the interview starts.
func TestWhoChangesAnIntake(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, ada := s.Interviewer(nil), s.Student(nil)
	id := s.Booked(ada, s.Slot(ann, day))
	s.as(booking.RoleStudent, ada, func() { s.Accepted(s.tell(id, " I know Go. ")) })
	same(t, "intake of the student", s.told(id), "I know Go.")
	same(t, "change of the event", s.lastChanges("INTERVIEW_INTAKE_UPDATED"), map[string][2]any{"intake": {nil, true}})
	before := s.Rows()
	s.Accepted(s.tell(id, "I know Go."))
	same(t, "rows after the same change", s.Rows(), before)
	s.Accepted(s.tell(id, "I know SQL."))
	same(t, "intake of the administrator", s.told(id), "I know SQL.")
	same(t, "change of the second event", s.lastChanges("INTERVIEW_INTAKE_UPDATED")["intake"], [2]any{true, true})
	for _, none := range []any{nil, "", " \n"} {
		s.Accepted(s.tell(id, "I know SQL."))
		s.Accepted(s.tell(id, none))
		same(t, "intake after it was removed", s.told(id), "")
	}
	same(t, "change of the last event", s.lastChanges("INTERVIEW_INTAKE_UPDATED")["intake"], [2]any{true, nil})

	before = s.Rows()
	s.as(booking.RoleStudent, s.Student(nil), func() { wantRefusal(t, s.tell(id, "x"), "NOT_FOUND", "interviewId") })
	for role, code := range map[booking.Role]string{booking.RoleInterviewer: "FORBIDDEN", booking.RoleAnonymous: "UNAUTHENTICATED"} {
		s.as(role, ann, func() {
			answer := s.Ask("mutation($id: ID!) { updateInterviewIntake(input: {interviewId: $id, intake: \"x\"}) { errors { code } } }", in{"id": id})
			same(t, "code for "+string(role), answer.Code(), code)
		})
	}
	same(t, "intake after refusals", s.told(id), "")
	s.Sound()
}

// After the start, and once an interview is over or cancelled, the intake stays as it is.
func TestIntakeStaysAfterTheStart(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	id, cancelled := s.bookedWith(student, s.NewSlot(day), "I know Go."), s.bookedWith(student, s.NewSlot(2*day), "I know Go.")
	s.Accepted(s.Cancel(cancelled).Errors)
	wantRefusal(t, s.tell(cancelled, "x"), "WRONG_STATUS", "interviewId")
	s.SetClock(t0.Add(day - time.Microsecond))
	s.Accepted(s.tell(id, "I know SQL."))
	s.SetClock(t0.Add(day))
	for _, intake := range []any{"x", nil, "I know SQL."} {
		wantRefusal(t, s.tell(id, intake), "SLOT_IN_PAST", "interviewId")
		s.as(booking.RoleStudent, student, func() { wantRefusal(t, s.tell(id, intake), "SLOT_IN_PAST", "interviewId") })
	}
	s.SetClock(t0.Add(day + time.Hour))
	s.Accepted(s.Complete(id, 4).Errors)
	wantRefusal(t, s.tell(id, "x"), "WRONG_STATUS", "interviewId")
	same(t, "intake of a completed interview", s.told(id), "I know SQL.")
	same(t, "intake of a cancelled interview", s.told(cancelled), "I know Go.")
	s.Sound()
}

// A move keeps the intake, and the new interviewer reads it instead of the first one.
func TestIntakeAfterAMove(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, bea, student := s.Interviewer(nil), s.Interviewer(nil), s.Student(nil)
	id := s.bookedWith(student, s.Slot(ann, day), "I know Go.")
	s.Accepted(s.move(id, s.Slot(bea, 2*day)).Errors)
	_, changed := s.lastChanges("INTERVIEW_RESCHEDULED")["intake"]
	same(t, "the event has a change of the intake", changed, false)
	s.as(booking.RoleInterviewer, bea, func() { same(t, "intake for the new interviewer", s.told(id), "I know Go.") })
	s.as(booking.RoleInterviewer, ann, func() { same(t, "intake for the first interviewer", s.told(id), "") })
	s.Sound()
}

func TestImportedIntakes(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.Interviewer(in{"email": "ann@example.org"})
	s.Student(in{"email": "ada@example.org"})
	s.Student(in{"email": "bob@example.org"})
	row := func(student string, after time.Duration, intake string) string {
		return strings.TrimSuffix(bookingRow(student, "ann@example.org", after), "\n") + "," + intake + "\n"
	}
	const header = "studentEmail,interviewerEmail,start,end,status,intake\n"
	first := s.imports("importInterviews", header+row("ada@example.org", day, "\"Go,\nand SQL\""), nil)
	same(t, "rows", first.rowLines(), []string{"2 CREATED"})
	same(t, "intake of the file", s.told(*first.Rows[0].ID), "Go,\nand SQL")
	for intake, want := range map[string]string{
		"\"Go,\nand SQL\"": "2 UNCHANGED", "": "2 UNCHANGED", "Go": "2 FAILED intake:INVALID_INPUT",
	} {
		again := s.imports("importInterviews", header+row("ada@example.org", day, intake), nil)
		same(t, "rows with the intake "+intake, again.rowLines(), []string{want})
	}
	long := s.imports("importInterviews", header+row("bob@example.org", 2*day, strings.Repeat("x", booking.MaxIntake+1)), nil)
	same(t, "rows with a long intake", long.rowLines(), []string{"2 FAILED intake:INVALID_INPUT"})
	s.Sound()
}

// The export of a student contains the intakes, and anonymising removes them.
func TestAnonymisingRemovesIntakes(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, other := s.Student(nil), s.Student(nil)
	past, cancelled := s.bookedWith(student, s.NewSlot(day), "I know Go."), s.bookedWith(student, s.NewSlot(9*day), "I know Go.")
	s.Accepted(s.Cancel(cancelled).Errors)
	kept := s.bookedWith(other, s.NewSlot(2*day), "I know Go.")
	s.SetClock(t0.Add(3 * day))
	same(t, "intakes of the export", strings.Count(s.exported(student), "I know Go."), 2)
	s.anonymise(student)
	same(t, "intakes after anonymising", []string{s.told(past), s.told(cancelled), s.told(kept)}, []string{"", "", "I know Go."})
	same(t, "the export has an intake", strings.Contains(s.exported(student), "I know Go."), false)
	wantRefusal(t, s.tell(past, "x"), "SLOT_IN_PAST", "interviewId")
	s.Sound()
	s.exec("UPDATE interviews SET intake = 'planted' WHERE id = " + past)
	s.Unsound("an anonymised student has no texts, hold, waivers, calendar feeds or preferences")
}
