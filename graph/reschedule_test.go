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
	s.t.Helper()
	var data struct{ Interview reschedulable }
	s.ask(`query($i: ID!) { interview(id: $i) { id status start end rescheduleCount exempt bookedAt
		slot { id status } interviewer { id } } }`, in{"i": id}).into(&data)
	return data.Interview
}

func TestReschedule(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.student(nil), s.interviewer(nil)
	from, to := s.newSlot(day), s.slot(ann, 2*day)
	id := s.booked(student, from)
	s.setClock(t0.Add(time.Hour))
	s.accepted(s.move(id, to).Errors)
	same(t, "the interview", s.interview(id), reschedulable{
		ID: id, Status: "BOOKED", Start: "2026-06-03T08:00:00Z", End: "2026-06-03T09:00:00Z", RescheduleCount: 1,
		BookedAt: "2026-06-01T08:00:00Z", Slot: slot{ID: to, Status: "BOOKED"}, Interviewer: person{ID: ann},
	})
	same(t, "the slot it left is open", s.verdict(s.student(nil), from), []string{})
	same(t, "for the student, too: they have not met", s.verdict(student, from), []string{})
	same(t, "the one it stands on is not", s.verdict(s.student(nil), to), []string{"SLOT_TAKEN"})
	same(t, "it counts once", s.list(student).Eligibility.InterviewsUsed, 1)

	before := s.rows()
	again := s.move(id, to)
	s.accepted(again.Errors)
	same(t, "to where it is", again.Interview.Start, "2026-06-03T08:00:00Z")
	same(t, "changes nothing", s.rows(), before)
	s.sound()
}

func TestRescheduleThreeTimes(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	slots := []string{s.newSlot(day), s.newSlot(2 * day)}
	id := s.booked(s.student(nil), slots[0])
	for n := range 3 {
		s.accepted(s.move(id, slots[(n+1)%2]).Errors)
	}
	refusals := s.move(id, slots[0]).Errors
	same(t, "a fourth time", codes(refusals), []string{"TOO_MANY_RESCHEDULES"})
	same(t, "path", refusals[0].Path, []string{"input", "interviewId"})
	s.policy(in{"maxReschedules": 4})
	s.accepted(s.move(id, slots[0]).Errors)
	same(t, "count", s.interview(id).RescheduleCount, 4)
	s.policy(in{"maxReschedules": 0})
	s.accepted(s.move(id, slots[0]).Errors)
	s.sound()
}

func TestRescheduleRefusals(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, met := s.student(in{"email": "both@example.org"}), s.interviewer(nil)
	self := s.slot(s.interviewer(in{"email": "both@example.org"}), 5*day)
	s.booked(student, s.slot(met, 3*day))
	s.booked(student, s.newSlot(4*day))
	ann := s.interviewer(nil)
	id := s.booked(student, s.slot(ann, day))
	cancelled := s.booked(s.student(nil), s.newSlot(day))
	s.accepted(s.cancel(cancelled).Errors)
	taken, held, withdrawn := s.newSlot(6*day), s.newSlot(7*day), s.newSlot(8*day)
	s.booked(s.student(nil), taken)
	s.held(s.student(nil), held)
	s.accepted(s.closing("withdrawSlot", "", in{"slotId": withdrawn}).Errors)
	capped := s.interviewer(in{"maxPerDay": 1})
	s.booked(s.student(nil), s.slot(capped, 9*day))
	full := s.slot(capped, 9*day+time.Hour)
	again, overlapping := s.slot(met, 10*day), s.slot(ann, 4*day+30*time.Minute)
	soon, past, free := s.newSlot(2*time.Minute), s.newSlot(time.Minute), s.newSlot(10*day)
	s.policy(in{"minimumNoticeSeconds": 120})
	s.setClock(t0.Add(time.Minute))
	before := s.rows()
	for _, test := range []struct {
		name, interview, slot string
		code, field           string
	}{
		{"booked by another", id, taken, "SLOT_TAKEN", "slotId"},
		{"held by another", id, held, "SLOT_HELD", "slotId"},
		{"withdrawn", id, withdrawn, "SLOT_WITHDRAWN", "slotId"},
		{"begun", id, past, "SLOT_IN_PAST", "slotId"},
		{"too soon", id, soon, "TOO_SOON", "slotId"},
		{"somebody met", id, again, "ALREADY_INTERVIEWED", "slotId"},
		{"oneself", id, self, "SELF_INTERVIEW", "slotId"},
		{"over another of one's own", id, overlapping, "OWN_OVERLAP", "slotId"},
		{"a full day", id, full, "INTERVIEWER_FULL", "slotId"},
		{"no such slot", id, "999", "NOT_FOUND", "slotId"},
		{"no such interview", "999", free, "NOT_FOUND", "interviewId"},
		{"a cancelled one", cancelled, free, "WRONG_STATUS", "interviewId"},
	} {
		refusals := s.move(test.interview, test.slot).Errors
		same(t, test.name, codes(refusals), []string{test.code})
		same(t, test.name, refusals[0].Path, []string{"input", test.field})
		if test.code == "SLOT_TAKEN" || test.code == "SLOT_HELD" {
			same(t, test.name+": alternatives", ids(refusals[0].Alternatives), []string{free})
		}
	}
	same(t, "nothing is written", s.rows(), before)
	s.setClock(t0.Add(day))
	refusals := s.move(id, free).Errors
	same(t, "one that has begun", codes(refusals), []string{"SLOT_IN_PAST"})
	same(t, "it is the interview's start", refusals[0].Path, []string{"input", "interviewId"})
	s.accepted(s.complete(id, 3).Errors)
	same(t, "one that is over", codes(s.move(id, free).Errors), []string{"WRONG_STATUS"})
	s.sound()
}

// Rules 2 and 3 see the interview as not there, and rule 4 is not asked again.
func TestRescheduleAsThoughItWereNotThere(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.student(in{"interviewLimit": 2}), s.interviewer(nil)
	graded := s.booked(student, s.newSlot(time.Hour))
	from, same1, overlap := s.slot(ann, 2*day), s.slot(ann, 3*day), s.newSlot(2*day+30*time.Minute)
	id := s.booked(student, from)
	s.setClock(t0.Add(2 * time.Hour))
	s.accepted(s.complete(graded, 0).Errors)
	same(t, "nothing can be booked", s.verdict(student, overlap), []string{"OWN_OVERLAP", "LIMIT_REACHED", "GRADES_TOO_LOW"})
	same(t, "a move is refused with what it could be instead", ids(s.move(id, s.takenSlot(day)).Errors[0].Alternatives),
		[]string{overlap, same1})
	s.accepted(s.move(id, same1).Errors)
	s.accepted(s.move(id, from).Errors)
	s.accepted(s.move(id, overlap).Errors)
	s.sound()
}

// takenSlot is a slot that somebody has booked.
func (s *school) takenSlot(after time.Duration) string {
	s.t.Helper()
	slot := s.newSlot(after)
	s.booked(s.student(nil), slot)
	return slot
}

// A lower limit cancels nothing; the interview is not what is over it.
func TestRescheduleOverALowerLimit(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.student(nil)
	s.booked(student, s.newSlot(day))
	id, to := s.booked(student, s.newSlot(2*day)), s.newSlot(3*day)
	var payload struct{ Errors []refused }
	s.mutate("updateStudent", "student { id }", in{"studentId": student, "interviewLimit": 1}, &payload)
	s.accepted(payload.Errors)
	refusals := s.move(id, to).Errors
	same(t, "the others use it up", codes(refusals), []string{"LIMIT_REACHED"})
	same(t, "the field that was sent", refusals[0].Path, []string{"input", "interviewId"})
	s.sound()
}

// On a full day of one interviewer the place that is given up is the one taken.
func TestRescheduleWithinAFullDay(t *testing.T) {
	t.Parallel()
	for _, test := range []string{"maxPerDay", "maxPerWeek"} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			ann := s.interviewer(in{test: 2})
			slots := ids(s.publish(ann, t0.Add(day), 4*time.Hour, 60).Slots)
			id := s.booked(s.student(nil), slots[0])
			other := s.student(nil)
			s.booked(other, slots[1])
			same(t, "full", s.verdict(s.student(nil), slots[2]), []string{"INTERVIEWER_FULL"})
			s.accepted(s.move(id, slots[2]).Errors)
			s.sound()
			same(t, "still full", s.verdict(s.student(nil), slots[0]), []string{"INTERVIEWER_FULL"})
			away := s.newSlot(20 * day)
			s.accepted(s.move(id, away).Errors)
			same(t, "moved away, there is room", s.verdict(s.student(nil), slots[0]), []string{})
			s.held(s.student(nil), slots[3])
			same(t, "unless it is held", codes(s.move(id, slots[0]).Errors), []string{"INTERVIEWER_FULL"})
			s.setClock(t0.Add(holdTime))
			s.accepted(s.move(id, slots[0]).Errors)
			s.sound()
		})
	}
}

func TestRescheduleToTheHeldSlot(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.student(in{"interviewLimit": 2}), s.interviewer(in{"maxPerDay": 1})
	id, held, other := s.booked(student, s.newSlot(day)), s.slot(ann, 2*day), s.slot(ann, 2*day+time.Hour)
	free := s.newSlot(3 * day)
	s.held(student, held)
	same(t, "its interviewer's other slots", codes(s.move(id, other).Errors), []string{"INTERVIEWER_FULL", "ALREADY_INTERVIEWED"})
	s.accepted(s.move(id, held).Errors)
	same(t, "the hold is used", s.holdOf(student), "none")
	same(t, "used", s.list(student).Eligibility.InterviewsUsed, 1)
	s.sound()

	s.held(student, free)
	s.accepted(s.move(id, s.newSlot(5*day)).Errors)
	same(t, "a hold of another slot stays", s.holdOf(student) != "none", true)
	same(t, "and counts", s.list(student).Eligibility.InterviewsUsed, 2)
	s.sound()
}
