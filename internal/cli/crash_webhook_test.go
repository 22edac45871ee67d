//go:build unix

package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rehearse/internal/webhook"
)

// A server is killed under load at each step of a delivery: before the events are dispatched,
// while requests are in progress, and between a response and its record. Its Postgres is killed as
// well, and loses claims and records that did not wait for the disk. Each event is received, those
// of an interview in their order, and those that are received twice have the same id and content.
func TestKilledWhileDelivering(t *testing.T) {
	t.Parallel()
	c := newCrashes(t, true)
	r := newKillReceiver(t)
	text, err := send(t.Context(), *c.address.Load(), `mutation { createWebhook(input: {url: "`+r.URL+`"}) { webhook { id } errors { message } } }`)
	if err != nil || !strings.Contains(text, `"errors":[]`) {
		t.Fatalf("%s, %v", text, err)
	}
	_, wait := c.load()
	for _, kill := range []func(){
		func() { c.awaitAnswers(c.random.Int64N(50)); c.killServer() },
		func() { // while a request is in progress
			held := r.hold()
			<-held.arrived
			c.killServer()
			close(held.release)
		},
		func() { // about when the response arrives
			held := r.hold()
			<-held.arrived
			close(held.release)
			c.killServer()
		},
		func() { c.awaitAnswers(c.random.Int64N(50)); c.killPostgres() },
		func() { // between a claim and its record
			held := r.hold()
			<-held.arrived
			c.killPostgres()
			close(held.release)
		},
	} {
		kill()
		c.awaitAnswers(20) // the server is back
	}
	c.enough.Store(true)
	wait()

	c.server.kill()
	db := c.openDatabase()
	// For a server with a later clock, the claims of the killed servers have expired.
	c.server = start(t, c.data, "DATABASE_URL="+asURL(t, c.outside.DSN(databaseName)), "AUTH=local", "CLOCK_OFFSET=2m")
	heldCommits{c, db}.until(`SELECT NOT EXISTS (SELECT FROM webhook_deliveries WHERE status = 'PENDING')
		AND s.last_position = (SELECT count(*) FROM events) AND s.last_position = (SELECT position FROM webhook_dispatch) FROM event_sequence s`)
	want := map[string]bool{}
	rows, err := db.QueryContext(t.Context(), `SELECT 'evt_' || p.event_id FROM event_positions p
		WHERE p.position > (SELECT position FROM event_positions JOIN webhooks ON since_event_id = event_id)`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		want[id] = true
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	r.check(want)
	c.wantSound()
}

// A killReceiver is a receiver of webhooks that notes what it receives.
type killReceiver struct {
	*httptest.Server
	t *testing.T

	mu     sync.Mutex
	events map[string]string // event by webhook-id, as JSON
	of     map[string][]int  // the events of each interview, by their first request
	twice  int
	held   *heldResponse
}

// A heldResponse is a response that the receiver holds back.
type heldResponse struct{ arrived, release chan struct{} }

func newKillReceiver(t *testing.T) *killReceiver {
	t.Helper()
	r := &killReceiver{t: t, events: map[string]string{}, of: map[string][]int{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// hold holds back the response to the next request.
func (r *killReceiver) hold() heldResponse {
	held := heldResponse{make(chan struct{}), make(chan struct{})}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = &held
	return held
}

// ServeHTTP implements http.Handler.
func (r *killReceiver) ServeHTTP(w http.ResponseWriter, got *http.Request) {
	text, err := io.ReadAll(got.Body)
	if err != nil {
		return // the server was killed while it sent the request
	}
	if held := r.note(got.Header.Get("webhook-id"), text); held != nil {
		close(held.arrived)
		<-held.release
	}
	w.WriteHeader(http.StatusNoContent)
}

func (r *killReceiver) note(id string, text []byte) *heldResponse {
	var body webhook.Body
	if err := json.Unmarshal(text, &body); err != nil {
		r.t.Errorf("%s: %v", text, err)
	}
	event, err := json.Marshal(body.Data.Event)
	if err != nil {
		r.t.Error(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if before, known := r.events[id]; known {
		r.twice++
		if before != string(event) {
			r.t.Errorf("%s was %s, and is %s", id, before, event)
		}
	} else if body.Data.InterviewID != nil {
		n, err := strconv.Atoi(body.Data.Event.ID)
		if err != nil {
			r.t.Error(err)
		}
		r.of[*body.Data.InterviewID] = append(r.of[*body.Data.InterviewID], n)
	}
	r.events[id] = string(event)
	held := r.held
	r.held = nil
	return held
}

// check compares what was received with the ids of the messages that were to be sent.
func (r *killReceiver) check(want map[string]bool) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.t.Logf("%d events, %d received again", len(r.events), r.twice)
	for id := range want {
		if _, received := r.events[id]; !received {
			r.t.Errorf("%s was not received", id)
		}
	}
	for id := range r.events {
		if !want[id] {
			r.t.Errorf("%s is not an event", id)
		}
	}
	for interview, ids := range r.of {
		if !slices.IsSorted(ids) {
			r.t.Errorf("the events of interview %s arrived as %v", interview, ids)
		}
	}
}
