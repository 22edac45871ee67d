// Package schooltest runs a server with its own database, clock and caller, and sends it
// requests. Methods that send a request fail the test if there is no response.
package schooltest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// T0 is the initial time of every School: a Monday, 08:00 UTC.
var T0 = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)

// School is a server with its own database and a clock that moves only when it is set.
type School struct {
	T       *testing.T
	URL     string
	Handler http.Handler
	App     *app.App
	Store   *store.Store
	DB      pgtest.Database
	Log     *Log

	Clock   atomic.Pointer[time.Time]
	Actor   atomic.Pointer[booking.Actor] // caller of the requests
	Counter atomic.Int64                  // makes names unique
}

// New starts a server on an empty database.
func New(t *testing.T) *School { return NewWith(t, store.Options{}) }

// NewWith starts a server on an empty database, with options for its store and its handler.
func NewWith(t *testing.T, o store.Options, set ...func(*gqlhttp.Options)) *School {
	t.Helper()
	return NewOn(t, pgtest.New(t), o, set...)
}

// NewOn starts a server on a database that may have other servers.
func NewOn(t *testing.T, db pgtest.Database, o store.Options, set ...func(*gqlhttp.Options)) *School {
	t.Helper()
	s := &School{T: t, DB: db, Store: db.Open(t, o), Log: &Log{}}
	s.SetClock(T0)
	s.App = app.New(s.Store, func() time.Time { return *s.Clock.Load() })
	options := gqlhttp.Options{
		Options: graph.Options{
			App: s.App, Reader: &s.Store.Reader, Log: slog.New(slog.NewTextHandler(s.Log, nil)), Zone: time.UTC, Timeout: Soon,
		},
		// In tests of concurrency, one caller sends many requests at once.
		MaxOperationsPerCaller: gqlhttp.DefaultMaxOperations,
		MaxImports:             4,
		Streams:                gqlhttp.StreamLimits{Init: Soon},
		Sender: func(context.Context, []string) (identity.Sender, error) {
			return identity.Sender{Actor: *s.Actor.Load()}, nil
		},
	}
	s.Act(booking.RoleAdmin, 0)
	for _, change := range set {
		change(&options)
	}
	s.Handler = gqlhttp.NewHandler(options)
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Unlimited disables the limits of documents.
func Unlimited(o *gqlhttp.Options) {
	const many = 1 << 30
	o.Limits = gqlhttp.DefaultLimits()
	o.Limits.Characters, o.Limits.Tokens, o.Limits.Aliases, o.Limits.Fields = many, many, many, many
	o.Limits.Nodes, o.Limits.Cost = many, many
}

// Act sets the caller of subsequent requests. The initial caller is an administrator.
func (s *School) Act(role booking.Role, id int64) { s.Actor.Store(&booking.Actor{Role: role, ID: id}) }

// SetClock sets the time.
func (s *School) SetClock(now time.Time) { s.Clock.Store(&now) }

// Log holds the log of a server.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String returns everything logged so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Answer is a GraphQL response.
type Answer struct {
	T      *testing.T `json:"-"`
	Status int        `json:"-"`
	Body   string     `json:"-"`
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions struct {
			Code    string
			ErrorID string
		}
	}
}

// Ask sends a document and its variables, which may be nil.
func (s *School) Ask(document string, variables map[string]any) Answer {
	s.T.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		s.T.Fatalf("encode the request: %v", err)
	}
	return s.Post("application/json", string(body))
}

// Post sends a body.
func (s *School) Post(contentType, body string) Answer {
	s.T.Helper()
	request, err := http.NewRequestWithContext(s.T.Context(), http.MethodPost, s.URL, bytes.NewBufferString(body))
	if err != nil {
		s.T.Fatalf("make the request: %v", err)
	}
	request.Header.Set("Content-Type", contentType)
	return s.Send(request)
}

// Send sends a request.
func (s *School) Send(request *http.Request) Answer {
	s.T.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.T.Fatalf("send the request: %v", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.T.Fatalf("read the answer: %v", err)
	}
	a := Answer{T: s.T, Status: response.StatusCode, Body: string(text)}
	if err := json.Unmarshal(text, &a); err != nil {
		s.T.Fatalf("the answer is not JSON: %v\n%s", err, text)
	}
	return a
}

// Into decodes the data of a response, and fails the test if it has errors.
func (a Answer) Into(data any) {
	a.T.Helper()
	if len(a.Errors) > 0 {
		a.T.Fatalf("the answer has errors: %s", a.Body)
	}
	if err := json.Unmarshal(a.Data, data); err != nil {
		a.T.Fatalf("decode %s: %v", a.Data, err)
	}
}

// Refusal is a user error, with the fields of RefusedFields.
type Refusal struct {
	Typename     string `json:"__typename"`
	Code         string
	Message      string
	Path         []string
	Alternatives []Slot
	Slots        []Slot
	Eligibility  *Eligibility
	HeldUntil    *string
	Used, Limit  int
	Earliest     *string
	Deadline     *string
	Status       *string
	Expected     []string
	Until        *string

	CurrentVersion      int
	Field               *string
	Allowed             string
	Min, Max            *int
	NotBefore, NotAfter *string
	Interview, Hold     *Person
}

// RefusedFields selects the user errors of a payload.
const RefusedFields = `errors { __typename code message path
	... on SlotTaken { heldUntil alternatives { id start end status interviewer { id name } } }
	... on AvailabilityConflict { slots { id start end status interviewer { id name } } }
	... on NotEligible { eligibility { eligible interviewsUsed interviewLimit interviewsRemaining recentGrades reasons { code message } } }
	... on LimitReached { used limit } ... on TooManyReschedules { used limit }
	... on TooSoon { earliest } ... on CancelTooLate { deadline } ... on RescheduleTooLate { deadline }
	... on WrongStatus { status expected until } ... on VersionConflict { currentVersion }
	... on InvalidInput { field allowed min max notBefore notAfter }
	... on AlreadyInterviewed { interview { id } hold { id } } ... on OwnOverlap { interview { id } hold { id } }
	... on AlreadyHolding { hold { id } } }`

type (
	Slot struct {
		ID, Start, End, Status string
		Interviewer            Person
	}
	Person struct{ ID, Name string }

	Interview struct {
		ID, Start, End, Status string
		Grade                  *int
		Note                   *string
		CompletedAt            *string
		CancelledAt            *string
		CancelReason           *string
		Student, Interviewer   Person
		Slot                   Slot
	}

	Eligibility struct {
		Eligible                                            bool
		InterviewsUsed, InterviewLimit, InterviewsRemaining int
		RecentGrades                                        []int
		Reasons                                             []struct{ Code, Message string }
	}

	Available struct {
		Nodes      []Slot
		Edges      []struct{ Cursor string }
		TotalCount int
		PageInfo   struct {
			HasNextPage, HasPreviousPage bool
			StartCursor, EndCursor       *string
		}
		Eligibility  Eligibility
		EmptyReasons []struct {
			Code    string
			Count   int
			Message string
		}
	}
)

// InterviewFields selects the fields of an Interview.
const InterviewFields = `id start end status grade note completedAt cancelledAt cancelReason
	student { id name } interviewer { id name } slot { id status start end interviewer { id name } }`

// Mutate runs one mutation with its input and decodes its payload.
func (s *School) Mutate(name, fields string, input map[string]any, payload any) {
	s.T.Helper()
	inputType := string(name[0]-'a'+'A') + name[1:] + "Input"
	document := fmt.Sprintf("mutation($input: %s!) { it: %s(input: $input) { %s %s } }", inputType, name, fields, RefusedFields)
	var data struct{ It json.RawMessage }
	s.Ask(document, map[string]any{"input": input}).Into(&data)
	if err := json.Unmarshal(data.It, payload); err != nil {
		s.T.Fatalf("decode %s: %v", data.It, err)
	}
}

// Student creates a student and returns their id; set overrides fields of the input.
func (s *School) Student(set map[string]any) string {
	s.T.Helper()
	n := s.Counter.Add(1)
	input := map[string]any{"name": fmt.Sprintf("Student %d", n), "email": fmt.Sprintf("student%d@example.org", n)}
	for key, value := range set {
		input[key] = value
	}
	var payload struct {
		Student Person
		Errors  []Refusal
	}
	s.Mutate("createStudent", "student { id name }", input, &payload)
	s.Accepted(payload.Errors)
	return payload.Student.ID
}

// Interviewer creates an interviewer and returns their id; set overrides fields of the
// input.
func (s *School) Interviewer(set map[string]any) string {
	s.T.Helper()
	n := s.Counter.Add(1)
	input := map[string]any{"name": fmt.Sprintf("Interviewer %d", n), "email": fmt.Sprintf("interviewer%d@example.org", n)}
	for key, value := range set {
		input[key] = value
	}
	var payload struct {
		Interviewer Person
		Errors      []Refusal
	}
	s.Mutate("createInterviewer", "interviewer { id name }", input, &payload)
	s.Accepted(payload.Errors)
	return payload.Interviewer.ID
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

// Day is the length of a day without a daylight saving change.
const Day = 24 * time.Hour

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

// Sound checks the invariants of the database, and fails the test if one is violated.
func (s *School) Sound() {
	s.T.Helper()
	findings, err := s.Store.Check(s.T.Context(), *s.Clock.Load())
	if err != nil {
		s.T.Fatalf("check: %v", err)
	}
	for _, f := range findings {
		s.T.Errorf("%s: %s", f.Invariant, f.Detail)
	}
}

// Rows returns the row count and a digest of every table, to check that nothing was
// written.
func (s *School) Rows() string {
	s.T.Helper()
	out := ""
	db := s.DB.SQL(s.T)
	for _, table := range []string{"students", "interviewers", "availabilities", "exceptions", "blocks", "slots", "interviews", "booking_policy",
		"holds", "waivers", "events", "idempotency_keys"} {
		var digest string
		err := db.QueryRowContext(s.T.Context(),
			"SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM "+table+" t").Scan(&digest)
		if err != nil {
			s.T.Fatalf("read %s: %v", table, err)
		}
		out += table + " " + digest + "\n"
	}
	return out
}

// Number parses an id.
func Number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%q is not a number", text)
	}
	return n
}

// Body returns the body of a request.
func Body(t *testing.T, document string, variables map[string]any) []byte {
	t.Helper()
	text, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Moment returns T0 plus the duration, formatted as a DateTime.
func Moment(after time.Duration) string { return T0.Add(after).Format(time.RFC3339) }

// Missing is an id that does not exist.
const Missing = "987654"

// In is the input of a mutation.
type In = map[string]any
