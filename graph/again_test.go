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
		t.Run(mutation, func(t *testing.T) {
			s := s.For(t)
			input["idempotencyKey"] = "the key of " + mutation
			for n := range 2 {
				var payload struct{ Errors []refused }
				s.Mutate(mutation, "__typename", input, &payload)
				if len(payload.Errors) != 1 || payload.Errors[0].Code != "SLOT_TAKEN" {
					t.Fatalf("refusals of request %d = %+v, want SLOT_TAKEN", n+1, payload.Errors)
				}
				same(t, fmt.Sprintf("alternatives in response %d", n+1), ids(payload.Errors[0].Alternatives), []string{free})
			}
		})
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
	same(t, "student name in the first mutation", got.First.Student.Interviews.Nodes[0].Student.Name, "Before")
	same(t, "student name in the second mutation", got.Second.Student.Interviews.Nodes[0].Student.Name, "After")
}
