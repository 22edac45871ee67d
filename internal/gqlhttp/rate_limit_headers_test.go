package gqlhttp_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/ratelimit"
	"rehearse/internal/store"
)

// The header and the error agree, whichever bucket is empty.
func TestRetryAfterOfEmptyBucket(t *testing.T) {
	t.Parallel()
	const read, refusedDocument = onePoint, `{ nothing }`
	hold := `mutation { holdSlot(input: {studentId: 7, slotId: 1}) { errors { code } } }`
	for _, test := range []struct {
		name                   string
		points, bookings       ratelimit.Limit
		document               string
		as                     booking.Role
		burst                  int
		header, limits, policy string
	}{
		{"reads", ratelimit.Limit{Burst: 1, PerSecond: 0.5}, ratelimit.Limit{Burst: 9, PerSecond: 9}, read, booking.RoleStudent, 1,
			"2", `"points";r=0;t=2`, `"points";q=1;w=2`},
		{"bookings", ratelimit.Limit{Burst: 1000, PerSecond: 10}, ratelimit.Limit{Burst: 1, PerSecond: 0.25}, hold, booking.RoleStudent, 1,
			"4", `"points";r=968;t=4, "bookings";r=0;t=4`, `"points";q=1000;w=100, "bookings";q=1;w=4`},
		{"refused documents", ratelimit.Limit{Burst: 1, PerSecond: 0.2}, ratelimit.Limit{Burst: 9, PerSecond: 9}, refusedDocument, booking.RoleStudent, 1,
			"5", `"points";r=0;t=5`, `"points";q=1;w=5`},
		{"anonymous", ratelimit.Limit{Burst: 1, PerSecond: 1}, ratelimit.Limit{Burst: 9, PerSecond: 9}, read, booking.RoleAnonymous, 1,
			"1", `"points";r=0;t=1`, `"points";q=1;w=1`},
		{"a bucket that is never refilled", ratelimit.Limit{Burst: 1}, ratelimit.Limit{Burst: 9, PerSecond: 9}, read, booking.RoleStudent, 1,
			"86400", `"points";r=0`, `"points";q=1`},
	} {
		for _, shared := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, shared %t", test.name, shared), func(t *testing.T) {
				t.Parallel()
				var s *school
				s = newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) {
					o.Rates = &gqlhttp.RateLimits{
						Points: ratelimit.NewLocal(test.points), Bookings: ratelimit.NewLocal(test.bookings),
						Now: func() time.Time { return *s.Clock.Load() },
					}
				})
				if shared {
					s = newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) {
						database := s.Store
						o.Rates = &gqlhttp.RateLimits{
							Points: store.NewSharedBuckets(database, "points", test.points), Bookings: store.NewSharedBuckets(database, "bookings", test.bookings),
							Now: func() time.Time { return t0 },
						}
					})
				}
				id := int64(7)
				if test.as == booking.RoleAnonymous {
					id = 0
				}
				s.Act(test.as, id)
				if _, response := s.sendFrom("", test.document); response.StatusCode == http.StatusTooManyRequests {
					t.Fatal("the first request was refused")
				}
				a, response := s.sendFrom("", test.document)
				same(t, "status", response.StatusCode, http.StatusTooManyRequests)
				same(t, "Retry-After", response.Header.Get("Retry-After"), test.header)
				same(t, "RateLimit", response.Header.Get("RateLimit"), test.limits)
				same(t, "RateLimit-Policy", response.Header.Get("RateLimit-Policy"), test.policy)
				var body struct {
					Errors []struct {
						Extensions struct {
							Cost struct {
								Bucket                   string
								Burst, RetryAfterSeconds int
							}
						}
					}
				}
				if err := json.Unmarshal([]byte(a.Body), &body); err != nil {
					t.Fatal(err)
				}
				cost := body.Errors[0].Extensions.Cost
				same(t, "burst", cost.Burst, test.burst)
				bucket := "points"
				if test.name == "bookings" {
					bucket = "bookings"
				}
				same(t, "bucket", cost.Bucket, bucket)
				same(t, "X-GraphQL-Cost", response.Header.Get("X-GraphQL-Cost"), "1")
				same(t, "retryAfterSeconds", fmt.Sprint(cost.RetryAfterSeconds), test.header)
			})
		}
	}
}

// A response reports the cost of the operation and the points left.
func TestCostAndRateLimitHeaders(t *testing.T) {
	t.Parallel()
	s := limited(t, 100, 1)
	s.Act(booking.RoleStudent, 7)
	_, response := s.sendFrom("", onePoint)
	same(t, "X-GraphQL-Cost", response.Header.Get("X-GraphQL-Cost"), "1")
	same(t, "RateLimit", response.Header.Get("RateLimit"), `"points";r=99;t=1`)
	same(t, "RateLimit-Policy", response.Header.Get("RateLimit-Policy"), `"points";q=100;w=100`)
	stream := s.open(onePoint, nil)
	same(t, "RateLimit of a stream", stream.response.Header.Get("RateLimit"), `"points";r=98;t=2`)
	unlimited := newSchool(t)
	_, response = unlimited.sendFrom("", onePoint)
	same(t, "X-GraphQL-Cost", response.Header.Get("X-GraphQL-Cost"), "1")
	same(t, "RateLimit without a limit", response.Header.Get("RateLimit"), "")
}
