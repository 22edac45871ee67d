package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/internal/store"
)

// wholeDepth is the length of the paths of these tests, in fields.
const wholeDepth = 3

// everything returns a selection of all fields of a type to the given depth, with those
// that identify each object.
func (w walker) everything(name string, depth int) string {
	parts := []string{"__typename"}
	for _, field := range w.fields(w.schema.Types[name]) {
		of := w.schema.Types[field.Type.Name()]
		switch {
		case of.IsLeafType():
			parts = append(parts, field.Name)
		case depth > 0 && of.Kind == ast.Object:
			parts = append(parts, field.Name+" "+w.everything(of.Name, w.further(field, depth)))
		}
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

// objects collects the scalars of every object with an id in responses, and compares them
// with earlier values of the same object.
type objects struct {
	t      *testing.T
	values map[string]map[string]string // by type and id, then by field
	at     map[string]string            // the path on which it was read first
	count  int                          // of the objects read
}

func (o *objects) read(path string, value any) {
	switch value := value.(type) {
	case []any:
		for n, one := range value {
			o.read(fmt.Sprintf("%s.%d", path, n), one)
		}
	case map[string]any:
		fields := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			text, _ := json.Marshal(value[name])
			if nested := strings.Contains(string(text), "{"); nested {
				o.read(path+"."+name, value[name])
			} else if string(text) != "[]" { // an empty list may be one of objects
				fields[name] = string(text)
			}
		}
		if id, named := value["id"]; named {
			o.compare(path, fmt.Sprint(value["__typename"], " ", id), fields)
		}
	}
}

func (o *objects) compare(path, object string, fields map[string]string) {
	o.count++
	known, found := o.values[object]
	if !found {
		o.values[object], o.at[object] = fields, path
		return
	}
	for field, value := range fields {
		if other, found := known[field]; found && other != value {
			o.t.Errorf("%s: %s of %s = %s, want %s as at %s", path, field, object, value, other, o.at[object])
		}
	}
}

// ask reads all objects of a response.
func (o *objects) ask(s *school, path, document string) {
	o.t.Helper()
	var data any
	s.Ask(document, nil).Into(&data)
	o.read(path, data)
}

// full is a school in which every field of interviews, slots and people has a value other
// than zero. It has a student with interviews of each kind, one of them upcoming.
type full struct {
	*school
	student, interviewer, upcoming, free string
	interviews                           []string
}

func newFull(t *testing.T) full {
	t.Helper()
	return fill(newSchoolWith(t, store.Options{}, unlimited))
}

func fill(s *school) full {
	t := s.T
	t.Helper()
	f := full{school: s}
	f.interviewer = f.Interviewer(in{
		"tags": []string{"go"}, "maxPerDay": 9, "maxPerWeek": 9, "meetingUrl": room("full"), "timeZone": "Europe/Berlin",
		"headline": "Interviews in Go", "bio": "Ten years of servers.", "photoUrl": "https://example.org/ann.png", "languages": []string{"de", "en"},
	})
	f.student = f.Student(in{"interviewLimit": 40, "timeZone": "Asia/Tokyo"})
	f.waive(f.student, "LIMIT", nil)
	for n := range 3 {
		f.interviews = append(f.interviews, f.Booked(f.student, f.NewSlot(time.Duration(n+1)*2*time.Hour)))
	}
	f.upcoming = f.Booked(f.student, f.Slot(f.interviewer, 20*day))
	f.moved()
	f.Accepted(f.ChangeInterview("updateInterviewIntake", in{"interviewId": f.upcoming, "intake": "I know Go."}).Errors)
	f.free = f.Slot(f.interviewer, 22*day)
	f.interviews = append(f.interviews, f.upcoming)
	f.SetClock(t0.Add(7 * time.Hour))
	f.Accepted(f.ChangeInterview("completeInterview", in{
		"interviewId": f.interviews[0], "grade": 4, "note": "good", "shareNote": true,
	}).Errors)
	f.Accepted(f.ChangeInterview("markNoShow", in{"interviewId": f.interviews[1], "party": "STUDENT"}).Errors)
	f.Accepted(f.Cancel(f.interviews[2]).Errors)
	// These are values that a booked interview has only after certain events, or never.
	_, err := f.DB.SQL(t).ExecContext(t.Context(), `UPDATE interviews SET note = 'a note', note_shared = true, exempt = true
		WHERE id = $1`, f.upcoming)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// moved moves the upcoming interview to another slot of its interviewer.
func (f full) moved() {
	f.T.Helper()
	f.Accepted(f.ChangeInterview("rescheduleInterview", in{
		"interviewId": f.upcoming, "slotId": f.Slot(f.interviewer, 21*day),
	}).Errors)
}

// The fields of an object are the same on every path.
func TestObjectsAreCompleteOnEveryPath(t *testing.T) {
	t.Parallel()
	f := newFull(t)
	w := walker{t: t, schema: loadSchema(t), role: "ADMIN"}
	byEdges := w
	byEdges.unlike = "nodes"
	o := &objects{t: t, values: map[string]map[string]string{}, at: map[string]string{}}
	by := func(root, name string, depth int) {
		o.ask(f.school, root, "{ "+root+" "+w.everything(name, depth)+" }")
	}
	// Objects read by id come first: the others are compared with them.
	for _, id := range f.interviews {
		by(fmt.Sprintf("interview(id: %s)", id), "Interview", 0)
	}
	by(fmt.Sprintf("student(id: %s)", f.student), "Student", 0)
	by(fmt.Sprintf("interviewer(id: %s)", f.interviewer), "Interviewer", 0)
	by(fmt.Sprintf("slot(id: %s)", f.free), "Slot", 0)
	f.wantFilled(o, w)
	for root, name := range map[string]string{
		fmt.Sprintf("interview(id: %s)", f.upcoming):                                                           "Interview",
		fmt.Sprintf("student(id: %s)", f.student):                                                              "Student",
		fmt.Sprintf("interviewer(id: %s)", f.interviewer):                                                      "Interviewer",
		fmt.Sprintf("availableSlots(studentId: %s, start: %q, end: %q)", f.student, moment(0), moment(40*day)): "AvailableSlotConnection",
		"interviews": "InterviewConnection", "events": "EventConnection", "bookingRefusals": "BookingRefusalConnection", "slots": "SlotConnection", "students": "StudentConnection",
		"interviewers": "InterviewerConnection", fmt.Sprintf("eligibility(studentId: %s)", f.student): "Eligibility",
	} {
		by(root, name, wholeDepth)
		o.ask(f.school, root+" by edges", "{ "+root+" "+byEdges.everything(name, wholeDepth)+" }")
	}
	if o.count < 100 {
		t.Errorf("read %d objects, want at least 100", o.count)
	}
}

// wantFilled checks that every field of the types that rules read in part has a value in
// some object. Otherwise an unread field would go unnoticed.
func (f full) wantFilled(o *objects, w walker) {
	f.T.Helper()
	empty := []string{"null", "0", "false", `""`, "[]"}
	for _, name := range []string{"Interview", "Student", "Interviewer", "Slot"} {
		for _, field := range w.fields(w.schema.Types[name]) {
			filled := !w.schema.Types[field.Type.Name()].IsLeafType()
			for object, fields := range o.values {
				if strings.HasPrefix(object, name+" ") && fields[field.Name] != "" && !slices.Contains(empty, fields[field.Name]) {
					filled = true
				}
			}
			if !filled {
				f.T.Errorf("no %s has a %s that differs from the zero value; give one to newFull", name, field.Name)
			}
		}
	}
}

// The payload of a mutation equals what is read afterwards.
func TestPayloadObjectsAreComplete(t *testing.T) {
	t.Parallel()
	w := walker{t: t, schema: loadSchema(t), role: "ADMIN"}
	for _, test := range []struct {
		mutation string
		input    func(full) in
	}{
		{"rescheduleInterview", func(f full) in { return in{"interviewId": f.upcoming, "slotId": f.free} }},
		{"updateInterviewIntake", func(f full) in { return in{"interviewId": f.upcoming, "intake": "I know SQL."} }},
		{"cancelInterview", func(f full) in { return in{"interviewId": f.upcoming, "reason": "ill"} }},
		{"completeInterview", func(f full) in { return in{"interviewId": f.interviews[0], "grade": 5} }},
		{"holdSlot", func(f full) in { return in{"studentId": f.student, "slotId": f.NewSlot(23 * day)} }},
		{"bookSlot", func(f full) in { return in{"studentId": f.student, "slotId": f.NewSlot(23 * day)} }},
		{"updateStudent", func(f full) in { return in{"studentId": f.student, "name": "Another"} }},
		{"updateInterviewer", func(f full) in { return in{"interviewerId": f.interviewer, "active": false} }},
		{"blockTime", func(f full) in { return f.block(false) }},
		{"blockTime", func(f full) in { return f.block(true) }},
		{"addAvailability", func(f full) in {
			return in{"interviewerId": f.interviewer, "start": moment(30 * day), "end": moment(30*day + 3*time.Hour), "tags": []string{"sql"}}
		}},
		{"withdrawSlot", func(f full) in { return in{"slotId": f.free} }},
	} {
		t.Run(test.mutation, func(t *testing.T) {
			t.Parallel()
			f := newFull(t)
			field := w.schema.Mutation.Fields.ForName(test.mutation)
			kind := field.Arguments[0].Type.Name()
			got := &objects{t: t, values: map[string]map[string]string{}, at: map[string]string{}}
			var data any
			f.Ask(fmt.Sprintf("mutation($input: %s!) { %s(input: $input) %s }", kind, test.mutation,
				w.everything(field.Type.Name(), 1)), map[string]any{"input": test.input(f)}).Into(&data)
			got.read(test.mutation, data)
			if got.count == 0 {
				t.Fatalf("payload = %v, want an object", data)
			}
			for object := range maps.Clone(got.values) {
				name, id, _ := strings.Cut(object, " ")
				if root := strings.ToLower(name); slices.Contains([]string{"interview", "slot", "student", "interviewer"}, root) {
					got.ask(f.school, root, fmt.Sprintf("{ %s(id: %s) %s }", root, id, w.everything(name, 0)))
				}
			}
		})
	}
}

func (f full) block(cancel bool) in {
	return in{
		"interviewerId": f.interviewer, "start": moment(19 * day), "end": moment(24 * day), "reason": "away", "cancelBooked": cancel,
	}
}

// The interview of a subscription equals the one read by id.
func TestSubscriptionInterviewsAreComplete(t *testing.T) {
	t.Parallel()
	first, second := living(t, unlimited)
	s := fill(first)
	w := walker{t: t, schema: loadSchema(t), role: "ADMIN"}
	client := second.Connect()
	id := client.Subscribed("subscription { interviewChanged "+w.everything("Interview", 1)+" }", nil)
	s.Accepted(s.Cancel(s.upcoming).Errors)
	var data any
	for told := ""; !strings.Contains(told, "CANCELLED"); told = fmt.Sprint(data) { // earlier events are delivered, too
		client.Event(id, &data)
	}
	o := &objects{t: t, values: map[string]map[string]string{}, at: map[string]string{}}
	o.read("interviewChanged", data)
	o.ask(s.school, "interview", fmt.Sprintf("{ interview(id: %s) %s }", s.upcoming, w.everything("Interview", 1)))
	if len(o.values) < 3 {
		t.Errorf("read %d objects, want at least an interview, a student and an interviewer", len(o.values))
	}
}
