package store

import (
	"context"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"rehearse/internal/ratelimit"
)

// mostEmpty is the maximum number of empty buckets that are cached.
const mostEmpty = 10_000

// SharedBuckets are rate limit buckets that all servers on a database share. They cost
// one statement for each request.
type SharedBuckets struct {
	store *Store
	name  string
	limit ratelimit.Limit
	empty *lru.Cache[string, time.Time] // when the buckets hold a point again
}

// NewSharedBuckets returns the buckets with the given name.
func NewSharedBuckets(s *Store, name string, l ratelimit.Limit) *SharedBuckets {
	empty, err := lru.New[string, time.Time](mostEmpty)
	if err != nil {
		panic(err) //nolint:forbidigo // fails only if the size is not positive
	}
	return &SharedBuckets{store: s, name: name, limit: l, empty: empty}
}

// Limit implements ratelimit.Buckets.
func (b *SharedBuckets) Limit() ratelimit.Limit { return b.limit }

// Take implements ratelimit.Buckets.
func (b *SharedBuckets) Take(ctx context.Context, whose string, points int, now time.Time) (ratelimit.Verdict, error) {
	return b.TakeAbove(ctx, whose, points, 0, now)
}

// Empty implements ratelimit.Buckets. It uses the last state that this server read. That
// is safe, because an empty bucket only gains points with time.
func (b *SharedBuckets) Empty(whose string, now time.Time) (ratelimit.Verdict, bool) {
	until, known := b.empty.Get(whose)
	if !known || !until.After(now) {
		return ratelimit.Verdict{}, false
	}
	return ratelimit.Verdict{RetryAfter: until.Sub(now)}, true
}

// remember caches when a bucket with the given points holds a whole point again. A
// bucket that never refills is not cached.
func (b *SharedBuckets) remember(whose string, points float64, now time.Time) {
	switch {
	case points < 1 && b.limit.PerSecond > 0:
		b.empty.Add(whose, now.Add(time.Duration((1-points)/b.limit.PerSecond*float64(time.Second))))
	case b.empty.Contains(whose):
		b.empty.Remove(whose)
	}
}

// TakeAbove implements ratelimit.Buckets. Time never runs backwards in a bucket, even if
// the servers' clocks differ.
func (b *SharedBuckets) TakeAbove(ctx context.Context, whose string, points, left int, now time.Time) (ratelimit.Verdict, error) {
	const (
		burst, rate   = "CAST($2 AS float8)", "CAST($5 AS float8)"
		wanted, above = "CAST($3 AS float8)", "CAST($3 AS float8) + CAST($4 AS float8)"
		there         = "least(" + burst + ", b.points + greatest(0, extract(epoch FROM excluded.at - b.at)) * " + rate + ")"
	)
	type bucket struct {
		Points float64
		Taken  bool
	}
	after, err := one(ctx, b.store, func(row *bucket) []any { return []any{&row.Points, &row.Taken} }, `
		INSERT INTO rate_limits AS b (bucket, points, taken, at)
		VALUES ($1, `+burst+` - CASE WHEN `+above+` <= `+burst+` THEN `+wanted+` ELSE 0 END, `+above+` <= `+burst+`, $6)
		ON CONFLICT (bucket) DO UPDATE SET
			points = `+there+` - CASE WHEN `+there+` >= `+above+` THEN `+wanted+` ELSE 0 END,
			taken = `+there+` >= `+above+`,
			at = greatest(b.at, excluded.at)
		RETURNING points, taken`,
		b.name+" "+whose, float64(b.limit.Burst), float64(points), float64(left), b.limit.PerSecond, now)
	if err == nil {
		b.remember(whose, after.Points, now)
	}
	return b.limit.Verdict(after.Taken, after.Points, points+left), fault(err, "take points")
}

// DeleteBuckets deletes the buckets that have been unused since the given time.
func (s *Store) DeleteBuckets(ctx context.Context, since time.Time) error {
	return fault(s.db.WithContext(ctx).Exec("DELETE FROM rate_limits WHERE at < ?", since).Error, "forget buckets")
}
