package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// An object of another person gets the same response as one that does not exist, in the
// same time: the database gets the same statements for every kind of object.
func TestHiddenAndMissingTakeTheSameStatements(t *testing.T) {
	t.Parallel()
	schema := loadSchema(t)
	for _, role := range []booking.Role{booking.RoleStudent, booking.RoleInterviewer} {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			trace := &statements{}
			s := newSchoolWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)})
			a, b := s.household("a"), s.household("b")
			left := s.Interviewer(nil)
			s.Mutate("updateInterviewer", "interviewer { id }", map[string]any{"interviewerId": left, "active": false}, &published{})
			id := a.student
			if role == booking.RoleInterviewer {
				id = a.interviewer
			}
			s.Act(role, int64(number(t, id)))
			tried := 0
			alike := func(name string, ask func(household) (string, map[string]any)) {
				tried++
				trace.take()
				answer := s.Ask(ask(b)).Body
				sent := trace.take()
				if missing := s.Ask(ask(nobody)).Body; digits.ReplaceAllString(answer, "0") != digits.ReplaceAllString(missing, "0") {
					t.Errorf("response to %s:\n%s\nand about a missing object:\n%s", name, answer, missing)
				}
				if diff := cmp.Diff(trace.take(), sent); diff != "" {
					t.Errorf("statements of %s (-missing object +another person's object):\n%s", name, diff)
				}
			}
			for _, field := range slices.Concat(schema.Query.Fields, schema.Mutation.Fields) {
				if !strings.HasPrefix(field.Name, "__") && rightsTo(t, field)[role] == "OWN" && field.Name != "viewer" {
					alike(field.Name, func(of household) (string, map[string]any) { return documentFor(field.Name, of) })
				}
			}
			if role == booking.RoleStudent {
				b.interviewer = left
				alike("an interviewer who has left", func(of household) (string, map[string]any) { return documentFor("interviewer", of) })
				alike("somebody else's hold", func(of household) (string, map[string]any) {
					return "mutation($in: BookSlotInput!) { bookSlot(input: $in) { errors { code message path } } }",
						map[string]any{"in": map[string]any{"studentId": a.student, "slotId": a.free, "holdId": of.hold}}
				})
			}
			if tried < 10 {
				t.Errorf("tried %d operations", tried)
			}
		})
	}
}
