package gqlhttp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/ratelimit"
	"rehearse/internal/store"
)

// limited creates a school whose buckets hold this many points and bookings; a point is
// refilled each second.
func limited(t *testing.T, points, bookings int) *school {
	t.Helper()
	var s *school
	s = newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) {
		o.Rates = &gqlhttp.RateLimits{
			Points:         ratelimit.NewLocal(ratelimit.Limit{Burst: points, PerSecond: 1}),
			Bookings:       ratelimit.NewLocal(ratelimit.Limit{Burst: bookings, PerSecond: 1}),
			TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
			Now:            func() time.Time { return *s.Clock.Load() },
		}
	})
	return s
}

// sendFrom sends a document through a proxy that forwards this address, and checks that
// the cost is reported.
func (s *school) sendFrom(forwarded, document string) (answer, *http.Response) {
	s.T.Helper()
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		s.T.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.T.Context(), http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", forwarded)
	request.Header.Set("X-GraphQL-Cost", "1")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.T.Fatal(err)
	}
	defer response.Body.Close()
	a := answer{T: s.T, Status: response.StatusCode}
	var text bytes.Buffer
	if _, err := text.ReadFrom(response.Body); err != nil {
		s.T.Fatal(err)
	}
	a.Body = text.String()
	if err := json.Unmarshal(text.Bytes(), &a); err != nil {
		s.T.Fatal(err)
	}
	return a, response
}

const onePoint = `{ __typename }`

func TestRateLimitRetryAfter(t *testing.T) {
	t.Parallel()
	s := limited(t, 3, 1)
	s.Act(booking.RoleStudent, 7)
	for range 3 {
		if a, _ := s.sendFrom("", onePoint); len(a.Errors) > 0 {
			t.Fatal(a.Body)
		}
	}
	a, response := s.sendFrom("", onePoint)
	same(t, "status", response.StatusCode, http.StatusTooManyRequests)
	same(t, "code", a.Errors[0].Extensions.Code, "RATE_LIMITED")
	same(t, "Retry-After", response.Header.Get("Retry-After"), "1")
	if strings.Contains(a.Body, `"data"`) {
		t.Errorf("the refused request was executed: %s", a.Body)
	}
	s.Act(booking.RoleStudent, 8)
	if a, _ := s.sendFrom("", onePoint); len(a.Errors) > 0 {
		t.Errorf("another student was refused: %s", a.Body)
	}
	s.Act(booking.RoleStudent, 7)
	s.SetClock(t0.Add(time.Second))
	if a, _ := s.sendFrom("", onePoint); len(a.Errors) > 0 {
		t.Errorf("the request was refused after a refill: %s", a.Body)
	}
}

// A document that is not a valid operation is still read, and is not free.
func TestRefusedDocumentsCostOnePoint(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"syntax error": `{ bookingPolicy {`, "unknown field": `{ nothing }`, "too deep": strings.Repeat("{a", 40),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := limited(t, 3, 1)
			s.Act(booking.RoleStudent, 7)
			for range 3 {
				a, response := s.sendFrom("", document)
				if response.StatusCode == http.StatusTooManyRequests {
					t.Fatal(a.Body)
				}
				if len(a.Errors) == 0 {
					t.Fatalf("the document was executed: %s", a.Body)
				}
			}
			for _, text := range []string{document, onePoint} {
				a, response := s.sendFrom("", text)
				same(t, "status", response.StatusCode, http.StatusTooManyRequests)
				same(t, "code", a.Errors[0].Extensions.Code, "RATE_LIMITED")
				same(t, "Retry-After", response.Header.Get("Retry-After"), "1")
			}
		})
	}
}

// An operation that costs more than a full bucket is too complex: a retry does not help.
// It costs one point, like every refused document.
func TestCostAboveBurstIsTooComplex(t *testing.T) {
	t.Parallel()
	s := limited(t, 100, 1)
	const booked = `bookSlot(input: {studentId: 7, slotId: 1}) { errors { code } }`
	for _, test := range []struct {
		name            string
		student         int64 // each has buckets of their own
		document, limit string
		allowed, asked  int
	}{
		{"points", 7, `{ students(first: 10) { nodes { interviews(first: 10) { nodes { id } } } } }`, "rateLimitPoints", 100, 139},
		{"bookings", 8, "mutation { a: " + booked + " b: " + booked + " }", "rateLimitBookings", 1, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			s.Act(booking.RoleStudent, test.student)
			a, response := s.sendFrom("", test.document)
			same(t, "error code", a.Code(), "QUERY_TOO_COMPLEX")
			same(t, "Retry-After", response.Header.Get("Retry-After"), "")
			same(t, "cost", response.Header.Get("X-GraphQL-Cost"), "1")
			same(t, "RateLimit", response.Header.Get("RateLimit"), `"points";r=99;t=1`)
			var body struct {
				Errors []struct {
					Extensions struct {
						Limit          string
						Allowed, Asked int
					}
				}
			}
			if err := json.Unmarshal([]byte(a.Body), &body); err != nil {
				t.Fatal(err)
			}
			told := body.Errors[0].Extensions
			same(t, "limit", [3]any{told.Limit, told.Allowed, told.Asked}, [3]any{test.limit, test.allowed, test.asked})
		})
	}
}

func TestClientAddressBehindProxies(t *testing.T) {
	t.Parallel()
	s := limited(t, 1, 1)
	s.Act(booking.RoleAnonymous, 0)
	for _, test := range []struct {
		name, first, second string
		sameClient          bool
	}{
		{"the same address", "203.0.113.1", "203.0.113.1", true},
		{"another address", "203.0.113.2", "203.0.113.3", false},
		{"the same address with a forged hop", "203.0.113.4", "198.51.100.7, 203.0.113.4", true},
		{"the same address behind one more proxy of ours", "203.0.113.5", "203.0.113.5, 127.0.0.2", true},
		{"the same address as an IPv4-mapped IPv6 address", "203.0.113.6", "::ffff:203.0.113.6", true},
		{"another IPv6 address in the same prefix of 64 bits", "2001:db8:1:2::3", "2001:db8:1:2:ffff::9", true},
		{"another invalid address", "nonsense", "more nonsense", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			first, _ := s.sendFrom(test.first, onePoint)
			same(t, "error code of the first request", first.Code(), "")
			second, _ := s.sendFrom(test.second, onePoint)
			same(t, "the second request is refused", second.Code() == "RATE_LIMITED", test.sameClient)
		})
	}
}

func TestBookingsHaveTheirOwnBucket(t *testing.T) {
	t.Parallel()
	s := limited(t, 10_000, 2)
	student := s.Student(nil)
	slots := []string{s.NewSlot(day), s.NewSlot(2 * day), s.NewSlot(3 * day)}
	s.Act(booking.RoleStudent, int64(number(t, student)))
	book := func(slotID string) answer {
		a, _ := s.sendFrom("", fmt.Sprintf(`mutation { bookSlot(input: { studentId: %s, slotId: %s }) { errors { code } } }`, student, slotID))
		return a
	}
	for _, dry := range []string{"dryRun: true", "dryRun: true", "dryRun: true"} {
		a, _ := s.sendFrom("", fmt.Sprintf(`mutation { bookSlot(input: { studentId: %s, slotId: %s, %s }) { allowed } }`, student, slots[0], dry))
		same(t, "errors of a dry run", len(a.Errors), 0)
	}
	for _, slotID := range slots[:2] {
		if a := book(slotID); len(a.Errors) > 0 {
			t.Fatal(a.Body)
		}
	}
	third := book(slots[2])
	same(t, "code of the third booking", third.Code(), "RATE_LIMITED")
	same(t, "message of the third booking", third.Errors[0].Message, "the rate limit of bookings is exceeded: the operation costs 1, and 0 are left")
	move := fmt.Sprintf("mutation { rescheduleInterview(input: { interviewId: %s, slotId: %s }) { errors { code } } }", missing, slots[2])
	a, _ := s.sendFrom("", move)
	same(t, "a reschedule", a.Code(), "RATE_LIMITED")
	if a, _ := s.sendFrom("", onePoint); len(a.Errors) > 0 {
		t.Errorf("a read was refused: %s", a.Body)
	}
	s.Act(booking.RoleAdmin, 0)
	if a := book(slots[2]); len(a.Errors) > 0 {
		t.Errorf("an administrator's booking was refused: %s", a.Body)
	}
}

func TestSharedBucketsAcrossServers(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	limit := ratelimit.Limit{Burst: 3, PerSecond: 1}
	servers := []*store.SharedBuckets{
		store.NewSharedBuckets(s.Store, "points", limit), store.NewSharedBuckets(s.DB.Open(t, store.Options{}), "points", limit),
	}
	take := func(server, points int, at time.Time) ratelimit.Verdict {
		v, err := servers[server].Take(t.Context(), "STUDENT:7", points, at)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	same(t, "more than the burst", take(0, 4, t0), ratelimit.Verdict{Remaining: 3, RetryAfter: ratelimit.Never})
	same(t, "two", take(0, 2, t0), ratelimit.Verdict{OK: true, Remaining: 1})
	same(t, "two more on the other server", take(1, 2, t0), ratelimit.Verdict{Remaining: 1, RetryAfter: time.Second})
	same(t, "with a clock that is behind", take(0, 2, t0.Add(-time.Hour)), ratelimit.Verdict{Remaining: 1, RetryAfter: time.Second})
	same(t, "a second later", take(1, 2, t0.Add(time.Second)), ratelimit.Verdict{OK: true, Remaining: 0})
	same(t, "long after", take(1, 3, t0.Add(time.Hour)), ratelimit.Verdict{OK: true, Remaining: 0})
	if err := s.Store.DeleteBuckets(t.Context(), t0.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	same(t, "after the buckets were deleted", take(0, 3, t0), ratelimit.Verdict{OK: true, Remaining: 0})
}

func TestOperationCosts(t *testing.T) {
	t.Parallel()
	s := limited(t, 1_000_000, 10)
	for _, test := range []struct {
		name, document string
		want           int
	}{
		{"__typename", onePoint, 1},
		{"a field of Query", `{ bookingPolicy { version } }`, 9 + 1},
		{"two fields of Query", `{ a: bookingPolicy { version } b: bookingPolicy { version } }`, 2 * (9 + 1)},
		{"an object by id", `{ student(id: 1) { name } }`, 9 + 1},
		// A read, the connection, and 20 students.
		{"a list", `{ students { nodes { id } } }`, 9 + 1 + 20},
		{"a list with its page info", `{ students(first: 5) { nodes { id } pageInfo { endCursor } } }`, 9 + 1 + 5 + 1},
		{"a list with first: null", `{ students(first: null) { nodes { id } } }`, 9 + 1 + 20},
		{"the end of a list", `{ students(last: 5) { nodes { id } } }`, 9 + 1 + 5},
		{"the end of a list with first: null", `{ students(first: null, last: 7) { nodes { id } } }`, 9 + 1 + 7},
		{"a list of slots", `{ slots { nodes { id } } }`, 9 + 1 + 50},
		{"events of an interview", `{ interview(id: 1) { events(last: 3) { nodes { id } } } }`, 2*9 + 1 + 1 + 3},
		{"edges", `{ students(first: 5) { edges { node { id } } } }`, 9 + 1 + 5*2},
		{"lists within a list", `{ students(first: 5) { nodes { interviews(first: 2) { nodes { interviewer { id } } } } } }`, 3*9 + 1 + 5*(1+1+2*2)},
		{"availability of an interviewer", `{ interviewer(id: 1) { availability { nodes { id } } } }`, 2*9 + 1 + 1 + 20},
		{"a list in a fragment", `{ students(first: 5) { ...f } } fragment f on StudentConnection { nodes { id } }`, 9 + 1 + 5},
		{"fragments that are spread twice", `{ ...a ...a } fragment a on Query { ...b ...b } fragment b on Query { viewer { role } }`, 4 * (9 + 1)},
		{"a mutation", `mutation { updateBookingPolicy(input: {}) { errors { code } } }`, 10 + 1 + 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			same(t, "cost", s.For(t).costOf(test.document), test.want)
		})
	}
}
