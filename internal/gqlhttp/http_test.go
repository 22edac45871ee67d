package gqlhttp_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/store"
)

// exchange is one request, and the parts of its response to check.
type exchange struct {
	name    string
	method  string // default POST
	query   string // of the URL
	headers map[string]string
	body    string
	status  int
	media   string // default application/json
	says    string // part of the response
	answer  map[string]string
}

const (
	plainJSON   = "application/json"
	graphqlJSON = "application/graphql-response+json"
)

func (s *school) exchange(e exchange) (*http.Response, string) {
	s.T.Helper()
	request, err := http.NewRequestWithContext(s.T.Context(), e.method, s.URL+"?"+e.query, strings.NewReader(e.body))
	if err != nil {
		s.T.Fatal(err)
	}
	if e.method == http.MethodPost {
		request.Header.Set("Content-Type", plainJSON)
	}
	for name, value := range e.headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.T.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.T.Fatal(err)
	}
	return response, string(text)
}

// exchanges runs each exchange in a subtest, in order.
func (s *school) exchanges(list []exchange) {
	s.T.Helper()
	for _, e := range list {
		s.T.Run(e.name, func(t *testing.T) { s.For(t).wantExchange(e) })
	}
}

// wantExchange fails the test unless the response is the expected one.
func (s *school) wantExchange(e exchange) {
	s.T.Helper()
	e.method, e.media = cmp.Or(e.method, http.MethodPost), cmp.Or(e.media, plainJSON)
	response, text := s.exchange(e)
	if response.StatusCode != e.status || !strings.Contains(text, e.says) {
		s.T.Errorf("got status %d and %.300s, want status %d and %q", response.StatusCode, text, e.status, e.says)
	}
	if got, want := response.Header.Get("Content-Type"), e.media+"; charset=utf-8"; got != want {
		s.T.Errorf("Content-Type = %q, want %q", got, want)
	}
	for name, want := range e.answer {
		if got := response.Header.Get(name); got != want {
			s.T.Errorf("the header %s = %q, want %q", name, got, want)
		}
	}
	if response.Header.Get("Vary") != "Accept" || response.Header.Get("Cache-Control") != "no-store" {
		s.T.Errorf("wrong Vary or Cache-Control in %v", response.Header)
	}
	if got, want := strings.Contains(text, `"data":`), strings.Contains(e.says, `"data":`); got != want {
		s.T.Errorf("the response has data: %t, want %t: %.300s", got, want, text)
	}
}

const (
	askName  = `{"query": "{ __typename }"}`
	saysName = `{"data":{"__typename":"Query"}}`
)

func accepting(media string) map[string]string { return map[string]string{"Accept": media} }

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	list := []exchange{}
	for accept, media := range map[string]string{
		"":              plainJSON,
		"*/*":           plainJSON,
		"application/*": plainJSON,
		plainJSON:       plainJSON,
		graphqlJSON:     graphqlJSON,
		"Application/GraphQL-Response+JSON; charset=UTF-8":  graphqlJSON,
		graphqlJSON + ", " + plainJSON:                      graphqlJSON,
		plainJSON + "," + graphqlJSON:                       graphqlJSON,
		graphqlJSON + ";q=0.9, " + plainJSON:                plainJSON,
		graphqlJSON + ", " + plainJSON + ";q=0.9":           graphqlJSON,
		graphqlJSON + ";q=0, */*;q=0.1":                     plainJSON,
		plainJSON + ";q=0, */*;q=0.1":                       graphqlJSON,
		graphqlJSON + ";q=0.5, */*;q=0.1":                   graphqlJSON,
		"text/html, application/xhtml+xml, */*;q=0.8":       plainJSON,
		`text/html; title="a, application/x", ` + plainJSON: plainJSON,
		graphqlJSON + `;charset=iso-8859-1, ` + plainJSON:   plainJSON,
		"nonsense, " + plainJSON:                            plainJSON,
		"text/event-stream, " + graphqlJSON + ", */*":       graphqlJSON,
		"multipart/mixed, " + graphqlJSON + ";q=0.1":        graphqlJSON,
	} {
		e := exchange{name: cmp.Or(accept, "no Accept"), headers: accepting(accept), body: askName, status: 200, media: media, says: saysName}
		if accept == "" {
			e.headers = nil
		}
		list = append(list, e)
	}
	for _, accept := range []string{
		"text/html", "application/xml, image/*", "*/*;q=0", "nonsense", plainJSON + ";charset=utf-16",
	} {
		list = append(list, exchange{name: accept, headers: accepting(accept), body: askName, status: 406, says: "BAD_USER_INPUT"})
	}
	s.exchanges(list)
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	own := accepting(graphqlJSON)
	s.exchanges([]exchange{
		{name: "a query", body: askName, status: 200, says: saysName},
		{name: "null parameters", body: `{"query": "{ __typename }", "variables": null, "operationName": null, "extensions": null}`, status: 200, says: saysName},
		{name: "an error of a field", headers: own, body: `{"query": "{ eligibility(studentId: 1) { eligible } }"}`, status: 200, media: graphqlJSON, says: `"data":{"eligibility":null}`},
		{name: "a syntax error", body: `{"query": "{"}`, status: 200, says: "BAD_USER_INPUT"},
		{name: "a syntax error with application/graphql-response+json", headers: own, body: `{"query": "{"}`, status: 400, media: graphqlJSON, says: "BAD_USER_INPUT"},
		{name: "an unknown field", headers: own, body: `{"query": "{ nothing }"}`, status: 400, media: graphqlJSON, says: `Cannot query field`},
		{name: "an unknown directive", headers: own, body: `{"query": "{ ... @defer { __typename } }"}`, status: 400, media: graphqlJSON, says: `Unknown directive`},
		{name: "a missing variable", body: `{"query": "query($i: ID!) { student(id: $i) { id } }"}`, status: 200, says: "a value is missing; ID! is expected"},
		{name: "a missing variable with application/graphql-response+json", headers: own, body: `{"query": "query($i: ID!) { student(id: $i) { id } }"}`, status: 400, media: graphqlJSON, says: "a value is missing; ID! is expected"},
		{name: "an unknown operation", body: `{"query": "query a { __typename }", "operationName": "b"}`, status: 200, says: "operation b not found"},
		{name: "a document over a limit", headers: own, body: `{"query": "{` + strings.Repeat(" __typename", 21) + `}"}`, status: 400, media: graphqlJSON, says: `"allowed":20,"asked":21,"code":"QUERY_TOO_COMPLEX","limit":"rootFields"`},
		{name: "no query", body: `{}`, status: 400, says: "the parameter query is missing"},
		{name: "no body", status: 400, says: "the body is not valid JSON"},
		{name: "null", body: `null`, status: 400, says: "the body is not a JSON object"},
		{name: "a batch", body: ` [` + askName + `]`, status: 400, says: "the body is an array; an object is expected, with one operation per request"},
		{name: "two objects", body: askName + `{}`, status: 400, says: "the body is not valid JSON: syntax error at byte 28"},
		{name: "invalid UTF-8", body: "{\"query\": \"\xff\"}", status: 400, says: "the body is not valid UTF-8"},
		{name: "a query of the wrong type", body: `{"query": [1]}`, status: 400, says: "the parameter query is an array; a string is expected"},
		{name: "a name of the wrong type", body: `{"query": "{a}", "operationName": {}}`, status: 400, says: "the parameter operationName is an object; a string is expected"},
		{name: "variables of the wrong type", body: `{"query": "{a}", "variables": true}`, status: 400, says: "the parameter variables is a boolean; an object is expected"},
		{name: "extensions of the wrong type", body: `{"query": "{a}", "extensions": "x"}`, status: 400, says: "the parameter extensions is a string; an object is expected"},
		{name: "a parameter in the wrong case", body: `{"Query": "{ __typename }"}`, status: 400, says: "the parameter query is missing"},
		{name: "a form", headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, body: "query={a}", status: 415, says: "application/json"},
		{name: "no content type", headers: map[string]string{"Content-Type": ""}, body: askName, status: 415, says: "application/json"},
		{name: "another charset", headers: map[string]string{"Content-Type": "application/json; charset=utf-16"}, body: askName, status: 415, says: "UTF-8"},
		{name: "the charset", headers: map[string]string{"Content-Type": "application/json; charset=UTF-8"}, body: askName, status: 200, says: saysName},
		{name: "compressed", headers: map[string]string{"Content-Encoding": "gzip"}, body: askName, status: 415, says: "compressed", answer: map[string]string{"Accept-Encoding": "identity"}},
		{name: "a large body", body: `{"query": "` + strings.Repeat(" ", 8<<20) + `"}`, status: 413, says: "at most 8388608 bytes are allowed"},
		{name: "a large body that imports nothing", body: `{"query": "{ __typename }", "extensions": {"a": "` + strings.Repeat(" ", 256<<10) + `"}}`, status: 413, says: "at most 262144 are allowed, except for a mutation that only imports"},
		{name: "another method", method: http.MethodPut, body: askName, status: 405, says: "use POST", answer: map[string]string{"Allow": "GET, POST"}},
		{name: "a mutation with GET", method: http.MethodGet, query: "query=mutation{__typename}", status: 405, says: "a mutation was sent with GET; only queries are allowed, so send it with POST", answer: map[string]string{"Allow": "POST"}},
		{name: "a mutation with GET, as a stream", method: http.MethodGet, query: "query=mutation{__typename}", headers: accepting("text/event-stream"), status: 405, says: "POST", answer: map[string]string{"Allow": "POST"}},
		{name: "a query with GET", method: http.MethodGet, query: "query={__typename}", status: 200, says: saysName},
		{name: "one of two operations with GET", method: http.MethodGet, query: "query=query+a{__typename}+mutation+b{__typename}&operationName=a", status: 200, says: saysName},
		{name: "a query with GET twice", method: http.MethodGet, query: "query={a}&query={b}", status: 400, says: "the parameter query occurs 2 times"},
		{name: "variables that are not JSON", method: http.MethodGet, query: "query={a}&variables=secret", status: 400, says: "the parameter variables is not valid JSON"},
		{name: "variables of the wrong type with GET", method: http.MethodGet, query: "query={a}&variables=[1]", status: 400, says: "the parameter variables is an array; an object is expected"},
		{name: "an invalid percent-encoding", method: http.MethodGet, query: "query=%zz", status: 400, says: "percent-encoded"},
		{name: "a URL that is not UTF-8", method: http.MethodGet, query: "query=%ff", status: 400, says: "the parameter query is not valid UTF-8"},
		{name: "an unknown upgrade", headers: map[string]string{"Upgrade": "unheard-of"}, body: askName, status: 400, says: "the protocol in Upgrade is not supported; websocket is expected"},
	})
}

func TestStatusOfRejectedTokens(t *testing.T) {
	t.Parallel()
	says := identity.ErrExpired
	s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) {
		o.Sender = func(context.Context, []string) (identity.Sender, error) { return identity.Sender{}, says }
	})
	s.exchanges([]exchange{{name: "expired", headers: accepting(graphqlJSON), body: askName, status: 401, media: graphqlJSON, says: "UNAUTHENTICATED"}})
	says = identity.ErrUnavailable
	s.exchanges([]exchange{{name: "unavailable", body: askName, status: 503, says: "UNAVAILABLE"}})
}

// The statement of a request is canceled when its client disconnects.
func TestClientDisconnectCancelsStatement(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	lock, err := s.DB.SQL(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Rollback() }()
	if _, err := lock.ExecContext(t.Context(), "LOCK TABLE students IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, strings.NewReader(`{"query": "{ student(id: 1) { id } }"}`))
		if err != nil {
			left <- err
			return
		}
		request.Header.Set("Content-Type", plainJSON)
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
		}
		left <- err
	}()
	s.DB.AwaitLockWaits(t, 1, "students")
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Fatalf("the client got a response: %v", err)
	}
	s.DB.AwaitLockWaits(t, 0, "students")
	if strings.Contains(s.Log.String(), "internal error") {
		t.Errorf("the disconnect was logged as an internal error: %s", s.Log)
	}
}

// The server stops waiting for a body that does not arrive in time.
func TestBodyReadTimeout(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	server := &http.Server{Handler: s.Handler, ReadHeaderTimeout: soon, ReadTimeout: 200 * time.Millisecond}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 408 ")) {
		t.Errorf("got %s, %v, want 408", answer, err)
	}
}

// askByURL sends a GET with these parameters.
func (s *school) askByURL(parameters map[string]string) answer {
	s.T.Helper()
	values := url.Values{}
	for name, value := range parameters {
		values.Set(name, value)
	}
	request, err := http.NewRequestWithContext(s.T.Context(), http.MethodGet, s.URL+"?"+values.Encode(), http.NoBody)
	if err != nil {
		s.T.Fatal(err)
	}
	return s.Send(request)
}
