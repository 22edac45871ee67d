package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"rehearse/graph"
)

// repeatable holds the mutations that take no key, and why a repeated request does no
// harm.
var repeatable = map[string]string{
	"anonymiseStudent":    "an anonymous student has nothing left to take away",
	"deleteCalendarFeed":  "the feed is gone, and is not found",
	"releaseHold":         "a hold that has ended stays ended",
	"removeAvailability":  "what was removed stays removed",
	"revokeWaiver":        "a revoked waiver stays revoked",
	"unblockTime":         "the block is gone, and is not found",
	"undoNoShow":          "the interview is booked, and is no no-show",
	"updateAvailability":  "it sets values, and expectedVersion guards those of others",
	"updateBookingPolicy": "it sets values, and expectedVersion guards those of others",
	"deleteWebhook":       "the webhook is gone, and is not found",
	"redeliver":           "what is queued stays queued",
	"updateInterviewer":   "it sets values, and expectedVersion guards those of others",
	"updateStudent":       "it sets values, and expectedVersion guards those of others",
	"updateWebhook":       "it sets values, and expectedVersion guards those of others",
	"withdrawSlot":        "a withdrawn slot stays withdrawn",

	"updateNotificationPreferences": "it sets values",
}

// Every mutation takes a key or is harmless when repeated: it creates nothing and counts
// nothing.
func TestMutationsTakeKeys(t *testing.T) {
	t.Parallel()
	schema := graph.Schema()
	for _, mutation := range schema.Mutation.Fields {
		input := schema.Types[mutation.Arguments.ForName("input").Type.Name()]
		takes := input.Fields.ForName("idempotencyKey") != nil
		if _, does := repeatable[mutation.Name]; takes == does {
			t.Errorf("%s takes a key: %t, and is repeatable: %t", mutation.Name, takes, does)
		}
	}
	for name := range repeatable {
		if schema.Mutation.Fields.ForName(name) == nil {
			t.Errorf("%s is not a mutation", name)
		}
	}
}

// retried is a mutation, and what another request does before it is retried.
type retried struct {
	mutation, fields string
	input            in
	between          func(s *school, first map[string]json.RawMessage)
	other            in // another input, for the same key
}

func idIn(t *testing.T, text json.RawMessage) string {
	t.Helper()
	var one struct{ ID string }
	if err := json.Unmarshal(text, &one); err != nil || one.ID == "" {
		t.Fatalf("id of %s: %v", text, err)
	}
	return one.ID
}

func firstIDIn(t *testing.T, text json.RawMessage) string {
	t.Helper()
	var all []json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil || len(all) == 0 {
		t.Fatalf("no objects in %s: %v", text, err)
	}
	return idIn(t, all[0])
}

// retries returns the mutations, each for a school of its own.
func retries(s *school) map[string]retried {
	student, ann := s.Student(nil), s.Interviewer(in{"email": "ann@example.org"})
	given, missed := s.Booked(student, s.NewSlot(day)), s.Booked(s.Student(nil), s.NewSlot(day))
	coming := s.Booked(s.Student(nil), s.NewSlot(9*day))
	s.SetClock(t0.Add(day + 30*time.Minute))
	send := func(mutation string, input in) {
		var payload struct{ Errors []refused }
		s.Mutate(mutation, "", input, &payload)
		s.Accepted(payload.Errors)
	}
	window := in{"interviewerId": ann, "start": "2026-06-20T10:00:00Z", "end": "2026-06-20T12:30:00Z"}
	weekly := in{
		"interviewerId": ann, "startDate": "2026-06-22", "endDate": "2026-06-26", "weekdays": []string{"MONDAY", "FRIDAY"}, "startTime": "10:00", "endTime": "11:30",
	}
	removes := func(s *school, first map[string]json.RawMessage) {
		send("removeAvailability", in{"availabilityId": idIn(s.T, first["availability"])})
	}
	const published = "availability { id slotMinutes } skipped { start reason } unusedMinutes"
	const imported = "rows { line status id errors { code } } created unchanged failed"
	renames := func(table string) func(*school, map[string]json.RawMessage) {
		return func(s *school, _ map[string]json.RawMessage) {
			s.exec("UPDATE " + table + " SET email = 'old@example.org' WHERE email = 'new@example.org'")
		}
	}
	with := func(input, set in) in {
		other := maps.Clone(input)
		maps.Copy(other, set)
		return other
	}
	hook := s.webhook(nil)
	all := map[string]retried{
		"a webhook": {mutation: "createWebhook", fields: "webhook { id url } secret", input: in{"url": publicHook},
			between: func(*school, map[string]json.RawMessage) { send("createWebhook", in{"url": publicHook}) },
			other:   in{"url": publicHook + "other"}},
		"a secret": {mutation: "rotateWebhookSecret", fields: "webhook { id } secret", input: in{"webhookId": hook},
			between: func(*school, map[string]json.RawMessage) { send("rotateWebhookSecret", in{"webhookId": hook}) },
			other:   in{"webhookId": s.webhook(nil)}},
		"a waiver": {mutation: "grantWaiver", fields: "waiver { id rule reason uses used revokedAt }",
			input: in{"studentId": student, "rule": "LIMIT", "reason": "ill", "expiresAt": "2026-06-03T00:00:00Z"},
			between: func(s *school, first map[string]json.RawMessage) {
				send("revokeWaiver", in{"waiverId": idIn(s.T, first["waiver"])})
				s.SetClock(t0.Add(day + 20*time.Hour)) // past its expiry, within the day for which the key is kept
			}, other: in{"rule": "PAIR"}},
		"blocked time": {mutation: "blockTime", fields: "blocks { id start end reason } closedSlots { id } conflicts { id } cancelled { id }",
			input: in{"interviewerId": ann, "start": "2026-06-20T10:00:00Z", "end": "2026-06-20T12:00:00Z", "reason": "holiday"},
			between: func(s *school, first map[string]json.RawMessage) {
				send("unblockTime", in{"blockId": firstIDIn(s.T, first["blocks"])})
			}, other: in{"end": "2026-06-20T13:00:00Z"}},
		"a calendar feed": {mutation: "createCalendarFeed", fields: "feed { id createdAt lastReadAt }", input: in{"studentId": student},
			between: func(s *school, first map[string]json.RawMessage) {
				send("deleteCalendarFeed", in{"feedId": idIn(s.T, first["feed"])})
			}, other: in{"studentId": nil, "interviewerId": ann}},
		"a student": {mutation: "createStudent", fields: "student { id name }", input: in{"name": "New", "email": "new@example.org"},
			between: renames("students"), other: in{"name": "Newer"}},
		"an interviewer": {mutation: "createInterviewer", fields: "interviewer { id name tags }",
			input: in{"name": "New", "email": "new@example.org", "tags": []string{"go"}}, between: renames("interviewers"), other: in{"tags": []string{"sql"}}},
		"a window":      {mutation: "addAvailability", fields: published, input: window, between: removes, other: in{"slotMinutes": 30}},
		"a weekly rule": {mutation: "addWeeklyAvailability", fields: published, input: weekly, between: removes, other: in{"endTime": "12:00"}},
		"a completion": {mutation: "completeInterview", fields: "interview { id status grade completedAt }", input: in{"interviewId": given, "grade": 4, "note": "well done"},
			between: func(_ *school, _ map[string]json.RawMessage) {
				send("completeInterview", in{"interviewId": given, "grade": 1})
			}, other: in{"grade": 3}},
		"an intake": {mutation: "updateInterviewIntake", fields: "interview { id version }", input: in{"interviewId": coming, "intake": "I know Go."},
			between: func(_ *school, _ map[string]json.RawMessage) {
				send("updateInterviewIntake", in{"interviewId": coming, "intake": nil})
			}, other: in{"intake": "I know SQL."}},
		"a no-show": {mutation: "markNoShow", fields: "interview { id status noShowAt }", input: in{"interviewId": missed, "party": "INTERVIEWER"},
			between: func(_ *school, _ map[string]json.RawMessage) { send("undoNoShow", in{"interviewId": missed}) }, other: in{"party": "STUDENT"}},
		"students of a file": {mutation: "importStudents", fields: imported, input: in{"csv": "name,email\nNew,new@example.org\n"},
			between: renames("students"), other: in{"csv": "name,email\nNewer,new@example.org\n"}},
		"interviewers of a file": {mutation: "importInterviewers", fields: imported, input: in{"csv": "name,email\nNew,new@example.org\n,x\n", "partial": true},
			between: renames("interviewers"), other: in{"partial": false}},
		"windows of a file": {mutation: "importAvailability", fields: imported,
			input: in{"csv": "interviewer,start,end\nann@example.org,2026-06-20T10:00:00Z,2026-06-20T12:00:00Z\n"},
			between: func(s *school, first map[string]json.RawMessage) {
				send("removeAvailability", in{"availabilityId": firstIDIn(s.T, first["rows"])})
			},
			other: in{"csv": "interviewer,start,end\nann@example.org,2026-06-20T10:00:00Z,2026-06-20T13:00:00Z\n"}},
		"interviews of a file": {mutation: "importInterviews", fields: imported,
			input: in{"csv": "studentEmail,interviewerEmail,start,end,status\nsam@example.org,ann@example.org,2026-05-20T10:00:00Z,2026-05-20T11:00:00Z,COMPLETED\n"},
			between: func(s *school, _ map[string]json.RawMessage) {
				s.exec("DELETE FROM interviews WHERE starts_at < '2026-05-21'; DELETE FROM slots WHERE starts_at < '2026-05-21'")
			},
			other: in{"exempt": true}},
	}
	for name, r := range all {
		r.other = with(r.input, r.other)
		all[name] = r
	}
	return all
}

// sendKeyed sends a mutation and returns its payload; an empty key means none.
func (s *school) sendKeyed(r retried, key string, input in) (text string, payload map[string]json.RawMessage) {
	s.T.Helper()
	with := maps.Clone(input)
	if key != "" {
		with["idempotencyKey"] = key
	}
	name := strings.ToUpper(r.mutation[:1]) + r.mutation[1:] + "Input"
	a := s.Ask(fmt.Sprintf("mutation($in: %s!) { it: %s(input: $in) { %s errors { code message path } } }", name, r.mutation, r.fields), in{"in": with})
	var data struct{ It map[string]json.RawMessage }
	a.Into(&data)
	return string(a.Data), data.It
}

// A request that is retried with its key gets the first response and does nothing,
// whatever other requests do in between. Without the key it is executed again.
func TestRetriedMutationsAreExecutedOnce(t *testing.T) {
	t.Parallel()
	names := slices.Sorted(maps.Keys(retries(retrySchool(t))))
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := retrySchool(t)
			r := retries(s)[name]
			first, payload := s.sendKeyed(r, "key", r.input)
			if !strings.Contains(first, `"errors":[]`) {
				t.Fatalf("first response = %s, want no refusals", first)
			}
			r.between(s, payload)
			before := s.Rows()
			again, _ := s.sendKeyed(r, "key", r.input)
			same(t, "second answer", again, first)
			other, _ := s.sendKeyed(r, "key", r.other)
			same(t, "another input is refused", strings.Contains(other, "IDEMPOTENCY_MISMATCH"), true)
			same(t, "rows", s.Rows(), before)
			if name == "a waiver" {
				r.input["expiresAt"] = "2026-06-09T00:00:00Z"
			}
			without, _ := s.sendKeyed(r, "", r.input)
			same(t, "accepted without a key", strings.Contains(without, `"errors":[]`), true)
			if s.Rows() == before {
				t.Errorf("response without the key = %s, want changed rows", without)
			}
		})
	}
}

func retrySchool(t *testing.T) *school {
	t.Helper()
	s := newSchool(t)
	s.Student(in{"email": "sam@example.org"})
	return s
}

// A dry run of an import does not use up its key, and an import that wrote nothing
// records none.
func TestUnchangedImportsStoreNoResponse(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	r := retried{mutation: "importStudents", fields: "created failed"}
	before := s.Rows()
	s.sendKeyed(r, "key", in{"csv": "name,email\nNew,new@example.org\n", "dryRun": true})
	s.sendKeyed(r, "key", in{"csv": "name,email\nNew,nobody\n"})
	same(t, "rows", s.Rows(), before)
	answer, _ := s.sendKeyed(r, "key", in{"csv": "name,email\nNew,new@example.org\n"})
	same(t, "answer with the same key", answer, `{"it":{"created":1,"failed":0,"errors":[]}}`)
}

// A large response is recorded in a compact form.
func TestStoredResponseSizeLimit(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	r := retried{mutation: "addAvailability", fields: "unusedMinutes"}
	s.sendKeyed(r, "slots", in{"interviewerId": s.Interviewer(nil), "start": "2026-06-02T00:00:00Z", "end": "2026-07-02T00:00:00Z", "slotMinutes": 15})
	csv := strings.Builder{}
	csv.WriteString("name,email\n")
	for i := range 1000 {
		fmt.Fprintf(&csv, "Student,student%d@example.org\n", i)
	}
	s.sendKeyed(retried{mutation: "importStudents", fields: "created"}, "rows", in{"csv": csv.String()})
	for key, most := range map[string]int{"slots": 20 * 2880, "rows": 50 * 1000} {
		t.Run(key, func(t *testing.T) {
			var size int
			err := s.DB.SQL(t).QueryRowContext(t.Context(), "SELECT length(answer::text) FROM idempotency_keys WHERE key = $1", key).Scan(&size)
			if err != nil || size > most {
				t.Errorf("stored response has %d characters (%v), want at most %d", size, err, most)
			}
		})
	}
}

// A recorded response has a format of its own and contains no text that people have
// written about a student.
func TestStoredResponseFormat(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(in{"name": "Planted Name", "email": "planted@example.org"})
	interview := s.Booked(student, s.NewSlot(day))
	s.sendKeyed(retried{mutation: "grantWaiver", fields: "waiver { id }"}, "waiver",
		in{"studentId": student, "rule": "LIMIT", "reason": "planted reason"})
	s.SetClock(t0.Add(day + time.Hour))
	s.sendKeyed(retried{mutation: "completeInterview", fields: "interview { id }"}, "grade",
		in{"interviewId": interview, "grade": 4, "note": "planted note"})
	s.sendKeyed(retried{mutation: "createStudent", fields: "student { id }"}, "student", in{"name": "Planted Other", "email": "other@example.org"})
	var kept string
	if err := s.DB.SQL(t).QueryRowContext(t.Context(), "SELECT string_agg(answer::text, '\n' ORDER BY key) FROM idempotency_keys").Scan(&kept); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.ToLower(kept), "planted") || strings.Count(kept, `"version": 1`) != 3 || strings.Contains(kept, "StudentID") {
		t.Errorf("stored responses = %s, want no text of people", kept)
	}
}
