package graph_test

import (
	"fmt"
	"testing"

	"rehearse/internal/booking"
)

// The token of an interviewer who has been deactivated stays valid until it expires.
func TestDeactivatedInterviewersChangeNothing(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	h := s.household("a")
	turn := func(active bool) {
		t.Helper()
		s.Accepted(s.updateInterviewer(h.interviewer, in{"active": active}))
	}
	turn(false)
	before := s.Rows()
	s.Act(booking.RoleInterviewer, int64(number(t, h.interviewer)))
	tried := 0
	for _, field := range loadSchema(t).Mutation.Fields {
		if rightsTo(t, field)[booking.RoleInterviewer] != "OWN" {
			continue
		}
		tried++
		var payload struct{ Errors []refused }
		s.Mutate(field.Name, "", mutations(h.as(booking.RoleInterviewer))[field.Name], &payload)
		same(t, field.Name, codes(payload.Errors), []string{"WRONG_STATUS"})
		for _, refusal := range payload.Errors {
			same(t, field.Name, refusal.Message, "You are not an active interviewer; you can read your data but not change it.")
		}
	}
	s.SetClock(t0.Add(15 * day))
	var payload struct{ Errors []refused }
	s.Mutate("withdrawSlot", "", in{"slotId": h.notHeld}, &payload)
	same(t, "a slot that has started", codes(payload.Errors), []string{"WRONG_STATUS"})
	s.SetClock(t0)
	if tried < 10 {
		t.Errorf("tried %d mutations", tried)
	}
	same(t, "error code of reading an interview", s.Ask(fmt.Sprintf("{ interview(id: %s) { id student { name } slot { id } } }", h.interview), nil).Code(), "")
	for _, list := range []string{"interviews", "slots"} {
		t.Run(list, func(t *testing.T) {
			s := s.For(t)
			var data map[string]struct{ TotalCount int }
			s.Ask("{ "+list+" { totalCount } }", nil).Into(&data)
			if data[list].TotalCount == 0 {
				t.Error("totalCount = 0, want what the interviewer may still read")
			}
		})
	}
	s.Act(booking.RoleAdmin, 0)
	same(t, "rows", s.Rows(), before)

	turn(true)
	s.Act(booking.RoleInterviewer, int64(number(t, h.interviewer)))
	s.Accepted(s.Cancel(h.interview).Errors)
}
