package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// told returns the changes of the last event of a kind: field, then JSON.
func (s *school) told(kind string) map[string]string {
	s.T.Helper()
	events := s.events(", filter: {kind: [" + kind + "]}, orderBy: {field: ID, direction: DESC}")
	if len(events) == 0 {
		s.T.Fatalf("there is no event %s", kind)
	}
	told := map[string]string{}
	for _, c := range events[0].Changes {
		told[c.Field] = string(c.Before) + " > " + string(c.After)
	}
	return told
}

// Numbers, booleans, ids and lists of ids have their JSON types.
func TestEventsHaveTypedValues(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, student := s.Interviewer(nil), s.Student(nil)
	slots := s.Publish(ann, t0.Add(day), 3*time.Hour, 60).Slots
	interview := s.Booked(student, slots[1].ID)
	s.Accepted(s.updateInterviewer(ann, in{"maxPerDay": 4, "active": false, "tags": []string{"go", "sql"}}))
	same(t, "an interviewer who leaves", s.told("INTERVIEWER_UPDATED"), map[string]string{
		"maxPerDay": "null > 4", "active": "true > false", "tags": `[] > ["go", "sql"]`,
		"closedSlots": "null > 2", "closedSlotIds": fmt.Sprintf(`null > [%q, %q]`, slots[0].ID, slots[2].ID),
		"conflicts": "null > 1", "conflictIds": fmt.Sprintf(`null > [%q]`, interview),
	})
	s.Accepted(s.closing("blockTime", "", in{
		"interviewerId": ann, "start": moment(day), "end": moment(2 * day), "reason": "away", "cancelBooked": true,
	}).Errors)
	blocked := s.told("TIME_BLOCKED")
	same(t, "what is cancelled", [2]string{blocked["cancelled"], blocked["cancelledIds"]},
		[2]string{"null > 1", fmt.Sprintf(`null > [%q]`, interview)})
	if !strings.Contains(blocked["block"], `"start": "2026-06-02T08:00:00Z"`) {
		t.Errorf("the block is told as %s, want an object with its start", blocked["block"])
	}
	waiver := s.waive(student, "PAIR", in{"uses": 3})
	same(t, "a waiver", s.told("WAIVER_GRANTED"), map[string]string{
		"waiverId": fmt.Sprintf("null > %q", waiver), "rule": `null > "PAIR"`, "uses": "null > 3",
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
				t.Errorf("%s was done by %v, want nobody: an administrator is no person of the school", e.Kind, e.Actor.Person)
			case e.Kind == "INTERVIEW_BOOKED":
				booked = append(booked, e.Actor.Person.ID)
			}
		}
		same(t, "who booked", booked, slices.Clone(students))
	}
	same(t, "statements", asked[8], asked[2])
}

// Both participants get the events of an interview, without the fields that only the
// other may read.
func TestEventsHideDataOfOthers(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, student := s.Interviewer(nil), s.limited()
	slot := s.Publish(ann, t0.Add(day), time.Hour, 60).Slots[0].ID
	waiver := s.waive(student, "LIMIT", nil)
	interview := s.Booked(student, slot)
	s.SetClock(t0.Add(day + 2*time.Hour))
	s.Accepted(s.ChangeInterview("completeInterview", in{"interviewId": interview, "grade": 3, "note": "private"}).Errors)
	s.Accepted(s.ChangeInterview("completeInterview", in{"interviewId": interview, "note": "for you", "shareNote": true}).Errors)
	fields := func(role booking.Role, id string) (told []string) {
		t.Helper()
		s.as(role, id, func() {
			var data struct {
				Interview struct{ Events struct{ Nodes []event } }
			}
			s.Ask("query($i: ID!) { interview(id: $i) { events { nodes { "+eventFields+" } } } }", in{"i": interview}).Into(&data)
			for _, e := range data.Interview.Events.Nodes {
				for _, c := range e.Changes {
					if slices.Contains([]string{"note", "noteShared", "waivers"}, c.Field) {
						told = append(told, e.Kind+" "+c.Field+" "+string(c.After))
					}
				}
			}
		})
		return told
	}
	waived := fmt.Sprintf("INTERVIEW_BOOKED waivers [%q]", waiver)
	note, shared := "INTERVIEW_COMPLETED note true", []string{"INTERVIEW_GRADED note true", "INTERVIEW_GRADED noteShared true"}
	same(t, "the student", fields(booking.RoleStudent, student), append([]string{waived}, shared...))
	same(t, "the interviewer", fields(booking.RoleInterviewer, ann), append([]string{note}, shared...))
	same(t, "an administrator", fields(booking.RoleAdmin, "0"), append([]string{waived, note}, shared...))
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
	same(t, "told", s.told("STUDENT_UPDATED"), map[string]string{
		"name": "true > true", "timeZone": `"UTC" > "Europe/Berlin"`, "bio": "null > true",
	})
}
