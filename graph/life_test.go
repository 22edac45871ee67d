package graph_test

import (
	"testing"
	"time"
)

const holdFields = `hold { id placedAt expiresAt extended endedAt slot { id status } student { id } } ` + refusedFields

type hold struct {
	ID, PlacedAt, ExpiresAt string
	Extended                bool
	EndedAt                 *string
	Slot                    slot
	Student                 person
}

type held struct {
	Hold   *hold
	Errors []refused
}

func (s *school) hold(student, slotID string) held {
	s.t.Helper()
	var data struct{ HoldSlot held }
	s.ask(`mutation($in: HoldSlotInput!) { holdSlot(input: $in) { `+holdFields+` } }`,
		map[string]any{"in": map[string]any{"studentId": student, "slotId": slotID}}).into(&data)
	return data.HoldSlot
}

func TestHoldIsListedForItsStudentAlone(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, other := s.student(nil), s.student(nil)
	slotID := s.newSlot(day)
	h := s.hold(student, slotID)
	if len(h.Errors) > 0 {
		t.Fatalf("%+v", h.Errors)
	}
	same(t, "status", h.Hold.Slot.Status, "HELD")
	same(t, "own list", len(s.list(student).Nodes), 1)
	same(t, "status in own list", s.list(student).Nodes[0].Status, "HELD")
	same(t, "other's list", len(s.list(other).Nodes), 0)
	s.setClock(t0.Add(5*time.Minute + time.Second))
	same(t, "other's list after it has expired", len(s.list(other).Nodes), 1)
	s.sound()
}
