package graph_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

type eventBatch struct {
	Nodes   []event
	LastID  *string
	HasMore bool
}

// eventsAfter requests events in commit order.
func (s *school) eventsAfter(arguments string) (batch eventBatch) {
	s.T.Helper()
	var data struct{ EventsAfter eventBatch }
	s.Ask("{ eventsAfter("+arguments+") { nodes { "+eventFields+" } lastId hasMore } }", nil).Into(&data)
	return data.EventsAfter
}

func eventIDs(events []event) []string {
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	return ids
}

func TestEventsAfter(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	if none := s.eventsAfter("first: 1"); len(none.Nodes) > 0 || none.LastID != nil || none.HasMore {
		t.Errorf("without events: %+v, want none", none)
	}
	ann, bob := s.Interviewer(nil), s.Student(nil)
	s.Cancel(s.Booked(bob, s.Slot(ann, day)))
	all := s.events("")
	same(t, "kinds of the events", kinds(all), []string{"INTERVIEWER_CREATED", "STUDENT_CREATED", "AVAILABILITY_ADDED", "INTERVIEW_BOOKED", "INTERVIEW_CANCELLED"})
	last := all[len(all)-1].ID

	var walked []event
	id := "null"
	for {
		batch := s.eventsAfter("first: 2, id: " + id)
		walked, id = append(walked, batch.Nodes...), *batch.LastID
		if !batch.HasMore {
			break
		}
		same(t, "events of a batch", len(batch.Nodes), 2)
	}
	same(t, "events", walked, all)
	same(t, "id after the last batch", id, last)

	filtered := s.eventsAfter("filter: { kind: [STUDENT_CREATED] }")
	same(t, "filtered kinds", kinds(filtered.Nodes), []string{"STUDENT_CREATED"})
	same(t, "id after the filtered events", *filtered.LastID, last)
	same(t, "there are more", filtered.HasMore, false)
	idle := s.eventsAfter("id: " + last)
	same(t, "events after the last", len(idle.Nodes), 0)
	same(t, "id after no events", *idle.LastID, last)
	s.Student(nil)
	same(t, "kinds of later events", kinds(s.eventsAfter("id: "+last).Nodes), []string{"STUDENT_CREATED"})
}

func TestEventsAfterRefusesArguments(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.Student(nil)
	for arguments, code := range map[string]string{
		"id: 1, first: 100": "",
		"id: 999":           "NOT_FOUND",
		"id: 0":             "BAD_USER_INPUT",
		`id: "abc"`:         "BAD_USER_INPUT",
		"first: 0":          "BAD_USER_INPUT",
		"first: 101":        "BAD_USER_INPUT",
		`filter: { start: "2026-06-02T00:00:00Z", end: "2026-06-01T00:00:00Z" }`: "BAD_USER_INPUT",
	} {
		t.Run(arguments, func(t *testing.T) {
			answer, got := s.For(t).Ask("{ eventsAfter("+arguments+") { hasMore } }", nil), ""
			if len(answer.Errors) > 0 {
				got = answer.Errors[0].Extensions.Code
			}
			same(t, "error code", got, code)
		})
	}
}

// An openEvent is an event of a transaction in progress, which another program may write.
type openEvent struct{ *sql.Tx }

func (s *school) openEvent() openEvent {
	s.T.Helper()
	tx, err := s.DB.SQL(s.T).BeginTx(s.T.Context(), nil)
	if err != nil {
		s.T.Fatal(err)
	}
	_, err = tx.ExecContext(s.T.Context(), `INSERT INTO changes DEFAULT VALUES;
		INSERT INTO events (at, kind, actor_role, actor_id, request_id, changes) VALUES (now(), 'POLICY_UPDATED', 'ADMIN', 1, '', '[]')`)
	if err != nil {
		s.T.Fatal(err)
	}
	return openEvent{tx}
}

func (s *school) commit(e openEvent) {
	s.T.Helper()
	if err := e.Commit(); err != nil {
		s.T.Fatal(err)
	}
}

type eventAdded struct{ EventAdded event }

const eventAddedAfter = `subscription($after: ID, $kinds: [EventKind!]) { eventAdded(after: $after, filter: { kind: $kinds }) { ` + eventFields + ` } }`

// nextEvents reads n events of a subscription.
func (c *client) nextEvents(id string, n int) (events []event) {
	c.T.Helper()
	for range n {
		var e eventAdded
		c.Event(id, &e)
		events = append(events, e.EventAdded)
	}
	return events
}

// A subscriber that resumes on other servers, one of which was started in the meantime, receives
// each event once and in commit order, though some are committed after later ones.
func TestEventAddedResumes(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	late := s.openEvent()
	ann := s.Interviewer(nil)
	start := s.Student(nil)
	first := s.events("")
	same(t, "committed events", len(first), 2)

	c := second.Connect()
	id := c.Begin(eventAddedAfter, in{"after": first[0].ID})
	got := c.nextEvents(id, 1)
	same(t, "the backlog", got, first[1:])
	s.commit(late)
	got = append(got, c.nextEvents(id, 1)...)
	if number(t, got[1].ID) >= number(t, got[0].ID) {
		t.Fatalf("the late event %s is not before %s", got[1].ID, got[0].ID)
	}
	later := s.openEvent()
	interview := s.Booked(start, s.Slot(ann, day))
	got = append(got, c.nextEvents(id, 2)...) // published and booked
	_ = c.Conn.CloseNow()

	s.Cancel(interview)
	s.commit(later)
	restarted := newServer(t, s.DB, store.Options{})
	following, stop := context.WithCancel(context.Background())
	stopped := restarted.FollowChanges(following)
	t.Cleanup(func() { stop(); stopped() })
	c = restarted.Connect()
	id = c.Begin(eventAddedAfter, in{"after": got[len(got)-1].ID})
	got = append(got, c.nextEvents(id, 2)...) // the late one and the cancelled interview
	s.Student(nil)
	got = append(got, c.nextEvents(id, 1)...)

	same(t, "events in the order of eventsAfter", got, s.eventsAfter("first: 100, id: "+first[0].ID).Nodes)
	each := append(eventIDs(got), first[0].ID)
	slices.SortFunc(each, func(a, b string) int { return number(t, a) - number(t, b) })
	same(t, "all events, each once", each, eventIDs(s.events("")))
	var ofInterview []string
	for _, e := range got {
		if e.Interview != nil && e.Interview.ID == interview {
			ofInterview = append(ofInterview, e.Kind)
		}
	}
	same(t, "events of the interview", ofInterview, []string{"INTERVIEW_BOOKED", "INTERVIEW_CANCELLED"})
}

// Without an id, only later events are reported, and only those that match.
func TestEventAddedFromNowOn(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	s.Student(nil)
	c := second.Connect()
	all := c.Subscribed(eventAddedAfter, nil)
	other := second.Connect()
	students := other.Subscribed(eventAddedAfter, in{"kinds": []string{"STUDENT_CREATED"}})
	s.Interviewer(nil)
	ada := s.Student(nil)
	same(t, "kinds", kinds(c.nextEvents(all, 2)), []string{"INTERVIEWER_CREATED", "STUDENT_CREATED"})
	e := other.nextEvents(students, 1)[0]
	same(t, "student of the event", e.Student.ID, ada)
}

// A backlog that is larger than what a subscription reads at once.
func TestEventAddedOfManyEvents(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	const events = 230
	_, err := store.InTx(t.Context(), s.Store, func(tx *store.Tx) (store.Nothing, error) {
		return store.Nothing{}, tx.AppendEvents(t.Context(), make([]booking.Event, events)...)
	})
	if err != nil {
		t.Fatal(err)
	}
	c := second.Connect()
	id := c.Begin("subscription { eventAdded(after: 1) { id } }", nil)
	for n, e := range c.nextEvents(id, events-1) {
		if e.ID != fmt.Sprint(n+2) {
			t.Fatalf("event %d has the id %s", n+2, e.ID)
		}
	}
	s.Student(nil)
	same(t, "id of the next event", c.nextEvents(id, 1)[0].ID, fmt.Sprint(events+1))
}
