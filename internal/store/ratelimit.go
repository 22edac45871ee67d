package store

import (
	"context"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"rehearse/internal/ratelimit"
)

// mostEmpty bounds how many empty buckets are remembered.
const mostEmpty = 10_000

// SharedBuckets are buckets that all servers on this database have together.
// Each request costs a statement more.
type SharedBuckets struct {
	store *Store
	name  string
	limit ratelimit.Limit
	empty *lru.Cache[string, time.Time] // until when buckets hold less than a point
}

// NewSharedBuckets are the buckets with a name.
func NewSharedBuckets(s *Store, name string, l ratelimit.Limit) *SharedBuckets {
	empty, err := lru.New[string, time.Time](mostEmpty)
	if err != nil {
		panic(err) //nolint:forbidigo // only for a size that is not positive
	}
	return &SharedBuckets{store: s, name: name, limit: l, empty: empty}
}

// Limit implements ratelimit.Buckets.
func (b *SharedBuckets) Limit() ratelimit.Limit { return b.limit }

// Take implements ratelimit.Buckets.
func (b *SharedBuckets) Take(ctx context.Context, whose string, points int, now time.Time) (ratelimit.Verdict, error) {
	return b.TakeAbove(ctx, whose, points, 0, now)
}

// Empty implements ratelimit.Buckets. It knows what this server was told last: only
// time adds points to an empty bucket.
func (b *SharedBuckets) Empty(whose string, now time.Time) (ratelimit.Verdict, bool) {
	until, known := b.empty.Get(whose)
	if !known || !until.After(now) {
		return ratelimit.Verdict{}, false
	}
	return ratelimit.Verdict{RetryAfter: until.Sub(now)}, true
}

// remember keeps until when a bucket with so many points holds less than one. A
// bucket that never fills again is asked each time.
func (b *SharedBuckets) remember(whose string, points float64, now time.Time) {
	switch {
	case points < 1 && b.limit.PerSecond > 0:
		b.empty.Add(whose, now.Add(time.Duration((1-points)/b.limit.PerSecond*float64(time.Second))))
	case b.empty.Contains(whose):
		b.empty.Remove(whose)
	}
}

// TakeAbove implements ratelimit.Buckets. Time does not run backwards in a bucket,
// whatever the clocks of the servers say.
func (b *SharedBuckets) TakeAbove(ctx context.Context, whose string, points, left int, now time.Time) (ratelimit.Verdict, error) {
	var after struct {
		Points float64
		Taken  bool
	}
	const (
		burst, rate   = "CAST(@burst AS float8)", "CAST(@rate AS float8)"
		wanted, above = "CAST(@points AS float8)", "CAST(@points AS float8) + CAST(@left AS float8)"
		there         = "least(" + burst + ", b.points + greatest(0, extract(epoch FROM excluded.at - b.at)) * " + rate + ")"
	)
	err := b.store.db.WithContext(ctx).Raw(`
		INSERT INTO rate_limits AS b (bucket, points, taken, at)
		VALUES (@bucket, `+burst+` - CASE WHEN `+above+` <= `+burst+` THEN `+wanted+` ELSE 0 END, `+above+` <= `+burst+`, @now)
		ON CONFLICT (bucket) DO UPDATE SET
			points = `+there+` - CASE WHEN `+there+` >= `+above+` THEN `+wanted+` ELSE 0 END,
			taken = `+there+` >= `+above+`,
			at = greatest(b.at, excluded.at)
		RETURNING points, taken`,
		map[string]any{
			"bucket": b.name + " " + whose, "burst": float64(b.limit.Burst), "points": float64(points), "left": float64(left),
			"rate": b.limit.PerSecond, "now": now,
		}).Take(&after).Error
	if err == nil {
		b.remember(whose, after.Points, now)
	}
	return b.limit.Verdict(after.Taken, after.Points, points+left), fault(err, "take points")
}

// ForgetBuckets deletes the buckets that nobody has used since a time.
func (s *Store) ForgetBuckets(ctx context.Context, since time.Time) error {
	return fault(s.db.WithContext(ctx).Exec("DELETE FROM rate_limits WHERE at < ?", since).Error, "forget buckets")
}
