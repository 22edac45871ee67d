package graph_test

import (
	"slices"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// lastChanges returns the values before and after the last event of a kind, by field.
func (s *school) lastChanges(kind string) map[string][2]any {
	s.T.Helper()
	events := s.events(", filter: {kind: [" + kind + "]}, orderBy: {field: ID, direction: DESC}")
	if len(events) == 0 {
		s.T.Fatalf("there is no event %s", kind)
	}
	return events[0].byField()
}

// Numbers, booleans, ids and lists of ids have their JSON types.
func TestEventsHaveTypedValues(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, student := s.Interviewer(nil), s.Student(nil)
	slots := s.Publish(ann, t0.Add(day), 3*time.Hour, 60).Slots
	interview := s.Booked(student, slots[1].ID)
	s.Accepted(s.updateInterviewer(ann, in{"maxPerDay": 4, "active": false, "tags": []string{"go", "sql"}}))
	same(t, "changes of an interviewer who leaves", s.lastChanges("INTERVIEWER_UPDATED"), map[string][2]any{
		"maxPerDay": {nil, 4.0}, "active": {true, false}, "tags": {[]any{}, []any{"go", "sql"}},
		"closedSlots": {nil, 2.0}, "closedSlotIds": {nil, []any{slots[0].ID, slots[2].ID}},
		"conflicts": {nil, 1.0}, "conflictIds": {nil, []any{interview}},
	})
	s.Accepted(s.closing("blockTime", "", in{
		"interviewerId": ann, "start": moment(day), "end": moment(2 * day), "reason": "away", "cancelBooked": true,
	}).Errors)
	blocked := s.lastChanges("TIME_BLOCKED")
	same(t, "cancelled interviews of blocked time", blocked["cancelled"], [2]any{nil, 1.0})
	same(t, "ids of the cancelled interviews of blocked time", blocked["cancelledIds"], [2]any{nil, []any{interview}})
	block, _ := blocked["block"][1].(map[string]any)
	same(t, "start of the blocked time", block["start"], any("2026-06-02T08:00:00Z"))
	waiver := s.waive(student, "PAIR", in{"uses": 3})
	same(t, "changes of a waiver", s.lastChanges("WAIVER_GRANTED"), map[string][2]any{
		"waiverId": {nil, waiver}, "rule": {nil, "PAIR"}, "uses": {nil, 3.0},
	})
}

// The actor of an event is returned if the caller may read that person. The actors of all
// events are read in one batch.
func TestEventsNameTheActor(t *testing.T) {
	t.Parallel()
	asked := map[int]int{}
	for _, n := range []int{2, 8} {
		trace := &statements{}
		s := newSchoolWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)})
		var students []string
		for range n {
			student, slot := s.Student(nil), s.NewSlot(day)
			students = append(students, student)
			s.as(booking.RoleStudent, student, func() { s.Booked(student, slot) })
		}
		trace.take()
		var data struct {
			Events struct {
				Nodes []struct {
					Kind  string
					Actor struct{ Person *struct{ ID string } }
				}
			}
		}
		s.Ask(`{ events(first: 100) { nodes { kind actor { role person { ... on Student { id name } ... on Interviewer { id name } } } } } }`, nil).Into(&data)
		asked[n] = len(trace.take())
		var booked []string
		for _, e := range data.Events.Nodes {
			switch {
			case e.Kind != "INTERVIEW_BOOKED" && e.Actor.Person != nil:
				t.Errorf("person of %s = %v, want none for an administrator", e.Kind, e.Actor.Person)
			case e.Kind == "INTERVIEW_BOOKED":
				booked = append(booked, e.Actor.Person.ID)
			}
		}
		same(t, "students who booked", booked, slices.Clone(students))
	}
	same(t, "statements for 8 events", asked[8], asked[2])
}

// Both participants get the events of an interview, without the fields that only the
// other may read.
func TestEventsHideDataOfOthers(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, student := s.Interviewer(nil), s.studentAtLimit()
	slot := s.Publish(ann, t0.Add(day), time.Hour, 60).Slots[0].ID
	waiver := s.waive(student, "LIMIT", nil)
	interview := s.Booked(student, slot)
	s.SetClock(t0.Add(day + 2*time.Hour))
	s.Accepted(s.ChangeInterview("completeInterview", in{"interviewId": interview, "grade": 3, "note": "private"}).Errors)
	s.Accepted(s.ChangeInterview("completeInterview", in{"interviewId": interview, "note": "for you", "shareNote": true}).Errors)
	type value struct {
		Kind, Field string
		After       any
	}
	fields := func(role booking.Role, id string) (values []value) {
		t.Helper()
		s.as(role, id, func() {
			var data struct {
				Interview struct{ Events struct{ Nodes []event } }
			}
			s.Ask("query($i: ID!) { interview(id: $i) { events { nodes { "+eventFields+" } } } }", in{"i": interview}).Into(&data)
			for _, e := range data.Interview.Events.Nodes {
				for _, c := range e.Changes {
					if slices.Contains([]string{"note", "noteShared", "waivers"}, c.Field) {
						values = append(values, value{e.Kind, c.Field, c.After})
					}
				}
			}
		})
		return values
	}
	waived, note := value{"INTERVIEW_BOOKED", "waivers", []any{waiver}}, value{"INTERVIEW_COMPLETED", "note", true}
	shared := []value{{"INTERVIEW_GRADED", "note", true}, {"INTERVIEW_GRADED", "noteShared", true}}
	same(t, "fields for the student", fields(booking.RoleStudent, student), append([]value{waived}, shared...))
	same(t, "fields for the interviewer", fields(booking.RoleInterviewer, ann), append([]value{note}, shared...))
	same(t, "fields for an administrator", fields(booking.RoleAdmin, "0"), append([]value{waived, note}, shared...))
}

// Older events contain lengths and cannot be changed. They are read without the lengths.
func TestOlderEventsHaveNoLengths(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	_, err := s.DB.SQL(t).ExecContext(t.Context(), `INSERT INTO events (at, kind, actor_role, actor_id, request_id, student_id, changes)
		VALUES (now(), 'STUDENT_UPDATED', 'ADMIN', 0, '', $1, '[{"field": "name", "before": "11 characters", "after": "4 characters"},
			{"field": "timeZone", "before": "UTC", "after": "Europe/Berlin"}, {"field": "bio", "before": null, "after": "9 characters"}]')`, student)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "changes of a student", s.lastChanges("STUDENT_UPDATED"), map[string][2]any{
		"name": {true, true}, "timeZone": {"UTC", "Europe/Berlin"}, "bio": {nil, true},
	})
}
