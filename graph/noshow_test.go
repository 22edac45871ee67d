package graph_test

import (
	"testing"
	"time"
)

func (s *school) noShow(interview, party string) changed {
	s.T.Helper()
	return s.ChangeInterview("markNoShow", in{"interviewId": interview, "party": party})
}

func (s *school) undo(interview string) changed {
	s.T.Helper()
	return s.ChangeInterview("undoNoShow", in{"interviewId": interview})
}

// noShowAt returns when the no-show of an interview was recorded.
func (s *school) noShowAt(interview string) *string {
	s.T.Helper()
	var data struct{ Interview struct{ NoShowAt *string } }
	s.Ask("query($i: ID!) { interview(id: $i) { noShowAt } }", in{"i": interview}).Into(&data)
	return data.Interview.NoShowAt
}

func TestNoShowFromTenMinutesOn(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	id := s.Booked(s.Student(nil), s.NewSlot(day))
	for _, test := range []struct {
		name string
		now  time.Duration // after the start
	}{
		{"a day before the start", -day},
		{"at the start", 0},
		{"a microsecond before ten minutes", 10*time.Minute - time.Microsecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			s.SetClock(t0.Add(day + test.now))
			wantRefusal(t, s.noShow(id, "STUDENT").Errors, "TOO_SOON", "interviewId")
		})
	}
	s.SetClock(t0.Add(day + 10*time.Minute))
	s.Accepted(s.noShow(id, "STUDENT").Errors)
	same(t, "noShowAt", s.noShowAt(id), ptr("2026-06-02T08:10:00Z"))
	before := s.Rows()
	s.SetClock(t0.Add(2 * day))
	s.Accepted(s.noShow(id, "STUDENT").Errors)
	same(t, "rows after the same no-show again", s.Rows(), before)
	same(t, "refusal codes of an unknown interview", codes(s.noShow("999", "STUDENT").Errors), []string{"NOT_FOUND"})
	s.Sound()
}

func TestEffectsOfANoShow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		party, other, status string
		used                 int
	}{{"STUDENT", "INTERVIEWER", "STUDENT_NO_SHOW", 1}, {"INTERVIEWER", "STUDENT", "INTERVIEWER_NO_SHOW", 0}} {
		t.Run(test.party, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			student, ann := s.Student(in{"interviewLimit": 2}), s.Interviewer(in{"maxPerDay": 1})
			slot, again, elsewhere := s.Slot(ann, day), s.Slot(ann, day+2*time.Hour), s.NewSlot(day+15*time.Minute)
			id := s.Booked(student, slot)
			s.SetClock(t0.Add(day + 10*time.Minute))
			same(t, "refusal codes of the same day before the no-show", s.refusalCodes(s.Student(nil), again), []string{"INTERVIEWER_FULL"})
			answer := s.noShow(id, test.party)
			s.Accepted(answer.Errors)
			same(t, "status", answer.Interview.Status, test.status)
			same(t, "interviews used", s.List(student).Eligibility.InterviewsUsed, test.used)
			same(t, "refusal codes of the same interviewer and day", s.refusalCodes(student, again), []string{})
			same(t, "refusal codes of the same time", s.refusalCodes(student, elsewhere), []string{})
			same(t, "slot status", s.statusOf(slot), "BOOKED")
			wrongStatus := []string{"WRONG_STATUS"}
			same(t, "refusal codes of a cancellation", codes(s.Cancel(id).Errors), wrongStatus)
			same(t, "refusal codes of a completion", codes(s.Complete(id, 3).Errors), wrongStatus)
			same(t, "refusal codes of a reschedule", codes(s.move(id, elsewhere).Errors), wrongStatus)
			same(t, "refusal codes of a no-show of the other party", codes(s.noShow(id, test.other).Errors), wrongStatus)
			s.Sound()

			s.Accepted(s.undo(id).Errors)
			same(t, "status after the undoing", s.interview(id).Status, "BOOKED")
			same(t, "noShowAt after the undoing", s.noShowAt(id), (*string)(nil))
			same(t, "interviews used after the undoing", s.List(student).Eligibility.InterviewsUsed, 1)
			same(t, "refusal codes of the same interviewer and day after the undoing", s.refusalCodes(student, again), []string{"INTERVIEWER_FULL", "ALREADY_INTERVIEWED"})
			s.Accepted(s.Complete(id, 4).Errors)
			same(t, "status after a completion", s.interview(id).Status, "COMPLETED")
			same(t, "refusal codes of a no-show of a completed interview", codes(s.noShow(id, "STUDENT").Errors), wrongStatus)
			same(t, "refusal codes of undoing one", codes(s.undo(id).Errors), wrongStatus)
			s.Sound()
		})
	}
}

func TestNoShowOfACancelledInterview(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	id, booked := s.Booked(s.Student(nil), s.NewSlot(day)), s.Booked(s.Student(nil), s.NewSlot(day))
	s.Accepted(s.Cancel(id).Errors)
	s.SetClock(t0.Add(2 * day))
	same(t, "refusal codes of a cancelled interview", codes(s.noShow(id, "STUDENT").Errors), []string{"WRONG_STATUS"})
	same(t, "refusal codes of undoing a booked interview", codes(s.undo(booked).Errors), []string{"WRONG_STATUS"})
	same(t, "refusal codes of undoing an unknown interview", codes(s.undo("999").Errors), []string{"NOT_FOUND"})
}

func TestUndoNoShowFor48Hours(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		now  time.Duration // after it was recorded
		want []string
	}{
		{"at once", 0, []string{}},
		{"at 48 hours", 48 * time.Hour, []string{}},
		{"a microsecond later", 48*time.Hour + time.Microsecond, []string{"WRONG_STATUS"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			id := s.Booked(s.Student(nil), s.NewSlot(day))
			marked := t0.Add(3 * day)
			s.SetClock(marked)
			s.Accepted(s.noShow(id, "INTERVIEWER").Errors)
			s.SetClock(marked.Add(test.now))
			before := s.Rows()
			same(t, "refusal codes", codes(s.undo(id).Errors), test.want)
			if len(test.want) > 0 {
				same(t, "rows", s.Rows(), before)
			}
			s.Sound()
		})
	}
}

// An undone no-show counts again. The rules are checked, because the attempt that it gave
// back may have been used since.
func TestUndoNoShowChecksRules(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, party string
		limit       int
		pair        bool // the student has booked the interviewer again
		busy        bool // or a slot that overlaps the interview
		want        []string
	}{
		{"the limit is used", "INTERVIEWER", 1, false, false, []string{"LIMIT_REACHED"}},
		{"a student's no-show never gave it back", "STUDENT", 2, false, false, []string{}},
		{"the pair is going to meet", "STUDENT", 5, true, false, []string{"ALREADY_INTERVIEWED"}},
		{"the student's time is taken", "INTERVIEWER", 5, false, true, []string{"OWN_OVERLAP"}},
		{"all of it", "INTERVIEWER", 1, true, false, []string{"ALREADY_INTERVIEWED", "LIMIT_REACHED"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			student, ann := s.Student(in{"interviewLimit": test.limit}), s.Interviewer(nil)
			id := s.Booked(student, s.Slot(ann, day))
			other := s.NewSlot(5 * day)
			if test.pair {
				other = s.Slot(ann, 5*day)
			}
			if test.busy {
				other = s.NewSlot(day + 30*time.Minute)
			}
			s.SetClock(t0.Add(day + 10*time.Minute))
			s.Accepted(s.noShow(id, test.party).Errors)
			s.Booked(student, other)
			answer := s.undo(id)
			same(t, "refusal codes", codes(answer.Errors), test.want)
			for _, refusal := range answer.Errors {
				same(t, "path of the refusal", refusal.Path, []string{"input", "interviewId"})
			}
			s.Sound()
		})
	}
}

// A hold counts like the booking it may become.
func TestUndoNoShowBesideAHold(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(in{"interviewLimit": 1})
	id, other := s.Booked(student, s.NewSlot(day)), s.NewSlot(5*day)
	s.SetClock(t0.Add(2 * day))
	s.Accepted(s.noShow(id, "INTERVIEWER").Errors)
	s.held(student, other)
	same(t, "refusal codes during the hold", codes(s.undo(id).Errors), []string{"LIMIT_REACHED"})
	s.SetClock(t0.Add(2*day + holdTime))
	s.Accepted(s.undo(id).Errors)
	s.Sound()
}
