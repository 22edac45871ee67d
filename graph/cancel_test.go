package graph_test

import (
	"testing"
	"time"

	"rehearse/internal/booking"
)

// as calls the function do as a caller, and then becomes an administrator again.
func (s *school) as(role booking.Role, id string, do func()) {
	s.T.Helper()
	s.Act(role, int64(number(s.T, id)))
	defer s.Act(booking.RoleAdmin, 0)
	do()
}

// statusOf returns the status of a slot.
func (s *school) statusOf(slotID string) string {
	s.T.Helper()
	var data struct{ Slot slot }
	s.Ask("query($s: ID!) { slot(id: $s) { status } }", in{"s": slotID}).Into(&data)
	return data.Slot.Status
}

func TestCancelCutoff(t *testing.T) {
	t.Parallel()
	start := t0.Add(3 * day)
	for _, test := range []struct {
		name   string
		now    time.Time
		cutoff int
		role   booking.Role
		want   []string
		slot   string // afterwards
	}{
		{"a student, long before", t0, 86400, booking.RoleStudent, []string{}, "OPEN"},
		{"a student, at the cutoff", start.Add(-day), 86400, booking.RoleStudent, []string{}, "OPEN"},
		{"a student, a microsecond later", start.Add(-day + time.Microsecond), 86400, booking.RoleStudent, []string{"CANCEL_TOO_LATE"}, "BOOKED"},
		{"a student, with another cutoff", start.Add(-time.Hour), 3600, booking.RoleStudent, []string{}, "OPEN"},
		{"a student, after the start", start.Add(time.Second), 0, booking.RoleStudent, []string{"CANCEL_TOO_LATE"}, "BOOKED"},
		{"the interviewer, at any time", start.Add(-time.Minute), 86400, booking.RoleInterviewer, []string{}, "WITHDRAWN"},
		{"an administrator, at any time", start.Add(-time.Minute), 86400, booking.RoleAdmin, []string{}, "OPEN"},
		{"an administrator, when it has begun", start, 86400, booking.RoleAdmin, []string{}, "WITHDRAWN"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			s.policy(in{"cancelCutoffSeconds": test.cutoff})
			slot := s.NewSlot(3 * day)
			id := s.Booked(s.Student(nil), slot)
			s.SetClock(test.now)
			s.Act(test.role, 1)
			before := s.Rows()
			answer := s.Cancel(id)
			same(t, "refusal codes", codes(answer.Errors), test.want)
			same(t, "slot status", s.statusOf(slot), test.slot)
			if len(test.want) > 0 {
				same(t, "path of the refusal", answer.Errors[0].Path, []string{"input", "interviewId"})
				same(t, "rows", s.Rows(), before)
				return
			}
			after := s.Rows()
			s.SetClock(start.Add(-time.Second))
			again := s.Cancel(id)
			s.Accepted(again.Errors)
			same(t, "interview cancelled again after the cutoff", *again.Interview, *answer.Interview)
			same(t, "rows", s.Rows(), after)
			s.SetClock(test.now)
			s.Sound()
		})
	}
}

// A slot that its interviewer gave up is not published again by a change of its rule.
func TestSlotCancelledByInterviewer(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	rule := s.weekly(ann, in{"endDate": "2026-06-08"}) // two slots
	slot := rule.Slots[0].ID
	id := s.Booked(s.Student(nil), slot)
	s.as(booking.RoleInterviewer, ann, func() { s.Accepted(s.Cancel(id).Errors) })
	same(t, "slot status", s.statusOf(slot), "WITHDRAWN")
	s.Accepted(s.update(rule.Availability.ID, in{"endDate": "2026-06-09"}).Errors)
	same(t, "starts listed afterwards", starts(s.List(s.Student(nil)).Nodes),
		[]string{"2026-06-08T15:00:00Z", "2026-06-09T14:00:00Z", "2026-06-09T15:00:00Z"})
	s.Accepted(s.active(ann, false, nil).Errors)
	s.Accepted(s.active(ann, true, nil).Errors)
	same(t, "slots listed after the interviewer's return", len(s.List(s.Student(nil)).Nodes), 3)
	s.Accepted(s.Publish(ann, time.Date(2026, 6, 8, 14, 0, 0, 0, time.UTC), time.Hour, 60).Errors)
	same(t, "slots listed after publishing it again", len(s.List(s.Student(nil)).Nodes), 4)
	s.Sound()
}

// A booked slot that its interviewer withdrew stays until its interview ends. It does not
// open when the interview is cancelled or moved, unless the interviewer has restored it.
func TestWithdrawnSlots(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 6, 8, 14, 0, 0, 0, time.UTC)
	block := in{"start": "2026-06-08T14:30:00Z", "end": "2026-06-08T15:00:00Z", "reason": "away"}
	type place struct{ ann, availability, slot string }
	for _, test := range []struct {
		name string
		take func(s *school, p place) closed
		back func(s *school, p place, taken closed) []refused
	}{
		{"blocked", func(s *school, p place) closed {
			block := in{"interviewerId": p.ann, "start": block["start"], "end": block["end"], "reason": "away"}
			return s.closing("blockTime", "blocks { id } ", block)
		}, func(s *school, _ place, taken closed) []refused {
			var payload struct{ Errors []refused }
			s.Mutate("unblockTime", "slots { id }", in{"blockId": taken.Blocks[0].ID}, &payload)
			return payload.Errors
		}},
		{"withdrawn", func(s *school, p place) closed {
			return s.closing("withdrawSlot", "", in{"slotId": p.slot})
		}, func(s *school, p place, _ closed) []refused {
			return s.Publish(p.ann, start, time.Hour, 60).Errors
		}},
		{"removed", func(s *school, p place) closed {
			return s.closing("removeAvailability", "", in{"availabilityId": p.availability})
		}, func(s *school, p place, _ closed) []refused {
			return s.weekly(p.ann, in{"endDate": "2026-06-08"}).Errors
		}},
		{"updated", func(s *school, p place) closed {
			return s.update(p.availability, in{"startTime": "15:00"}).closed
		}, func(s *school, p place, _ closed) []refused {
			return s.update(p.availability, in{"startTime": "14:00"}).Errors
		}},
		{"deactivated", func(s *school, p place) closed {
			return s.active(p.ann, false, nil).closed
		}, func(s *school, p place, _ closed) []refused {
			return s.active(p.ann, true, nil).Errors
		}},
	} {
		for _, way := range []string{"cancelled", "moved"} {
			for _, back := range []bool{false, true} {
				name := test.name + ", " + way
				want := "WITHDRAWN"
				if back {
					name += ", restored before"
					want = "OPEN"
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					s := newSchool(t)
					p := place{ann: s.Interviewer(nil)}
					rule := s.weekly(p.ann, in{"endDate": "2026-06-08"})
					p.availability, p.slot = rule.Availability.ID, rule.Slots[0].ID
					id := s.Booked(s.Student(nil), p.slot)
					taken := test.take(s, p)
					s.Accepted(taken.Errors)
					same(t, "conflicts", len(taken.Conflicts), 1)
					same(t, "slot status of the booked interview", s.statusOf(p.slot), "BOOKED")
					s.Sound()
					if back {
						s.Accepted(test.back(s, p, taken))
						same(t, "slot status after the undoing", s.statusOf(p.slot), "BOOKED")
					}
					if way == "cancelled" {
						s.Accepted(s.Cancel(id).Errors)
					} else {
						s.Accepted(s.move(id, s.NewSlot(20*day)).Errors)
					}
					same(t, "slot status after the cancellation", s.statusOf(p.slot), want)
					s.Sound()
					if back {
						return
					}
					s.Accepted(test.back(s, p, taken))
					var again []slot
					for _, slot := range s.List(s.Student(nil)).Nodes {
						if slot.Start == start.Format(time.RFC3339) {
							again = append(again, slot)
						}
					}
					same(t, "slots opened by a later undoing", len(again), 1)
					s.Sound()
				})
			}
		}
	}
}

// move reschedules an interview.
func (s *school) move(interview, slot string) changed {
	s.T.Helper()
	return s.ChangeInterview("rescheduleInterview", in{"interviewId": interview, "slotId": slot})
}
