package gqlhttp_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/store"
)

// A caller with less than a point is refused before the request is read, over every
// transport. To show this, the refused requests are not even GraphQL. Earlier requests, which
// were invalid, have used up the points.
func TestEmptyBucketIsRefusedBeforeReading(t *testing.T) {
	t.Parallel()
	for name, shared := range map[string]bool{"buckets of the server": false, "shared buckets": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, s := livingRated(t, 4, shared)
			s.Act(booking.RoleStudent, 7)
			c := s.Connect()
			for range 4 {
				if a, response := s.sendFrom("", `{ nothing }`); response.StatusCode == http.StatusTooManyRequests {
					t.Fatal(a.Body)
				}
			}
			if shared { // this server must be refused once before it knows that nothing is left
				s.sendFrom("", onePoint)
			}
			retry := map[string]string{"Retry-After": "1"}
			s.exchanges([]exchange{
				{name: "invalid JSON", body: "nonsense", status: 429, says: "RATE_LIMITED", answer: retry},
				{name: "invalid JSON as a stream", headers: accepting("text/event-stream"), body: "nonsense", status: 429, says: "RATE_LIMITED", answer: retry},
			})
			c.Send(`{"type":"subscribe","id":"a","payload":{"query":7}}`)
			if text := string(c.Wants("error", "a")); !strings.Contains(text, "RATE_LIMITED") {
				t.Errorf("over a socket: got %s", text)
			}
			s.Act(booking.RoleStudent, 8)
			s.exchanges([]exchange{{name: "another caller", body: "nonsense", status: 400, says: "not valid JSON"}})
			s.Act(booking.RoleStudent, 7)
			s.SetClock(t0.Add(time.Second))
			s.exchanges([]exchange{{name: "after a refill", body: "nonsense", status: 400, says: "not valid JSON"}})
			c.Send(fmt.Sprintf(`{"type":"subscribe","id":"b","payload":{"query":%q}}`, onePoint))
			if text := string(c.Wants("error", "b")); !strings.Contains(text, "RATE_LIMITED") {
				t.Errorf("the invalid JSON was not charged: %s", text)
			}
		})
	}
}

// Reading is charged even if nothing is executed: a point for 100 bytes of the document
// and at least one, one for 100 values, and one for each KiB of the body beyond 16 KiB.
func TestReadingCosts(t *testing.T) {
	t.Parallel()
	s := limited(t, 1000, 10)
	const long = 14_900
	spaces := func(document string) string { return document + strings.Repeat(" ", long-len(document)) }
	values := func(n int) string { return `{"list": [0` + strings.Repeat(",0", n-2) + `]}` } // and the object counts
	send := func(s *school, document, variables string) {
		s.T.Helper()
		text, err := json.Marshal(document)
		if err != nil {
			s.T.Fatal(err)
		}
		s.exchange(exchange{method: http.MethodPost, body: fmt.Sprintf(`{"query": %s, "variables": %s}`, text, variables)})
	}
	for n, test := range []struct {
		name, document, variables string
		costs                     int
	}{
		{"a long document", spaces(onePoint), "null", 149},
		{"a long document that is refused", spaces("{ nothing }"), "null", 149},
		{"198 values", onePoint, values(198), 1 + 1},
		{"200 values", onePoint, values(200), 1 + 2},
		{"a body of 24 KiB", onePoint, `{"text": "` + strings.Repeat("x", 24<<10) + `"}`, 1 + 8},
		{"a body of 24 KiB that is not JSON", onePoint, strings.Repeat("x", 24<<10), 1 + 8},
		{"a body of 16 KiB that is not JSON", onePoint, strings.Repeat("x", 16<<10), 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			s.Act(booking.RoleStudent, int64(n+1)) // each has a bucket of their own
			send(s, test.document, test.variables)
			same(t, "points left", s.pointsLeft(), 1000-test.costs)
		})
	}
	s.Act(booking.RoleStudent, 1000)
	send(s, spaces(onePoint), "null")
	send(s, `{ students(first: 80) { nodes { interviews(first: 10) { nodes { id } } } } }`, "null")
	same(t, "points left after an operation that costs more than is left", s.pointsLeft(), 1000-149-1)
}

// A large body is charged before it is read. One of unknown size is charged as the largest
// allowed one, and the difference is refunded.
func TestLargeBodiesAreChargedInAdvance(t *testing.T) {
	t.Parallel()
	s := limited(t, 300, 10)
	s.Act(booking.RoleStudent, 7)
	send := func(body io.Reader, size int64) (statusAndCost string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, body)
		if err != nil {
			t.Fatal(err)
		}
		request.ContentLength = size
		request.Header.Set("Content-Type", plainJSON)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		return fmt.Sprintf("%d %s", response.StatusCode, response.Header.Get("X-GraphQL-Cost"))
	}
	small := func() io.Reader { return strings.NewReader(`{"query": "` + onePoint + `"}`) }
	const unknown = -1
	same(t, "a body of unknown size", send(io.MultiReader(small()), unknown), "200 1")
	same(t, "240 points are refunded", s.pointsLeft(), 299)

	s.SetClock(t0.Add(time.Minute)) // the bucket is full
	same(t, "invalid JSON", send(strings.NewReader(strings.Repeat("x", 116<<10)), 116<<10), "400 101")
	same(t, "100 KiB beyond 16 are charged", s.pointsLeft(), 199)
	silent, end := io.Pipe() // a body that never arrives
	defer end.Close()
	same(t, "a body of 240 points", send(silent, 256<<10), "429 240")
	same(t, "a body of unknown size without 240 points", send(io.MultiReader(small()), unknown), "429 240")
	same(t, "nothing is charged", s.pointsLeft(), 198)
}

// An unknown document takes a permit before it is parsed, and releases it whatever the
// outcome.
func TestParsingTakesAPermit(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) { o.MaxOperations, o.MaxOperationsPerCaller = 2, 1 })
	s.Act(booking.RoleAdmin, 1)
	c := s.Connect()
	unlock := s.lockStudents()
	query := c.Begin(`{ students { totalCount } }`, nil)
	s.DB.AwaitLockWaits(t, 1, "students")
	s.exchanges([]exchange{{name: "a syntax error", body: `{"query": "{"}`, status: 429, says: "operationsPerCaller"}})
	s.Act(booking.RoleAdmin, 2)
	for range 3 {
		s.exchanges([]exchange{{name: "another caller", body: `{"query": "{"}`, status: 200, says: "BAD_USER_INPUT"}})
	}
	unlock()
	c.Event(query, &struct{}{})
	same(t, "running", s.Handler.(*gqlhttp.Handler).AtWork(), 0)
}
