package graph_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A value that cannot be parsed, or an invalid query, returns a top-level error with a
// code and a message. Nothing is written.
func TestBadQueries(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	before := s.Rows()
	slots := func(arguments string) string {
		return fmt.Sprintf(`{ availableSlots(studentId: %s, %s) { nodes { id } } }`, student, arguments)
	}
	inRange := `start: "2026-06-01T00:00:00Z", end: "2026-06-02T00:00:00Z"`
	for _, test := range []struct{ name, document, code, says string }{
		{"first 0", slots(inRange + ", first: 0"), "BAD_USER_INPUT", "first is 0; a whole number from 1 to 500 is allowed"},
		{"first 501", slots(inRange + ", first: 501"), "BAD_USER_INPUT", "first is 501"},
		{"first negative", slots(inRange + ", first: -1"), "BAD_USER_INPUT", "first is -1"},
		{"first over 32 bits", slots(inRange + ", first: 99999999999"), "BAD_USER_INPUT", "99999999999"},
		{"first over 64 bits", slots(inRange + ", first: 99999999999999999999"), "BAD_USER_INPUT", "99999999999999999999"},
		{"first 101 of students", `{ students(first: 101) { nodes { id } } }`, "BAD_USER_INPUT", "from 1 to 100"},
		{"first 101 of interviewers", `{ interviewers(first: 101) { nodes { id } } }`, "BAD_USER_INPUT", "from 1 to 100"},
		{"first 0 of interviews", `{ interviews(first: 0) { nodes { id } } }`, "BAD_USER_INPUT", "from 1 to 100"},
		{"a cursor of letters", slots(inRange + `, after: "nonsense"`), "BAD_USER_INPUT", "after is not a cursor"},
		{"a cursor of base64", slots(inRange + `, after: "YWJj"`), "BAD_USER_INPUT", "after is not a cursor"},
		{"a reversed range", slots(`start: "2026-06-02T00:00:00Z", end: "2026-06-01T00:00:00Z"`), "BAD_USER_INPUT", "must be after start"},
		{"an empty range", slots(`start: "2026-06-02T00:00:00Z", end: "2026-06-02T00:00:00Z"`), "BAD_USER_INPUT", "must be after start"},
		{"a range of 400 days", slots(`start: "2026-06-02T00:00:00Z", end: "2027-07-07T00:00:00Z"`), "BAD_USER_INPUT", "366 days"},
		{"no end", slots(`start: "2026-06-02T00:00:00Z"`), "BAD_USER_INPUT", `"end"`},
		{"null start", slots(`start: null, end: "2026-06-02T00:00:00Z"`), "BAD_USER_INPUT", "null"},
		{"empty time", slots(`start: "", end: "2026-06-02T00:00:00Z"`), "BAD_USER_INPUT", `"" is not a time`},
		{"a date alone", slots(`start: "2026-06-01", end: "2026-06-02T00:00:00Z"`), "BAD_USER_INPUT", `"2026-06-01" is not a time`},
		{"year 1", slots(`start: "0001-01-01T00:00:00Z", end: "2026-06-02T00:00:00Z"`), "BAD_USER_INPUT", "the year 1900 or later is allowed"},
		{"a 13th month", slots(`start: "2026-13-01T00:00:00Z", end: "2026-06-02T00:00:00Z"`), "BAD_USER_INPUT", "is not a time"},
		{"a number for a time", slots(`start: 5, end: "2026-06-02T00:00:00Z"`), "BAD_USER_INPUT", "5 is not a time"},
		{"an unknown student", `{ eligibility(studentId: 999999) { eligible } }`, "NOT_FOUND", "no such student"},
		{"slots of an unknown student", `{ availableSlots(studentId: 999999, ` + inRange + `) { nodes { id } } }`, "NOT_FOUND", "no such student"},
		{"a word for an id", `{ student(id: "abc") { name } }`, "BAD_USER_INPUT", `"abc" is not an id`},
		{"a negative id", `{ student(id: -4) { name } }`, "BAD_USER_INPUT", `-4 is not an id`},
		{"id 0", `{ slot(id: "0") { id } }`, "BAD_USER_INPUT", `"0" is not an id`},
		{"an empty id", `{ slot(id: "") { id } }`, "BAD_USER_INPUT", `"" is not an id`},
		{"a huge id", `{ interview(id: "99999999999999999999") { id } }`, "BAD_USER_INPUT", "is not an id"},
		{"a huge literal", `{ interview(id: 99999999999999999999) { id } }`, "BAD_USER_INPUT", "99999999999999999999"},
		{"a fraction for an id", `{ interviewer(id: 1.5) { name } }`, "BAD_USER_INPUT", "1.5"},
		{"a boolean for an id", `{ interviewer(id: true) { name } }`, "BAD_USER_INPUT", "true"},
		{"an unknown field", `{ students { nodes { shoeSize } } }`, "BAD_USER_INPUT", "shoeSize"},
		{"an unknown argument", `{ students(middle: 3) { nodes { id } } }`, "BAD_USER_INPUT", "middle"},
		{"an unfinished document", `{`, "BAD_USER_INPUT", "Expected"},
		{"interviews of a reversed range", `{ interviews(filter: {start: "2026-06-02T00:00:00Z", end: "2026-06-01T00:00:00Z"}) { nodes { id } } }`, "BAD_USER_INPUT", "must be after start"},
		{"an unknown status", `{ interviews(filter: {status: DONE}) { nodes { id } } }`, "BAD_USER_INPUT", "DONE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.For(t).Ask(test.document, nil).WantError(test.code, test.says)
		})
	}
	same(t, "rows", s.Rows(), before)
	same(t, "log", s.Log.String(), "")
}

func TestUnknownIDsAreNull(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	var data map[string]any
	s.Ask(`{ student(id: 9) { id } interviewer(id: 9) { id } slot(id: 9) { id } interview(id: 9) { id } }`, nil).Into(&data)
	same(t, "data for unknown ids", data, map[string]any{"student": nil, "interviewer": nil, "slot": nil, "interview": nil})
}

// A value that can be parsed but is not allowed returns a refusal with its path. Nothing
// is written.
func TestBadInput(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(map[string]any{"email": "taken@example.org"}), s.Interviewer(map[string]any{"email": "ann@example.org"})
	booked := s.Booked(student, s.Slot(ann, day))
	type in = map[string]any
	person := func(set in) in {
		input := in{"name": "New", "email": "new@example.org", "timeZone": "Europe/Berlin"}
		for key, value := range set {
			input[key] = value
		}
		return input
	}
	window := func(start, end string, set in) in {
		input := in{"interviewerId": ann, "start": start, "end": end}
		for key, value := range set {
			input[key] = value
		}
		return input
	}
	at, until := "2026-06-20T10:00:00Z", "2026-06-20T12:00:00Z"
	hook := s.webhook(nil)
	if _, err := s.Store.DispatchEvents(t.Context(), *s.Clock.Load()); err != nil { // redeliver does this, too, which changes rows
		t.Fatal(err)
	}
	before := s.Rows()
	for _, test := range []struct {
		name, mutation string
		input          in
		code, field    string
		says           string
	}{
		{"no name", "createStudent", person(in{"name": ""}), "INVALID_INPUT", "name", "1 to 200"},
		{"blank name", "createStudent", person(in{"name": "   "}), "INVALID_INPUT", "name", "1 to 200"},
		{"long name", "createStudent", person(in{"name": strings.Repeat("x", 201)}), "INVALID_INPUT", "name", "201 characters"},
		{"a name without a visible character", "createStudent", person(in{"name": "\u200b\u0301"}), "INVALID_INPUT", "name", "visible character"},
		{"no e-mail", "createStudent", person(in{"email": ""}), "INVALID_INPUT", "email", "is expected"},
		{"a bad e-mail", "createStudent", person(in{"email": "nobody"}), "INVALID_INPUT", "email", `"nobody"`},
		{"an e-mail with a name", "createStudent", person(in{"email": "A <a@example.org>"}), "INVALID_INPUT", "email", "is expected"},
		{"a duplicate e-mail", "createStudent", person(in{"email": "Taken@Example.org "}), "INVALID_INPUT", "email", "Another student"},
		{"an unknown zone", "createStudent", person(in{"timeZone": "Mars/Base"}), "INVALID_INPUT", "timeZone", `"Mars/Base"`},
		{"an empty zone", "createStudent", person(in{"timeZone": ""}), "INVALID_INPUT", "timeZone", "IANA"},
		{"the machine's zone", "createStudent", person(in{"timeZone": "Local"}), "INVALID_INPUT", "timeZone", "IANA"},
		{"a negative limit", "createStudent", person(in{"interviewLimit": -1}), "INVALID_INPUT", "interviewLimit", "0 to 1000"},
		{"a huge limit", "createStudent", person(in{"interviewLimit": 1001}), "INVALID_INPUT", "interviewLimit", "0 to 1000"},
		{"an unknown student", "updateStudent", in{"studentId": 999}, "NOT_FOUND", "studentId", "no such student"},
		{"update to a bad e-mail", "updateStudent", in{"studentId": student, "email": "x@"}, "INVALID_INPUT", "email", `"x@"`},
		{"no interviewer's name", "createInterviewer", person(in{"name": ""}), "INVALID_INPUT", "name", "1 to 200"},
		{"a duplicate interviewer", "createInterviewer", person(in{"email": "ann@example.org"}), "INVALID_INPUT", "email", "Another interviewer"},
		{"an unknown interviewer", "updateInterviewer", in{"interviewerId": 999}, "NOT_FOUND", "interviewerId", "no such interviewer"},
		{"update to an unknown zone", "updateInterviewer", in{"interviewerId": ann, "timeZone": "X"}, "INVALID_INPUT", "timeZone", `"X"`},

		{"an unknown interviewer of a window", "addAvailability", window(at, until, in{"interviewerId": 999}), "NOT_FOUND", "interviewerId", "no such interviewer"},
		{"a reversed window", "addAvailability", window(until, at, nil), "INVALID_RANGE", "end", "after start"},
		{"an empty window", "addAvailability", window(at, at, nil), "INVALID_RANGE", "end", "after start"},
		{"a window of a year", "addAvailability", window(at, "2027-06-20T10:00:00Z", nil), "INVALID_RANGE", "end", "31 days"},
		{"a window shorter than a slot", "addAvailability", window(at, "2026-06-20T10:59:00Z", nil), "INVALID_RANGE", "end", "at least one slot"},
		{"a past window", "addAvailability", window("2026-05-01T10:00:00Z", "2026-05-01T12:00:00Z", nil), "SLOT_IN_PAST", "start", "in the past"},
		{"slots of 14 minutes", "addAvailability", window(at, until, in{"slotMinutes": 14}), "INVALID_INPUT", "slotMinutes", "15 to 240"},
		{"slots of 241 minutes", "addAvailability", window(at, until, in{"slotMinutes": 241}), "INVALID_INPUT", "slotMinutes", "15 to 240"},
		{"slots of 0 minutes", "addAvailability", window(at, until, in{"slotMinutes": 0}), "INVALID_INPUT", "slotMinutes", "15 to 240"},

		{"an unknown student of a booking", "bookSlot", in{"studentId": 999, "slotId": 1}, "NOT_FOUND", "studentId", "no such student"},
		{"an unknown slot of a booking", "bookSlot", in{"studentId": student, "slotId": 999}, "NOT_FOUND", "slotId", "no such slot"},
		{"an unknown interview to cancel", "cancelInterview", in{"interviewId": 999, "reason": "x"}, "NOT_FOUND", "interviewId", "no such interview"},
		{"a cancellation with a blank reason", "cancelInterview", in{"interviewId": booked, "reason": " "}, "INVALID_INPUT", "reason", "at least one visible character"},
		{"a cancellation with a long reason", "cancelInterview", in{"interviewId": booked, "reason": strings.Repeat("x", 501)}, "INVALID_INPUT", "reason", "1 to 500"},
		{"an unknown interview to complete", "completeInterview", in{"interviewId": 999}, "NOT_FOUND", "interviewId", "no such interview"},
		{"a completion before the start", "completeInterview", in{"interviewId": booked, "grade": 3}, "TOO_SOON", "interviewId", "not started"},
		{"grade 6", "completeInterview", in{"interviewId": booked, "grade": 6}, "INVALID_INPUT", "grade", "0 to 5"},
		{"grade -1", "completeInterview", in{"interviewId": booked, "grade": -1}, "INVALID_INPUT", "grade", "0 to 5"},
		{"a completion with a long note", "completeInterview", in{"interviewId": booked, "note": strings.Repeat("x", 4001)}, "INVALID_INPUT", "note", "0 to 4000"},
		{"an unknown interview of an intake", "updateInterviewIntake", in{"interviewId": 999, "intake": "x"}, "NOT_FOUND", "interviewId", "no such interview"},
		{"a long intake", "updateInterviewIntake", in{"interviewId": booked, "intake": strings.Repeat("x", 2001)}, "INVALID_INPUT", "intake", "1 to 2000"},
		{"an invisible intake", "updateInterviewIntake", in{"interviewId": booked, "intake": "\u200b"}, "INVALID_INPUT", "intake", "at least one visible character"},
		{"an intake with a control character", "updateInterviewIntake", in{"interviewId": booked, "intake": "a\x07b"}, "INVALID_INPUT", "intake", "U+0007"},
		{"a completion in the future", "completeInterview", in{"interviewId": booked, "completedAt": at}, "INVALID_INPUT", "completedAt", "and now"},

		{"a webhook over http", "createWebhook", in{"url": "http://hooks.example.org/"}, "INVALID_INPUT", "url", "https URL"},
		{"a webhook in a private network", "createWebhook", in{"url": "https://10.0.0.7/"}, "INVALID_INPUT", "url", "private network"},
		{"a webhook at a metadata service", "createWebhook", in{"url": "https://169.254.169.254/"}, "INVALID_INPUT", "url", "reserved"},
		{"a webhook with a long URL", "createWebhook", in{"url": publicHook + strings.Repeat("x", 500)}, "INVALID_INPUT", "url", "at most 500"},
		{"a webhook about an unknown student", "createWebhook", in{"url": publicHook, "studentIds": []int{999}}, "NOT_FOUND", "studentIds", "no such student"},
		{"a webhook about an unknown interviewer", "createWebhook", in{"url": publicHook, "interviewerIds": []int{999}}, "NOT_FOUND", "interviewerIds", "no such interviewer"},
		{"an unknown webhook", "updateWebhook", in{"webhookId": 999, "enabled": false}, "NOT_FOUND", "webhookId", "no such webhook"},
		{"another version of a webhook", "updateWebhook", in{"webhookId": hook, "expectedVersion": 7}, "VERSION_CONFLICT", "expectedVersion", "version is 1"},
		{"update to a private URL", "updateWebhook", in{"webhookId": hook, "url": "https://[fd00::1]/"}, "INVALID_INPUT", "url", "private network"},
		{"update to an unknown student", "updateWebhook", in{"webhookId": hook, "studentIds": []int{999}}, "NOT_FOUND", "studentIds", "no such student"},
		{"an unknown webhook to delete", "deleteWebhook", in{"webhookId": 999}, "NOT_FOUND", "webhookId", "no such webhook"},
		{"an unknown webhook to rotate", "rotateWebhookSecret", in{"webhookId": 999}, "NOT_FOUND", "webhookId", "no such webhook"},
		{"nothing to deliver again", "redeliver", in{}, "INVALID_INPUT", "deliveryId", "fromEventId are expected"},
		{"two things to deliver again", "redeliver", in{"deliveryId": 1, "webhookId": hook, "fromEventId": 1}, "INVALID_INPUT", "deliveryId", "fromEventId are expected"},
		{"a webhook without an event to deliver again", "redeliver", in{"webhookId": hook}, "INVALID_INPUT", "deliveryId", "fromEventId are expected"},
		{"an unknown delivery", "redeliver", in{"deliveryId": 999}, "NOT_FOUND", "deliveryId", "no such delivery"},
		{"an unknown event to deliver from", "redeliver", in{"webhookId": hook, "fromEventId": 999}, "NOT_FOUND", "fromEventId", "no such event"},

		{"another version of the policy", "updateBookingPolicy", in{"expectedVersion": 7, "interviewLimit": 3}, "VERSION_CONFLICT", "expectedVersion", "version is 1"},
		{"a policy with the limit -1", "updateBookingPolicy", in{"interviewLimit": -1}, "INVALID_INPUT", "interviewLimit", "0 to 1000"},
		{"a policy with the minimum grade 5", "updateBookingPolicy", in{"minimumGradeExclusive": 5}, "INVALID_INPUT", "minimumGradeExclusive", "-1 to 4"},
		{"a policy with the grade window -1", "updateBookingPolicy", in{"gradeWindow": -1}, "INVALID_INPUT", "gradeWindow", "0 to 100"},
		{"a policy with holds of a second", "updateBookingPolicy", in{"holdSeconds": 1}, "INVALID_INPUT", "holdSeconds", "30 to 3600"},
		{"a policy with the notice -1", "updateBookingPolicy", in{"minimumNoticeSeconds": -1}, "INVALID_INPUT", "minimumNoticeSeconds", "0 to 2592000"},
		{"a policy with the cutoff -1", "updateBookingPolicy", in{"cancelCutoffSeconds": -1}, "INVALID_INPUT", "cancelCutoffSeconds", "0 to 2592000"},
		{"a policy with -1 reschedules", "updateBookingPolicy", in{"maxReschedules": -1}, "INVALID_INPUT", "maxReschedules", "0 to 100"},
		{"a policy with an unknown placeholder", "updateBookingPolicy", in{"meetingUrlTemplate": "https://meet.example.org/{room}"}, "INVALID_INPUT", "meetingUrlTemplate", "unknown placeholder {room}"},
		{"a policy with one link for all", "updateBookingPolicy", in{"meetingUrlTemplate": "https://meet.example.org/room"}, "INVALID_INPUT", "meetingUrlTemplate", "shareMeetingRooms"},
		{"a policy with the horizon 0", "updateBookingPolicy", in{"publishHorizonDays": 0}, "INVALID_INPUT", "publishHorizonDays", "1 to 730"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var payload struct{ Errors []refused }
			s.For(t).Mutate(test.mutation, "", test.input, &payload)
			wantRefusal(t, payload.Errors, test.code, test.field)
			if got := payload.Errors[0].Message; !strings.Contains(got, test.says) {
				t.Errorf("message = %q, want %q in it", got, test.says)
			}
		})
	}
	same(t, "rows", s.Rows(), before)
	same(t, "log", s.Log.String(), "")
}

func TestAllBadFieldsAtOnce(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	var payload struct{ Errors []refused }
	s.Mutate("createStudent", "", map[string]any{"name": "", "email": "x", "timeZone": "y", "interviewLimit": -1}, &payload)
	paths := []string{}
	for _, e := range payload.Errors {
		paths = append(paths, strings.Join(e.Path, "."))
	}
	same(t, "paths", paths, []string{"input.name", "input.email", "input.timeZone", "input.interviewLimit"})
}

func TestInvalidMutationInputs(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	before := s.Rows()
	for name, document := range map[string]string{
		"a word for an id":      `mutation { bookSlot(input: {studentId: "x", slotId: 1}) { errors { code } } }`,
		"a missing field":       `mutation { bookSlot(input: {studentId: 1}) { errors { code } } }`,
		"an unknown field":      `mutation { bookSlot(input: {studentId: 1, slotId: 1, price: 3}) { errors { code } } }`,
		"a date for a time":     `mutation { addAvailability(input: {interviewerId: 1, start: "2026-06-01", end: "2026-06-02T00:00:00Z"}) { errors { code } } }`,
		"a fraction":            `mutation { completeInterview(input: {interviewId: 1, grade: 2.5}) { errors { code } } }`,
		"null for a name":       `mutation { createStudent(input: {name: null, email: "a@b.c"}) { errors { code } } }`,
		"a number for a name":   `mutation { createStudent(input: {name: 5, email: "a@b.c"}) { errors { code } } }`,
		"a huge grade":          `mutation { completeInterview(input: {interviewId: 1, grade: 99999999999999999999}) { errors { code } } }`,
		"a grade of 33 bits":    `mutation { completeInterview(input: {interviewId: 1, grade: 9999999999}) { errors { code } } }`,
		"a mutation in a query": `query { bookSlot(input: {studentId: 1, slotId: 1}) { errors { code } } }`,
	} {
		t.Run(name, func(t *testing.T) {
			s.For(t).Ask(document, nil).WantError("BAD_USER_INPUT", "")
		})
	}
	same(t, "rows", s.Rows(), before)
}

func TestRequestsWithoutOperation(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	secret := "do-not-repeat-me"
	for _, test := range []struct {
		name, contentType, body string
		status                  int
		says                    string
	}{
		{"malformed JSON", "application/json", `{"query": "` + secret, http.StatusBadRequest, "the body is not valid JSON: syntax error at byte 27"},
		{"an array", "application/json", `[{"query": "{ __typename }"}]`, http.StatusBadRequest, "the body is an array; an object is expected"},
		{"two values", "application/json", `{"query": "{ __typename }"} {}`, http.StatusBadRequest, "the body is not valid JSON: syntax error at byte 29"},
		{"a number for the query", "application/json", `{"query": 5}`, http.StatusBadRequest, "the parameter query is a number; a string is expected"},
		{"a string for the variables", "application/json", `{"query": "{ __typename }", "variables": "` + secret + `"}`, http.StatusBadRequest, "the parameter variables is a string; an object is expected"},
		{"no query", "application/json", `{}`, http.StatusBadRequest, "query is missing"},
		{"another media type", "text/plain", `{"query": "{ __typename }"}`, http.StatusUnsupportedMediaType, "application/json"},
		{"a form", "application/x-www-form-urlencoded", `query=x`, http.StatusUnsupportedMediaType, "application/json"},
		{"a large body", "application/json", `{"query": "` + strings.Repeat("x", 8<<20) + `"}`, http.StatusRequestEntityTooLarge, "at most 8388608 bytes are allowed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := s.For(t).Post(test.contentType, test.body)
			same(t, "status", a.Status, test.status)
			same(t, "errors", len(a.Errors), 1)
			a.WantError("BAD_USER_INPUT", test.says)
			if a.Data != nil || strings.Contains(a.Body, secret) || len(a.Body) > 1000 {
				t.Errorf("response = %.500s, want no data and nothing of the request", a.Body)
			}
		})
	}
}

func TestGET(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	get := func(method, query string) answer {
		request, err := http.NewRequestWithContext(t.Context(), method, s.URL+"?"+query, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		return s.Send(request)
	}
	same(t, "data of a query by GET", string(get(http.MethodGet, "query={__typename}").Data), `{"__typename":"Query"}`)
	same(t, "data of a query with variables by GET", string(get(http.MethodGet, `query=query($i:ID!){student(id:$i){id}}&variables={"i":"1"}`).Data), `{"student":null}`)
	same(t, "status of a mutation by GET", get(http.MethodGet, `query=mutation{__typename}`).Status, http.StatusMethodNotAllowed)
	same(t, "status of GET without a query", get(http.MethodGet, "").Status, http.StatusBadRequest)
	same(t, "status of GET with broken variables", get(http.MethodGet, `query={__typename}&variables=x`).Status, http.StatusBadRequest)
	same(t, "status of DELETE", get(http.MethodDelete, "query={__typename}").Status, http.StatusMethodNotAllowed)
}
