package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"rehearse/internal/calendar"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/ratelimit"
	"rehearse/internal/store"
)

// BenchmarkRateLimits requests a list of 50 and a small response from servers without a
// rate limit, with limits in memory, and with shared limits in the database. All clients
// are the administrator at one address, so that the shared bucket is one row, the worst
// case.
func BenchmarkRateLimits(b *testing.B) {
	endless := ratelimit.Limit{Burst: 1_000_000_000, PerSecond: 1_000_000_000}
	for _, clients := range []int{1, 16} {
		w := open(b)
		limits := func(buckets ratelimit.Buckets) func(*gqlhttp.Options) {
			return func(o *gqlhttp.Options) {
				o.Rates = &gqlhttp.RateLimits{Points: buckets, Bookings: buckets, Now: time.Now}
			}
		}
		servers := []struct{ metric, name, url string }{
			{"off", "RATE_LIMIT=off", w.serve(b)},
			{"server", "buckets of each server", w.serve(b, limits(ratelimit.NewLocal(endless)))},
			{"shared", "RATE_LIMIT_SHARED=on", w.serve(b, limits(store.NewSharedBuckets(w.store, "bench", endless)))},
		}
		week := calendar.Span{Start: w.now, End: w.now.AddDate(0, 0, 7)}
		against := func(name string, do func(ctx context.Context, url string, random *rand.Rand) error) {
			b.Run(fmt.Sprintf("%s/clients=%d", name, clients), func(b *testing.B) {
				var contenders []contender
				for _, s := range servers {
					contenders = append(contenders, contender{metric: s.metric, name: s.name,
						do: func(ctx context.Context, random *rand.Rand) error { return do(ctx, s.url, random) }})
				}
				w.compare(b, load{clients: clients}, contenders)
			})
		}
		against("availableSlots", func(ctx context.Context, url string, random *rand.Rand) error {
			return post(ctx, url, listRequest(w.anyStudent(random), week, 50))
		})
		against("bookingPolicy", func(ctx context.Context, url string, _ *rand.Rand) error {
			return post(ctx, url, []byte(`{"query":"{ bookingPolicy { interviewLimit } }"}`))
		})
	}
}
