package graph_test

import (
	"testing"
	"time"
)

type reschedulable struct {
	ID, Status, Start, End string
	RescheduleCount        int
	Exempt                 bool
	BookedAt               string
	Slot                   slot
	Interviewer            person
}

func (s *school) interview(id string) reschedulable {
	s.T.Helper()
	var data struct{ Interview reschedulable }
	s.Ask(`query($i: ID!) { interview(id: $i) { id status start end rescheduleCount exempt bookedAt
		slot { id status } interviewer { id } } }`, in{"i": id}).Into(&data)
	return data.Interview
}

func TestReschedule(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	from, to := s.NewSlot(day), s.Slot(ann, 2*day)
	id := s.Booked(student, from)
	s.SetClock(t0.Add(time.Hour))
	s.Accepted(s.move(id, to).Errors)
	same(t, "interview", s.interview(id), reschedulable{
		ID: id, Status: "BOOKED", Start: "2026-06-03T08:00:00Z", End: "2026-06-03T09:00:00Z", RescheduleCount: 1,
		BookedAt: "2026-06-01T08:00:00Z", Slot: slot{ID: to, Status: "BOOKED"}, Interviewer: person{ID: ann},
	})
	same(t, "refusal codes of the old slot for another student", s.refusalCodes(s.Student(nil), from), []string{})
	same(t, "refusal codes of the old slot for the student", s.refusalCodes(student, from), []string{})
	same(t, "refusal codes of the new slot for another student", s.refusalCodes(s.Student(nil), to), []string{"SLOT_TAKEN"})
	same(t, "interviews used", s.List(student).Eligibility.InterviewsUsed, 1)

	before := s.Rows()
	again := s.move(id, to)
	s.Accepted(again.Errors)
	same(t, "start after a move to the same slot", again.Interview.Start, "2026-06-03T08:00:00Z")
	same(t, "rows after a move to the same slot", s.Rows(), before)
	s.Sound()
}

func TestRescheduleThreeTimes(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	slots := []string{s.NewSlot(day), s.NewSlot(2 * day)}
	id := s.Booked(s.Student(nil), slots[0])
	for n := range 3 {
		s.Accepted(s.move(id, slots[(n+1)%2]).Errors)
	}
	refusals := s.move(id, slots[0]).Errors
	same(t, "refusal codes of a fourth move", codes(refusals), []string{"TOO_MANY_RESCHEDULES"})
	same(t, "path of the refusal", refusals[0].Path, []string{"input", "interviewId"})
	s.policy(in{"maxReschedules": 4})
	s.Accepted(s.move(id, slots[0]).Errors)
	same(t, "reschedule count", s.interview(id).RescheduleCount, 4)
	s.policy(in{"maxReschedules": 0})
	s.Accepted(s.move(id, slots[0]).Errors)
	s.Sound()
}

func TestRescheduleRefusals(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, met := s.Student(in{"email": "both@example.org"}), s.Interviewer(nil)
	self := s.Slot(s.Interviewer(in{"email": "both@example.org"}), 5*day)
	s.Booked(student, s.Slot(met, 3*day))
	s.Booked(student, s.NewSlot(4*day))
	ann := s.Interviewer(nil)
	id := s.Booked(student, s.Slot(ann, day))
	cancelled := s.Booked(s.Student(nil), s.NewSlot(day))
	s.Accepted(s.Cancel(cancelled).Errors)
	taken, held, withdrawn := s.NewSlot(6*day), s.NewSlot(7*day), s.NewSlot(8*day)
	s.Booked(s.Student(nil), taken)
	s.held(s.Student(nil), held)
	s.Accepted(s.closing("withdrawSlot", "", in{"slotId": withdrawn}).Errors)
	capped := s.Interviewer(in{"maxPerDay": 1})
	s.Booked(s.Student(nil), s.Slot(capped, 9*day))
	full := s.Slot(capped, 9*day+time.Hour)
	again, overlapping := s.Slot(met, 10*day), s.Slot(ann, 4*day+30*time.Minute)
	soon, past, free := s.NewSlot(2*time.Minute), s.NewSlot(time.Minute), s.NewSlot(10*day)
	s.policy(in{"minimumNoticeSeconds": 120})
	s.SetClock(t0.Add(time.Minute))
	before := s.Rows()
	for _, test := range []struct {
		name, interview, slot string
		code, field           string
	}{
		{"a slot booked by another student", id, taken, "SLOT_TAKEN", "slotId"},
		{"a slot held by another student", id, held, "SLOT_HELD", "slotId"},
		{"a withdrawn slot", id, withdrawn, "SLOT_WITHDRAWN", "slotId"},
		{"a slot that has started", id, past, "SLOT_IN_PAST", "slotId"},
		{"a slot too soon", id, soon, "TOO_SOON", "slotId"},
		{"an interviewer that the student has met", id, again, "ALREADY_INTERVIEWED", "slotId"},
		{"a slot of the student as an interviewer", id, self, "SELF_INTERVIEW", "slotId"},
		{"the time of another interview of the student", id, overlapping, "OWN_OVERLAP", "slotId"},
		{"a full day of the interviewer", id, full, "INTERVIEWER_FULL", "slotId"},
		{"an unknown slot", id, "999", "NOT_FOUND", "slotId"},
		{"an unknown interview", "999", free, "NOT_FOUND", "interviewId"},
		{"a cancelled interview", cancelled, free, "WRONG_STATUS", "interviewId"},
	} {
		t.Run(test.name, func(t *testing.T) {
			refusals := s.For(t).move(test.interview, test.slot).Errors
			wantRefusal(t, refusals, test.code, test.field)
			if test.code == "SLOT_TAKEN" || test.code == "SLOT_HELD" {
				same(t, "alternatives", ids(refusals[0].Alternatives), []string{free})
			}
		})
	}
	same(t, "rows", s.Rows(), before)
	s.SetClock(t0.Add(day))
	refusals := s.move(id, free).Errors
	same(t, "refusal codes of an interview that has begun", codes(refusals), []string{"SLOT_IN_PAST"})
	same(t, "path of the refusal", refusals[0].Path, []string{"input", "interviewId"})
	s.Accepted(s.Complete(id, 3).Errors)
	same(t, "refusal codes of a completed interview", codes(s.move(id, free).Errors), []string{"WRONG_STATUS"})
	s.Sound()
}

// The limit and the pair ignore the interview that is moved, and the grades are not checked again.
func TestRescheduleIgnoresTheMovedInterview(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(in{"interviewLimit": 2}), s.Interviewer(nil)
	graded := s.Booked(student, s.NewSlot(time.Hour))
	from, same1, overlap := s.Slot(ann, 2*day), s.Slot(ann, 3*day), s.NewSlot(2*day+30*time.Minute)
	id := s.Booked(student, from)
	s.SetClock(t0.Add(2 * time.Hour))
	s.Accepted(s.Complete(graded, 0).Errors)
	same(t, "refusal codes of a booking", s.refusalCodes(student, overlap), []string{"OWN_OVERLAP", "LIMIT_REACHED", "GRADES_TOO_LOW"})
	same(t, "alternatives of a refused move", ids(s.move(id, s.takenSlot(day)).Errors[0].Alternatives),
		[]string{overlap, same1})
	s.Accepted(s.move(id, same1).Errors)
	s.Accepted(s.move(id, from).Errors)
	s.Accepted(s.move(id, overlap).Errors)
	s.Sound()
}

// takenSlot returns a slot that another student has booked.
func (s *school) takenSlot(after time.Duration) string {
	s.T.Helper()
	slot := s.NewSlot(after)
	s.Booked(s.Student(nil), slot)
	return slot
}

// A lower limit cancels nothing, and the existing interview can still be moved.
func TestRescheduleOverALowerLimit(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	s.Booked(student, s.NewSlot(day))
	id, to := s.Booked(student, s.NewSlot(2*day)), s.NewSlot(3*day)
	var payload struct{ Errors []refused }
	s.Mutate("updateStudent", "student { id }", in{"studentId": student, "interviewLimit": 1}, &payload)
	s.Accepted(payload.Errors)
	refusals := s.move(id, to).Errors
	same(t, "refusal codes at the limit", codes(refusals), []string{"LIMIT_REACHED"})
	same(t, "path of the refusal", refusals[0].Path, []string{"input", "interviewId"})
	s.Sound()
}

// An interview can be moved within a full day of one interviewer: it takes the place it
// gives up.
func TestRescheduleWithinAFullDay(t *testing.T) {
	t.Parallel()
	for _, test := range []string{"maxPerDay", "maxPerWeek"} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			ann := s.Interviewer(in{test: 2})
			slots := ids(s.Publish(ann, t0.Add(day), 4*time.Hour, 60).Slots)
			id := s.Booked(s.Student(nil), slots[0])
			other := s.Student(nil)
			s.Booked(other, slots[1])
			same(t, "refusal codes of the full day", s.refusalCodes(s.Student(nil), slots[2]), []string{"INTERVIEWER_FULL"})
			s.Accepted(s.move(id, slots[2]).Errors)
			s.Sound()
			same(t, "refusal codes after a move within the day", s.refusalCodes(s.Student(nil), slots[0]), []string{"INTERVIEWER_FULL"})
			away := s.NewSlot(20 * day)
			s.Accepted(s.move(id, away).Errors)
			same(t, "refusal codes after a move to another day", s.refusalCodes(s.Student(nil), slots[0]), []string{})
			s.held(s.Student(nil), slots[3])
			same(t, "refusal codes of a move back to a day full by a hold", codes(s.move(id, slots[0]).Errors), []string{"INTERVIEWER_FULL"})
			s.SetClock(t0.Add(holdTime))
			s.Accepted(s.move(id, slots[0]).Errors)
			s.Sound()
		})
	}
}

func TestRescheduleToTheHeldSlot(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(in{"interviewLimit": 2}), s.Interviewer(in{"maxPerDay": 1})
	id, held, other := s.Booked(student, s.NewSlot(day)), s.Slot(ann, 2*day), s.Slot(ann, 2*day+time.Hour)
	free := s.NewSlot(3 * day)
	s.held(student, held)
	same(t, "refusal codes of another slot of the held interviewer", codes(s.move(id, other).Errors), []string{"INTERVIEWER_FULL", "ALREADY_INTERVIEWED"})
	s.Accepted(s.move(id, held).Errors)
	same(t, "hold of the student", s.holdOf(student), "none")
	same(t, "interviews used", s.List(student).Eligibility.InterviewsUsed, 1)
	s.Sound()

	s.held(student, free)
	s.Accepted(s.move(id, s.NewSlot(5*day)).Errors)
	same(t, "a hold of another slot is kept", s.holdOf(student) != "none", true)
	same(t, "interviews used with the hold", s.List(student).Eligibility.InterviewsUsed, 2)
	s.Sound()
}

// slotsToMoveTo returns the slots to which an interview can be moved, and why there are none.
func (s *school) slotsToMoveTo(student, interview string) (slots []string, reasons []string) {
	s.T.Helper()
	var data struct {
		AvailableSlots struct{ Nodes, EmptyReasons []struct{ ID, Code string } }
	}
	s.Ask(`query($s: ID!, $i: ID, $start: DateTime!, $end: DateTime!) {
		availableSlots(studentId: $s, start: $start, end: $end, reschedulingInterviewId: $i) { nodes { id } emptyReasons { code } } }`,
		in{"s": student, "i": interview, "start": t0.Format(time.RFC3339), "end": t0.Add(30 * day).Format(time.RFC3339)}).Into(&data)
	for _, slot := range data.AvailableSlots.Nodes {
		slots = append(slots, slot.ID)
	}
	for _, reason := range data.AvailableSlots.EmptyReasons {
		reasons = append(reasons, reason.Code)
	}
	return slots, reasons
}

// The list of slots to move to agrees with the move: it ignores the interview and the grades.
func TestListOfSlotsToMoveTo(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann, ben := s.Student(in{"interviewLimit": 3}), s.Interviewer(nil), s.Interviewer(nil)
	graded := s.Booked(student, s.NewSlot(time.Hour))
	other := s.Slot(ben, 4*day)
	s.Booked(student, other)
	from := s.Slot(ann, 5*day)
	id := s.Booked(student, from)
	later := s.Slot(ann, 6*day)
	overlapsFrom, overlapsOther := s.NewSlot(5*day+30*time.Minute), s.NewSlot(4*day+30*time.Minute)
	ofBen, taken := s.Slot(ben, 7*day), s.takenSlot(8*day)
	s.SetClock(t0.Add(2 * time.Hour))
	s.Accepted(s.Complete(graded, 0).Errors)
	same(t, "slots to book", ids(s.List(student).Nodes), []string{})

	slots, _ := s.slotsToMoveTo(student, id)
	same(t, "slots to move to", slots, []string{overlapsFrom, later})
	for _, refused := range []string{overlapsOther, ofBen, taken} {
		if len(s.move(id, refused).Errors) == 0 {
			t.Errorf("slot %s is not listed, but the interview can be moved to it", refused)
		}
	}
	for _, listed := range slots {
		s.Accepted(s.move(id, listed).Errors)
	}
	slots, _ = s.slotsToMoveTo(student, id)
	same(t, "slots after two moves", slots, []string{from, overlapsFrom})

	s.Accepted(s.Cancel(id).Errors)
	for name, interview := range map[string]string{"a cancelled interview": id, "an unknown interview": "999999", "another student's": s.Booked(s.Student(nil), later)} {
		answer := s.Ask(`query($s: ID!, $i: ID) { availableSlots(studentId: $s, start: "2026-06-01T00:00:00Z", end: "2026-06-30T00:00:00Z",
			reschedulingInterviewId: $i) { totalCount } }`, in{"s": student, "i": interview})
		same(t, name, []string{answer.Code(), answer.Errors[0].Message}, []string{"NOT_FOUND", "There is no such interview."})
	}
}

func TestNoSlotsToMoveTo(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	s.takenSlot(2 * day)
	slots, reasons := s.slotsToMoveTo(student, s.Booked(student, s.NewSlot(day)))
	same(t, "number of slots", len(slots), 0)
	same(t, "reasons", reasons, []string{"SLOT_TAKEN"})
}
