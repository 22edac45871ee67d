// Package ratelimit says how much somebody may ask for: everybody has a bucket
// of points, which fills again with time.
package ratelimit

import (
	"context"
	"math"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Limit is the size of a bucket, in points, and how many of them come back in a
// second.
type Limit struct {
	Burst     int
	PerSecond float64
}

// Verdict is what came of taking points.
type Verdict struct {
	OK        bool // they were taken; else none was
	Remaining int  // points that are left
	// RetryAfter is how long it takes until there are enough; Never when the bucket
	// cannot hold so many.
	RetryAfter time.Duration
}

// Never is longer than anybody waits.
const Never = time.Duration(math.MaxInt64)

// Buckets are the buckets of everybody, of one size.
type Buckets interface {
	// Take takes points out of somebody's bucket, if there are enough. Fewer than
	// none are given back.
	Take(ctx context.Context, whose string, points int, now time.Time) (Verdict, error)
	// TakeAbove takes points only if so many are left in the bucket afterwards.
	TakeAbove(ctx context.Context, whose string, points, left int, now time.Time) (Verdict, error)
	// Empty reports whether somebody's bucket is known to hold less than a point. It
	// takes nothing, and asks nobody.
	Empty(whose string, now time.Time) (Verdict, bool)
	Limit() Limit
}

// mostBuckets bounds the memory: of who has not asked for longest, the bucket is
// forgotten, which is to fill it.
const mostBuckets = 100_000

// Local are buckets that this process keeps for itself: with n servers, n times
// as much.
type Local struct {
	limit   Limit
	buckets *lru.Cache[string, *rate.Limiter]
}

// NewLocal are buckets that are full.
func NewLocal(l Limit) *Local {
	buckets, err := lru.New[string, *rate.Limiter](mostBuckets)
	if err != nil {
		panic(err) //nolint:forbidigo // only for a size that is not positive
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
			bucket = first // somebody was faster
		}
	}
	ok := (left == 0 || bucket.TokensAt(now) >= float64(points+left)) && bucket.AllowN(now, points)
	return l.limit.Verdict(ok, bucket.TokensAt(now), points+left), nil
}

// Verdict is what came of taking points from a bucket in which so many are left.
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
