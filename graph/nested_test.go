package graph_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// nested holds queries that follow paths between objects, with the number of statements
// each takes.
var nested = []struct {
	name     string // of the golden file
	most     int
	document string
}{
	// One statement for each kind of edge on the path, and one for each total of a list
	// with further pages.
	{"nestedStudents", 4, `{ students(first: 100) { nodes { name
		interviews(first: 5) { nodes { start interviewer { name slots(first: 3) { nodes { start status } } } } } } } }`},
	{"nestedStudentsByEdges", 6, `{ students(first: 100) { edges { cursor node { name
		interviews(first: 1, filter: {status: [BOOKED]}) { totalCount pageInfo { hasNextPage } edges { cursor node { start
			interviewer { name slots(first: 1, status: [OPEN]) { totalCount edges { node { start interviewer { email } } } } } } } } } } } }`},
	{"nestedInterviews", 6, `{ interviews(first: 100) { nodes { start student { name
		interviews { nodes { slot { start status interviewer { name interviews(first: 2) { nodes { start } } } } } } } } } }`},
	{"nestedInterviewers", 6, `{ interviewers(first: 100) { totalCount nodes { name
		availability { nodes { start end interviewer { email } } }
		interviews(first: 1) { totalCount nodes { status student { name interviewLimit } } } } } }`},
	{"nestedAvailableSlots", 7, `query($student: ID!, $start: DateTime!, $end: DateTime!) {
		availableSlots(studentId: $student, start: $start, end: $end, first: 500) { edges { node { start
			interviewer { name slots(first: 2) { nodes { start } } availability { nodes { start } } } } } } }`},
	{"nestedSlots", 5, `{ slots(first: 500) { nodes { start interviewer { name
		interviews(first: 2) { nodes { student { name eligibility { eligible } } } } } } } }`},
	{"nestedUpcoming", 7, `{ students(first: 100) { nodes { interviewLimit eligibility { eligible }
		upcomingInterviews { slot { start } interviewer { name interviews(first: 1) { totalCount nodes { start } } } } } } }`},
	{"nestedAliases", 8, `{ interviewers(first: 100, orderBy: {field: NAME}) { nodes {
		open: slots(first: 1, status: [OPEN]) { totalCount } booked: slots(status: [BOOKED]) { nodes { interviewer { name } } }
		first: interviews(first: 1) { nodes { student { name } } } all: interviews(last: 1) { totalCount } } } }`},
	// Objects that a list has read whole are not read again by id.
	{"nestedBack", 3, `{ students(first: 100) { nodes { interviews { nodes { student { name }
		events { nodes { student { email } interview { start } } } } } } } }`},
	{"nestedOne", 5, `query($student: ID!) { student(id: $student) { interviews { nodes { interviewer { name
		slots { nodes { id } } interviews { nodes { end } } } } } } }`},
}

// The statements of a nested query depend on its text alone: forty parents take as many
// as two.
func TestNestedStatements(t *testing.T) {
	t.Parallel()
	few, many := &statements{}, &statements{}
	small, large := ring(t, few, 2), ring(t, many, 40)
	for _, test := range nested {
		t.Run(test.name, func(t *testing.T) {
			asked := small.sent(t, few, test.document)
			again := large.sent(t, many, test.document)
			if len(asked) != test.most {
				t.Errorf("sent %d statements, want %d", len(asked), test.most)
			}
			if !slices.Equal(asked, again) {
				t.Errorf("sent %d statements with forty parents, %d with two:\n%s", len(again), len(asked), strings.Join(again, "\n\n"))
			}
			compareGolden(t, test.name, strings.Join(asked, "\n\n")+"\n")
		})
	}
}

// ringSchool is a school whose objects are all connected.
type ringSchool struct {
	*school
	student string
}

// ring creates n students and n interviewers; each student meets two interviewers.
func ring(t *testing.T, trace *statements, n int) ringSchool {
	t.Helper()
	s := ringSchool{school: newSchoolWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)}, unlimited)}
	var slots [][]slot
	for range n {
		window := s.Publish(s.Interviewer(nil), t0.Add(day), 4*time.Hour, 60)
		s.Accepted(window.Errors)
		slots = append(slots, window.Slots)
	}
	for i := range n {
		s.student = s.Student(nil)
		s.Booked(s.student, slots[i][0].ID)
		s.Booked(s.student, slots[(i+1)%n][1].ID)
	}
	for range 2 { // so that there are parents without children
		s.Student(nil)
	}
	s.Publish(s.Interviewer(nil), t0.Add(3*day), 4*time.Hour, 60)
	trace.take()
	return s
}

// sent returns the statements that the document sends to the database.
func (s ringSchool) sent(t *testing.T, trace *statements, document string) []string {
	t.Helper()
	variables := map[string]any{}
	if strings.Contains(document, "$student") {
		variables["student"] = s.student
	}
	if strings.Contains(document, "$start") {
		variables["start"], variables["end"] = t0.Format(time.RFC3339), t0.Add(7*day).Format(time.RFC3339)
	}
	answer := s.For(t).Ask(document, variables)
	if len(answer.Errors) > 0 || strings.Contains(answer.Body, "null") {
		t.Fatalf("response = %s, want no errors and no nulls", answer.Body)
	}
	sent := trace.take()
	slices.Sort(sent)
	return sent
}

// payloads holds mutations whose payloads lead to other objects: from the lists of a
// payload, and from the lists within its errors and skipped slots.
var payloads = []struct {
	name     string // of the golden file
	most     int    // after the transaction
	document string
	code     string // of the expected refusal, or empty
}{
	{"payloadTaken", 8, `mutation($student: ID!, $slot: ID!) { bookSlot(input: {studentId: $student, slotId: $slot}) {
		errors { code ... on SlotTaken { alternatives { interviewer { slots(first: 3) { nodes { interviewer { name } } }
			interviews { totalCount nodes { student { name } } } } } } } } }`, "SLOT_TAKEN"},
	{"payloadConflict", 4, `mutation($interviewer: ID!, $start: DateTime!, $end: DateTime!) {
		addAvailability(input: {interviewerId: $interviewer, start: $start, end: $end}) {
			errors { code ... on AvailabilityConflict { slots { interviewer { interviews { nodes { student { eligibility { eligible } } } } } } } } } }`,
		"AVAILABILITY_CONFLICT"},
	{"payloadSkipped", 3, `mutation($interviewer: ID!, $start: DateTime!, $longer: DateTime!) {
		addAvailability(input: {interviewerId: $interviewer, start: $start, end: $longer}) {
			skipped { overlaps { interviewer { slots { nodes { start } } interviews { nodes { id } } } } } errors { code } } }`, ""},
	{"payloadOwn", 2, `mutation($other: ID!, $free: ID!) { bookSlot(input: {studentId: $other, slotId: $free}) {
		interview { events { nodes { interview { status student { name } } } } } errors { code } } }`, ""},
	{"payloadClosed", 4, `mutation($interviewer: ID!) { updateInterviewer(input: {interviewerId: $interviewer, active: false}) {
		closedSlots { interviewer { slots { nodes { start } } } }
		conflicts { student { interviews { nodes { slot { status } } } } } errors { code } } }`, ""},
}

// The statements that read the objects of a payload do not depend on their number.
func TestStatementsOfPayloads(t *testing.T) {
	t.Parallel()
	few, many := &statements{}, &statements{}
	small, large := crowd(t, few, 2), crowd(t, many, 5)
	for _, test := range payloads {
		t.Run(test.name, func(t *testing.T) {
			asked := small.changed(t, few, test.document, test.code)
			again := large.changed(t, many, test.document, test.code)
			if len(asked) != test.most {
				t.Errorf("sent %d statements, want %d", len(asked), test.most)
			}
			if !slices.Equal(asked, again) {
				t.Errorf("sent %d statements with five, %d with two:\n%s", len(again), len(asked), strings.Join(again, "\n\n"))
			}
			compareGolden(t, test.name, strings.Join(asked, "\n\n")+"\n")
		})
	}
}

// crowdedSchool is a school where all students want the same interviewer.
type crowdedSchool struct {
	*school
	variables map[string]any
}

// crowd creates an interviewer with n booked slots and n open ones, and n other
// interviewers, each with an open slot and an interview with the same students.
func crowd(t *testing.T, trace *statements, n int) crowdedSchool {
	t.Helper()
	s := crowdedSchool{school: newSchoolWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)}, unlimited)}
	ann, length := s.Interviewer(nil), time.Duration(n)*time.Hour
	wanted := s.Publish(ann, t0.Add(day), length, 60)
	s.Accepted(wanted.Errors)
	s.Accepted(s.Publish(ann, t0.Add(5*day), length, 60).Errors)
	for i := range n {
		student, other := s.Student(nil), s.Interviewer(nil)
		s.Booked(student, wanted.Slots[i].ID)
		s.Booked(student, s.Slot(other, 2*day))
		s.Slot(other, 3*day)
	}
	start := t0.Add(day + 30*time.Minute)
	s.variables = map[string]any{
		"student": s.Student(nil), "slot": wanted.Slots[0].ID, "interviewer": ann,
		"start": start.Format(time.RFC3339), "end": start.Add(length - time.Hour).Format(time.RFC3339),
		"longer": start.Add(length + time.Hour).Format(time.RFC3339), "other": s.Student(nil), "free": s.Slot(s.Interviewer(nil), 4*day),
	}
	trace.take()
	return s
}

// changed returns the statements that the mutation sends after its transaction.
func (s crowdedSchool) changed(t *testing.T, trace *statements, document, code string) []string {
	t.Helper()
	answer := s.For(t).Ask(document, s.variables)
	refused := strings.Contains(answer.Body, `"code"`)
	if len(answer.Errors) > 0 || refused != (code != "") || !strings.Contains(answer.Body, code) {
		t.Fatalf("response = %s, want the refusal %q", answer.Body, code)
	}
	sent := trace.take()
	for i, statement := range slices.Backward(sent) {
		if statement == "begin" { // the snapshot of a list begins with another statement
			end := slices.IndexFunc(sent[i:], func(s string) bool { return s == "commit" || s == "rollback" })
			sent = sent[i+end+1:]
			break
		}
	}
	slices.Sort(sent)
	return sent
}
