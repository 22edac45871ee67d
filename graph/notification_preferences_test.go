package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"rehearse/internal/booking"
)

const allPreferences = "notificationPreferences { bookings grades reminders agenda feedback }"

// preferences changes notification preferences as the current caller, and returns the refusals.
func (s *school) preferences(input in) []refused {
	s.T.Helper()
	var payload struct{ Errors []refused }
	s.Mutate("updateNotificationPreferences", "", input, &payload)
	return payload.Errors
}

func (s *school) readPreferences(noun, id string) string {
	s.T.Helper()
	return strings.TrimSpace(s.Ask(fmt.Sprintf("{ it: %s(id: %s) { %s } }", noun, id, allPreferences), nil).Body)
}

func TestNotificationPreferences(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ada, bob, ann := s.Student(nil), s.Student(nil), s.Interviewer(nil)
	as := func(values string) string { return `{"data":{"it":{"notificationPreferences":` + values + `}}}` }
	all := as(`{"bookings":true,"grades":true,"reminders":true,"agenda":null,"feedback":null}`)
	same(t, "preferences of a new student", s.readPreferences("student", ada), all)
	same(t, "preferences of a new interviewer", s.readPreferences("interviewer", ann),
		as(`{"bookings":true,"grades":true,"reminders":true,"agenda":true,"feedback":true}`))

	s.as(booking.RoleStudent, ada, func() {
		s.Accepted(s.preferences(in{"studentId": ada, "grades": false, "reminders": false}))
		s.Accepted(s.preferences(in{"studentId": ada, "grades": true})) // an omitted field does not change
		same(t, "own preferences", s.readPreferences("student", ada), as(`{"bookings":true,"grades":true,"reminders":false,"agenda":null,"feedback":null}`))
		wantRefusal(t, s.preferences(in{"studentId": ada, "agenda": true}), "INVALID_INPUT", "agenda")
		wantRefusal(t, s.preferences(in{"studentId": ada, "feedback": false}), "INVALID_INPUT", "feedback")
	})
	same(t, "changes of the event", s.lastChanges("NOTIFICATION_PREFERENCES_UPDATED"), map[string][2]any{"grades": {false, true}})
	same(t, "preferences of another student", s.readPreferences("student", bob), all)
	s.as(booking.RoleInterviewer, ann, func() {
		s.Accepted(s.preferences(in{"interviewerId": ann, "agenda": false, "feedback": false}))
		same(t, "own preferences", s.readPreferences("interviewer", ann), as(`{"bookings":true,"grades":true,"reminders":true,"agenda":false,"feedback":false}`))
	})
	s.Accepted(s.preferences(in{"interviewerId": ann, "agenda": true}))
	same(t, "preferences that an administrator has changed", s.readPreferences("interviewer", ann),
		as(`{"bookings":true,"grades":true,"reminders":true,"agenda":true,"feedback":false}`))

	wantRefusal(t, s.preferences(in{"grades": false}), "INVALID_INPUT", "studentId")
	wantRefusal(t, s.preferences(in{"studentId": ada, "interviewerId": ann, "grades": false}), "INVALID_INPUT", "studentId")
	wantRefusal(t, s.preferences(in{"studentId": "999", "grades": false}), "NOT_FOUND", "studentId")
	wantRefusal(t, s.preferences(in{"interviewerId": "999", "grades": false}), "NOT_FOUND", "interviewerId")
	same(t, "code of null", s.Ask(fmt.Sprintf("mutation { updateNotificationPreferences(input: { studentId: %s, grades: null }) { errors { code } } }", ada), nil).Code(), "BAD_USER_INPUT")
	s.as(booking.RoleStudent, bob, func() {
		wantRefusal(t, s.preferences(in{"studentId": ada, "grades": false}), "NOT_FOUND", "studentId")
		wantRefusal(t, s.preferences(in{"interviewerId": ann, "grades": false}), "NOT_FOUND", "interviewerId")
	})
	s.Booked(ada, s.Slot(ann, day))
	s.as(booking.RoleInterviewer, ann, func() {
		s.Ask(fmt.Sprintf("{ it: student(id: %s) { %s } }", ada, allPreferences), nil).
			Want(`{"it":{"notificationPreferences":null}}`, "it notificationPreferences: FORBIDDEN")
	})
	s.as(booking.RoleStudent, bob, func() {
		s.Ask(fmt.Sprintf("{ it: interviewer(id: %s) { %s } }", ann, allPreferences), nil).
			Want(`{"it":{"notificationPreferences":null}}`, "it notificationPreferences: FORBIDDEN")
	})
}

// The export contains the preferences, and anonymising removes them.
func TestPreferencesArePersonalData(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	same(t, "export without preferences", strings.Contains(s.exported(student), `"notification_preferences" : null`), true)
	s.Accepted(s.preferences(in{"studentId": student, "grades": false}))
	want := fmt.Sprintf(`"notification_preferences" : {"student_id":%s,"bookings":true,"grades":false,"reminders":true}`, student)
	if text := s.exported(student); !strings.Contains(text, want) {
		t.Errorf("the export %s has no %s", text, want)
	}
	var payload struct{ Errors []refused }
	s.Mutate("anonymiseStudent", "student { id }", in{"studentId": student}, &payload)
	s.Accepted(payload.Errors)
	var rows int
	if err := s.DB.SQL(t).QueryRowContext(t.Context(), "SELECT count(*) FROM notification_preferences").Scan(&rows); err != nil || rows != 0 {
		t.Errorf("rows afterwards = %d, %v; want 0", rows, err)
	}
	wantRefusal(t, s.preferences(in{"studentId": student, "grades": false}), "WRONG_STATUS", "studentId")
}

func TestNotificationsInThePolicy(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	read := func() string {
		return strings.TrimSpace(s.Ask("{ bookingPolicy { reminderLeadSeconds agendaHour feedbackOverdueSeconds version } }", nil).Body)
	}
	as := func(leads, hour, overdue string, version int) string {
		return fmt.Sprintf(`{"data":{"bookingPolicy":{"reminderLeadSeconds":%s,"agendaHour":%s,"feedbackOverdueSeconds":%s,"version":%d}}}`, leads, hour, overdue, version)
	}
	same(t, "policy of a new school", read(), as("[86400,3600]", "7", "86400", 1))
	s.policy(in{"reminderLeadSeconds": []int{600, 7200, 600}, "agendaHour": 0, "feedbackOverdueSeconds": 60})
	same(t, "policy with sorted reminders", read(), as("[7200,600]", "0", "60", 2))
	same(t, "changes of the event", s.lastChanges("POLICY_UPDATED"), map[string][2]any{
		"reminderLeadSeconds": {[]any{86400.0, 3600.0}, []any{7200.0, 600.0}}, "agendaHour": {7.0, 0.0}, "feedbackOverdueSeconds": {86400.0, 60.0}, "version": {1.0, 2.0},
	})
	s.policy(in{"reminderLeadSeconds": []int{600, 7200}})
	same(t, "policy after the same reminders", read(), as("[7200,600]", "0", "60", 2))
	s.policy(in{"reminderLeadSeconds": []int{}, "agendaHour": nil, "feedbackOverdueSeconds": 0})
	same(t, "policy that sends nothing", read(), as("[]", "null", "0", 3))
	s.policy(in{"interviewLimit": 9})
	same(t, "policy after another change", read(), as("[]", "null", "0", 4))
	for _, test := range []struct {
		field string
		value any
	}{
		{"reminderLeadSeconds", []int{299}}, {"reminderLeadSeconds", []int{2592001}}, {"reminderLeadSeconds", []int{300, 400, 500, 600, 700, 800}},
		{"agendaHour", 24}, {"agendaHour", -1}, {"feedbackOverdueSeconds", -1}, {"feedbackOverdueSeconds", 2592001},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			wantRefusal(t, s.For(t).policyRefusals(in{test.field: test.value}), "INVALID_INPUT", test.field)
		})
	}
	same(t, "policy after the refusals", read(), as("[]", "null", "0", 4))
	s.Sound()
}
