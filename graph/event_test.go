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

type change struct {
	Field         string
	Before, After any
}

type event struct {
	ID, At, Kind, RequestID string
	Actor                   struct {
		Role string
		ID   *string
	}
	Student, Interviewer, Slot, Interview *struct{ ID string }
	Changes                               []change
}

const eventFields = `id at kind requestId actor { role id } student { id } interviewer { id } slot { id } interview { id }
	changes { field before after }`

// events returns all events that match the arguments, oldest first.
func (s *school) events(arguments string) []event {
	s.T.Helper()
	var data struct{ Events struct{ Nodes []event } }
	s.Ask("{ events(first: 100"+arguments+") { nodes { "+eventFields+" } } }", nil).Into(&data)
	return data.Events.Nodes
}

func kinds(events []event) []string {
	out := []string{}
	for _, e := range events {
		out = append(out, e.Kind)
	}
	return out
}

// eventKindsOf calls do and returns the kinds of the events that it appends.
func (s *school) eventKindsOf(do func()) []string {
	s.T.Helper()
	before := len(s.events(", orderBy: {field: ID, direction: DESC}"))
	do()
	return kinds(s.events("")[before:])
}

// byField returns the values before and after an event, by field.
func (e event) byField() map[string][2]any {
	values := map[string][2]any{}
	for _, c := range e.Changes {
		values[c.Field] = [2]any{c.Before, c.After}
	}
	return values
}

func TestEventOfABooking(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	slot := s.Slot(ann, day)
	var id string
	s.SetClock(t0.Add(time.Hour))
	s.as(booking.RoleStudent, student, func() { id = s.Booked(student, slot) })
	events := s.events(", filter: {kind: [INTERVIEW_BOOKED]}")
	same(t, "events", len(events), 1)
	e := events[0]
	same(t, "time of the event", e.At, "2026-06-01T09:00:00Z")
	same(t, "role and id of the actor", [2]string{e.Actor.Role, *e.Actor.ID}, [2]string{"STUDENT", student})
	same(t, "student, interviewer, slot and interview of the event", []string{e.Student.ID, e.Interviewer.ID, e.Slot.ID, e.Interview.ID}, []string{student, ann, slot, id})
	same(t, "changes of the booking", e.Changes, []change{
		{"status", nil, "BOOKED"}, {"start", nil, "2026-06-02T08:00:00Z"}, {"end", nil, "2026-06-02T09:00:00Z"},
	})

	to := s.NewSlot(2 * day)
	s.Accepted(s.move(id, to).Errors)
	s.Accepted(s.Cancel(id).Errors)
	var data struct {
		Interview struct{ Events struct{ Nodes []event } }
	}
	s.Ask("query($i: ID!) { interview(id: $i) { events { nodes { "+eventFields+" } } } }", in{"i": id}).Into(&data)
	life := data.Interview.Events.Nodes
	same(t, "events of the interview", kinds(life), []string{"INTERVIEW_BOOKED", "INTERVIEW_RESCHEDULED", "INTERVIEW_CANCELLED"})
	same(t, "role and id of the local administrator", [2]any{life[1].Actor.Role, life[1].Actor.ID}, [2]any{"ADMIN", (*string)(nil)})
	same(t, "changes of the move", life[1].Changes, []change{
		{"start", "2026-06-02T08:00:00Z", "2026-06-03T08:00:00Z"}, {"end", "2026-06-02T09:00:00Z", "2026-06-03T09:00:00Z"},
		{"slotId", slot, to}, {"interviewerId", ann, life[1].Interviewer.ID},
	})
	same(t, "changes of the cancellation, without the reason", life[2].Changes,
		[]change{{"status", "BOOKED", "CANCELLED"}, {"cancelReason", nil, true}})
}

// Every mutation appends one event of its own. It appends none if it changes nothing, is
// refused, or is a dry run.
func TestOneEventForEachMutation(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(in{"name": "Ann"})
	var slot, other, taken, interview, hold, waiver, availability, block, feed string
	var rule weekly
	nothing := []string{}
	one := func(name string, want string, do func()) {
		t.Helper()
		got := s.eventKindsOf(do)
		if want == "" {
			same(t, name, got, nothing)
		} else {
			same(t, name, got, []string{want})
		}
	}
	change := func(mutation, fields string, input in) func() {
		return func() {
			var payload struct{ Errors []refused }
			s.Mutate(mutation, fields, input, &payload)
		}
	}
	one("createStudent", "STUDENT_CREATED", func() { s.Student(nil) })
	one("createStudent, refused", "", change("createStudent", "student { id }", in{"name": "", "email": "x@example.org"}))
	one("updateStudent", "STUDENT_UPDATED", change("updateStudent", "student { id }", in{"studentId": student, "interviewLimit": 9}))
	one("the same again", "", change("updateStudent", "student { id }", in{"studentId": student, "interviewLimit": 9}))
	one("createInterviewer", "INTERVIEWER_CREATED", func() { s.Interviewer(nil) })
	one("updateInterviewer", "INTERVIEWER_UPDATED", func() { s.updateInterviewer(ann, in{"maxPerDay": 50}) })
	one("the same again", "", func() { s.updateInterviewer(ann, in{"maxPerDay": 50}) })
	one("a room", "INTERVIEWER_UPDATED", func() { s.updateInterviewer(ann, in{"meetingUrl": "https://meet.example.org/xyzzy"}) })
	one("the same room", "", func() { s.updateInterviewer(ann, in{"meetingUrl": "https://meet.example.org/xyzzy"}) })
	one("updateBookingPolicy", "POLICY_UPDATED", func() { s.policy(in{"holdSeconds": 60}) })
	one("the same again", "", func() { s.policy(in{"holdSeconds": 60}) })
	hook := ""
	one("createWebhook", "WEBHOOK_CREATED", func() { hook = s.webhook(nil) })
	one("updateWebhook", "WEBHOOK_UPDATED", change("updateWebhook", "webhook { id }", in{"webhookId": hook, "enabled": false}))
	one("the same again", "", change("updateWebhook", "webhook { id }", in{"webhookId": hook, "enabled": false}))
	one("rotateWebhookSecret", "WEBHOOK_SECRET_ROTATED", change("rotateWebhookSecret", "webhook { id }", in{"webhookId": hook}))
	one("deleteWebhook", "WEBHOOK_DELETED", change("deleteWebhook", "webhookId", in{"webhookId": hook}))
	one("the same again", "", change("deleteWebhook", "webhookId", in{"webhookId": hook}))

	one("addAvailability", "AVAILABILITY_ADDED", func() { slot = s.Slot(ann, day) })
	one("the same again", "", func() { s.Slot(ann, day) })
	other, taken = s.NewSlot(3*day), s.takenSlot(4*day)
	one("addWeeklyAvailability", "AVAILABILITY_ADDED", func() { rule = s.weekly(ann, nil) })
	availability = rule.Availability.ID
	one("the same again", "", func() { s.weekly(ann, nil) })
	one("updateAvailability", "AVAILABILITY_UPDATED", func() { s.update(availability, in{"endDate": "2026-06-12"}) })
	one("the same again", "", func() { s.update(availability, in{"endDate": "2026-06-12"}) })
	one("blockTime", "TIME_BLOCKED", func() {
		block = s.closing("blockTime", "blocks { id } ", in{
			"interviewerId": ann, "start": "2026-06-09T00:00:00Z", "end": "2026-06-10T00:00:00Z", "reason": "away",
		}).Blocks[0].ID
	})
	one("unblockTime", "TIME_UNBLOCKED", change("unblockTime", "slots { id }", in{"blockId": block}))
	one("unblockTime, refused", "", change("unblockTime", "slots { id }", in{"blockId": block}))
	one("withdrawSlot", "SLOT_WITHDRAWN", func() { s.closing("withdrawSlot", "", in{"slotId": rule.Slots[0].ID}) })
	one("the same again", "", func() { s.closing("withdrawSlot", "", in{"slotId": rule.Slots[0].ID}) })
	one("removeAvailability", "AVAILABILITY_REMOVED", func() { s.closing("removeAvailability", "", in{"availabilityId": availability}) })
	one("the same again", "", func() { s.closing("removeAvailability", "", in{"availabilityId": availability}) })

	one("holdSlot", "HOLD_PLACED", func() { hold = s.held(student, other) })
	one("holdSlot, refused", "", func() { s.hold(student, taken) })
	one("at the same instant", "", func() { s.held(student, other) })
	s.SetClock(t0.Add(time.Second))
	one("holdSlot again", "HOLD_EXTENDED", func() { s.held(student, other) })
	one("and again", "", func() { s.held(student, other) })
	one("releaseHold", "HOLD_RELEASED", func() { s.release(hold) })
	one("the same again", "", func() { s.release(hold) })
	one("grantWaiver", "WAIVER_GRANTED", func() { waiver = s.waive(student, "LIMIT", nil) })
	one("revokeWaiver", "WAIVER_REVOKED", func() { s.revoke(waiver) })
	one("the same again", "", func() { s.revoke(waiver) })
	one("createCalendarFeed", "CALENDAR_FEED_CREATED", func() { feed = s.calendarFeed(in{"studentId": student}) })
	one("deleteCalendarFeed", "CALENDAR_FEED_DELETED", change("deleteCalendarFeed", "feed { id }", in{"feedId": feed}))
	one("deleteCalendarFeed, refused", "", change("deleteCalendarFeed", "feed { id }", in{"feedId": feed}))
	silence := change("updateNotificationPreferences", "notificationPreferences { grades }", in{"studentId": student, "grades": false})
	one("updateNotificationPreferences", "NOTIFICATION_PREFERENCES_UPDATED", silence)
	one("the same again", "", silence)

	one("a dry run", "", func() { s.TryBook(student, slot) })
	one("bookSlot, refused", "", func() { s.Book(student, taken) })
	hold = s.held(student, slot)
	one("bookSlot", "INTERVIEW_BOOKED", func() { interview = s.bookHeld(student, slot, hold).Interview.ID })
	one("the same again", "", func() { s.Booked(student, slot) })
	one("rescheduleInterview", "INTERVIEW_RESCHEDULED", func() { s.move(interview, other) })
	one("the same again", "", func() { s.move(interview, other) })
	tell := func() {
		s.Accepted(s.ChangeInterview("updateInterviewIntake", in{"interviewId": interview, "intake": "I know Go."}).Errors)
	}
	one("updateInterviewIntake", "INTERVIEW_INTAKE_UPDATED", tell)
	one("the same again", "", tell)
	one("completeInterview, refused", "", func() { s.Complete(interview, 3) })
	s.SetClock(t0.Add(3*day + time.Hour))
	one("markNoShow", "NO_SHOW_MARKED", func() { s.noShow(interview, "STUDENT") })
	one("the same again", "", func() { s.noShow(interview, "STUDENT") })
	one("undoNoShow", "NO_SHOW_UNDONE", func() { s.undo(interview) })
	one("completeInterview", "INTERVIEW_COMPLETED", func() { s.Complete(interview, nil) })
	one("a grade", "INTERVIEW_GRADED", func() { s.Complete(interview, 3) })
	one("the same again", "", func() { s.Complete(interview, 3) })
	one("another", "INTERVIEW_GRADED", func() { s.Complete(interview, 0) })
	one("cancelInterview, refused", "", func() { s.Cancel(interview) })
	another := s.Booked(s.Student(nil), s.NewSlot(8*day))
	one("cancelInterview", "INTERVIEW_CANCELLED", func() { s.Cancel(another) })
	one("the same again", "", func() { s.Cancel(another) })

	students := func(dry bool) func() {
		return func() { s.imports("importStudents", "name,email\nZoe,zoe@example.org\n", in{"dryRun": dry}) }
	}
	one("an import, tried", "", students(true))
	one("an import", "DATA_IMPORTED", students(false))
	one("the same again", "", students(false))
	s.Sound()
}

func TestEventsOfImports(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.imports("importStudents", "name,email\nAda,ada@example.org\nBob,bob@example.org\n", nil)
	s.imports("importInterviewers", "name,email\nAnn,ann@example.org\n", nil)
	s.imports("importAvailability", "interviewer,start,end\nann@example.org,2026-06-02T08:00:00Z,2026-06-02T09:00:00Z\n", nil)
	file := importedInterview + bookingRow("ada@example.org", "ann@example.org", day) + bookingRow("bob@example.org", "ann@example.org", 2*day)
	s.imports("importInterviews", file, nil)
	s.imports("importInterviews", file, nil) // is there already
	s.imports("importInterviews", importedInterview+"x\n", nil)
	var imports [][]change
	for _, e := range s.events(", filter: {kind: [DATA_IMPORTED]}") {
		imports = append(imports, e.Changes)
	}
	same(t, "changes of the imports", imports, [][]change{
		{{"data", nil, "students"}, {"created", nil, 2.0}},
		{{"data", nil, "interviewers"}, {"created", nil, 1.0}},
		{{"data", nil, "availability"}, {"created", nil, 1.0}},
		{{"data", nil, "interviews"}, {"created", nil, 2.0}},
	})
	brought := s.events(", filter: {kind: [INTERVIEW_IMPORTED]}")
	same(t, "interviews imported", len(brought), 2)
	same(t, "interviews differ", brought[0].Interview.ID != brought[1].Interview.ID, true)
	same(t, "changes of the imported interview", brought[1].Changes,
		[]change{{"status", nil, "BOOKED"}, {"start", nil, "2026-06-03T08:00:00Z"}, {"end", nil, "2026-06-03T09:00:00Z"}})
	s.Sound()
}

// Closing with cancellation of bookings appends an event for each interview and one for
// the closing.
func TestEventsOfRemovedAvailability(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	window := s.Publish(ann, t0.Add(day), 3*time.Hour, 60)
	first := s.Booked(s.Student(nil), window.Slots[0].ID)
	second := s.Booked(s.Student(nil), window.Slots[1].ID)
	got := s.eventKindsOf(func() {
		s.as(booking.RoleInterviewer, ann, func() {
			s.Accepted(s.closing("removeAvailability", "", in{"availabilityId": window.Availability.ID, "cancelBooked": true}).Errors)
		})
	})
	same(t, "kinds", got, []string{"INTERVIEW_CANCELLED", "INTERVIEW_CANCELLED", "AVAILABILITY_REMOVED"})
	events := s.events(", filter: {kind: [INTERVIEW_CANCELLED, AVAILABILITY_REMOVED]}")
	same(t, "interviews of the events", []string{events[0].Interview.ID, events[1].Interview.ID}, []string{first, second})
	for _, e := range events {
		same(t, "role and id of the actor", [2]string{e.Actor.Role, *e.Actor.ID}, [2]string{"INTERVIEWER", ann})
		same(t, "request id of the second event", e.RequestID, events[0].RequestID)
	}
	same(t, "cancelled before and after", events[2].byField()["cancelled"], [2]any{nil, 2.0})
}

// The database refuses every change of an event.
func TestEventsAreAppendOnly(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.Booked(s.Student(nil), s.NewSlot(day))
	before := s.Rows()
	for _, statement := range []string{
		"UPDATE events SET kind = 'X'", "UPDATE events SET kind = kind WHERE false", "DELETE FROM events", "TRUNCATE events", "TRUNCATE events CASCADE",
	} {
		t.Run(statement, func(t *testing.T) {
			_, err := s.DB.SQL(t).ExecContext(t.Context(), statement)
			if err == nil || !strings.Contains(err.Error(), "events are append-only") {
				t.Errorf("error = %v, want one that says that events are append-only", err)
			}
		})
	}
	same(t, "rows", s.Rows(), before)
}

// Events name people by id and contain no names or text written by people.
func TestEventsContainNoFreeText(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const secret = "Xyzzy"
	words := func(n int) string { return fmt.Sprintf("%s %d", secret, n) }
	student := s.Student(in{"name": words(1), "email": "xyzzy1@example.org"})
	ann := s.Interviewer(in{"name": words(2), "email": "xyzzy2@example.org"})
	var payload struct{ Errors []refused }
	s.Mutate("updateStudent", "student { id }", in{"studentId": student, "name": words(3), "email": "xyzzy3@example.org"}, &payload)
	s.Accepted(payload.Errors)
	s.Accepted(s.updateInterviewer(ann, in{"name": words(4), "email": "xyzzy4@example.org", "meetingUrl": "https://meet.example.org/xyzzy4"}))
	s.waive(student, "LIMIT", in{"reason": words(5)})
	graded, cancelled := s.Booked(student, s.Slot(ann, day)), s.Booked(student, s.NewSlot(2*day))
	s.Accepted(s.ChangeInterview("cancelInterview", in{"interviewId": cancelled, "reason": words(6)}).Errors)
	s.Accepted(s.closing("blockTime", "", in{
		"interviewerId": ann, "start": "2026-06-20T00:00:00Z", "end": "2026-06-21T00:00:00Z", "reason": words(7),
	}).Errors)
	s.Accepted(s.ChangeInterview("updateInterviewIntake", in{"interviewId": graded, "intake": words(12)}).Errors)
	s.SetClock(t0.Add(2 * day))
	s.Accepted(s.ChangeInterview("completeInterview", in{"interviewId": graded, "grade": 3, "note": words(8)}).Errors)
	s.Accepted(s.ChangeInterview("completeInterview", in{"interviewId": graded, "note": words(9) + " anew"}).Errors)
	s.imports("importStudents", "name,email\n"+words(10)+",xyzzy10@example.org\n", nil)
	file := "studentEmail,interviewerEmail,start,end,status,grade,note\n" +
		"xyzzy10@example.org,xyzzy4@example.org,2020-06-01T08:00:00Z,2020-06-01T09:00:00Z,COMPLETED,3," + words(11) + "\n"
	same(t, "rows of an imported note", s.imports("importInterviews", file, nil).rowLines(), []string{"2 CREATED"})

	var told string
	err := s.DB.SQL(t).QueryRowContext(t.Context(), "SELECT string_agg(e::text, ' ') FROM events e").Scan(&told)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the events hold the private words", strings.Contains(strings.ToLower(told), "xyzzy"), false)
	changes := s.events(", filter: {kind: [STUDENT_UPDATED, INTERVIEWER_UPDATED]}")
	for _, e := range changes {
		want := []change{{"name", true, true}, {"email", true, true}}
		if e.Kind == "INTERVIEWER_UPDATED" {
			want = append(want, change{"meetingUrl", nil, true})
		}
		same(t, "changes", e.Changes, want)
	}
	notes := s.events(", filter: {kind: [INTERVIEW_GRADED]}")
	same(t, "changes of the second note", notes[0].Changes, []change{{"note", true, true}})
}

// The objects of many events are read in one batch.
func TestStatementsOfEvents(t *testing.T) {
	t.Parallel()
	asked := map[int][]string{}
	for _, n := range []int{2, 20} {
		trace := &statements{}
		s := newSchoolWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)})
		for range n {
			s.Booked(s.Student(nil), s.NewSlot(day))
		}
		trace.take()
		answer := s.Ask(`{ events(first: 50, filter: {kind: [INTERVIEW_BOOKED]}) { totalCount edges { node { kind
			student { name hold { id } } interviewer { name } slot { status interviewer { name } }
			interview { status events { nodes { kind student { name } } } } } } } }`, nil)
		if len(answer.Errors) > 0 || strings.Count(answer.Body, `"totalCount":`+fmt.Sprint(n)) != 1 {
			t.Fatalf("response = %s, want no errors", answer.Body)
		}
		asked[n] = trace.take()
		slices.Sort(asked[n])
	}
	same(t, "statements for 20 events", len(asked[20]), len(asked[2]))
	compareGolden(t, "events", strings.Join(asked[2], "\n\n")+"\n")
	same(t, "statements for 20 events, in order", asked[20], asked[2])
}
