package graph_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"rehearse/graph"
	"rehearse/graph/generated"
)

// Every field of a planned type is planned, unless it takes arguments.
func TestFieldsWithoutArgumentsArePlanned(t *testing.T) {
	t.Parallel()
	planned, schema := generated.PlannedTypes(&graph.Resolver{}), graph.Schema()
	var arguments []string
	for name := range planned {
		fields := planned.Fields(name)
		for _, f := range schema.Types[name].Fields {
			switch is := slices.Contains(fields, f.Name); {
			case len(f.Arguments) > 0:
				arguments = append(arguments, name+"."+f.Name)
				if is {
					t.Errorf("%s.%s takes arguments and is planned", name, f.Name)
				}
			case !is && !strings.HasPrefix(f.Name, "__"):
				t.Errorf("%s.%s is not planned: run go generate ./...", name, f.Name)
			}
		}
	}
	slices.Sort(arguments)
	same(t, "fields with a planned list", arguments, []string{
		"Interview.events", "Interviewer.availability", "Interviewer.blocks", "Interviewer.interviews", "Interviewer.slots", "Student.interviews",
	})
}

// The types of the objects of lists are planned, and those that their fields lead to.
func TestPlannedTypes(t *testing.T) {
	t.Parallel()
	planned, schema := generated.PlannedTypes(&graph.Resolver{}), graph.Schema()
	for _, name := range []string{"Slot", "Interviewer", "Student", "Interview", "SlotConnection", "InterviewerConnection", "StudentConnection", "InterviewConnection", "AvailableSlotConnection"} {
		if planned.Fields(name) == nil {
			t.Errorf("%s is not planned", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(planned)) {
		for _, field := range planned.Fields(name) {
			to := schema.Types[schema.Types[name].Fields.ForName(field).Type.Name()]
			if to.IsCompositeType() && planned.Fields(to.Name) == nil {
				t.Errorf("%s.%s returns %s, which is not planned", name, field, to.Name)
			}
		}
	}
}
