package graph_test

import (
	"testing"
	"time"
)

// TestStory follows the whole life of a school, step by step.
func TestStory(t *testing.T) {
	t.Parallel()
	s := newSchool(t)

	var policy struct {
		BookingPolicy struct{ InterviewLimit, Version int }
		Errors        []refused
	}
	s.Mutate("updateBookingPolicy", "bookingPolicy { interviewLimit version }", map[string]any{"interviewLimit": 15}, &policy)
	s.Accepted(policy.Errors)
	same(t, "policy", policy.BookingPolicy.InterviewLimit, 15)

	one, two := s.Student(map[string]any{"name": "One"}), s.Student(map[string]any{"name": "Two"})
	ann := s.Interviewer(map[string]any{"name": "Ann"})
	bob := s.Interviewer(map[string]any{"name": "Bob"})
	cat := s.Interviewer(map[string]any{"name": "Cat"})
	a1, b1, c1 := s.Slot(ann, day), s.Slot(bob, 2*day), s.Slot(cat, 3*day)
	a2 := s.Slot(ann, 4*day)

	same(t, "student 1 sees all", ids(s.List(one).Nodes), []string{a1, b1, c1, a2})
	same(t, "student 2 sees all", ids(s.List(two).Nodes), []string{a1, b1, c1, a2})

	first := s.Book(one, a1)
	s.Accepted(first.Errors)
	same(t, "the first booking", *first.Interview, interview{
		ID: first.Interview.ID, Start: "2026-06-02T08:00:00Z", End: "2026-06-02T09:00:00Z", Status: "BOOKED",
		Student: person{ID: one, Name: "One"}, Interviewer: person{ID: ann, Name: "Ann"},
		Slot: slot{ID: a1, Status: "BOOKED", Start: "2026-06-02T08:00:00Z", End: "2026-06-02T09:00:00Z", Interviewer: person{ID: ann, Name: "Ann"}},
	})
	same(t, "student 1 no longer sees Ann at all", ids(s.List(one).Nodes), []string{b1, c1})
	same(t, "student 2 no longer sees that slot only", ids(s.List(two).Nodes), []string{b1, c1, a2})

	second := s.Booked(one, b1)
	var listed struct{ Interviews struct{ Nodes []interview } }
	s.Ask(`query($s: ID!) { interviews(filter: {studentId: $s}) { nodes { id status student { name } interviewer { name } } } }`,
		map[string]any{"s": one}).Into(&listed)
	same(t, "the interviews, with names", listed.Interviews.Nodes, []interview{
		{ID: first.Interview.ID, Status: "BOOKED", Student: person{Name: "One"}, Interviewer: person{Name: "Ann"}},
		{ID: second, Status: "BOOKED", Student: person{Name: "One"}, Interviewer: person{Name: "Bob"}},
	})

	s.SetClock(t0.Add(2*day + 2*time.Hour))
	done := s.Complete(first.Interview.ID, 0)
	s.Accepted(done.Errors)
	same(t, "grade 0 is a grade", done.Interview.Grade, ptr(0))
	same(t, "status", done.Interview.Status, "COMPLETED")
	s.Accepted(s.Complete(second, 1).Errors)

	nothing := s.List(one)
	same(t, "student 1 sees nothing", ids(nothing.Nodes), []string{})
	same(t, "and is told why", nothing.Reasons(), []string{"GRADES_TOO_LOW"})
	same(t, "with the evidence", nothing.Eligibility.RecentGrades, []int{1, 0})
	same(t, "and the used interviews", nothing.Eligibility.InterviewsUsed, 2)
	same(t, "booking says the same", codes(s.Book(one, c1).Errors), []string{"GRADES_TOO_LOW"})

	same(t, "student 2 still sees the rest", ids(s.List(two).Nodes), []string{c1, a2})
	s.Sound()
}

func ptr[T any](v T) *T { return &v }

func TestLimit(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(map[string]any{"interviewLimit": 3})
	spare := s.NewSlot(20 * day)
	for i := range 2 {
		s.Booked(student, s.NewSlot(time.Duration(i+1)*day))
	}

	almost := s.List(student)
	same(t, "two of three used", almost.Eligibility, eligibility{
		Eligible: true, InterviewsUsed: 2, InterviewLimit: 3, InterviewsRemaining: 1, RecentGrades: []int{},
		Reasons: []struct{ Code, Message string }{},
	})
	same(t, "the spare slot is offered", ids(almost.Nodes), []string{spare})
	last := s.Booked(student, s.NewSlot(4*day))

	full := s.List(student)
	same(t, "nothing is offered", ids(full.Nodes), []string{})
	same(t, "because of the limit", full.Reasons(), []string{"LIMIT_REACHED"})
	same(t, "remaining", full.Eligibility.InterviewsRemaining, 0)
	refusal := s.Book(student, spare).Errors
	same(t, "booking refuses", codes(refusal), []string{"LIMIT_REACHED"})
	same(t, "with its type", refusal[0].Typename, "LimitReached")
	same(t, "and the evidence", refusal[0].Eligibility.InterviewsUsed, 3)

	s.Accepted(s.Cancel(last).Errors)
	same(t, "cancelling gives one back", s.List(student).Eligibility.InterviewsUsed, 2)
	s.Booked(student, spare)

	var raised struct{ Errors []refused }
	s.Mutate("updateStudent", "student { interviewLimit }", map[string]any{"studentId": student, "interviewLimit": 1}, &raised)
	s.Accepted(raised.Errors)
	lowered := s.List(student).Eligibility
	same(t, "a lower limit cancels nothing", lowered.InterviewsUsed, 3)
	same(t, "and remaining stays at 0", lowered.InterviewsRemaining, 0)
	s.Sound()
}

func TestFifteenIsTheDefaultLimit(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	for i := range 14 {
		s.Booked(student, s.NewSlot(time.Duration(i+1)*day))
	}
	last := s.NewSlot(20 * day)
	over := s.NewSlot(21 * day)
	same(t, "at 14 both are offered", ids(s.List(student).Nodes), []string{last, over})
	s.Booked(student, last)
	same(t, "at 15 none is", s.List(student).Reasons(), []string{"LIMIT_REACHED"})
	same(t, "and none can be booked", codes(s.Book(student, over).Errors), []string{"LIMIT_REACHED"})
}

func TestGrades(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		grades []any // oldest first; nil means ungraded
		recent []int
		ok     bool
	}{
		{"none", nil, []int{}, true},
		{"one good", []any{2}, []int{2}, true},
		{"one of exactly 1", []any{1}, []int{1}, false},
		{"one of 0", []any{0}, []int{0}, false},
		{"newer is 1", []any{4, 1}, []int{1, 4}, false},
		{"older is 1", []any{1, 4}, []int{4, 1}, false},
		{"a 1 pushed out by two better ones", []any{1, 2, 2}, []int{2, 2}, true},
		{"not graded blocks nothing", []any{2, nil}, []int{2}, true},
		{"not graded pushes nothing out", []any{1, nil, nil}, []int{1}, false},
		{"not graded between", []any{1, nil, 3, nil, 3}, []int{3, 3}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			student := s.Student(nil)
			// Booked in advance, because a low grade prevents the next booking.
			var booked []string
			for i := range test.grades {
				booked = append(booked, s.Booked(student, s.NewSlot(time.Duration(i+1)*day)))
			}
			s.SetClock(t0.Add(10 * day))
			for i, grade := range test.grades {
				s.Accepted(s.Complete(booked[i], grade).Errors)
			}
			spare := s.NewSlot(20 * day)
			answer := s.List(student)
			same(t, "grades looked at", answer.Eligibility.RecentGrades, test.recent)
			same(t, "eligible", answer.Eligibility.Eligible, test.ok)
			same(t, "listed", len(answer.Nodes) == 1, test.ok)
			same(t, "books", len(s.TryBook(student, spare).Errors) == 0, test.ok)
		})
	}
}

func TestRegradeAndLateGrade(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	id := s.Live(student, day, nil)
	s.NewSlot(20 * day)
	same(t, "not graded: eligible", s.List(student).Eligibility.Eligible, true)
	s.Accepted(s.Complete(id, 1).Errors)
	same(t, "graded 1: not", s.List(student).Eligibility.Eligible, false)
	again := s.Complete(id, 1)
	s.Accepted(again.Errors)
	same(t, "the same grade again changes nothing", again.Interview.Grade, ptr(1))
	s.Accepted(s.Complete(id, 4).Errors)
	same(t, "regraded 4: eligible", s.List(student).Eligibility.Eligible, true)
	kept := s.Complete(id, nil)
	s.Accepted(kept.Errors)
	same(t, "no grade given keeps the grade", kept.Interview.Grade, ptr(4))
}

func TestCancelFreesSlotAndBooking(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, other := s.Student(nil), s.Student(nil)
	ann := s.Interviewer(nil)
	slot := s.Slot(ann, day)
	id := s.Booked(student, slot)
	same(t, "gone for the other", ids(s.List(other).Nodes), []string{})

	cancelled := s.Cancel(id)
	s.Accepted(cancelled.Errors)
	same(t, "status", cancelled.Interview.Status, "CANCELLED")
	same(t, "reason", cancelled.Interview.CancelReason, ptr("plans changed"))
	same(t, "the slot is open", cancelled.Interview.Slot.Status, "OPEN")
	same(t, "the interviewer is back", ids(s.List(student).Nodes), []string{slot})
	same(t, "the limit too", s.List(student).Eligibility.InterviewsUsed, 0)
	same(t, "and the slot for the other", ids(s.List(other).Nodes), []string{slot})

	s.Accepted(s.Cancel(id).Errors)
	same(t, "cancelling again changes nothing", ids(s.List(other).Nodes), []string{slot})
	s.Booked(other, slot)
	s.Accepted(s.Cancel(id).Errors)
	same(t, "nor when somebody else has it by now", codes(s.Book(student, slot).Errors), []string{"SLOT_TAKEN"})
	s.Sound()
}

func TestCancelAfterTheStartDoesNotReopen(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	id := s.Booked(student, s.NewSlot(day))
	s.SetClock(t0.Add(day))
	cancelled := s.Cancel(id)
	s.Accepted(cancelled.Errors)
	same(t, "the slot", cancelled.Interview.Slot.Status, "WITHDRAWN")
	s.Sound()
}

func TestBookingAgainAndDryRun(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	slot := s.NewSlot(day)
	before := s.Rows()
	tried := s.TryBook(student, slot)
	s.Accepted(tried.Errors)
	same(t, "a dry run makes no interview", tried.Interview == nil, true)
	same(t, "and writes nothing", s.Rows(), before)

	id := s.Booked(student, slot)
	after := s.Rows()
	same(t, "booking again answers the same interview", s.Booked(student, slot), id)
	s.Accepted(s.TryBook(student, slot).Errors)
	same(t, "and writes nothing", s.Rows(), after)
}
