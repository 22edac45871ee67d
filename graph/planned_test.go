package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rehearse/graph"
	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/store"
)

// plannedDocuments holds selections that can be planned, that cannot, and both together.
var plannedDocuments = []string{
	`query($s: ID!, $a: DateTime!, $z: DateTime!) { availableSlots(studentId: $s, start: $a, end: $z, first: 3) {
		nodes { id start end status interviewer { id name timeZone tags active createdAt } }
		pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount
		eligibility { eligible interviewsUsed interviewLimit interviewsRemaining recentGrades reasons { code message } }
		emptyReasons { code count message } } }`,
	`query($s: ID!, $a: DateTime!, $z: DateTime!) { availableSlots(studentId: $s, start: $a, end: $z) {
		__typename edges { at: cursor __typename node { ...slot ...slot who: interviewer { __typename n: name id: id ... on Person { __typename ... on Interviewer { person: name } } } } } } }
		fragment slot on Slot { b: id a: start id interviewer { timeZone } }`,
	`query($s: ID!, $a: DateTime!, $no: Boolean = false, $yes: Boolean = true) { availableSlots(studentId: $s, start: $a, end: "2026-01-01T00:00:00Z") {
		nodes { id } emptyReasons { code } } other: availableSlots(studentId: $s, start: $a, end: "2030-01-01T00:00:00Z") {
		nodes { id @skip(if: $yes) start @include(if: $yes) ... @include(if: $no) { end } interviewer @skip(if: $no) { name @include(if: $no) } } } }`,
	`{ students { totalCount nodes { __typename id name email timeZone interviewLimit createdAt eligibility { eligible reasons { code } }
		upcomingInterviews { id student { id } interviewer { name } slot { status interviewer { email } } } } } }`,
	`{ students { edges { node { id interviews(first: 1) { totalCount nodes { id interviewer { name email maxPerDay } } } } } } }`,
	`{ interviews { nodes { id start end status grade note noteShared bookedAt completedAt cancelledAt cancelReason noShowAt meetingUrl
		rescheduleCount exempt student { name } interviewer { name meetingUrl maxPerWeek } slot { id status } } } }`,
	`{ interviews { nodes { events(last: 2) { nodes { kind interview { id status } } } slot { interviewer { interviews { nodes { id } } } } } } }`,
	`query($s: ID!) { student(id: $s) { ...person upcomingInterviews { start } } none: student(id: 999999) { id } viewer { person { __typename ...person } } }
		fragment person on Student { id name waivers { id } hold { id } }`,
	`query($s: ID!, $a: DateTime!, $z: DateTime!) { availableSlots(studentId: $s, start: $a, end: $z) { nodes { interviewer { email slots { nodes { id } } } } } }`,
	`query($s: ID!, $a: DateTime!, $z: DateTime!) { bookingPolicy { version } exportStudent(studentId: $s)
		student(id: $s) { name interviewLimit eligibility { eligible } upcomingInterviews { id interviewer { name email } } waivers { id } }
		availableSlots(studentId: $s, start: $a, end: $z, first: 2) { nodes { id interviewer { name email maxPerDay } } } viewer { role } }`,
	`{ interviewers { nodes { name email tags meetingUrl } edges { cursor node { name } } } slots { nodes { id status } } }`,
}

// A response does not show whether a selection is planned or executed field by field, in
// its data or in its errors.
func TestPlannedResponses(t *testing.T) {
	t.Parallel()
	both := newPlannedSchool(t)
	for _, as := range everyRole {
		for n, document := range plannedDocuments {
			t.Run(fmt.Sprintf("document %d as %s", n+1, as), func(t *testing.T) {
				if answer := both.For(t).compare(as, document); as == booking.RoleAdmin && !strings.Contains(answer, `":{"`) {
					t.Errorf("response to %s = %s, want objects", document, answer)
				}
			})
		}
	}
}

// The same holds for random documents.
func TestPlannedRandomDocuments(t *testing.T) {
	t.Parallel()
	both := newPlannedSchool(t)
	executed, drawn := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		as := rapid.SampledFrom(everyRole).Draw(r, "as")
		drawn++
		if strings.Contains(both.compare(as, drawDocument(r)), `"__typename":"Query"`) {
			executed++
		}
	})
	if executed*10 < drawn { // the other documents are refused before their execution
		t.Errorf("%d documents were drawn, and only %d were executed", drawn, executed)
	}
}

var everyRole = []booking.Role{booking.RoleAdmin, booking.RoleStudent, booking.RoleInterviewer, booking.RoleAnonymous}

// plannedSchool is a school served with plans and without.
type plannedSchool struct {
	*school
	planned, plain string // URLs
	student        int64
	variables      map[string]any
}

// For is schooltest.School.For.
func (p plannedSchool) For(t *testing.T) plannedSchool {
	p.school = p.school.For(t)
	return p
}

func newPlannedSchool(t *testing.T) plannedSchool {
	t.Helper()
	var p plannedSchool
	p.school = newSchoolWith(t, store.Options{}, unlimited, func(o *gqlhttp.Options) {
		const many = 1 << 30
		o.Limits.Directives, o.Limits.SameKey, o.Limits.RootFields = many, many, many
		server := httptest.NewServer(gqlhttp.NewHandler(unplanned(*o)))
		t.Cleanup(server.Close)
		p.plain = server.URL
	})
	p.planned = p.URL
	newEventful(p.school)
	p.SetClock(t0)
	student, rude := p.Student(in{"name": "Ann \"quoted\" \\ ü"}), p.Student(nil)
	p.Booked(student, p.NewSlot(2*day))
	p.Booked(rude, p.NewSlot(3*day))
	for n := range 6 {
		p.NewSlot(time.Duration(n+4) * day)
	}
	p.variables = map[string]any{"s": student, "a": t0.Format(time.RFC3339), "z": t0.AddDate(0, 0, 30).Format(time.RFC3339)}
	var err error
	if p.student, err = strconv.ParseInt(student, 10, 64); err != nil {
		t.Fatal(err)
	}
	return p
}

// compare sends a document both ways and returns the response. Equal internal errors are
// not accepted: they fail the test.
func (p plannedSchool) compare(as booking.Role, document string) string {
	p.T.Helper()
	p.Act(as, p.student)
	p.URL = p.plain
	want := inAnyOrder(p.Ask(document, p.variables).Body)
	p.URL = p.planned
	answer := p.Ask(document, p.variables)
	for _, failed := range answer.Errors {
		if failed.Extensions.Code == "INTERNAL" {
			p.T.Errorf("internal error at %v of %s, as %s: %s", failed.Path, document, as, p.cause(failed.Extensions.ErrorID))
		}
	}
	got := inAnyOrder(answer.Body)
	if got != want {
		p.T.Errorf("%s, as %s\nplanned:\n%s\nfield by field:\n%s", document, as, got, want)
	}
	return got
}

// inAnyOrder sorts the errors of a response. Fields are executed concurrently, so the
// order of their errors is random, and so are those omitted when there are many. The rest
// of the response is unchanged.
func inAnyOrder(body string) string {
	var answer struct{ Errors, Data, Extensions json.RawMessage }
	var errors []json.RawMessage
	if json.Unmarshal([]byte(body), &answer) != nil || json.Unmarshal(answer.Errors, &errors) != nil {
		return body
	}
	if len(answer.Extensions) > 0 {
		return fmt.Sprintf("%s\n%d errors\n%s", answer.Data, len(errors), answer.Extensions)
	}
	slices.SortFunc(errors, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	return fmt.Sprintf("%s\n%s", answer.Data, errors)
}

// unplanned returns options under which gqlgen executes every field.
func unplanned(o gqlhttp.Options) gqlhttp.Options {
	o.Options = graph.Unplanned(o.Options)
	return o
}
