package gqlhttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/schooltest"
	"rehearse/internal/store"
)

// bounding is a school whose response limits can be changed.
type bounding struct {
	*school
	options gqlhttp.Options
}

func newBounding(t *testing.T) *bounding {
	t.Helper()
	b := &bounding{}
	b.school = newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) { b.options = *o })
	return b
}

// For is schooltest.School.For, with the same limits.
func (b *bounding) For(t *testing.T) *bounding {
	return &bounding{school: b.school.For(t), options: b.options}
}

// limitTo limits the data of responses to this many bytes from here on.
func (b *bounding) limitTo(bytes int) {
	b.T.Helper()
	b.options.MaxAnswer = bytes
	b.Handler = gqlhttp.NewHandler(b.options)
	server := httptest.NewServer(b.Handler)
	b.T.Cleanup(server.Close)
	b.URL = server.URL
}

// tooLarge is a response with the error of a response that is too large.
type tooLarge struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Extensions struct {
			Code, Limit string
			Allowed     int
			Executed    []string
		}
	}
}

// wantTooLarge fails the test unless text is a single error about a response larger than
// allowed.
func (b *bounding) wantTooLarge(over, text string, allowed int) tooLarge {
	b.T.Helper()
	var a tooLarge
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		b.T.Fatalf("over %s: %v: %.300s", over, err, text)
	}
	if string(a.Data) != "null" || len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "ANSWER_TOO_LARGE" ||
		a.Errors[0].Extensions.Limit != "answer" || a.Errors[0].Extensions.Allowed != allowed {
		b.T.Errorf("over %s: got %.500s, want one error with the limit %d", over, text, allowed)
	}
	return a
}

// overAll sends a query over every transport and returns the responses by transport.
func (b *bounding) overAll(document string) map[string]string {
	b.T.Helper()
	_, posted := b.exchange(exchange{method: http.MethodPost, body: string(body(b.T, document, nil))})
	_, got := b.exchange(exchange{method: http.MethodGet, query: url.Values{"query": {document}}.Encode()})
	stream := b.open(document, nil)
	stream.lines.Buffer(nil, 1<<20)
	_, streamed := stream.event()
	stream.wantEnd("")
	c := b.Connect()
	id := c.Begin(document, nil)
	socket := string(c.Wants("next", id))
	c.Wants("complete", id)
	return map[string]string{"POST": posted, "GET": got, "SSE": streamed, "a socket": socket}
}

// A response of the maximum size is sent, and a response with one more byte is a single
// error, over every transport and for every writer of it.
func TestResponseSizeLimit(t *testing.T) {
	t.Parallel()
	b := newBounding(t)
	interviewer := b.Interviewer(map[string]any{"name": "Zoë “Quote” \\ \" ", "tags": []string{"go", "sql"}})
	b.Accepted(b.Publish(interviewer, t0.Add(7*day), 10*time.Hour, 15).Errors)
	for name, document := range map[string]string{
		"planned": `{ interviewers { nodes { id name tags slots(first: 100, start: "2026-06-01T00:00:00Z", end: "2026-07-01T00:00:00Z") { nodes { id start end status interviewer { id name } } } } } }`,
		"resolved": `{ interviewers(first: 1) { nodes { id name tags slots(first: 40, start: "2026-06-01T00:00:00Z", end: "2026-07-01T00:00:00Z") { nodes { id start
			__typename a_long_name: __typename interviewer { blocks(first: 1) { totalCount } } } } } } }`,
		"introspection": `{ __schema { types { name description fields { name description } } } }`,
	} {
		t.Run(name, func(t *testing.T) {
			b := b.For(t)
			b.limitTo(gqlhttp.DefaultMaxAnswer)
			data := b.Ask(document, nil).Data
			if len(data) < 2000 {
				t.Fatalf("got %d bytes of data, want more for this test", len(data))
			}
			b.limitTo(len(data))
			for over, text := range b.overAll(document) {
				var a answer
				if err := json.Unmarshal([]byte(text), &a); err != nil || len(a.Errors) > 0 || len(a.Data) != len(data) {
					t.Errorf("over %s: got %.300s (%v), want %d bytes of data", over, text, err, len(data))
				}
			}
			b.limitTo(len(data) - 1)
			for over, text := range b.overAll(document) {
				b.wantTooLarge(over, text, len(data)-1)
			}
			if taken := b.Handler.(*gqlhttp.Handler).AnswerMemory(); taken != 0 {
				t.Errorf("%d bytes are still reserved", taken)
			}
		})
	}
}

// A client whose mutation has no response learns that the mutation was executed. Later
// mutations of the document are not executed.
func TestMutationResponseTooLarge(t *testing.T) {
	t.Parallel()
	b := newBounding(t)
	interviewer := b.Interviewer(nil)
	b.limitTo(1000)
	_, text := b.exchange(exchange{method: http.MethodPost, body: string(body(b.T, `mutation($i: AddAvailabilityInput!, $s: CreateStudentInput!) {
		small: createStudent(input: $s) { student { id } errors { message } }
		first: addAvailability(input: $i) { slots(first: 100) { id start end interviewer { id name } } errors { message } }
		second: createInterviewer(input: {name: "B", email: "b@example.org"}) { interviewer { id } errors { message } } }`,
		map[string]any{
			"i": map[string]any{"interviewerId": interviewer, "start": moment(7 * day), "end": moment(7*day + 10*time.Hour), "slotMinutes": 15},
			"s": map[string]any{"name": "A", "email": "a@example.org"},
		}))})
	problem := b.wantTooLarge("POST", text, 1000).Errors[0]
	if !slices.Equal(problem.Extensions.Executed, []string{"small", "first"}) || !strings.HasPrefix(problem.Message, "executed: small, first") {
		t.Errorf("got the error %+v", problem)
	}
	var read struct {
		Students, Interviewers struct{ TotalCount int }
		Interviewer            struct{ Slots struct{ TotalCount int } }
	}
	b.Ask(`query($i: ID!) { students { totalCount } interviewers { totalCount } interviewer(id: $i) {
		slots(start: "2026-06-01T00:00:00Z", end: "2026-07-01T00:00:00Z") { totalCount } } }`, map[string]any{"i": interviewer}).Into(&read)
	if read.Students.TotalCount != 1 || read.Interviewers.TotalCount != 1 || read.Interviewer.Slots.TotalCount != 40 {
		t.Errorf("the mutations wrote %+v", read)
	}
}

// Each event of a subscription has a budget of its own, an eighth of a response's. An
// event that exceeds it does not end the subscription.
func TestEventSizeLimit(t *testing.T) {
	t.Parallel()
	s, second := living(t, func(o *gqlhttp.Options) { o.MaxAnswer = 8 * 1000 })
	me, interviewer := s.Student(nil), s.Interviewer(nil)
	c := second.Connect()
	id := c.Subscribed(schooltest.SlotsChangedDocument, in{"s": me, "start": moment(0), "end": moment(30 * day)})
	s.Accepted(s.Publish(interviewer, t0.Add(7*day), 10*time.Hour, 15).Errors)
	(&bounding{school: s}).wantTooLarge("a socket", string(c.Wants("next", id)), 1000)
	slot := s.Slot(interviewer, 9*day)
	c.Changes(id, []string{slot}, nil)
}

// A response whose deadline passes while it is built is a single error, over every
// transport. It is detected even if nothing waits on the context: this response is built
// from memory alone.
func TestDeadlineWhileBuildingResponse(t *testing.T) {
	t.Parallel()
	b := newBounding(t)
	const patience = 500 * time.Millisecond
	b.options.Timeout = patience
	b.limitTo(gqlhttp.DefaultMaxAnswer)
	gqlhttp.AtField(b.Handler.(*gqlhttp.Handler), func(ctx context.Context) {
		if at := graphql.GetFieldContext(ctx); at.Object == "__Type" && at.Field.Name == "kind" {
			<-ctx.Done()
		}
	})
	for over, text := range b.overAll(`{ __schema { types { name kind description fields { name description args { name description } } } } }`) {
		var a tooLarge
		if err := json.Unmarshal([]byte(text), &a); err != nil || string(a.Data) != "null" || len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "TIMEOUT" {
			t.Errorf("over %s: %v, %.500s", over, err, text)
		}
	}
	if taken := b.Handler.(*gqlhttp.Handler).AnswerMemory(); taken != 0 {
		t.Errorf("%d bytes are still reserved", taken)
	}
}

// The rows read for a response count toward its memory, whatever is selected of them.
func TestRowsCountTowardResponseMemory(t *testing.T) {
	t.Parallel()
	b := newBounding(t)
	const share = 256 << 10
	gqlhttp.SetAnswerMemory(&b.options, share)
	b.limitTo(share / 8)
	if _, err := b.DB.SQL(t).ExecContext(t.Context(), `INSERT INTO interviewers (name, email, time_zone, active, created_at, bio)
		SELECT 'A', n || '@example.org', 'UTC', true, now(), repeat('𝄞', 1000) FROM generate_series(1, 100) n`); err != nil {
		t.Fatal(err)
	}
	document := func(n int) string { return fmt.Sprintf(`{ interviewers(first: %d) { nodes { id } } }`, n) }
	if few := b.Ask(document(50), nil); len(few.Errors) > 0 {
		t.Errorf("200 KB of rows: %+v", few.Errors)
	}
	for over, text := range b.overAll(document(100)) {
		var a tooLarge
		if err := json.Unmarshal([]byte(text), &a); err != nil || len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "ANSWER_TOO_LARGE" ||
			a.Errors[0].Extensions.Limit != "memory" || a.Errors[0].Extensions.Allowed != share {
			t.Errorf("400 KB of rows over %s: %v, %.500s", over, err, text)
		}
	}
}

// sendUnread sends a request and reads nothing of its response.
func (b *bounding) sendUnread(address string, body []byte) net.Conn {
	b.T.Helper()
	conn, err := new(net.Dialer).DialContext(b.T.Context(), "tcp", address)
	if err != nil {
		b.T.Fatal(err)
	}
	b.T.Cleanup(func() { _ = conn.Close() })
	_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	if _, err := fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		b.T.Fatal(err)
	}
	return conn
}

// A response uses memory until it is read. A caller gets RATE_LIMITED when their other
// responses use up their share, and UNAVAILABLE when those of other callers use up all of
// it. Small responses are always sent, and every response is sent once the memory is
// free.
func TestResponseMemoryIsShared(t *testing.T) {
	t.Parallel()
	b := newBounding(t)
	interviewer := b.Interviewer(map[string]any{"bio": strings.Repeat("x", 1000)})
	b.Accepted(b.Publish(interviewer, t0.Add(7*day), 100*time.Hour, 15).Errors)
	b.options.MaxAnswer = 440 << 10
	gqlhttp.SetAnswerMemory(&b.options, 1) // the share is four responses
	handler := gqlhttp.NewHandler(b.options)
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateNew { // so that unread data soon blocks the writer
			_ = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	b.URL = server.URL
	kilobytes := func(n int) []byte {
		return body(b.T, fmt.Sprintf(`{ interviewer(id: %q) { slots(first: %d, start: "2026-06-01T00:00:00Z", end: "2026-07-01T00:00:00Z") {
			nodes { interviewer { bio } } } } }`, interviewer, n), nil)
	}
	large := kilobytes(400)
	var held []net.Conn
	hold := func(caller int64, answer []byte) {
		b.Act(booking.RoleAdmin, caller)
		before := handler.AnswerMemory()
		held = append(held, b.sendUnread(server.Listener.Addr().String(), answer))
		for late := time.After(soon); handler.AnswerMemory() < before+150<<10 || handler.AtWork() > 0; runtime.Gosched() {
			select {
			case <-late:
				t.Fatalf("got %d reserved bytes", handler.AnswerMemory())
			default:
			}
		}
	}
	for caller := range int64(4) {
		hold(caller+1, large)
		hold(caller+1, large)
	}
	asked := exchange{body: string(large), headers: accepting("application/graphql-response+json"), media: graphqlJSON}
	own, busy, small := asked, asked, asked
	own.name, own.status, own.says, own.answer = "a caller with a used-up share", http.StatusTooManyRequests, "RATE_LIMITED", map[string]string{"Retry-After": "1"}
	b.exchanges([]exchange{own})
	hold(5, large)
	hold(5, large)
	b.Act(booking.RoleAdmin, 6)
	busy.name, busy.status, busy.says, busy.answer = "another caller", http.StatusServiceUnavailable, "UNAVAILABLE", map[string]string{"Retry-After": "1"}
	small.name, small.status, small.says, small.body = "a small response", http.StatusOK, saysName, askName
	b.exchanges([]exchange{busy, small})
	same(t, "refused because of others", handler.WithoutMemory(), 1)
	same(t, "refused because of their caller", handler.WithoutMemoryOfCaller(), 1)
	same(t, "refused because of themselves", handler.WithoutMemoryAlone(), 0)
	same(t, "shed", [2]int{handler.Shed(), handler.ShedOfCallers()}, [2]int{0, 0})
	for _, conn := range held {
		_ = conn.Close()
	}
	for late := time.After(soon); handler.AnswerMemory() > 0; runtime.Gosched() {
		select {
		case <-late:
			t.Fatalf("%d bytes are still reserved", handler.AnswerMemory())
		default:
		}
	}
	if answered := b.Post("application/json", string(large)); len(answered.Errors) > 0 || len(answered.Data) < 300<<10 {
		t.Errorf("once the memory is free: got %d bytes, %+v", len(answered.Data), answered.Errors)
	}
}
