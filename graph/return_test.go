package graph_test

import (
	"testing"
	"time"
)

type returned struct {
	Slots []slot
	closed
}

// active deactivates or reactivates an interviewer; set changes the input.
func (s *school) active(interviewer string, active bool, set in) returned {
	s.T.Helper()
	input := in{"interviewerId": interviewer, "active": active}
	for key, value := range set {
		input[key] = value
	}
	var payload returned
	s.Mutate("updateInterviewer", "slots { id start status } "+closedFields, input, &payload)
	return payload
}

func TestInterviewerReturns(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	rule := s.weekly(ann, in{"endDate": "2026-06-10"}) // Monday to Wednesday, 14 and 15 o'clock
	window := s.Publish(ann, t0.Add(day), 3*time.Hour, 60)
	gone := s.Publish(ann, t0.Add(4*day), time.Hour, 60)
	s.Accepted(s.closing("removeAvailability", "", in{"availabilityId": gone.Availability.ID}).Errors)
	s.Accepted(s.closing("withdrawSlot", "", in{"slotId": rule.Slots[1].ID}).Errors)
	s.Accepted(s.closing("blockTime", "", in{
		"interviewerId": ann, "start": "2026-06-09T14:30:00Z", "end": "2026-06-09T15:00:00Z", "reason": "away",
	}).Errors)
	stands := s.Booked(student, rule.Slots[0].ID)
	s.SetClock(t0.Add(day + 90*time.Minute)) // two slots of the window are past their start

	left := s.active(ann, false, nil)
	s.Accepted(left.Errors)
	same(t, "closed slots", len(left.ClosedSlots), 4)
	same(t, "published slots", len(left.Slots), 0)
	before := s.Rows()
	same(t, "refusal codes of a refused return", codes(s.active(ann, true, in{"name": ""}).Errors), []string{"INVALID_INPUT"})
	same(t, "rows", s.Rows(), before)

	back := s.active(ann, true, nil)
	s.Accepted(back.Errors)
	same(t, "slots published again", starts(back.Slots), []string{
		"2026-06-02T10:00:00Z", "2026-06-09T15:00:00Z", "2026-06-10T14:00:00Z", "2026-06-10T15:00:00Z",
	})
	same(t, "closed slots and conflicts", [2]int{len(back.ClosedSlots), len(back.Conflicts)}, [2]int{})
	same(t, "slots listed for another student", starts(s.List(s.Student(nil)).Nodes), starts(back.Slots))
	var data struct{ Interview interview }
	s.Ask("query($i: ID!) { interview(id: $i) { status slot { id status } } }", in{"i": stands}).Into(&data)
	same(t, "interview", data.Interview,
		interview{Status: "BOOKED", Slot: slot{ID: rule.Slots[0].ID, Status: "BOOKED"}})

	before = s.Rows()
	same(t, "slots of a second activation", len(s.active(ann, true, nil).Slots), 0)
	same(t, "rows", s.Rows(), before)
	same(t, "availability of the same window again", s.Publish(ann, t0.Add(day), 3*time.Hour, 60).Availability.ID, window.Availability.ID)
	s.Sound()
}

// A rule is published again as far as it was. Slots that became due meanwhile follow with
// the next extension.
func TestRuleContinuesAfterReturn(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	var policy struct{ Errors []refused }
	s.Mutate("updateBookingPolicy", "", in{"publishHorizonDays": 10}, &policy)
	s.Accepted(policy.Errors)
	ann := s.Interviewer(nil)
	s.Accepted(s.weekly(ann, in{"endDate": nil, "endTime": "15:00"}).Errors) // published until 11 June, 08:00
	s.Accepted(s.active(ann, false, nil).Errors)
	s.SetClock(t0.Add(8 * day)) // 9 June
	extend := func() int {
		result, err := s.App.ExtendAvailability(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return result.Slots
	}
	same(t, "slots of an extension while away", extend(), 0)
	back := s.active(ann, true, nil)
	s.Accepted(back.Errors)
	same(t, "slots published again", starts(back.Slots), []string{"2026-06-09T14:00:00Z", "2026-06-10T14:00:00Z"})
	same(t, "slots of an extension after the return", extend(), 8)
	same(t, "listed slots", len(s.List(s.Student(nil)).Nodes), 10)
	s.Sound()
}

// A day that was full when the interviewer was deactivated is full after the
// reactivation, unless the cap was changed.
func TestReturnToAFullDay(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(in{"maxPerDay": 1})
	rule := s.weekly(ann, in{"endDate": "2026-06-09"})
	s.Booked(s.Student(nil), rule.Slots[0].ID)
	offeredAfterReturn := func(set in) []string {
		t.Helper()
		s.Accepted(s.active(ann, false, nil).Errors)
		back := s.active(ann, true, set)
		s.Accepted(back.Errors)
		same(t, "slots published again", len(back.Slots), 3)
		s.Sound()
		return s.offered()
	}
	same(t, "slots offered with the same cap", offeredAfterReturn(nil), []string{"2026-06-09T14:00:00Z", "2026-06-09T15:00:00Z"})
	same(t, "slots offered without a cap", offeredAfterReturn(in{"maxPerDay": nil}),
		[]string{"2026-06-08T15:00:00Z", "2026-06-09T14:00:00Z", "2026-06-09T15:00:00Z"})
	same(t, "slots offered with the cap again", offeredAfterReturn(in{"maxPerDay": 1}), []string{"2026-06-09T14:00:00Z", "2026-06-09T15:00:00Z"})
}
