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
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/errorcode"
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

	Clock   *atomic.Pointer[time.Time]
	Actor   *atomic.Pointer[booking.Actor] // caller of the requests
	Counter *atomic.Int64                  // makes names unique
}

// For returns the school for a subtest. It has the same server, clock and caller, and its
// failures are failures of t.
func (s *School) For(t *testing.T) *School {
	of := *s
	of.T = t
	return &of
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
	db.WantLoggedWrites(t)
	s := onStore(t, db, o)
	options := gqlhttp.Options{
		Options: graph.Options{
			App: s.App, Log: slog.New(slog.NewTextHandler(s.Log, nil)), Zone: time.UTC, Timeout: Soon,
		},
		// In tests of concurrency, one caller sends many requests at once.
		MaxOperationsPerCaller: gqlhttp.DefaultMaxOperations,
		MaxImports:             4,
		Streams:                gqlhttp.StreamLimits{Init: Soon},
		Sender: func(context.Context, []string) (identity.Sender, error) {
			return identity.Sender{Actor: *s.Actor.Load()}, nil
		},
	}
	for _, change := range set {
		change(&options)
	}
	s.Handler = gqlhttp.NewHandler(options)
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// onStore returns a school without a server, whose caller is an administrator.
func onStore(t *testing.T, db pgtest.Database, o store.Options) *School {
	t.Helper()
	s := &School{
		T: t, DB: db, Store: db.Open(t, o), Log: &Log{},
		Clock: &atomic.Pointer[time.Time]{}, Actor: &atomic.Pointer[booking.Actor]{}, Counter: &atomic.Int64{},
	}
	s.SetClock(T0)
	s.Act(booking.RoleAdmin, 0)
	s.App = app.New(s.Store, func() time.Time { return *s.Clock.Load() })
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
	a.checkStatus()
	return a
}

// checkStatus fails the test if the HTTP status does not belong to the code of the first error.
func (a Answer) checkStatus() {
	a.T.Helper()
	if len(a.Errors) == 0 {
		return
	}
	code := a.Errors[0].Extensions.Code
	asJSON, asGraphQL := gqlhttp.Statuses(errorcode.Code(code))
	if !slices.Contains(asJSON, a.Status) && !slices.Contains(asGraphQL, a.Status) {
		a.T.Errorf("an answer with the code %q has the status %d; expected one of %v or %v: %s", code, a.Status, asJSON, asGraphQL, a.Body)
	}
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

// Day is the length of a day without a daylight saving change.
const Day = 24 * time.Hour

// Sound checks the invariants of the database, and fails the test if one is violated.
func (s *School) Sound() {
	s.T.Helper()
	for _, f := range s.findings() {
		s.T.Errorf("%s: %s", f.Invariant, f.Detail)
	}
}

// Unsound fails the test unless the database violates the invariant.
func (s *School) Unsound(invariant string) {
	s.T.Helper()
	found := s.findings()
	if !slices.ContainsFunc(found, func(f store.Finding) bool { return f.Invariant == invariant }) {
		s.T.Errorf("found %v, want %q", found, invariant)
	}
}

func (s *School) findings() []store.Finding {
	s.T.Helper()
	findings, err := s.Store.Check(s.T.Context(), *s.Clock.Load())
	if err != nil {
		s.T.Fatalf("check: %v", err)
	}
	return findings
}

// Rows returns the row count and a digest of every table, to check that nothing was
// written.
func (s *School) Rows() string {
	s.T.Helper()
	out := ""
	db := s.DB.SQL(s.T)
	for _, table := range []string{"students", "interviewers", "availabilities", "exceptions", "blocks", "slots", "interviews", "booking_policy",
		"holds", "waivers", "calendar_feeds", "notification_preferences", "events", "idempotency_keys", "webhooks", "webhook_deliveries", "mail"} {
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
