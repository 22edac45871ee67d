package graph_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

var update = flag.Bool("update", false, "rewrite the golden files of the statements")

// The statements of an operation are recorded in a golden file, which shows an extra
// statement per row or an extra condition. `go test ./graph -run Statements -update`
// rewrites the files.
func TestStatements(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		operation string // the golden file is named after it
		name      string
		most      int
		document  string
		variables map[string]any
	}{
		{"availableSlots", "a page of 50", 5, availableSlotsDocument, map[string]any{"first": 50}},
		{"availableSlots", "a page of 500", 5, availableSlotsDocument, map[string]any{"first": 500}},
		{"interviews", "with all they lead to", 4, `query {
			interviews(first: 20) { nodes { id start status grade student { name } interviewer { name } slot { start status } } } }`, nil},
		{"students", "with their standing", 3, `query {
			students(first: 20) { nodes { id name interviewLimit
				eligibility { eligible interviewsUsed } upcomingInterviews { id start } } } }`, nil},
		{"bookSlot", "in one transaction", 9, `mutation($student: ID!, $slot: ID!) {
			bookSlot(input: {studentId: $student, slotId: $slot}) ` + asInterview, nil},
		{"bookSlotHeld", "from a hold", 11, `mutation($holder: ID!, $held: ID!, $hold: ID!) {
			bookSlot(input: {studentId: $holder, slotId: $held, holdId: $hold}) ` + asInterview, nil},
		{"bookSlotKeyed", "with a key", 13, `mutation($student: ID!, $slot: ID!) {
			bookSlot(input: {studentId: $student, slotId: $slot, idempotencyKey: "key"}) ` + asInterview, nil},
		{"holdSlot", "in one transaction", 11, `mutation($student: ID!, $slot: ID!) {
			holdSlot(input: {studentId: $student, slotId: $slot}) { hold { id expiresAt } errors { message } } }`, nil},
		{"rescheduleInterview", "in one transaction", 17, `mutation($interview: ID!, $slot: ID!) {
			rescheduleInterview(input: {interviewId: $interview, slotId: $slot}) ` + asInterview, nil},
		{"cancelInterview", "in one transaction", 12, `mutation($interview: ID!) {
			cancelInterview(input: {interviewId: $interview, reason: "ill"}) ` + asInterview, nil},
		{"markNoShow", "in one transaction", 9, `mutation($missed: ID!) {
			markNoShow(input: {interviewId: $missed, party: STUDENT}) ` + asInterview, nil},
	} {
		t.Run(test.operation+"/"+test.name, func(t *testing.T) {
			t.Parallel()
			trace := &statements{}
			s := newSchoolWith(t, store.Options{Tracer: pgtest.Trace(trace.keep)})
			variables := busySchool(s)
			for name, value := range test.variables {
				variables[name] = value
			}
			for name := range variables {
				if !strings.Contains(test.document, "$"+name) {
					delete(variables, name)
				}
			}
			trace.take()
			answer := s.Ask(test.document, variables)
			sent := trace.take()
			if len(answer.Errors) > 0 || strings.Contains(answer.Body, `"message"`) {
				t.Fatalf("response = %s, want no errors", answer.Body)
			}
			counted := sent
			if begin := slices.Index(sent, "begin"); begin >= 0 {
				counted = sent[begin:] // reads before the transaction hold no lock
			}
			if len(counted) > test.most {
				t.Errorf("sent %d statements, want at most %d", len(counted), test.most)
			}
			if !slices.Contains(sent, "commit") {
				slices.Sort(sent) // fields of a response are read concurrently, in any order
			}
			compareGolden(t, test.operation, strings.Join(sent, "\n\n")+"\n")
		})
	}
}

const asInterview = "{ interview { id start status } errors { message } } }"

const availableSlotsDocument = `query($student: ID!, $start: DateTime!, $end: DateTime!, $first: Int) {
	availableSlots(studentId: $student, start: $start, end: $end, first: $first) {
		nodes { id start end interviewer { id name } } pageInfo { hasNextPage } eligibility { eligible } } }`

// busySchool creates a student with an upcoming interview and more than 500 bookable
// slots in the next week, of several interviewers, and interviews of others. Another
// student holds a slot, and one missed an interview. It returns the variables of the
// documents above.
func busySchool(s *school) map[string]any {
	s.T.Helper()
	student, holder := s.Student(nil), s.Student(nil)
	interview := s.Booked(student, s.NewSlot(30*time.Hour))
	missed := s.Booked(s.Student(nil), s.NewSlot(time.Hour))
	for range 3 {
		s.Booked(s.Student(nil), s.NewSlot(40*time.Hour))
	}
	var slot string
	for range 4 {
		window := s.Publish(s.Interviewer(nil), t0.Add(48*time.Hour), 48*time.Hour, 15)
		s.Accepted(window.Errors)
		slot = window.Slots[len(window.Slots)-1].ID
	}
	held := s.NewSlot(20 * day)
	s.SetClock(t0.Add(time.Hour + 15*time.Minute))
	return map[string]any{
		"student": student, "slot": slot, "interview": interview, "missed": missed,
		"holder": holder, "held": held, "hold": s.held(holder, held),
		"start": t0.Format(time.RFC3339), "end": t0.Add(7 * day).Format(time.RFC3339),
	}
}

// statements records the statements sent to the database since the last take.
type statements struct {
	mu   sync.Mutex
	sent []string
}

// keep is a pgtest.Trace.
func (l *statements) keep(statement string, _ []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, normalise(statement))
}

func (l *statements) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent := l.sent
	l.sent = nil
	return sent
}

// normalise formats a statement: each run of white space becomes one space, and each
// clause gets a line of its own.
func normalise(statement string) string {
	return clauses.Replace(strings.Join(strings.Fields(statement), " "))
}

var clauses = strings.NewReplacer(
	" FROM ", "\nFROM ", " WHERE ", "\nWHERE ", " AND (", "\n\tAND (", " AND NOT ", "\n\tAND NOT ", " ORDER BY ", "\nORDER BY ",
	" LEFT JOIN ", "\nLEFT JOIN ", " CROSS JOIN ", "\nCROSS JOIN ", " VALUES ", "\nVALUES ", " RETURNING ", "\nRETURNING ", " SET ", "\nSET ")

func compareGolden(t *testing.T, operation, got string) {
	t.Helper()
	path := filepath.Join("..", "testdata", "statements", operation+".golden.sql")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("read the golden file; -update writes it: %v", err)
	}
	if got != string(want) {
		t.Errorf("statements of %s\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
