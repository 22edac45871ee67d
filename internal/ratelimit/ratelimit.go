// Package ratelimit limits callers with token buckets: each caller has a bucket of points
// that refills over time.
package ratelimit

import (
	"context"
	"math"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Limit is the size of a bucket in points and the number of points that it regains in a
// second.
type Limit struct {
	Burst     int
	PerSecond float64
}

// Verdict is the result of taking points.
type Verdict struct {
	OK        bool // the points were taken; otherwise none were
	Remaining int  // points left
	// RetryAfter is the time until the bucket has enough points, or Never if it cannot hold
	// that many.
	RetryAfter time.Duration
}

// Never is the RetryAfter of a request that is larger than the bucket.
const Never = time.Duration(math.MaxInt64)

// Buckets holds a bucket of the same size for each caller.
type Buckets interface {
	// Take takes points from a caller's bucket if it has enough. A negative number of points
	// is a refund.
	Take(ctx context.Context, whose string, points int, now time.Time) (Verdict, error)
	// TakeAbove takes points only if at least left points remain in the bucket.
	TakeAbove(ctx context.Context, whose string, points, left int, now time.Time) (Verdict, error)
	// Empty reports whether a caller's bucket is known to hold less than one point. It takes
	// nothing and uses only local state.
	Empty(whose string, now time.Time) (Verdict, bool)
	Limit() Limit
}

// mostBuckets bounds the memory. Beyond it, the least recently used bucket is evicted,
// which refills it.
const mostBuckets = 100_000

// Local implements Buckets in this process. With n servers, a caller has n buckets.
type Local struct {
	limit   Limit
	buckets *lru.Cache[string, *rate.Limiter]
}

// NewLocal returns buckets that are full.
func NewLocal(l Limit) *Local {
	buckets, err := lru.New[string, *rate.Limiter](mostBuckets)
	if err != nil {
		panic(err) //nolint:forbidigo // fails only if the size is not positive
	}
	return &Local{limit: l, buckets: buckets}
}

// Limit implements Buckets.
func (l *Local) Limit() Limit { return l.limit }

// Take implements Buckets.
func (l *Local) Take(ctx context.Context, whose string, points int, now time.Time) (Verdict, error) {
	return l.TakeAbove(ctx, whose, points, 0, now)
}

// Empty implements Buckets.
func (l *Local) Empty(whose string, now time.Time) (Verdict, bool) {
	bucket, known := l.buckets.Get(whose)
	if !known {
		return Verdict{}, false
	}
	left := bucket.TokensAt(now)
	return l.limit.Verdict(false, left, 1), left < 1
}

// TakeAbove implements Buckets.
func (l *Local) TakeAbove(_ context.Context, whose string, points, left int, now time.Time) (Verdict, error) {
	bucket, known := l.buckets.Get(whose)
	if !known {
		bucket = rate.NewLimiter(rate.Limit(l.limit.PerSecond), l.limit.Burst)
		if first, there, _ := l.buckets.PeekOrAdd(whose, bucket); there {
			bucket = first // another goroutine added it first
		}
	}
	ok := (left == 0 || bucket.TokensAt(now) >= float64(points+left)) && bucket.AllowN(now, points)
	return l.limit.Verdict(ok, bucket.TokensAt(now), points+left), nil
}

// Verdict returns the verdict for a bucket with left points, from which points were
// requested.
func (l Limit) Verdict(ok bool, left float64, points int) Verdict {
	v := Verdict{OK: ok, Remaining: min(max(0, int(left)), l.Burst)}
	switch {
	case ok:
	case points > l.Burst || l.PerSecond <= 0:
		v.RetryAfter = Never
	default:
		v.RetryAfter = time.Duration((float64(points) - left) / l.PerSecond * float64(time.Second))
	}
	return v
}
