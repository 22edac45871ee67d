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
	same(t, "interview limit", policy.BookingPolicy.InterviewLimit, 15)

	one, two := s.Student(map[string]any{"name": "One"}), s.Student(map[string]any{"name": "Two"})
	ann := s.Interviewer(map[string]any{"name": "Ann"})
	bob := s.Interviewer(map[string]any{"name": "Bob"})
	cat := s.Interviewer(map[string]any{"name": "Cat"})
	a1, b1, c1 := s.Slot(ann, day), s.Slot(bob, 2*day), s.Slot(cat, 3*day)
	a2 := s.Slot(ann, 4*day)

	same(t, "slots listed for student 1", ids(s.List(one).Nodes), []string{a1, b1, c1, a2})
	same(t, "slots listed for student 2", ids(s.List(two).Nodes), []string{a1, b1, c1, a2})

	first := s.Book(one, a1)
	s.Accepted(first.Errors)
	same(t, "first interview", *first.Interview, interview{
		ID: first.Interview.ID, Start: "2026-06-02T08:00:00Z", End: "2026-06-02T09:00:00Z", Status: "BOOKED",
		Student: person{ID: one, Name: "One"}, Interviewer: person{ID: ann, Name: "Ann"},
		Slot: slot{ID: a1, Status: "BOOKED", Start: "2026-06-02T08:00:00Z", End: "2026-06-02T09:00:00Z", Interviewer: person{ID: ann, Name: "Ann"}},
	})
	same(t, "slots listed for student 1 after the booking", ids(s.List(one).Nodes), []string{b1, c1})
	same(t, "slots listed for student 2 after the booking", ids(s.List(two).Nodes), []string{b1, c1, a2})

	second := s.Booked(one, b1)
	var listed struct{ Interviews struct{ Nodes []interview } }
	s.Ask(`query($s: ID!) { interviews(filter: {studentId: $s}) { nodes { id status student { name } interviewer { name } } } }`,
		map[string]any{"s": one}).Into(&listed)
	same(t, "interviews", listed.Interviews.Nodes, []interview{
		{ID: first.Interview.ID, Status: "BOOKED", Student: person{Name: "One"}, Interviewer: person{Name: "Ann"}},
		{ID: second, Status: "BOOKED", Student: person{Name: "One"}, Interviewer: person{Name: "Bob"}},
	})

	s.SetClock(t0.Add(2*day + 2*time.Hour))
	done := s.Complete(first.Interview.ID, 0)
	s.Accepted(done.Errors)
	same(t, "grade", done.Interview.Grade, ptr(0))
	same(t, "status", done.Interview.Status, "COMPLETED")
	s.Accepted(s.Complete(second, 1).Errors)

	nothing := s.List(one)
	same(t, "slots listed for student 1 after the grades", ids(nothing.Nodes), []string{})
	same(t, "empty reasons of student 1", nothing.Reasons(), []string{"GRADES_TOO_LOW"})
	same(t, "recent grades of student 1", nothing.Eligibility.RecentGrades, []int{1, 0})
	same(t, "interviews used by student 1", nothing.Eligibility.InterviewsUsed, 2)
	same(t, "refusal codes of student 1", codes(s.Book(one, c1).Errors), []string{"GRADES_TOO_LOW"})

	same(t, "slots listed for student 2 after the grades", ids(s.List(two).Nodes), []string{c1, a2})
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
	same(t, "eligibility below the limit", almost.Eligibility, eligibility{
		Eligible: true, InterviewsUsed: 2, InterviewLimit: 3, InterviewsRemaining: 1, RecentGrades: []int{},
		Reasons: []struct{ Code, Message string }{},
	})
	same(t, "slots listed below the limit", ids(almost.Nodes), []string{spare})
	last := s.Booked(student, s.NewSlot(4*day))

	full := s.List(student)
	same(t, "slots listed at the limit", ids(full.Nodes), []string{})
	same(t, "empty reasons at the limit", full.Reasons(), []string{"LIMIT_REACHED"})
	same(t, "interviews remaining", full.Eligibility.InterviewsRemaining, 0)
	refusal := s.Book(student, spare).Errors
	same(t, "refusal codes", codes(refusal), []string{"LIMIT_REACHED"})
	same(t, "type of the refusal", refusal[0].Typename, "LimitReached")
	same(t, "interviews used in the refusal", refusal[0].Eligibility.InterviewsUsed, 3)

	s.Accepted(s.Cancel(last).Errors)
	same(t, "interviews used after a cancellation", s.List(student).Eligibility.InterviewsUsed, 2)
	s.Booked(student, spare)

	var raised struct{ Errors []refused }
	s.Mutate("updateStudent", "student { interviewLimit }", map[string]any{"studentId": student, "interviewLimit": 1}, &raised)
	s.Accepted(raised.Errors)
	lowered := s.List(student).Eligibility
	same(t, "interviews used with a lower limit", lowered.InterviewsUsed, 3)
	same(t, "interviews remaining with a lower limit", lowered.InterviewsRemaining, 0)
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
	same(t, "slots listed with 14 interviews", ids(s.List(student).Nodes), []string{last, over})
	s.Booked(student, last)
	same(t, "empty reasons with 15 interviews", s.List(student).Reasons(), []string{"LIMIT_REACHED"})
	same(t, "refusal codes with 15 interviews", codes(s.Book(student, over).Errors), []string{"LIMIT_REACHED"})
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
			same(t, "recent grades", answer.Eligibility.RecentGrades, test.recent)
			same(t, "eligible", answer.Eligibility.Eligible, test.ok)
			same(t, "listed", len(answer.Nodes) == 1, test.ok)
			same(t, "bookable", len(s.TryBook(student, spare).Errors) == 0, test.ok)
		})
	}
}

func TestRegradeAndLateGrade(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	id := s.Live(student, day, nil)
	s.NewSlot(20 * day)
	same(t, "eligible without a grade", s.List(student).Eligibility.Eligible, true)
	s.Accepted(s.Complete(id, 1).Errors)
	same(t, "eligible with a grade of 1", s.List(student).Eligibility.Eligible, false)
	again := s.Complete(id, 1)
	s.Accepted(again.Errors)
	same(t, "grade given again", again.Interview.Grade, ptr(1))
	s.Accepted(s.Complete(id, 4).Errors)
	same(t, "eligible with a grade of 4", s.List(student).Eligibility.Eligible, true)
	kept := s.Complete(id, nil)
	s.Accepted(kept.Errors)
	same(t, "grade after a completion without one", kept.Interview.Grade, ptr(4))
}

func TestCancelFreesSlotAndBooking(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, other := s.Student(nil), s.Student(nil)
	ann := s.Interviewer(nil)
	slot := s.Slot(ann, day)
	id := s.Booked(student, slot)
	same(t, "slots listed for the other student after the booking", ids(s.List(other).Nodes), []string{})

	cancelled := s.Cancel(id)
	s.Accepted(cancelled.Errors)
	same(t, "status", cancelled.Interview.Status, "CANCELLED")
	same(t, "cancel reason", cancelled.Interview.CancelReason, ptr("plans changed"))
	same(t, "slot status", cancelled.Interview.Slot.Status, "OPEN")
	same(t, "slots listed for the student after the cancellation", ids(s.List(student).Nodes), []string{slot})
	same(t, "interviews used", s.List(student).Eligibility.InterviewsUsed, 0)
	same(t, "slots listed for the other student after the cancellation", ids(s.List(other).Nodes), []string{slot})

	s.Accepted(s.Cancel(id).Errors)
	same(t, "slots listed for the other student after a second cancellation", ids(s.List(other).Nodes), []string{slot})
	s.Booked(other, slot)
	s.Accepted(s.Cancel(id).Errors)
	same(t, "refusal codes after the other student's booking", codes(s.Book(student, slot).Errors), []string{"SLOT_TAKEN"})
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
	same(t, "slot status", cancelled.Interview.Slot.Status, "WITHDRAWN")
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
	same(t, "dry run without an interview", tried.Interview == nil, true)
	same(t, "rows", s.Rows(), before)

	id := s.Booked(student, slot)
	after := s.Rows()
	same(t, "interview of the same booking again", s.Booked(student, slot), id)
	s.Accepted(s.TryBook(student, slot).Errors)
	same(t, "rows", s.Rows(), after)
}
