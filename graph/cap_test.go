package graph_test

import (
	"slices"
	"testing"
	"time"
)

func (s *school) updateInterviewer(id string, set in) []refused {
	s.T.Helper()
	set["interviewerId"] = id
	var payload struct{ Errors []refused }
	s.Mutate("updateInterviewer", "interviewer { maxPerDay maxPerWeek }", set, &payload)
	return payload.Errors
}

func TestCapPerDay(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(in{"maxPerDay": 2, "timeZone": "America/New_York"})
	// The interviewer's 2 June is from 04:00 to 04:00 UTC.
	slots := s.Publish(ann, t0.Add(day-2*time.Hour), 4*time.Hour, 60).Slots // 2 June, 06 to 10
	late := s.Publish(ann, t0.Add(day+19*time.Hour), 2*time.Hour, 60).Slots // 3 June, 03 and 04: the interviewer's 2nd and 3rd
	student := s.Student(nil)
	visible := func() []string { return ids(s.List(student).Nodes) }
	all := append(ids(slots), ids(late)...)
	same(t, "listed slots", visible(), all)

	s.Booked(s.Student(nil), slots[0].ID)
	same(t, "listed slots after one booking", visible(), all[1:])
	second := s.Booked(s.Student(nil), slots[2].ID)
	same(t, "listed slots after two bookings", visible(), []string{late[1].ID})
	same(t, "refusal codes of another slot of the full day", s.refusalCodes(student, slots[1].ID), []string{"INTERVIEWER_FULL"})
	same(t, "refusal codes of the last slot of the full day", s.refusalCodes(student, late[0].ID), []string{"INTERVIEWER_FULL"})
	same(t, "empty reasons of the full day", s.ListIn(student, t0, t0.Add(day+4*time.Hour)).Reasons(), []string{"SLOT_TAKEN", "INTERVIEWER_FULL"})
	s.Sound()

	s.Accepted(s.Cancel(second).Errors)
	same(t, "listed slots after a cancellation", visible(), slices.Concat(ids(slots[1:]), ids(late)))
	s.Accepted(s.updateInterviewer(ann, in{"maxPerDay": 1}))
	same(t, "listed slots with a lower cap", visible(), []string{late[1].ID})
	s.Sound()
	s.Accepted(s.updateInterviewer(ann, in{"timeZone": "UTC"}))
	same(t, "listed slots with the interviewer in another time zone", visible(), ids(late))
	s.Accepted(s.updateInterviewer(ann, in{"maxPerDay": nil}))
	same(t, "listed slots without a cap", len(visible()), 5)
	same(t, "refusal codes of a cap of 0", codes(s.updateInterviewer(ann, in{"maxPerDay": 0})), []string{"INVALID_INPUT"})
	same(t, "refusal codes of a cap of 101", codes(s.updateInterviewer(ann, in{"maxPerWeek": 101})), []string{"INVALID_INPUT"})
	s.Sound()
}

func TestCapPerWeek(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(in{"maxPerWeek": 2})
	var slots []string
	for _, after := range []time.Duration{day, 3 * day, 6 * day, 7 * day} { // Tuesday, Thursday, Sunday, the next Monday
		slots = append(slots, s.Slot(ann, after))
	}
	student := s.Student(nil)
	s.Booked(s.Student(nil), slots[0])
	id := s.Booked(s.Student(nil), slots[1])
	same(t, "listed slots of a full week", ids(s.List(student).Nodes), slots[3:])
	s.SetClock(t0.Add(4 * day))
	s.Accepted(s.Complete(id, 3).Errors)
	same(t, "refusal codes after a completed interview", s.refusalCodes(student, slots[2]), []string{"INTERVIEWER_FULL"})
	blocked := s.closing("blockTime", "", in{
		"interviewerId": ann, "start": "2026-06-08T00:00:00Z", "end": "2026-06-09T00:00:00Z", "reason": "away", "cancelBooked": true,
	})
	s.Accepted(blocked.Errors)
	same(t, "closed slots", ids(blocked.ClosedSlots), slots[3:])
	s.Sound()
}
