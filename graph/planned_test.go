package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"rehearse/graph"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// plannedDocuments select what can be planned, what cannot, and both together.
var plannedDocuments = []string{
	`query($s: ID!, $a: DateTime!, $z: DateTime!) { availableSlots(studentId: $s, start: $a, end: $z, first: 3) {
		nodes { id start end status interviewer { id name timeZone tags active createdAt } }
		pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount
		eligibility { eligible interviewsUsed interviewLimit interviewsRemaining recentGrades reasons { code message } }
		emptyReasons { code count message } } }`,
	`query($s: ID!, $a: DateTime!, $z: DateTime!) { availableSlots(studentId: $s, start: $a, end: $z) {
		__typename edges { at: cursor __typename node { ...slot ...slot who: interviewer { __typename n: name id: id ... on Person { __typename } } } } } }
		fragment slot on Slot { b: id a: start id interviewer { timeZone } }`,
	`query($s: ID!, $a: DateTime!, $no: Boolean = false, $yes: Boolean = true) { availableSlots(studentId: $s, start: $a, end: "2026-01-01T00:00:00Z") {
		nodes { id } emptyReasons { code } } other: availableSlots(studentId: $s, start: $a, end: "2030-01-01T00:00:00Z") {
		nodes { id @skip(if: $yes) start @include(if: $yes) ... @include(if: $no) { end } interviewer @skip(if: $no) { name @include(if: $no) } } } }`,
	`{ students { totalCount nodes { __typename id name email timeZone interviewLimit createdAt eligibility { eligible reasons { code } }
		upcomingInterviews { id student { id } interviewer { name } slot { status interviewer { email } } } } } }`,
	`{ students { edges { node { id interviews(first: 1) { totalCount nodes { id interviewer { name email maxPerDay } } } } } } }`,
	`{ interviews { nodes { id start end status grade note noteShared bookedAt completedAt cancelledAt cancelReason noShowAt meetingUrl
		rescheduleCount exempt student { name } interviewer { name meetingUrl maxPerWeek } slot { id status } } } }`,
	`{ interviews { nodes { events { kind interview { id status } } slot { interviewer { interviews { nodes { id } } } } } } }`,
	`query($s: ID!) { student(id: $s) { ...person upcomingInterviews { start } } none: student(id: 999999) { id } viewer { person { __typename ...person } } }
		fragment person on Student { id name waivers { id } hold { id } }`,
	`query($s: ID!, $a: DateTime!, $z: DateTime!) { availableSlots(studentId: $s, start: $a, end: $z) { nodes { interviewer { email slots { nodes { id } } } } } }`,
	`{ interviewers { nodes { name email tags meetingUrl } edges { cursor node { name } } } slots { nodes { id status } } }`,
}

// Whether a selection is planned or executed field by field cannot be seen in the
// answer: not in its data, and not in its errors.
func TestPlannedAnswers(t *testing.T) {
	t.Parallel()
	var plain string
	s := newSchoolWith(t, store.Options{}, unlimited, func(o *graph.Options) {
		server := httptest.NewServer(graph.NewHandler(graph.Unplanned(*o)))
		t.Cleanup(server.Close)
		plain = server.URL
	})
	student, rude := s.student(in{"name": "Ann \"quoted\" \\ \u2028 ü\n"}), s.student(nil)
	s.booked(student, s.newSlot(2*day))
	s.booked(rude, s.newSlot(3*day))
	for n := range 6 {
		s.newSlot(time.Duration(n+4) * day)
	}
	variables := map[string]any{"s": student, "a": t0.Format(time.RFC3339), "z": t0.AddDate(0, 0, 30).Format(time.RFC3339)}
	planned := s.url
	id, err := strconv.ParseInt(student, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	for _, as := range []booking.Role{booking.RoleAdmin, booking.RoleStudent, booking.RoleInterviewer, booking.RoleAnonymous} {
		s.act(as, id)
		for _, document := range plannedDocuments {
			s.url = plain
			want := inAnyOrder(s.ask(document, variables).body)
			s.url = planned
			if got := inAnyOrder(s.ask(document, variables).body); got != want {
				t.Errorf("%s, as %s\nplanned:\n%s\nfield by field:\n%s", document, as, got, want)
			}
		}
	}
}

// inAnyOrder puts the errors of an answer in an order: fields are executed side by
// side, and which of them fails first is chance. All else stays as it was written.
func inAnyOrder(body string) string {
	var answer struct{ Errors, Data json.RawMessage }
	var errors []json.RawMessage
	if json.Unmarshal([]byte(body), &answer) != nil || json.Unmarshal(answer.Errors, &errors) != nil {
		return body
	}
	slices.SortFunc(errors, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	return fmt.Sprintf("%s\n%s", errors, answer.Data)
}
