package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rehearse/internal/gqlhttp"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

func TestSlotsChangeOnAnotherServer(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	me, other := s.Student(nil), s.Student(nil)
	first, elsewhere := s.Interviewer(nil), s.Interviewer(nil)
	c := second.Connect()
	id := c.Follow(me)
	told := func(opened, closed []string) {
		t.Helper()
		c.Changes(id, opened, closed)
	}

	window := s.Publish(first, t0.Add(7*day), 3*time.Hour, 60)
	slots := ids(window.Slots)
	told(slots, nil)
	s.Slot(first, 31*day) // outside
	parallel := s.Slot(elsewhere, 7*day)
	told([]string{parallel}, nil)

	interview := s.Booked(other, slots[0])
	told(nil, slots[:1])
	s.Accepted(s.Cancel(interview).Errors)
	told(slots[:1], nil)
	hold := s.held(other, slots[1])
	told(nil, slots[1:2])
	s.Accepted(s.release(hold).Errors)
	told(slots[1:2], nil)
	s.Accepted(s.closing("withdrawSlot", "", in{"slotId": slots[2]}).Errors)
	told(nil, slots[2:])

	mine := s.Booked(me, slots[0])
	told(nil, []string{slots[0], slots[1], parallel}) // taken: same interviewer, and same time
	s.Accepted(s.Cancel(mine).Errors)
	told([]string{slots[0], slots[1], parallel}, nil)

	limit := func(n any) {
		t.Helper()
		var payload struct{ Errors []refused }
		s.Mutate("updateStudent", "student { id }", map[string]any{"studentId": me, "interviewLimit": n}, &payload)
		s.Accepted(payload.Errors)
	}
	limit(0)
	told(nil, []string{slots[0], slots[1], parallel})
	limit(nil)
	told([]string{slots[0], slots[1], parallel}, nil)
}

// A student's record is read after the change log, so it may include a later booking. The
// slot is reported as closed although the log does not name it yet.
func TestBookingThatOnlyTheRecordShows(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	me, by := s.Student(nil), s.Interviewer(nil)
	c := second.Connect()
	id := c.Follow(me)
	slots := []string{s.Slot(by, 7*day), s.Slot(by, 8*day), s.Slot(s.Interviewer(nil), 7*day)}
	c.Changes(id, slots, nil)
	if _, err := s.DB.SQL(t).ExecContext(t.Context(), `WITH booked AS (UPDATE slots SET status = 'BOOKED' WHERE id = $2 RETURNING *),
			made AS (INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at, waivers)
				SELECT $1, interviewer_id, id, starts_at, ends_at, 'BOOKED', $3, '{}' FROM booked)
		INSERT INTO changes (students) VALUES (ARRAY[$1::bigint])`, me, slots[0], t0); err != nil {
		t.Fatal(err)
	}
	c.Changes(id, nil, slots)
}

// The statements of an event do not depend on its number of slots and interviewers or on
// the depth of the selection. Changes are read once for all subscribers, and each field
// once for an event.
func TestStatementsOfAnEvent(t *testing.T) {
	t.Parallel()
	trace := &statements{}
	s, second := livingWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)})
	second.SetClock(t0)
	c := second.Connect()
	id := c.Subscribed(`subscription($s: ID!, $start: DateTime!, $end: DateTime!) {
		slotsChanged(studentId: $s, start: $start, end: $end) { opened { id interviewer { slots(first: 3) { nodes { id interviewer { name } } } } } } }`,
		in{"s": s.Student(nil), "start": moment(0), "end": moment(30 * day)})
	s.Slot(s.Interviewer(nil), 6*day)
	var first slotsChanged
	c.Event(id, &first) // what was logged before the subscription has been read as well
	for _, n := range []int{2, 12} {
		csv := "interviewer,start,end\n"
		for range n {
			email := fmt.Sprintf("colleague%d@example.org", s.Counter.Add(1))
			s.Interviewer(in{"email": email})
			csv += email + "," + moment(7*day) + "," + moment(7*day+time.Hour) + "\n"
		}
		trace.take()
		var payload struct{ Errors []refused }
		s.Mutate("importAvailability", "created", in{"csv": csv}, &payload)
		s.Accepted(payload.Errors)
		for told := 0; told < n; {
			var e slotsChanged
			c.Event(id, &e)
			told += len(e.SlotsChanged.Opened)
		}
		// The changed slots, the interviewers and their slots are read; the interviewers
		// of those slots are known.
		if sent := trace.take(); len(sent) != 3 {
			t.Errorf("an event of %d slots sends %d statements:\n%s", n, len(sent), strings.Join(sent, "\n"))
		}
	}
}

// A server that receives changes reads an interviewer once, and again after the
// interviewer has changed.
func TestCachedRecordsAreNotReadAgain(t *testing.T) {
	t.Parallel()
	trace := &statements{}
	s, second := livingWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)})
	second.SetClock(t0)
	me, by := s.Student(nil), s.Interviewer(in{"name": "Ann"})
	c := second.Connect()
	id := c.Follow(me)
	c.Changes(id, []string{s.Slot(by, 7*day)}, nil) // the server receives changes
	list := func() (name string, read bool) {
		trace.take()
		var data struct {
			AvailableSlots struct {
				Nodes []struct{ Interviewer struct{ Name string } }
			}
		}
		second.Ask(`query($s: ID!, $start: DateTime!, $end: DateTime!) {
			availableSlots(studentId: $s, start: $start, end: $end) { nodes { interviewer { name } } } }`,
			in{"s": me, "start": moment(0), "end": moment(30 * day)}).Into(&data)
		return data.AvailableSlots.Nodes[0].Interviewer.Name, strings.Contains(strings.Join(trace.take(), "\n"), "FROM interviewers\n")
	}
	list()
	if name, read := list(); name != "Ann" || read {
		t.Errorf("name = %s, read again: %v", name, read)
	}
	var payload struct{ Errors []refused }
	second.Mutate("updateInterviewer", "interviewer { id }", in{"interviewerId": by, "name": "Anna"}, &payload)
	s.Accepted(payload.Errors)
	if name, read := list(); name != "Anna" || !read {
		t.Errorf("name after the change = %s, read again: %v", name, read)
	}
	c.Changes(id, []string{s.Slot(by, 8*day)}, nil) // so the message of the change has come before and has evicted the interviewer
	list()
	if name, read := list(); name != "Anna" || read {
		t.Errorf("name = %s, read again: %v", name, read)
	}
}

// A change reads a student's record once for all subscriptions to that student.
func TestRecordIsReadOnceForAllSubscriptions(t *testing.T) {
	t.Parallel()
	const watches = 200
	trace := &statements{}
	s, second := livingWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)}, func(o *gqlhttp.Options) {
		o.Streams.Watches, o.Streams.Operations = watches, watches
	})
	second.SetClock(t0)
	me, by := s.Student(nil), s.Interviewer(nil)
	c := second.Connect()
	first := c.Follow(me)
	slot := s.Slot(by, 7*day)
	c.Changes(first, []string{slot}, nil) // so that no earlier event arrives later
	c.Send(fmt.Sprintf(`{"id":%q,"type":"complete"}`, first))
	for i := range watches {
		c.Send(fmt.Sprintf(`{"id":"w%d","type":"subscribe","payload":{"query":"subscription { slotsChanged(studentId: %s, start: \"%s\", end: \"%s\") { closedIds } }"}}`,
			i, me, moment(0), moment(30*day)))
	}
	c.Send(`{"type":"ping"}`)
	c.Wants("pong", "")
	trace.take()
	s.held(me, slot)
	told := map[string]bool{}
	for len(told) < watches {
		f, err := c.Read()
		if err != nil || f.Type != "next" {
			t.Fatalf("%d of %d watches got the event; then %s %s (%v)", len(told), watches, f.Type, f.Payload, err)
		}
		told[f.ID] = true
	}
	reads := 0
	for _, sent := range trace.take() {
		if strings.Contains(sent, "CROSS JOIN booking_policy") {
			reads++
		}
	}
	same(t, "reads of the record", reads, 1)
}
