package schooltest

import (
	"fmt"
	"maps"
	"strings"
	"time"
)

// Student creates a student and returns their id; set overrides fields of the input.
func (s *School) Student(set map[string]any) string {
	s.T.Helper()
	return s.create("Student", set)
}

// Interviewer creates an interviewer and returns their id; set overrides fields of the
// input.
func (s *School) Interviewer(set map[string]any) string {
	s.T.Helper()
	return s.create("Interviewer", set)
}

// create creates a person of the type, which is Student or Interviewer.
func (s *School) create(role string, set map[string]any) string {
	s.T.Helper()
	n, field := s.Counter.Add(1), strings.ToLower(role)
	input := map[string]any{"name": fmt.Sprintf("%s %d", role, n), "email": fmt.Sprintf("%s%d@example.org", field, n)}
	maps.Copy(input, set)
	var payload struct {
		Student, Interviewer Person
		Errors               []Refusal
	}
	s.Mutate("create"+role, field+" { id name }", input, &payload)
	s.Accepted(payload.Errors)
	return payload.Student.ID + payload.Interviewer.ID
}

// Accepted fails the test if a mutation was refused.
func (s *School) Accepted(errors []Refusal) {
	s.T.Helper()
	if len(errors) > 0 {
		s.T.Fatalf("refused: %+v", errors)
	}
}

// Published is the payload of addAvailability.
type Published struct {
	Availability  *struct{ ID, Start, End string }
	Slots         []Slot
	Skipped       []struct{ Start, End, Reason string }
	UnusedMinutes int
	Errors        []Refusal
}

// Publish adds an availability of an interviewer, divided into slots of the given minutes.
func (s *School) Publish(interviewer string, start time.Time, length time.Duration, minutes int) Published {
	s.T.Helper()
	var payload Published
	s.Mutate("addAvailability",
		"availability { id start end } slots { id start end status interviewer { id name } } skipped { start end reason } unusedMinutes",
		map[string]any{
			"interviewerId": interviewer, "start": start.Format(time.RFC3339),
			"end": start.Add(length).Format(time.RFC3339), "slotMinutes": minutes,
		}, &payload)
	return payload
}

// Slot publishes a slot of one hour that starts at the given time after T0, and returns its
// id.
func (s *School) Slot(interviewer string, after time.Duration) string {
	s.T.Helper()
	payload := s.Publish(interviewer, T0.Add(after), time.Hour, 60)
	s.Accepted(payload.Errors)
	if len(payload.Slots) != 1 {
		s.T.Fatalf("published %d slots, wanted 1", len(payload.Slots))
	}
	return payload.Slots[0].ID
}

// NewSlot publishes a slot of a new interviewer and returns its id.
func (s *School) NewSlot(after time.Duration) string {
	s.T.Helper()
	return s.Slot(s.Interviewer(nil), after)
}

// InterviewChange is the payload of a mutation of an interview.
type InterviewChange struct {
	Interview *Interview
	Errors    []Refusal
}

// Book books a slot.
func (s *School) Book(student, slot string) InterviewChange {
	s.T.Helper()
	return s.ChangeInterview("bookSlot", map[string]any{"studentId": student, "slotId": slot})
}

// TryBook makes a dry run of a booking.
func (s *School) TryBook(student, slot string) InterviewChange {
	s.T.Helper()
	return s.ChangeInterview("bookSlot", map[string]any{"studentId": student, "slotId": slot, "dryRun": true})
}

// Complete completes an interview with a grade.
func (s *School) Complete(interview string, grade any) InterviewChange {
	s.T.Helper()
	return s.ChangeInterview("completeInterview", map[string]any{"interviewId": interview, "grade": grade})
}

// Cancel cancels an interview.
func (s *School) Cancel(interview string) InterviewChange {
	s.T.Helper()
	return s.ChangeInterview("cancelInterview", map[string]any{"interviewId": interview, "reason": "plans changed"})
}

// ChangeInterview runs a mutation whose payload is an interview.
func (s *School) ChangeInterview(mutation string, input map[string]any) InterviewChange {
	s.T.Helper()
	var payload InterviewChange
	s.Mutate(mutation, "interview { "+InterviewFields+" }", input, &payload)
	if dry := input["dryRun"] == true; !dry && (payload.Interview == nil) != (len(payload.Errors) > 0) || dry && payload.Interview != nil {
		s.T.Fatalf("%s answers interview %v with errors %v", mutation, payload.Interview, payload.Errors)
	}
	return payload
}

// Booked books a slot, fails the test if it is refused, and returns the interview's id.
func (s *School) Booked(student, slot string) string {
	s.T.Helper()
	payload := s.Book(student, slot)
	s.Accepted(payload.Errors)
	return payload.Interview.ID
}

// Live creates a past interview of a student: it books a slot, advances the clock to an
// hour after its end, and completes the interview with the grade. A nil grade completes it
// without one.
func (s *School) Live(student string, after time.Duration, grade any) string {
	s.T.Helper()
	id := s.Booked(student, s.NewSlot(after))
	s.SetClock(T0.Add(after + 2*time.Hour))
	s.Accepted(s.Complete(id, grade).Errors)
	return id
}

// List returns the slots that a student may book in the 30 days from T0.
func (s *School) List(student string) Available {
	s.T.Helper()
	return s.ListIn(student, T0, T0.Add(30*Day))
}

// ListIn returns the slots that a student may book in a range.
func (s *School) ListIn(student string, start, end time.Time) Available {
	s.T.Helper()
	var data struct{ AvailableSlots Available }
	s.Ask(`query($s: ID!, $start: DateTime!, $end: DateTime!) {
		availableSlots(studentId: $s, start: $start, end: $end) {
			totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor }
			nodes { id start end status interviewer { id name } }
			eligibility { eligible interviewsUsed interviewLimit interviewsRemaining recentGrades reasons { code message } }
			emptyReasons { code count message } } }`,
		map[string]any{"s": student, "start": start.Format(time.RFC3339Nano), "end": end.Format(time.RFC3339Nano)}).Into(&data)
	return data.AvailableSlots
}

// IDs returns the ids of slots.
func IDs(slots []Slot) []string {
	out := []string{}
	for _, s := range slots {
		out = append(out, s.ID)
	}
	return out
}

// Codes returns the codes of refusals.
func Codes(errors []Refusal) []string {
	out := []string{}
	for _, e := range errors {
		out = append(out, e.Code)
	}
	return out
}

// Reasons returns the codes of the empty reasons.
func (a Available) Reasons() []string {
	out := []string{}
	for _, r := range a.EmptyReasons {
		out = append(out, r.Code)
	}
	return out
}
