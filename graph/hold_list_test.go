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
			same(t, "one place is left", ids(s.List(other).Nodes), []string{held, third, free})
			id := s.held(student, held)
			same(t, "a hold takes it", ids(s.List(other).Nodes), []string{free})
			same(t, "the others are full", s.verdict(other, third), []string{"INTERVIEWER_FULL"})
			same(t, "for its student, it is there", s.verdict(student, held), []string{})
			same(t, "it is listed for them", ids(s.List(student).Nodes), []string{held, free})
			s.Sound()
			s.SetClock(t0.Add(holdTime))
			same(t, "expired, it is free", ids(s.List(other).Nodes), []string{held, third, free})
			s.Sound()
			s.SetClock(t0.Add(holdTime - time.Second))
			s.Accepted(s.bookHeld(student, held, id).Errors)
			s.SetClock(t0.Add(holdTime))
			same(t, "booked, it stays full", s.verdict(other, third), []string{"INTERVIEWER_FULL"})
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
	same(t, "full", ids(s.List(other).Nodes), []string{})
	same(t, "and why", s.List(other).Reasons(), []string{"SLOT_HELD", "INTERVIEWER_FULL"})
	same(t, "the other slots of the day, for its student", s.verdict(student, slots[1]), []string{"INTERVIEWER_FULL"})
	s.Accepted(s.release(id).Errors)
	same(t, "released", ids(s.List(other).Nodes), slots)
	s.Sound()
	s.held(student, slots[0])
	s.Accepted(s.updateInterviewer(ann, in{"maxPerDay": 2}))
	same(t, "a higher cap", ids(s.List(other).Nodes), slots[1:])
	s.held(other, slots[1])
	s.Accepted(s.updateInterviewer(ann, in{"maxPerDay": 1}))
	same(t, "a lower one leaves both their places", [2]int{len(s.verdict(student, slots[0])), len(s.verdict(other, slots[1]))}, [2]int{})
	s.Booked(student, slots[0])
	same(t, "until it is full of bookings", s.verdict(other, slots[1]), []string{"INTERVIEWER_FULL"})
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
			same(t, "in all", page.TotalCount, len(want))
			if !page.PageInfo.HasNextPage {
				break
			}
			after = *page.PageInfo.EndCursor
		}
		return found
	}
	same(t, "page by page", walk(), want)

	s.limitTo(student, 1)
	same(t, "at the limit by the hold, which another booking ends", walk(), want)
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
	same(t, "the held one alone", ids(s.List(student).Nodes), []string{held})
	same(t, "outside the range it is not listed", len(s.ListIn(student, t0, t0.Add(2*day)).Nodes), 0)
	same(t, "which has its reason", s.ListIn(student, t0, t0.Add(2*day)).Reasons(), []string{"LIMIT_REACHED"})
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
