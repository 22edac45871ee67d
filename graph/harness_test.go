package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/identity"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// t0 is when every test school opens: a Monday, 08:00 UTC.
var t0 = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)

// school is a server over a database of its own, with a clock that stands
// until it is set.
type school struct {
	t     *testing.T
	url   string
	serve http.Handler
	app   *app.App
	store *store.Store
	db    pgtest.Database
	log   *logBuffer

	clock   atomic.Pointer[time.Time]
	actor   atomic.Pointer[booking.Actor]
	counter atomic.Int64
}

func newSchool(t *testing.T) *school { return newSchoolWith(t, store.Options{}) }

func newSchoolWith(t *testing.T, o store.Options, set ...func(*graph.HandlerOptions)) *school {
	t.Helper()
	return newServer(t, pgtest.New(t), o, set...)
}

// newServer is a server of the school in the database, of which there may be others.
func newServer(t *testing.T, db pgtest.Database, o store.Options, set ...func(*graph.HandlerOptions)) *school {
	t.Helper()
	s := &school{t: t, db: db, store: db.Open(t, o), log: &logBuffer{}}
	s.setClock(t0)
	s.app = app.New(s.store, func() time.Time { return *s.clock.Load() })
	options := graph.HandlerOptions{
		Options: graph.Options{
			App: s.app, Reader: &s.store.Reader, Log: slog.New(slog.NewTextHandler(s.log, nil)), Zone: time.UTC, Timeout: soon,
		},
		// One caller stands for many in tests that send many requests at once.
		MaxOperationsPerCaller: graph.DefaultMaxOperations,
		MaxImportsPerCaller:    4,
		Streams:                graph.StreamLimits{Init: soon},
		Sender: func(context.Context, []string) (identity.Sender, error) {
			return identity.Sender{Actor: *s.actor.Load()}, nil
		},
	}
	s.act(booking.RoleAdmin, 0)
	for _, change := range set {
		change(&options)
	}
	s.serve = graph.NewHandler(options)
	server := httptest.NewServer(s.serve)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// unlimited lets documents ask for more than clients may.
func unlimited(o *graph.HandlerOptions) {
	const many = 1 << 30
	o.Limits = graph.DefaultLimits()
	o.Limits.Characters, o.Limits.Tokens, o.Limits.Aliases, o.Limits.Fields = many, many, many, many
	o.Limits.Nodes, o.Limits.Cost = many, many
}

// act makes somebody send the requests from now on; an administrator does before.
func (s *school) act(role booking.Role, id int64) { s.actor.Store(&booking.Actor{Role: role, ID: id}) }

func (s *school) setClock(now time.Time) { s.clock.Store(&now) }

// logBuffer is what a server has logged.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// answer is a GraphQL response.
type answer struct {
	t      *testing.T
	status int
	body   string
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

// ask sends a document and its variables, which may be nil.
func (s *school) ask(document string, variables map[string]any) answer {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		s.t.Fatalf("encode the request: %v", err)
	}
	return s.post("application/json", string(body))
}

func (s *school) post(contentType, body string) answer {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url, bytes.NewBufferString(body))
	if err != nil {
		s.t.Fatalf("make the request: %v", err)
	}
	request.Header.Set("Content-Type", contentType)
	return s.send(request)
}

func (s *school) send(request *http.Request) answer {
	s.t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatalf("send the request: %v", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatalf("read the answer: %v", err)
	}
	a := answer{t: s.t, status: response.StatusCode, body: string(text)}
	if err := json.Unmarshal(text, &a); err != nil {
		s.t.Fatalf("the answer is not JSON: %v\n%s", err, text)
	}
	return a
}

// into decodes the data of an answer that must have no errors.
func (a answer) into(data any) {
	a.t.Helper()
	if len(a.Errors) > 0 {
		a.t.Fatalf("the answer has errors: %s", a.body)
	}
	if err := json.Unmarshal(a.Data, data); err != nil {
		a.t.Fatalf("decode %s: %v", a.Data, err)
	}
}

// refused is one user error, as every mutation of these tests asks for it.
type refused struct {
	Typename     string `json:"__typename"`
	Code         string
	Message      string
	Path         []string
	Alternatives []slot
	Slots        []slot
	Eligibility  *eligibility
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
	Interview, Hold     *person
}

const refusedFields = `errors { __typename code message path
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
	slot struct {
		ID, Start, End, Status string
		Interviewer            person
	}
	person struct{ ID, Name string }

	interview struct {
		ID, Start, End, Status string
		Grade                  *int
		Note                   *string
		CompletedAt            *string
		CancelledAt            *string
		CancelReason           *string
		Student, Interviewer   person
		Slot                   slot
	}

	eligibility struct {
		Eligible                                            bool
		InterviewsUsed, InterviewLimit, InterviewsRemaining int
		RecentGrades                                        []int
		Reasons                                             []struct{ Code, Message string }
	}

	available struct {
		Nodes      []slot
		Edges      []struct{ Cursor string }
		TotalCount int
		PageInfo   struct {
			HasNextPage, HasPreviousPage bool
			StartCursor, EndCursor       *string
		}
		Eligibility  eligibility
		EmptyReasons []struct {
			Code    string
			Count   int
			Message string
		}
	}
)

const interviewFields = `id start end status grade note completedAt cancelledAt cancelReason
	student { id name } interviewer { id name } slot { id status start end interviewer { id name } }`

// mutate runs one mutation with its input and decodes its payload.
func (s *school) mutate(name, fields string, input map[string]any, payload any) {
	s.t.Helper()
	inputType := string(name[0]-'a'+'A') + name[1:] + "Input"
	document := fmt.Sprintf("mutation($input: %s!) { it: %s(input: $input) { %s %s } }", inputType, name, fields, refusedFields)
	var data struct{ It json.RawMessage }
	s.ask(document, map[string]any{"input": input}).into(&data)
	if err := json.Unmarshal(data.It, payload); err != nil {
		s.t.Fatalf("decode %s: %v", data.It, err)
	}
}

// student admits a student; set changes what is sent.
func (s *school) student(set map[string]any) string {
	s.t.Helper()
	n := s.counter.Add(1)
	input := map[string]any{"name": fmt.Sprintf("Student %d", n), "email": fmt.Sprintf("student%d@example.org", n)}
	for key, value := range set {
		input[key] = value
	}
	var payload struct {
		Student person
		Errors  []refused
	}
	s.mutate("createStudent", "student { id name }", input, &payload)
	s.accepted(payload.Errors)
	return payload.Student.ID
}

// interviewer takes an interviewer on.
func (s *school) interviewer(set map[string]any) string {
	s.t.Helper()
	n := s.counter.Add(1)
	input := map[string]any{"name": fmt.Sprintf("Interviewer %d", n), "email": fmt.Sprintf("interviewer%d@example.org", n)}
	for key, value := range set {
		input[key] = value
	}
	var payload struct {
		Interviewer person
		Errors      []refused
	}
	s.mutate("createInterviewer", "interviewer { id name }", input, &payload)
	s.accepted(payload.Errors)
	return payload.Interviewer.ID
}

func (s *school) accepted(errors []refused) {
	s.t.Helper()
	if len(errors) > 0 {
		s.t.Fatalf("refused: %+v", errors)
	}
}

type published struct {
	Availability  *struct{ ID, Start, End string }
	Slots         []slot
	Skipped       []struct{ Start, End, Reason string }
	UnusedMinutes int
	Errors        []refused
}

// publish adds a window of an interviewer, cut into slots of so many minutes.
func (s *school) publish(interviewer string, start time.Time, length time.Duration, minutes int) published {
	s.t.Helper()
	var payload published
	s.mutate("addAvailability",
		"availability { id start end } slots { id start end status interviewer { id name } } skipped { start end reason } unusedMinutes",
		map[string]any{
			"interviewerId": interviewer, "start": start.Format(time.RFC3339),
			"end": start.Add(length).Format(time.RFC3339), "slotMinutes": minutes,
		}, &payload)
	return payload
}

// slot publishes one slot of an hour that starts so long after t0.
func (s *school) slot(interviewer string, after time.Duration) string {
	s.t.Helper()
	payload := s.publish(interviewer, t0.Add(after), time.Hour, 60)
	s.accepted(payload.Errors)
	if len(payload.Slots) != 1 {
		s.t.Fatalf("published %d slots, wanted 1", len(payload.Slots))
	}
	return payload.Slots[0].ID
}

// newSlot publishes one slot of a new interviewer.
func (s *school) newSlot(after time.Duration) string {
	s.t.Helper()
	return s.slot(s.interviewer(nil), after)
}

type changed struct {
	Interview *interview
	Errors    []refused
}

func (s *school) book(student, slot string) changed {
	s.t.Helper()
	return s.changeInterview("bookSlot", map[string]any{"studentId": student, "slotId": slot})
}

func (s *school) tryBook(student, slot string) changed {
	s.t.Helper()
	return s.changeInterview("bookSlot", map[string]any{"studentId": student, "slotId": slot, "dryRun": true})
}

func (s *school) complete(interview string, grade any) changed {
	s.t.Helper()
	return s.changeInterview("completeInterview", map[string]any{"interviewId": interview, "grade": grade})
}

func (s *school) cancel(interview string) changed {
	s.t.Helper()
	return s.changeInterview("cancelInterview", map[string]any{"interviewId": interview, "reason": "plans changed"})
}

func (s *school) changeInterview(mutation string, input map[string]any) changed {
	s.t.Helper()
	var payload changed
	s.mutate(mutation, "interview { "+interviewFields+" }", input, &payload)
	if dry := input["dryRun"] == true; !dry && (payload.Interview == nil) != (len(payload.Errors) > 0) || dry && payload.Interview != nil {
		s.t.Fatalf("%s answers interview %v with errors %v", mutation, payload.Interview, payload.Errors)
	}
	return payload
}

// booked books and must not be refused; it answers the interview's id.
func (s *school) booked(student, slot string) string {
	s.t.Helper()
	payload := s.book(student, slot)
	s.accepted(payload.Errors)
	return payload.Interview.ID
}

// live gives a student an interview that is over: booked, its time come,
// completed with the grade, or not graded when that is nil. The clock stands an
// hour after it ended.
func (s *school) live(student string, after time.Duration, grade any) string {
	s.t.Helper()
	id := s.booked(student, s.newSlot(after))
	s.setClock(t0.Add(after + 2*time.Hour))
	s.accepted(s.complete(id, grade).Errors)
	return id
}

const day = 24 * time.Hour

// list asks what a student may book in the 30 days from t0.
func (s *school) list(student string) available {
	s.t.Helper()
	return s.listIn(student, t0, t0.Add(30*day))
}

func (s *school) listIn(student string, start, end time.Time) available {
	s.t.Helper()
	var data struct{ AvailableSlots available }
	s.ask(`query($s: ID!, $start: DateTime!, $end: DateTime!) {
		availableSlots(studentId: $s, start: $start, end: $end) {
			totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor }
			nodes { id start end status interviewer { id name } }
			eligibility { eligible interviewsUsed interviewLimit interviewsRemaining recentGrades reasons { code message } }
			emptyReasons { code count message } } }`,
		map[string]any{"s": student, "start": start.Format(time.RFC3339Nano), "end": end.Format(time.RFC3339Nano)}).into(&data)
	return data.AvailableSlots
}

func ids(slots []slot) []string {
	out := []string{}
	for _, s := range slots {
		out = append(out, s.ID)
	}
	return out
}

func codes(errors []refused) []string {
	out := []string{}
	for _, e := range errors {
		out = append(out, e.Code)
	}
	return out
}

func (a available) reasons() []string {
	out := []string{}
	for _, r := range a.EmptyReasons {
		out = append(out, r.Code)
	}
	return out
}

// sound fails the test when the database breaks an invariant.
func (s *school) sound() {
	s.t.Helper()
	findings, err := s.store.Check(s.t.Context(), *s.clock.Load())
	if err != nil {
		s.t.Fatalf("check: %v", err)
	}
	for _, f := range findings {
		s.t.Errorf("%s: %s", f.Invariant, f.Detail)
	}
}

// rows counts the rows of every table, to see that nothing was written.
func (s *school) rows() string {
	s.t.Helper()
	out := ""
	db := s.db.SQL(s.t)
	for _, table := range []string{"students", "interviewers", "availabilities", "exceptions", "blocks", "slots", "interviews", "booking_policy",
		"holds", "waivers", "events", "idempotency_keys"} {
		var digest string
		err := db.QueryRowContext(s.t.Context(),
			"SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM "+table+" t").Scan(&digest)
		if err != nil {
			s.t.Fatalf("read %s: %v", table, err)
		}
		out += table + " " + digest + "\n"
	}
	return out
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%q is not a number", text)
	}
	return n
}

// body is a request as it is sent.
func body(t *testing.T, document string, variables map[string]any) []byte {
	t.Helper()
	text, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
