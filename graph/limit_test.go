package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rehearse/graph"
	"rehearse/internal/booking"
	"rehearse/internal/ratelimit"
	"rehearse/internal/store"
)

// limited is a school whose buckets hold so many points, and so many bookings;
// a point comes back each second.
func limited(t *testing.T, points, bookings int) *school {
	t.Helper()
	var s *school
	s = newSchoolWith(t, store.Options{}, func(o *graph.HandlerOptions) {
		o.Rates = &graph.RateLimits{
			Points:         ratelimit.NewLocal(ratelimit.Limit{Burst: points, PerSecond: 1}),
			Bookings:       ratelimit.NewLocal(ratelimit.Limit{Burst: bookings, PerSecond: 1}),
			TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
			Now:            func() time.Time { return *s.clock.Load() },
		}
	})
	return s
}

// sendFrom sends a document through a proxy that says for whom, and wants the
// cost to be told.
func (s *school) sendFrom(forwarded, document string) (answer, *http.Response) {
	s.t.Helper()
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", forwarded)
	request.Header.Set("X-GraphQL-Cost", "1")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	a := answer{t: s.t, status: response.StatusCode}
	var text bytes.Buffer
	if _, err := text.ReadFrom(response.Body); err != nil {
		s.t.Fatal(err)
	}
	a.body = text.String()
	if err := json.Unmarshal(text.Bytes(), &a); err != nil {
		s.t.Fatal(err)
	}
	return a, response
}

const onePoint = `{ __typename }`

func TestWhoAsksTooMuchIsToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	s := limited(t, 3, 1)
	s.act(booking.RoleStudent, 7)
	for range 3 {
		if a, _ := s.sendFrom("", onePoint); len(a.Errors) > 0 {
			t.Fatal(a.body)
		}
	}
	a, response := s.sendFrom("", onePoint)
	same(t, "status", response.StatusCode, http.StatusTooManyRequests)
	same(t, "code", a.Errors[0].Extensions.Code, "RATE_LIMITED")
	same(t, "Retry-After", response.Header.Get("Retry-After"), "1")
	if strings.Contains(a.body, `"data"`) {
		t.Errorf("something was executed: %s", a.body)
	}
	s.act(booking.RoleStudent, 8)
	if a, _ := s.sendFrom("", onePoint); len(a.Errors) > 0 {
		t.Errorf("another student has a bucket of his own: %s", a.body)
	}
	s.act(booking.RoleStudent, 7)
	s.setClock(t0.Add(time.Second))
	if a, _ := s.sendFrom("", onePoint); len(a.Errors) > 0 {
		t.Errorf("a point has come back: %s", a.body)
	}
}

// What is no operation is read as well, and is not free.
func TestRefusedDocumentsCostAPoint(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"no GraphQL": `{ bookingPolicy {`, "not of the schema": `{ nothing }`, "too deep": strings.Repeat("{a", 40),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := limited(t, 3, 1)
			s.act(booking.RoleStudent, 7)
			for range 3 {
				a, response := s.sendFrom("", document)
				if response.StatusCode == http.StatusTooManyRequests {
					t.Fatal(a.body)
				}
				if len(a.Errors) == 0 {
					t.Fatalf("it was executed: %s", a.body)
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

// What a full bucket does not pay for is too complex, and not for tomorrow. It
// costs one point, as every document that is refused.
func TestWhatCostsMoreThanABucketIsTooComplex(t *testing.T) {
	t.Parallel()
	s := limited(t, 100, 1)
	s.act(booking.RoleStudent, 7)
	const booked = `bookSlot(input: {studentId: 7, slotId: 1}) { errors { code } }`
	for n, test := range []struct {
		name, document, limit string
		allowed, asked        int
	}{
		{"points", `{ students(first: 10) { nodes { interviews(first: 10) { nodes { id } } } } }`, "rateLimitPoints", 100, 139},
		{"bookings", "mutation { a: " + booked + " b: " + booked + " }", "rateLimitBookings", 1, 2},
	} {
		a, response := s.sendFrom("", test.document)
		same(t, test.name, a.code(), "QUERY_TOO_COMPLEX")
		same(t, "Retry-After", response.Header.Get("Retry-After"), "")
		same(t, "cost", response.Header.Get("X-GraphQL-Cost"), "1")
		same(t, "left", response.Header.Get("RateLimit"), fmt.Sprintf(`"points";r=%d;t=%d`, 99-n, n+1))
		var body struct {
			Errors []struct {
				Extensions struct {
					Limit          string
					Allowed, Asked int
				}
			}
		}
		if err := json.Unmarshal([]byte(a.body), &body); err != nil {
			t.Fatal(err)
		}
		told := body.Errors[0].Extensions
		same(t, "limit", [3]any{told.Limit, told.Allowed, told.Asked}, [3]any{test.limit, test.allowed, test.asked})
	}
}

func TestAddressIsTheNearestThatNoProxyStandsFor(t *testing.T) {
	t.Parallel()
	s := limited(t, 1, 1)
	s.act(booking.RoleAnonymous, 0)
	for _, test := range []struct {
		name, forwarded string
		fresh           bool
	}{
		{"a client", "203.0.113.1", true},
		{"the same", "203.0.113.1", false},
		{"the same, who says he is somebody else", "198.51.100.7, 203.0.113.1", false},
		{"another", "203.0.113.2", true},
		{"the same behind one more proxy of ours", "203.0.113.2, 127.0.0.2", false},
		{"an address of version 6", "2001:db8:1:2::3", true},
		{"a neighbour of his", "2001:db8:1:2:ffff::9", false},
		{"the one of version 4 in another dress", "::ffff:203.0.113.2", false},
		{"no address", "nonsense", true},
		{"no other address", "more nonsense", false},
	} {
		a, _ := s.sendFrom(test.forwarded, onePoint)
		same(t, test.name, len(a.Errors) == 0, test.fresh)
	}
}

func TestBookingsHaveABucketOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := limited(t, 10_000, 2)
	student := s.student(nil)
	slots := []string{s.newSlot(day), s.newSlot(2 * day), s.newSlot(3 * day)}
	s.act(booking.RoleStudent, int64(number(t, student)))
	book := func(slotID string) answer {
		a, _ := s.sendFrom("", fmt.Sprintf(`mutation { bookSlot(input: { studentId: %s, slotId: %s }) { errors { code } } }`, student, slotID))
		return a
	}
	for _, dry := range []string{"dryRun: true", "dryRun: true", "dryRun: true"} {
		a, _ := s.sendFrom("", fmt.Sprintf(`mutation { bookSlot(input: { studentId: %s, slotId: %s, %s }) { allowed } }`, student, slots[0], dry))
		same(t, "a dry run takes none", len(a.Errors), 0)
	}
	for _, slotID := range slots[:2] {
		if a := book(slotID); len(a.Errors) > 0 {
			t.Fatal(a.body)
		}
	}
	third := book(slots[2])
	same(t, "the third", third.code(), "RATE_LIMITED")
	same(t, "its message", third.Errors[0].Message, "the rate limit of bookings is exceeded: the operation costs 1, and 0 are left")
	move := fmt.Sprintf("mutation { rescheduleInterview(input: { interviewId: %s, slotId: %s }) { errors { code } } }", missing, slots[2])
	a, _ := s.sendFrom("", move)
	same(t, "a reschedule", a.code(), "RATE_LIMITED")
	if a, _ := s.sendFrom("", onePoint); len(a.Errors) > 0 {
		t.Errorf("reading goes on: %s", a.body)
	}
	s.act(booking.RoleAdmin, 0)
	if a := book(slots[2]); len(a.Errors) > 0 {
		t.Errorf("an administrator books for everybody: %s", a.body)
	}
}

func TestSharedBucketsAreOneForAllServers(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	limit := ratelimit.Limit{Burst: 3, PerSecond: 1}
	servers := []*store.SharedBuckets{
		store.NewSharedBuckets(s.store, "points", limit), store.NewSharedBuckets(s.db.Open(t, store.Options{}), "points", limit),
	}
	take := func(server, points int, at time.Time) ratelimit.Verdict {
		v, err := servers[server].Take(t.Context(), "STUDENT:7", points, at)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	same(t, "more than it holds", take(0, 4, t0), ratelimit.Verdict{Remaining: 3, RetryAfter: ratelimit.Never})
	same(t, "two", take(0, 2, t0), ratelimit.Verdict{OK: true, Remaining: 1})
	same(t, "two more, elsewhere", take(1, 2, t0), ratelimit.Verdict{Remaining: 1, RetryAfter: time.Second})
	same(t, "by a clock that is late", take(0, 2, t0.Add(-time.Hour)), ratelimit.Verdict{Remaining: 1, RetryAfter: time.Second})
	same(t, "a second later", take(1, 2, t0.Add(time.Second)), ratelimit.Verdict{OK: true, Remaining: 0})
	same(t, "long after", take(1, 3, t0.Add(time.Hour)), ratelimit.Verdict{OK: true, Remaining: 0})
	if err := s.store.ForgetBuckets(t.Context(), t0.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	same(t, "forgotten", take(0, 3, t0), ratelimit.Verdict{OK: true, Remaining: 0})
}

func TestCostOfOperations(t *testing.T) {
	t.Parallel()
	s := limited(t, 1_000_000, 10)
	for document, want := range map[string]int{
		onePoint:                        1,
		`{ bookingPolicy { version } }`: 9 + 1,
		`{ a: bookingPolicy { version } b: bookingPolicy { version } }`: 2 * (9 + 1),
		`{ student(id: 1) { name } }`:                                   9 + 1,
		// A read, the connection, and 20 students.
		`{ students { nodes { id } } }`:                                                              9 + 1 + 20,
		`{ students(first: 5) { nodes { id } pageInfo { endCursor } } }`:                             9 + 1 + 5 + 1,
		`{ students(first: null) { nodes { id } } }`:                                                 9 + 1 + 20,
		`{ students(last: 5) { nodes { id } } }`:                                                     9 + 1 + 5,
		`{ students(first: null, last: 7) { nodes { id } } }`:                                        9 + 1 + 7,
		`{ slots { nodes { id } } }`:                                                                 9 + 1 + 50,
		`{ interview(id: 1) { events(last: 3) { nodes { id } } } }`:                                  2*9 + 1 + 1 + 3,
		`{ students(first: 5) { edges { node { id } } } }`:                                           9 + 1 + 5*2,
		`{ students(first: 5) { nodes { interviews(first: 2) { nodes { interviewer { id } } } } } }`: 3*9 + 1 + 5*(1+1+2*2),
		`{ interviewer(id: 1) { availability { nodes { id } } } }`:                                   2*9 + 1 + 1 + 20,
		`{ students(first: 5) { ...f } } fragment f on StudentConnection { nodes { id } }`:           9 + 1 + 5,
		`{ ...a ...a } fragment a on Query { ...b ...b } fragment b on Query { viewer { role } }`:    4 * (9 + 1),
		`mutation { updateBookingPolicy(input: {}) { errors { code } } }`:                            10 + 1 + 20,
	} {
		a, _ := s.sendFrom("", document)
		var told struct {
			Extensions struct {
				Cost struct{ Requested, Burst int }
			}
		}
		if err := json.Unmarshal([]byte(a.body), &told); err != nil {
			t.Fatal(err)
		}
		same(t, document, told.Extensions.Cost.Requested, want)
	}
}
