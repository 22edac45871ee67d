package graph_test

import (
	"slices"
	"testing"
	"time"
)

// A hold counts toward a cap like a booking, until it expires.
func TestHoldFillsACap(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, cap string
		other     time.Duration // of the slot in the same period
		free      time.Duration // of a slot in another period
	}{
		{"of a day", "maxPerDay", day + 2*time.Hour, 2 * day},
		{"of a week", "maxPerWeek", 4 * day, 7 * day},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			ann := s.Interviewer(in{test.cap: 2})
			first, held, third, free := s.Slot(ann, day), s.Slot(ann, day+time.Hour), s.Slot(ann, test.other), s.Slot(ann, test.free)
			student, other := s.Student(nil), s.Student(nil)
			s.Booked(s.Student(nil), first)
			same(t, "slots listed for another student before the hold", ids(s.List(other).Nodes), []string{held, third, free})
			id := s.held(student, held)
			same(t, "slots listed for another student during the hold", ids(s.List(other).Nodes), []string{free})
			same(t, "refusal codes of the third slot for another student", s.refusalCodes(other, third), []string{"INTERVIEWER_FULL"})
			same(t, "refusal codes of the held slot for its student", s.refusalCodes(student, held), []string{})
			same(t, "slots listed for the student who holds", ids(s.List(student).Nodes), []string{held, free})
			s.Sound()
			s.SetClock(t0.Add(holdTime))
			same(t, "slots listed for another student after the hold", ids(s.List(other).Nodes), []string{held, third, free})
			s.Sound()
			s.SetClock(t0.Add(holdTime - time.Second))
			s.Accepted(s.bookHeld(student, held, id).Errors)
			s.SetClock(t0.Add(holdTime))
			same(t, "refusal codes of the third slot after the booking", s.refusalCodes(other, third), []string{"INTERVIEWER_FULL"})
			s.Sound()
		})
	}
}

func TestReleaseFreesACap(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(in{"maxPerDay": 1})
	slots := ids(s.Publish(ann, t0.Add(day), 3*time.Hour, 60).Slots)
	student, other := s.Student(nil), s.Student(nil)
	id := s.held(student, slots[0])
	same(t, "slots listed for another student on a full day", ids(s.List(other).Nodes), []string{})
	same(t, "empty reasons of another student on a full day", s.List(other).Reasons(), []string{"SLOT_HELD", "INTERVIEWER_FULL"})
	same(t, "refusal codes of another slot of the day for the student who holds", s.refusalCodes(student, slots[1]), []string{"INTERVIEWER_FULL"})
	s.Accepted(s.release(id).Errors)
	same(t, "slots listed for another student after the release", ids(s.List(other).Nodes), slots)
	s.Sound()
	s.held(student, slots[0])
	s.Accepted(s.updateInterviewer(ann, in{"maxPerDay": 2}))
	same(t, "slots listed for another student with a higher cap", ids(s.List(other).Nodes), slots[1:])
	s.held(other, slots[1])
	s.Accepted(s.updateInterviewer(ann, in{"maxPerDay": 1}))
	same(t, "refusals of both held slots with a lower cap", [2]int{len(s.refusalCodes(student, slots[0])), len(s.refusalCodes(other, slots[1]))}, [2]int{})
	s.Booked(student, slots[0])
	same(t, "refusal codes of the second held slot on a day full of bookings", s.refusalCodes(other, slots[1]), []string{"INTERVIEWER_FULL"})
	s.Sound()
}

// The held slot is listed in the order of its start, on every page.
func TestHeldSlotOnPages(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	var slots []string
	for i := range 5 {
		slots = append(slots, s.NewSlot(time.Duration(i+1)*day))
	}
	s.held(s.Student(nil), slots[1])
	s.held(student, slots[2])
	want := slices.Concat(slots[:1], slots[2:])
	walk := func() []string {
		var found []string
		after := ""
		for range slots {
			var data struct{ AvailableSlots available }
			s.Ask(`query($s: ID!, $start: DateTime!, $end: DateTime!, $after: String) {
				availableSlots(studentId: $s, start: $start, end: $end, first: 1, after: $after) {
					nodes { id } totalCount pageInfo { hasNextPage endCursor } } }`,
				in{"s": student, "start": t0.Format(time.RFC3339), "end": t0.Add(30 * day).Format(time.RFC3339), "after": nonEmpty(after)}).Into(&data)
			page := data.AvailableSlots
			found = append(found, ids(page.Nodes)...)
			same(t, "total", page.TotalCount, len(want))
			if !page.PageInfo.HasNextPage {
				break
			}
			after = *page.PageInfo.EndCursor
		}
		return found
	}
	same(t, "slots in pages", walk(), want)

	s.limitTo(student, 1)
	same(t, "slots in pages at the limit", walk(), want)
}

// A hold that relies on a waiver keeps its slot, and no other, when the waiver is
// revoked.
func TestHeldSlotAloneOnPages(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	held := s.NewSlot(3 * day)
	s.NewSlot(day)
	s.limitTo(student, 0)
	var granted struct {
		Waiver person
		Errors []refused
	}
	s.Mutate("grantWaiver", "waiver { id }", in{"studentId": student, "rule": "LIMIT", "reason": "an exam"}, &granted)
	s.Accepted(granted.Errors)
	s.held(student, held)
	var revoked struct{ Errors []refused }
	s.Mutate("revokeWaiver", "waiver { id }", in{"waiverId": granted.Waiver.ID}, &revoked)
	s.Accepted(revoked.Errors)
	same(t, "listed slots at the limit", ids(s.List(student).Nodes), []string{held})
	same(t, "listed slots of a range without the held one", len(s.ListIn(student, t0, t0.Add(2*day)).Nodes), 0)
	same(t, "empty reasons of a range without the held one", s.ListIn(student, t0, t0.Add(2*day)).Reasons(), []string{"LIMIT_REACHED"})
}

func (s *school) limitTo(student string, limit int) {
	s.T.Helper()
	var payload struct{ Errors []refused }
	s.Mutate("updateStudent", "student { id }", in{"studentId": student, "interviewLimit": limit}, &payload)
	s.Accepted(payload.Errors)
}

func nonEmpty(text string) any {
	if text == "" {
		return nil
	}
	return text
}
