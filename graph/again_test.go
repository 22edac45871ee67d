package graph_test

import (
	"fmt"
	"testing"
)

// A slot that was taken is refused again under the same key, with alternatives, although
// the replay lacks what the first request read on the way.
func TestTakenSlotIsRefusedAgainWithAlternatives(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, other := s.Student(nil), s.Student(nil)
	own := s.Book(student, s.NewSlot(day)).Interview.ID
	taken, free := s.NewSlot(2*day), s.NewSlot(2*day+day/2)
	s.Accepted(s.Book(other, taken).Errors)
	for mutation, input := range map[string]map[string]any{
		"bookSlot":            {"studentId": student, "slotId": taken},
		"holdSlot":            {"studentId": student, "slotId": taken},
		"rescheduleInterview": {"interviewId": own, "slotId": taken},
	} {
		input["idempotencyKey"] = "the key of " + mutation
		for n := range 2 {
			var payload struct{ Errors []refused }
			s.Mutate(mutation, "__typename", input, &payload)
			what := fmt.Sprintf("%s, request %d", mutation, n+1)
			if len(payload.Errors) != 1 {
				t.Errorf("%s is answered %+v", what, payload.Errors)
				continue
			}
			same(t, what, payload.Errors[0].Code, "SLOT_TAKEN")
			if a := payload.Errors[0].Alternatives; len(a) != 1 || a[0].ID != free {
				t.Errorf("%s has the alternatives %+v, want slot %s", what, a, free)
			}
		}
	}
}

// Each mutation of a document returns its own changes, by every path.
func TestEachMutationSeesItsOwnChange(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	s.Accepted(s.Book(student, s.NewSlot(day)).Errors)
	type changed struct {
		Student struct {
			Interviews struct {
				Nodes []struct{ Student struct{ Name string } }
			}
		}
	}
	var got struct{ First, Second changed }
	s.Ask(`mutation($id: ID!) {
		first: updateStudent(input: {studentId: $id, name: "Before"}) { ...who }
		second: updateStudent(input: {studentId: $id, name: "After"}) { ...who }
	} fragment who on UpdateStudentPayload { student { interviews { nodes { student { name } } } } }`,
		map[string]any{"id": student}).Into(&got)
	same(t, "the first", got.First.Student.Interviews.Nodes[0].Student.Name, "Before")
	same(t, "the second", got.Second.Student.Interviews.Nodes[0].Student.Name, "After")
}
