package gqlhttp_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/schooltest"
)

const (
	policy  = `{"id":"q","type":"subscribe","payload":{"query":"{ bookingPolicy { interviewLimit } }"}}`
	forever = `{"id":"s","type":"subscribe","payload":{"query":"subscription { interviewChanged { id } }"}}`
)

func TestSocketCloseCodes(t *testing.T) {
	t.Parallel()
	_, s := living(t)
	for name, test := range map[string]struct {
		says []string
		code websocket.StatusCode
	}{
		"not JSON":                    {[]string{schooltest.Initialise, `hello`}, 4400},
		"not JSON at first":           {[]string{`hello`}, 4400},
		"an unknown type":             {[]string{schooltest.Initialise, `{"type":"start"}`}, 4400},
		"no type":                     {[]string{schooltest.Initialise, `{}`}, 4400},
		"a list":                      {[]string{schooltest.Initialise, `[]`}, 4400},
		"no id":                       {[]string{schooltest.Initialise, `{"type":"subscribe","payload":{"query":"{ __typename }"}}`}, 4400},
		"a number for an id":          {[]string{schooltest.Initialise, `{"id":1,"type":"subscribe","payload":{"query":"{ __typename }"}}`}, 4400},
		"no payload":                  {[]string{schooltest.Initialise, `{"id":"a","type":"subscribe"}`}, 4400},
		"no query":                    {[]string{schooltest.Initialise, `{"id":"a","type":"subscribe","payload":{}}`}, 4400},
		"a payload of the wrong type": {[]string{`{"type":"connection_init","payload":7}`}, 4400},
		"a token of the wrong type":   {[]string{`{"type":"connection_init","payload":{"Authorization":7}}`}, 4400},
		"subscribing first":           {[]string{forever}, 4401},
		"subscribing after a ping":    {[]string{`{"type":"ping"}`, policy}, 4401},
		"an id twice":                 {[]string{schooltest.Initialise, forever, forever}, 4409},
		"an id of a running query":    {[]string{schooltest.Initialise, forever, strings.Replace(policy, `"q"`, `"s"`, 1)}, 4409},
		"initialising twice":          {[]string{schooltest.Initialise, schooltest.Initialise}, 4429},
		"a ping of 20 KiB":            {[]string{schooltest.Initialise, `{"type":"ping","payload":"` + strings.Repeat("x", 20<<10) + `"}`}, 4400},
		"a message that is too long":  {[]string{schooltest.Initialise, `"` + strings.Repeat("x", 256<<10) + `"`}, websocket.StatusMessageTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := schooltest.Dial(t, s.URL, nil)
			for _, text := range test.says {
				c.Send(text)
			}
			c.Closes(test.code)
		})
	}
	t.Run("an id of 129 bytes", func(t *testing.T) {
		t.Parallel()
		c := schooltest.Dial(t, s.URL, nil)
		c.Send(schooltest.Initialise)
		for _, size := range []int{128, 129} {
			c.Send(strings.Replace(policy, `"q"`, `"`+strings.Repeat("x", size)+`"`, 1))
		}
		c.Closes(4400)
	})
	t.Run("a binary message", func(t *testing.T) {
		t.Parallel()
		c := schooltest.Dial(t, s.URL, nil)
		if err := c.Conn.Write(t.Context(), websocket.MessageBinary, []byte(schooltest.Initialise)); err != nil {
			t.Fatal(err)
		}
		c.Closes(4400)
	})
	t.Run("another protocol", func(t *testing.T) {
		t.Parallel()
		conn, _, err := websocket.Dial(t.Context(), s.URL, &websocket.DialOptions{Subprotocols: []string{"graphql-ws"}})
		if err != nil {
			t.Fatal(err)
		}
		(&client{T: t, Conn: conn}).Closes(4406)
	})
}

func TestSocketOrigins(t *testing.T) {
	t.Parallel()
	_, s := living(t, func(o *gqlhttp.Options) { o.Origins = []string{"https://app.example.org"} })
	for origin, ok := range map[string]bool{
		"": true, s.URL: true, "https://app.example.org": true,
		"http://app.example.org": false, "https://app.example.org.evil.example": false, "https://evil.example": false, "null": false,
	} {
		t.Run(cmp.Or(origin, "no origin"), func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			if origin != "" {
				header.Set("Origin", origin)
			}
			conn, response, err := websocket.Dial(t.Context(), s.URL, &websocket.DialOptions{
				Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header,
			})
			if (err == nil) != ok || !ok && response.StatusCode != http.StatusForbidden {
				t.Errorf("got the error %v, want a connection: %t", err, ok)
			}
			if err == nil {
				_ = conn.CloseNow()
			}
		})
	}
}

func TestSocketInitTimeout(t *testing.T) {
	t.Parallel()
	_, s := living(t, func(o *gqlhttp.Options) { o.Streams.Init = time.Millisecond })
	schooltest.Dial(t, s.URL, nil).Closes(4408)
}

func TestSocketPongTimeout(t *testing.T) {
	t.Parallel()
	_, s := living(t, func(o *gqlhttp.Options) { gqlhttp.SetKeepAlive(o, time.Second) })
	c := s.Connect()
	c.Wants("ping", "")
	c.Send(`{"type":"pong"}`)
	c.Wants("ping", "")
	if f, err := c.Read(); err == nil { // no pong for the second
		t.Errorf("got %s, want the end", f.Type)
	}
}

func TestQueriesAndMutationsOverASocket(t *testing.T) {
	t.Parallel()
	_, s := living(t)
	c := s.Connect()
	var read struct{ BookingPolicy struct{ InterviewLimit int } }
	id := c.Begin(`{ bookingPolicy { interviewLimit } }`, nil)
	if c.Event(id, &read); read.BookingPolicy.InterviewLimit != 15 {
		t.Errorf("the query: got %+v", read)
	}
	c.Wants("complete", id)
	var wrote struct {
		CreateStudent struct{ Student person }
	}
	id = c.Begin(`mutation($in: CreateStudentInput!) { createStudent(input: $in) { student { name } } }`,
		in{"in": in{"name": "Ada", "email": "ada@example.org"}})
	if c.Event(id, &wrote); wrote.CreateStudent.Student.Name != "Ada" {
		t.Errorf("the mutation: got %+v", wrote)
	}
	c.Wants("complete", id)
	for _, test := range []struct{ name, document, code string }{
		{"an unknown field", `{ nothing }`, "BAD_USER_INPUT"},
		{"a syntax error", `{`, "BAD_USER_INPUT"},
		{"a missing argument", `subscription { slotsChanged(start: "2026-06-01T00:00:00Z", end: "2026-06-02T00:00:00Z") { refetch } }`, "BAD_USER_INPUT"},
		{"two root fields of a subscription",
			`subscription { interviewChanged { id } slotsChanged(studentId: 1, start: "2026-06-01T00:00:00Z", end: "2026-06-02T00:00:00Z") { refetch } }`,
			"BAD_USER_INPUT"},
		{"an operation over the cost limit", `subscription { slotsChanged(studentId: 1, start: "2026-06-01T00:00:00Z", end: "2026-06-02T00:00:00Z") {
			opened { interviewer { slots(first: 100) { nodes { interviewer { slots(first: 100) { nodes { id } } } } } } } } }`, "QUERY_TOO_COMPLEX"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := s.For(t).Connect()
			same(t, "error code", c.Fails(c.Begin(test.document, nil)), test.code)
		})
	}
	// An id can be reused once its operation has ended.
	c.Send(policy)
	c.Wants("next", "q")
	c.Wants("complete", "q")
	c.Send(policy)
	c.Wants("next", "q")
}

func TestSocketAndOperationLimits(t *testing.T) {
	t.Parallel()
	_, s := living(t, func(o *gqlhttp.Options) { o.Streams = gqlhttp.StreamLimits{PerCaller: 2, Operations: 2} })
	c := s.Connect()
	first := c.Subscribed(`subscription { interviewChanged { id } }`, nil)
	c.Subscribed(`subscription { interviewChanged { id } }`, nil)
	if code := c.Fails(c.Begin(`subscription { interviewChanged { id } }`, nil)); code != "RATE_LIMITED" {
		t.Errorf("a third operation: got the error %q", code)
	}
	c.Send(fmt.Sprintf(`{"id":%q,"type":"complete"}`, first))
	c.Subscribed(`subscription { interviewChanged { id } }`, nil)

	s.Connect()
	third := schooltest.Dial(t, s.URL, nil)
	third.Send(schooltest.Initialise)
	if why := third.Closes(1013); !strings.Contains(why, "too many") {
		t.Errorf("a third socket of one caller closed with %q", why)
	}
	s.Act(booking.RoleAdmin, 7)
	s.Connect() // of another caller

	_, full := living(t, func(o *gqlhttp.Options) { o.Streams.PerServer = 1 })
	full.Connect()
	_, response, err := websocket.Dial(t.Context(), full.URL, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err == nil || response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("a second socket of a server with a limit of one: %v", err)
	}
}

// A socket belongs to the sender of the token in connection_init, or else of the token in
// the request that opened it, for as long as the token is valid.
func TestSocketTokens(t *testing.T) {
	t.Parallel()
	secret, err := identity.NewSecret(strings.Repeat("secret", 6))
	if err != nil {
		t.Fatal(err)
	}
	verifier := identity.New(secret, at(t0), booking.Actor{Role: booking.RoleAnonymous})
	_, s := living(t, func(o *gqlhttp.Options) {
		o.Sender = func(ctx context.Context, authorization []string) (identity.Sender, error) {
			if len(authorization) == 1 && authorization[0] == "Bearer of an issuer that is down" {
				return identity.Sender{}, fmt.Errorf("%w: dial tcp 10.1.2.3:443", identity.ErrUnavailable)
			}
			return verifier.Sender(ctx, authorization)
		}
	})
	token := func(role booking.Role, now time.Time, ttl time.Duration) string {
		t.Helper()
		text, err := secret.Sign(at(now), booking.Actor{Role: role, ID: 7}, ttl)
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + text
	}
	hello := func(authorization string) string {
		return fmt.Sprintf(`{"type":"connection_init","payload":{"Authorization":%q}}`, authorization)
	}
	roleOf := func(c *client) string {
		t.Helper()
		c.Wants("connection_ack", "")
		var data struct{ Viewer struct{ Role string } }
		c.Event(c.Begin("{ viewer { role } }", nil), &data)
		return data.Viewer.Role
	}
	admin, hour := token(booking.RoleAdmin, t0, time.Hour), time.Hour

	c := schooltest.Dial(t, s.URL, nil)
	c.Send(schooltest.Initialise)
	if role := roleOf(c); role != "ANONYMOUS" {
		t.Errorf("without a token: got the role %s", role)
	}
	c = schooltest.Dial(t, s.URL, nil)
	c.Send(hello(admin))
	if role := roleOf(c); role != "ADMIN" {
		t.Errorf("with an administrator's token: got the role %s", role)
	}
	c = schooltest.Dial(t, s.URL, http.Header{"Authorization": {admin}})
	c.Send(schooltest.Initialise)
	if role := roleOf(c); role != "ADMIN" {
		t.Errorf("with a token in the header: got the role %s", role)
	}
	for name, test := range map[string]struct {
		authorization string
		code          websocket.StatusCode
		says          string
	}{
		"expired":           {token(booking.RoleAdmin, t0.Add(-2*hour), hour), 4403, "the token has expired"},
		"forged":            {admin + "x", 4403, "the token is not valid"},
		"no bearer token":   {"Basic dTpw", 4403, "the token is not valid"},
		"an issuer is down": {"Bearer of an issuer that is down", 1013, "the request cannot be authenticated at the moment; try again"},
	} {
		t.Run(name, func(t *testing.T) {
			c := schooltest.Dial(t, s.URL, nil)
			c.Send(hello(test.authorization))
			same(t, "reason", c.Closes(test.code), test.says)
		})
	}
	_, response, err := websocket.Dial(t.Context(), s.URL, &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Authorization": {admin + "x"}},
	})
	if err == nil || response.StatusCode != http.StatusUnauthorized {
		t.Errorf("a forged token in the header: %v", err)
	}
	c = schooltest.Dial(t, s.URL, nil) // 27 s of the 30 s of leeway have passed
	c.Send(hello(token(booking.RoleAdmin, t0.Add(-hour-30*time.Second), hour+3*time.Second)))
	c.Wants("connection_ack", "")
	if says := c.Closes(4403); says != "the token has expired" {
		t.Errorf("when the token expired: closed with %q", says)
	}
}

func TestServerStopClosesSockets(t *testing.T) {
	t.Parallel()
	stopping, stop := context.WithCancel(t.Context())
	_, s := living(t, func(o *gqlhttp.Options) { o.Stopping = stopping })
	c := s.Connect()
	c.Subscribed(`subscription { interviewChanged { id } }`, nil)
	stop()
	c.Closes(1001)
}
