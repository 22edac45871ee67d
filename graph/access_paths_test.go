package graph_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// An object can be reached by many paths. These tests walk every path of up to pathLength
// fields in the schema.
const pathLength = 6

// walker writes selections of every field that a role may read.
type walker struct {
	t      *testing.T
	schema *ast.Schema
	role   booking.Role
	unlike string // the connection field that is skipped, nodes or edges; edges by default
}

func (w walker) denied(field *ast.FieldDefinition) bool {
	return w.role != booking.RoleAdmin && field.Directives.ForName("access") != nil && rightsTo(w.t, field)[w.role] == "NONE"
}

// fields returns the fields of an object that the walk follows. A connection has the same
// objects under nodes and edges, so a document follows only one of them.
func (w walker) fields(object *ast.Definition) []*ast.FieldDefinition {
	return slices.DeleteFunc(slices.Clone(object.Fields), func(f *ast.FieldDefinition) bool {
		return strings.HasPrefix(f.Name, "__") || f.Name == cmp.Or(w.unlike, "edges")
	})
}

// further returns the remaining depth below a field. An edge and its node count as one
// level, like nodes.
func (w walker) further(field *ast.FieldDefinition, depth int) int {
	if field.Name == "node" {
		return depth
	}
	return depth - 1
}

// all returns a selection of every field of a type, to the given depth.
func (w walker) all(name string, depth int) string {
	definition := w.schema.Types[name]
	switch definition.Kind {
	case ast.Object:
		var parts []string
		for _, field := range w.fields(definition) {
			if selection := w.field(field, depth); selection != "" {
				parts = append(parts, selection)
			}
		}
		return "{ " + strings.Join(parts, " ") + " }"
	case ast.Union:
		parts := []string{"__typename"}
		for i, member := range definition.Types {
			// Fields with the same response name and different types cannot be merged.
			inner := strings.ReplaceAll(w.all(member, depth), "{ id ", fmt.Sprintf("{ id%d: id ", i))
			parts = append(parts, "... on "+member+" "+inner)
		}
		return "{ " + strings.Join(parts, " ") + " }"
	default:
		return ""
	}
}

func (w walker) field(field *ast.FieldDefinition, depth int) string {
	of := w.schema.Types[field.Type.Name()]
	switch {
	case w.denied(field):
		return ""
	case of.IsLeafType():
		return field.Name
	case depth == 0:
		return ""
	default:
		return field.Name + " " + w.all(of.Name, w.further(field, depth))
	}
}

// roots returns the paths from Query to the objects of a household.
func roots(role booking.Role, h household) map[string]string {
	found := map[string]string{
		"Interview":  fmt.Sprintf("interview(id: %s)", h.interview),
		"Interviews": "interviews",
		"Slot":       fmt.Sprintf("slot(id: %s)", h.slot),
		"Student":    fmt.Sprintf("student(id: %s)", h.student),
		"Staff":      fmt.Sprintf("interviewer(id: %s)", h.interviewer),
		"Viewer":     "viewer",
	}
	switch role {
	case booking.RoleStudent:
		found["Available"] = fmt.Sprintf("availableSlots(studentId: %s, start: %q, end: %q)", h.student, moment(0), moment(40*day))
		found["Eligibility"] = fmt.Sprintf("eligibility(studentId: %s)", h.student)
	case booking.RoleInterviewer:
		found["Slots"] = "slots"
	case booking.RoleAnonymous, booking.RoleAdmin, booking.RoleSystem:
	}
	return found
}

// secrets returns two households whose interviewers have met each other's students, so
// that every path of one leads to people who know the other.
func secrets(s *school) (a, b household) {
	s.policy(in{"shareMeetingRooms": true}) // otherwise students rarely see a room
	a, b = s.household("a"), s.household("b")
	s.Booked(a.student, b.free)
	s.Booked(b.student, a.free)
	for _, h := range []household{a, b} {
		s.SetClock(t0.Add(14*day + 3*time.Hour))
		s.ChangeInterview("completeInterview", map[string]any{"interviewId": h.interview, "grade": 5, "note": "a secret of " + h.student})
	}
	return a, b
}

var (
	emails = regexp.MustCompile(`[a-z0-9-]+@example\.org`)
	rooms  = regexp.MustCompile(`https://meet\.example\.org/[a-z0-9-]+`)
	notes  = regexp.MustCompile(`a secret of \d+`)
)

func TestNoPathReachesDataOfOthers(t *testing.T) {
	t.Parallel()
	for _, role := range []booking.Role{booking.RoleStudent, booking.RoleInterviewer} {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			s := newSchoolWith(t, store.Options{}, unlimited)
			a, b := secrets(s)
			w := walker{t: t, schema: loadSchema(t), role: role}
			id, mine := a.student, []string{"student-a@example.org"}
			var readable []string
			entered := []string{room("b")} // the student's next interviewer; the student has met the other one
			if role == booking.RoleInterviewer {
				id, mine = a.interviewer, []string{"interviewer-a@example.org", "student-a@example.org", "student-b@example.org"}
				readable, entered = []string{"a secret of " + a.student}, []string{room("a")}
			}
			s.Act(role, int64(number(t, id)))
			for name, root := range roots(role, a) {
				field := w.schema.Query.Fields.ForName(root[:strings.IndexAny(root+"(", "(")])
				answer := s.Ask("{ "+root+" "+w.all(field.Type.Name(), pathLength)+" }", nil)
				if len(answer.Errors) > 0 {
					t.Errorf("error of %s = %+v, want none", name, answer.Errors[0])
				}
				for _, found := range []struct{ is, allowed []string }{
					{emails.FindAllString(answer.Body, -1), mine}, {notes.FindAllString(answer.Body, -1), readable},
					{rooms.FindAllString(answer.Body, -1), entered},
				} {
					for _, secret := range found.is {
						if !slices.Contains(found.allowed, secret) {
							t.Fatalf("response to %s has %s, which the caller may not read", name, secret)
						}
					}
				}
				if role == booking.RoleStudent && strings.Contains(answer.Body, `"Student b"`) {
					t.Errorf("response to %s has another student's name", name)
				}
			}
			// The walk finds the objects that are visible.
			s.Act(booking.RoleAdmin, 0)
			w.role = booking.RoleAdmin
			seen := s.Ask("{ interviews "+w.all("InterviewConnection", 3)+" }", nil).Body
			for _, secret := range []string{"student-b@example.org", "interviewer-b@example.org", "a secret of " + b.student, room("a"), room("b")} {
				if !strings.Contains(seen, secret) {
					t.Errorf("response to an administrator has no %s", secret)
				}
			}
		})
	}
}

// TestForbiddenFieldsOnEveryPath requests every field that a role may not read, at
// the end of every path to its object.
func TestForbiddenFieldsOnEveryPath(t *testing.T) {
	t.Parallel()
	for _, role := range []booking.Role{booking.RoleStudent, booking.RoleInterviewer} {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			s := newSchoolWith(t, store.Options{}, unlimited)
			a, _ := secrets(s)
			w := walker{t: t, schema: loadSchema(t), role: role}
			id := a.student
			if role == booking.RoleInterviewer {
				id = a.interviewer
			}
			s.Act(role, int64(number(t, id)))
			tried := 0
			for _, root := range roots(role, a) {
				field := w.schema.Query.Fields.ForName(root[:strings.IndexAny(root+"(", "(")])
				for _, path := range w.forbiddenPaths(field.Type.Name(), 4) {
					answer := s.Ask("{ "+root+" "+path+" }", nil)
					switch {
					case len(answer.Errors) > 0 && answer.Errors[0].Extensions.Code == "FORBIDDEN":
						tried++
						wantOnlyFieldsLost(t, answer)
					case !deadEnd.MatchString(answer.Body):
						t.Errorf("response to %s %s = %s, want FORBIDDEN", root, path, answer.Body)
					}
				}
			}
			if tried < 10 {
				t.Errorf("tried %d paths, want at least 10", tried)
			}
		})
	}
}

// wantOnlyFieldsLost checks that the path of each error leads to a null field of an
// object that is present.
func wantOnlyFieldsLost(t *testing.T, a answer) {
	t.Helper()
	for _, failed := range a.Errors {
		var parent any
		if err := json.Unmarshal(a.Data, &parent); err != nil {
			t.Fatal(err)
		}
		for _, step := range failed.Path[:len(failed.Path)-1] {
			switch step := step.(type) {
			case string:
				parent = parent.(map[string]any)[step]
			case float64:
				parent = parent.([]any)[int(step)]
			}
		}
		object, _ := parent.(map[string]any)
		value, there := object[failed.Path[len(failed.Path)-1].(string)]
		if object["allowed"] == nil || !there || value != nil {
			t.Errorf("response = %s, want null at %v in an object", a.Body, failed.Path)
		}
	}
}

// deadEnd matches a response whose path ends in null or an empty list.
var deadEnd = regexp.MustCompile(`(\[\]|null|\{\})[\]}\s]*$`)

// forbiddenPaths returns the selections that end in a field that the role may not read.
func (w walker) forbiddenPaths(name string, length int) []string {
	definition := w.schema.Types[name]
	var found []string
	if definition.Kind == ast.Union {
		for _, member := range definition.Types {
			for _, path := range w.forbiddenPaths(member, length) {
				found = append(found, "{ ... on "+member+" "+path+" }")
			}
		}
		return found
	}
	for _, field := range w.fields(definition) {
		of := w.schema.Types[field.Type.Name()]
		switch {
		case w.denied(field) && of.IsLeafType():
			found = append(found, "{ allowed: __typename "+field.Name+" }")
		case w.denied(field):
			found = append(found, "{ allowed: __typename "+field.Name+" { __typename } }")
		case !of.IsLeafType() && length > 0:
			for _, path := range w.forbiddenPaths(of.Name, length-1) {
				found = append(found, "{ "+field.Name+" "+path+" }")
			}
		}
	}
	return found
}
