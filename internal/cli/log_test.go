//go:build unix

package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// TestLogContainsNoPersonalData puts names, e-mails, notes, reasons, keys and tokens into
// requests that succeed, are refused, are malformed, or meet a broken database. It
// searches for them in all output of the server, in the metrics and in the traces.
func TestLogContainsNoPersonalData(t *testing.T) {
	t.Parallel()
	database, env := external(t)
	collector := collectTraces(t)
	server := start(t, newDataFolder(t), append(env, "LOG_LEVEL=debug", "OTEL_EXPORTER_OTLP_ENDPOINT="+collector.url, secretOfTests)...)
	token := tokenOf(t, newDataFolder(t), []string{secretOfTests}, "--role", "student", "--id", "1")
	server.get("/calendar/planted.ics")
	server.get("/calendar/planted/planted.ics?planted=planted")
	documents := []string{
		`mutation { createStudent(input: { name: "Planted Person", email: "planted@example.org" }) { student { id } errors { code } } }`,
		`mutation { createStudent(input: { name: "Planted Twin", email: "planted@example.org" }) { errors { code } } }`,
		`mutation { createInterviewer(input: { name: "Planted Guide", email: "planted.guide@example.org" }) { errors { code } } }`,
		`mutation { grantWaiver(input: { studentId: 1, rule: LIMIT, reason: "planted reason" }) { errors { code } } }`,
		`mutation { blockTime(input: { interviewerId: 1, start: "2040-01-01T00:00:00Z", end: "2040-01-02T00:00:00Z", reason: "planted trip" }) { errors { code } } }`,
		`mutation { holdSlot(input: { studentId: 1, slotId: 1, idempotencyKey: "planted key" }) { errors { code } } }`,
		`mutation { completeInterview(input: { interviewId: 1, note: "planted note" }) { errors { code } } }`,
		`mutation { importStudents(input: { csv: "name,email\nPlanted Row,planted.row@example.org\n" }) { errors { code } } }`,
		`{ students(filter: { search: "planted search" }) { nodes { id name email } } }`,
		`{ student(id: "planted id") { id } }`,
		`{ students(after: "planted cursor") { nodes { id } } }`,
		`mutation { createStudent(input: { name: "Planted\u0000Nul", email: "planted.nul@example.org" }) { errors { code } } }`,
		`{ plantedField }`,
		`{ planted syntax`,
	}
	send := func() {
		for _, document := range documents {
			server.ask(document)
			server.askAs(token, document)
			server.askAs("planted."+token, document)
		}
		server.post(`{"query": "planted, and not JSON`)
	}
	send()
	secret := server.readsCalendar()
	// Each statement locks one table in a transaction of its own, so none can deadlock with
	// the server's reads, which lock several.
	for _, statement := range []string{
		`ALTER TABLE students RENAME COLUMN time_zone TO former_time_zone`,
		`ALTER TABLE waivers RENAME TO former_waivers`,
		`ALTER TABLE interviewers ADD CHECK (name <> 'Planted Late')`,
	} {
		if _, err := database.SQL(t).ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	documents = append(documents,
		`mutation { createInterviewer(input: { name: "Planted Late", email: "planted.late@example.org" }) { errors { code } } }`)
	send()
	server.tracing(`mutation Planted { planted: createStudent(input: { name: "", email: "planted" }) { errors { code } } }`)
	_, metrics := server.get("/metrics")
	server.stop()
	log, traces := server.stderr.String(), collector.text()
	mustContain(t, "the log", log, "internal error", "errorId", "msg=request", "operation=mutation", "traceId=0af7651916cd43dd8448eb211c80319c")
	mustContain(t, "the metrics", metrics,
		`rehearse_operations_total{outcome="OK",type="mutation"}`, `rehearse_operations_total{outcome="UNAUTHENTICATED",type="unknown"}`,
		`rehearse_refusals_total{code="INVALID_INPUT"}`, `go_sql_max_open_connections{db_name="rehearse"}`,
		"go_build_info", "process_open_fds", "rehearse_requests_in_flight 0")
	// Expected text is found, so forbidden text would be found too.
	mustContain(t, "the traces", traces, "mutation", "Mutation.createStudent", "Query.students", "INSERT INTO", "graphql.operation.type",
		"rehearse.error.codes", "INTERNAL", "pgx.sql_state", "42703", "\x0a\xf7\x65\x19\x16\xcd\x43\xdd\x84\x48\xeb\x21\x1c\x80\x31\x9c")
	for _, secret := range []string{"planted", secret, token, strings.Split(token, ".")[2]} {
		for name, text := range map[string]string{"log": log, "metrics": metrics, "traces": traces} {
			text = strings.ToLower(text)
			if at := strings.Index(text, strings.ToLower(secret)); at >= 0 {
				t.Errorf("the %s contains %q: ...%q...", name, secret, text[max(0, at-200):min(len(text), at+200)])
			}
		}
	}
}

// readsCalendar creates a calendar feed, reads it, and returns the secret in its URL.
func (r *running) readsCalendar() (secret string) {
	r.t.Helper()
	var answer struct {
		Data struct {
			CreateCalendarFeed struct{ URL string }
		}
	}
	body := r.ask(`mutation { createCalendarFeed(input: { studentId: 1 }) { url errors { code } } }`)
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		r.t.Fatal(err)
	}
	path, is := strings.CutPrefix(answer.Data.CreateCalendarFeed.URL, "http://"+r.address)
	if status, text := r.get(path); !is || status != http.StatusOK || !strings.Contains(text, "BEGIN:VCALENDAR") {
		r.t.Fatalf("the feed %s has the status %d: %s", body, status, text)
	}
	return strings.TrimSuffix(strings.TrimPrefix(path, "/calendar/"), ".ics")
}

// tracing sends a request that belongs to a trace, with everything that a client can set.
func (r *running) tracing(document string) {
	r.t.Helper()
	body, err := json.Marshal(map[string]string{"query": document, "operationName": "Planted"})
	if err != nil {
		r.t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, "http://"+r.address+"/graphql?planted=planted", bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "planted", "Cookie": "planted=planted", "Baggage": "planted=planted",
		"Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "Tracestate": "planted=planted",
	} {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	response.Body.Close()
}

// collector receives traces. Strings in its bodies are plain text.
type collector struct {
	url  string
	mu   sync.Mutex
	sent bytes.Buffer
}

func collectTraces(t *testing.T) *collector {
	t.Helper()
	c := &collector{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if _, err := c.sent.ReadFrom(r.Body); err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s %s: %v", r.URL.Path, r.Header, err)
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

func (c *collector) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent.String()
}

// post sends a raw body.
func (r *running) post(body string) {
	r.t.Helper()
	response, err := http.Post(fmt.Sprintf("http://%s/graphql", r.address), "application/json", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		r.t.Fatal(err)
	}
}
