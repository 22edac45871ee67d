package webhooks_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"rehearse/internal/app/webhooks"
	"rehearse/internal/schooltest"
	"rehearse/internal/webhook"
)

// A receiver is an HTTP server that stores the requests it receives.
type receiver struct {
	t   *testing.T
	URL string

	opened atomic.Int32 // connections

	mu       sync.Mutex
	requests []request
	respond  func(w http.ResponseWriter, r request)
}

// A request is a request to a receiver.
type request struct {
	Header http.Header
	Text   []byte
	Body   webhook.Body
}

func (r request) ID() string { return r.Header.Get("webhook-id") }

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t}
	server := httptest.NewUnstartedServer(r)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			r.opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	r.URL = server.URL
	return r
}

// published is the JSON Schema that the documentation publishes.
var published = sync.OnceValue(func() *jsonschema.Resolved {
	text, err := os.ReadFile("../../../docs/reference/webhook.schema.json")
	if err != nil {
		panic(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(text, &schema); err != nil {
		panic(err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		panic(err)
	}
	return resolved
})

func jsonValue(t *testing.T, text []byte) (value any) {
	t.Helper()
	if err := json.Unmarshal(text, &value); err != nil {
		t.Error(err)
	}
	return value
}

// A wrong body does not match the published schema.
func TestPublishedSchemaRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `{"type": "INTERVIEW_BOOKED", "timestamp": "2026-01-05T09:00:00Z"}`,
		`{"type": 1, "timestamp": "2026-01-05T09:00:00Z", "data": {}}`,
	} {
		if published().Validate(jsonValue(t, []byte(text))) == nil {
			t.Errorf("%s matches the schema", text)
		}
	}
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, got *http.Request) {
	one := request{Header: got.Header}
	var err error
	if one.Text, err = io.ReadAll(got.Body); err != nil {
		r.t.Error(err)
	}
	if err := json.Unmarshal(one.Text, &one.Body); err != nil {
		r.t.Errorf("the body %s: %v", one.Text, err)
	}
	if err := published().Validate(jsonValue(r.t, one.Text)); err != nil {
		r.t.Errorf("the body %s does not match the published schema: %v", one.Text, err)
	}
	r.mu.Lock()
	r.requests = append(r.requests, one)
	respond := r.respond
	r.mu.Unlock()
	if respond != nil {
		respond(w, one)
	}
}

// answers sets the response to the next requests.
func (r *receiver) answers(respond func(w http.ResponseWriter, r request)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.respond = respond
}

// status returns a response with a status.
func status(code int) func(http.ResponseWriter, request) {
	return func(w http.ResponseWriter, _ request) { w.WriteHeader(code) }
}

// take returns the requests since the last call.
func (r *receiver) take() []request {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.requests
	r.requests = nil
	return taken
}

// kinds returns the kinds of the events of requests.
func kinds(requests []request) []string {
	list := []string{}
	for _, r := range requests {
		list = append(list, string(r.Body.Type))
	}
	return list
}

// verified fails the test unless the request is signed with the secret, as the library of the
// specification says.
func (r request) verified(t *testing.T, secret string) bool {
	t.Helper()
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return verifier.Verify(r.Text, r.Header) == nil
}

// A world is a school with a dispatcher that runs when the test says so.
type world struct {
	*schooltest.School

	*webhooks.Dispatcher
	Measures *measures
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return worldOn(schooltest.New(t))
}

func worldOn(s *schooltest.School) *world {
	m := &measures{counts: map[string]int{}}
	return &world{s, s.App.NewDispatcher(slog.New(slog.NewTextHandler(s.Log, nil)), m, 2*time.Second), m}
}

// deliver runs a round.
func (w *world) deliver() {
	w.T.Helper()
	if err := w.Round(w.T.Context()); err != nil {
		w.T.Fatal(err)
	}
}

// later moves the clock.
func (w *world) later(d time.Duration) { w.SetClock(w.Clock.Load().Add(d)) }

// A hook is a webhook that a test has created.
type hook struct{ ID, Secret, URL string }

type in = map[string]any

// hook creates a webhook that receives the kinds, which are all if none are given.
func (w *world) hook(url string, set in, kinds ...string) hook {
	w.T.Helper()
	input := in{"url": url, "kinds": kinds}
	for name, value := range set {
		input[name] = value
	}
	var payload struct {
		Webhook struct{ ID string }
		Secret  string
		Errors  []schooltest.Refusal
	}
	w.Mutate("createWebhook", "webhook { id } secret", input, &payload)
	w.Accepted(payload.Errors)
	return hook{payload.Webhook.ID, payload.Secret, url}
}

// A delivery is a delivery of a webhook as the API shows it.
type delivery struct {
	ID, EventID, Kind, Status string
	Attempts                  int
	NextAttemptAt             *time.Time
	ResponseStatus            *int
	ResponseBody, Error       *string
}

// A state is the state of a webhook as the API shows it.
type state struct {
	Enabled    bool
	DisabledAt *time.Time
	Version    int

	PreviousSecretExpiresAt   *time.Time
	FailingSince, PausedUntil *time.Time
	Deliveries                struct{ Nodes []delivery }
}

// state returns a webhook with its deliveries, newest first.
func (w *world) state(h hook) state {
	w.T.Helper()
	var data struct{ Webhook state }
	w.Ask(`query($id: ID!) { webhook(id: $id) { enabled disabledAt version previousSecretExpiresAt failingSince pausedUntil deliveries(first: 100) { nodes {
		id eventId kind status attempts nextAttemptAt responseStatus responseBody error } } } }`, in{"id": h.ID}).Into(&data)
	return data.Webhook
}

// change sends a mutation of a webhook and returns its refusals.
func (w *world) change(mutation string, input in) []schooltest.Refusal {
	w.T.Helper()
	var payload struct{ Errors []schooltest.Refusal }
	w.Mutate(mutation, "", input, &payload)
	return payload.Errors
}

// measures is an Observer.
type measures struct {
	mu      sync.Mutex
	counts  map[string]int
	oldest  time.Duration
	failing int
}

func (m *measures) Attempted(result string, _ time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[result]++
}

func (m *measures) WebhookDisabled() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts["disabled"]++
}

func (m *measures) Queue(oldest time.Duration, failing int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.oldest, m.failing = oldest, failing
}
