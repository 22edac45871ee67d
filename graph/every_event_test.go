package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// eventful is a school with events of every kind, by every kind of actor, and with
// refused bookings.
type eventful struct {
	*school
	student, interviewer, interview string
}

// newEventful causes all of these events in a school and fails if a kind of event is
// missing.
func newEventful(s *school) eventful {
	t := s.T
	t.Helper()
	e := eventful{school: s}
	e.student, e.interviewer = e.Student(nil), e.Interviewer(nil)
	e.roster()
	e.calendar()
	e.life()
	e.refusedBookings()
	e.webhooks()
	missing := []string{}
	happened := kinds(e.events(""))
	for _, kind := range loadSchema(t).Types["EventKind"].EnumValues {
		if !slices.Contains(happened, kind.Name) {
			missing = append(missing, kind.Name)
		}
	}
	same(t, "kinds of events that nothing caused", missing, []string{})
	e.wantListedFields()
	return e
}

// wantListedFields fails the test if an event has a field that its kind does not list, or if
// the list lacks a kind.
func (e eventful) wantListedFields() {
	e.T.Helper()
	listed := map[string][]string{}
	for _, kind := range booking.EventKinds() {
		listed[string(kind.Kind)] = kind.Fields
	}
	for _, event := range e.events("") {
		for _, change := range event.Changes {
			if !slices.Contains(listed[event.Kind], change.Field) {
				e.T.Errorf("%s has the field %s, which booking.EventKinds does not list", event.Kind, change.Field)
			}
		}
	}
}

// do runs a mutation, which must not be refused.
func (e eventful) do(mutation, fields string, input in) {
	e.T.Helper()
	var payload struct{ Errors []refused }
	e.Mutate(mutation, fields, input, &payload)
	e.Accepted(payload.Errors)
}

func (e eventful) roster() {
	e.T.Helper()
	e.do("updateStudent", "student { id }", in{"studentId": e.student, "interviewLimit": 9})
	e.do("updateInterviewer", "interviewer { id }", in{"interviewerId": e.interviewer, "maxPerDay": 9})
	e.do("updateBookingPolicy", "bookingPolicy { version }", in{"holdSeconds": 60})
	e.revoke(e.waive(e.student, "LIMIT", nil))
	e.do("deleteCalendarFeed", "feed { id }", in{"feedId": e.calendarFeed(in{"interviewerId": e.interviewer})})
	e.do("updateNotificationPreferences", "notificationPreferences { reminders }", in{"studentId": e.student, "reminders": false})
	e.imports("importStudents", "name,email\nAda,ada@example.org\n", nil)
	e.imports("importInterviewers", "name,email\nAnn,ann@example.org\n", nil)
	e.imports("importInterviews", importedInterview+bookingRow("ada@example.org", "ann@example.org", 4*day), nil)
	gone := e.Student(nil)
	e.as(booking.RoleStudent, gone, func() { e.Cancel(e.Booked(gone, e.slotFor(5*day))) })
	e.do("anonymiseStudent", "student { id }", in{"studentId": gone})
}

// slotFor publishes a slot as an administrator and restores the caller.
func (e eventful) slotFor(after time.Duration) string {
	e.T.Helper()
	who := e.Actor.Load()
	e.Act(booking.RoleAdmin, 0)
	defer e.Actor.Store(who)
	return e.NewSlot(after)
}

func (e eventful) calendar() {
	e.T.Helper()
	e.as(booking.RoleInterviewer, e.interviewer, func() {
		rule := e.weekly(e.interviewer, in{"endDate": nil})
		e.update(rule.Availability.ID, in{"endTime": "17:00"})
		e.closing("withdrawSlot", "", in{"slotId": rule.Slots[0].ID})
		e.closing("blockTime", "blocks { id } ", in{
			"interviewerId": e.interviewer, "start": moment(10 * day), "end": moment(11 * day), "reason": "away",
		})
	})
	var blocks struct {
		Interviewer struct {
			Blocks struct{ Nodes []struct{ ID string } }
		}
	}
	e.Ask(fmt.Sprintf("{ interviewer(id: %s) { blocks { nodes { id } } } }", e.interviewer), nil).Into(&blocks)
	e.do("unblockTime", "slots { id }", in{"blockId": blocks.Interviewer.Blocks.Nodes[0].ID})
	e.SetClock(t0.Add(7 * day))
	if _, err := e.App.ExtendAvailability(e.T.Context()); err != nil {
		e.T.Fatal(err)
	}
	window := e.Publish(e.interviewer, t0.Add(8*day+time.Hour), time.Hour, 60)
	e.closing("removeAvailability", "", in{"availabilityId": window.Availability.ID})
}

func (e *eventful) life() {
	e.T.Helper()
	first, second, other := e.NewSlot(12*day), e.NewSlot(12*day+2*time.Hour), e.NewSlot(30*day)
	e.as(booking.RoleStudent, e.student, func() {
		e.held(e.student, first)
		e.SetClock(t0.Add(7*day + time.Second))
		e.release(e.held(e.student, first))
		e.interview = e.Booked(e.student, first)
		e.Accepted(e.move(e.interview, second).Errors)
		e.Accepted(e.ChangeInterview("updateInterviewIntake", in{"interviewId": e.interview, "intake": "I know Go."}).Errors)
		e.Cancel(e.Booked(e.student, other))
	})
	e.SetClock(t0.Add(12*day + 4*time.Hour))
	e.Accepted(e.noShow(e.interview, "STUDENT").Errors)
	e.Accepted(e.undo(e.interview).Errors)
	e.Accepted(e.Complete(e.interview, nil).Errors)
	e.Accepted(e.Complete(e.interview, 3).Errors)
}

// webhooks leaves a webhook with a delivery, and a disabled one.
func (e eventful) webhooks() {
	e.T.Helper()
	gone := e.webhook(nil)
	e.do("rotateWebhookSecret", "webhook { id }", in{"webhookId": gone})
	e.do("updateWebhook", "webhook { id }", in{"webhookId": gone, "kinds": []string{"INTERVIEW_BOOKED"}})
	e.do("deleteWebhook", "webhookId", in{"webhookId": gone})
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }))
	defer refuses.Close()
	e.webhook(in{"url": refuses.URL, "kinds": []string{"STUDENT_CREATED"}})
	e.Student(nil)
	e.deliver()
}

// refusedBookings causes refusals, for people of the school and for a token that names an
// unknown person.
func (e eventful) refusedBookings() {
	e.T.Helper()
	taken := e.takenSlot(40 * day)
	try := func() {
		e.Book(e.student, taken)
		e.move(e.interview, taken)
		e.Book(missing, taken)
		e.Book(e.student, missing)
	}
	try()
	e.as(booking.RoleStudent, e.student, try)
	e.as(booking.RoleStudent, missing, try)
}

// Every field of every event and of every refused booking can be read by every caller who
// may read it, through nodes and through edges.
func TestEveryEventIsRead(t *testing.T) {
	t.Parallel()
	e := newEventful(newSchoolWith(t, store.Options{}, unlimited))
	schema := loadSchema(t)
	for role, id := range map[booking.Role]string{
		booking.RoleAdmin: "0", booking.RoleStudent: e.student, booking.RoleInterviewer: e.interviewer, booking.RoleAnonymous: "0",
	} {
		for _, unlike := range []string{"edges", "nodes"} {
			t.Run(fmt.Sprint(role, " without ", unlike), func(t *testing.T) {
				w := walker{t: t, schema: schema, role: role, unlike: unlike}
				s := e.For(t)
				for _, root := range []string{
					"events", "bookingRefusals", "interviews", "students", "viewer", "webhooks",
					fmt.Sprintf("interview(id: %s)", e.interview), fmt.Sprintf("student(id: %s)", e.student),
				} {
					field := schema.Query.Fields.ForName(root[:strings.IndexAny(root+"(", "(")])
					if role != booking.RoleAdmin && rightsTo(t, field)[role] == "NONE" {
						continue
					}
					s.as(role, id, func() { s.wantRead("{ " + root + " " + w.all(field.Type.Name(), 5) + " }") })
				}
			})
		}
	}
}

// wantRead fails the test if the document returns an error.
func (s *school) wantRead(document string) {
	s.T.Helper()
	answer := s.Ask(document, nil)
	for _, failed := range answer.Errors {
		path, _ := json.Marshal(failed.Path)
		s.T.Errorf("%.60s … has the error %s at %s, want none: %s", document, failed.Extensions.Code, path, s.cause(failed.Extensions.ErrorID))
	}
	if len(answer.Errors) == 0 && !strings.Contains(answer.Body, `":{`) {
		s.T.Errorf("response to %.60s … = %s, want objects", document, answer.Body)
	}
}

// cause returns the logged cause of an error that the response hides.
func (s *school) cause(errorID string) string {
	if errorID != "" {
		for line := range strings.Lines(s.Log.String()) {
			if strings.Contains(line, errorID) {
				return line
			}
		}
	}
	return ""
}
