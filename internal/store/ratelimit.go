package store

import (
	"context"
	"time"

	"rehearse/internal/ratelimit"
)

// SharedBuckets are buckets that all servers on this database have together.
// Each request costs a statement more.
type SharedBuckets struct {
	store *Store
	name  string
	limit ratelimit.Limit
}

// NewSharedBuckets are the buckets with a name.
func NewSharedBuckets(s *Store, name string, l ratelimit.Limit) *SharedBuckets {
	return &SharedBuckets{store: s, name: name, limit: l}
}

// Limit implements ratelimit.Buckets.
func (b *SharedBuckets) Limit() ratelimit.Limit { return b.limit }

// Take implements ratelimit.Buckets. Time does not run backwards in a bucket,
// whatever the clocks of the servers say.
func (b *SharedBuckets) Take(ctx context.Context, whose string, points int, now time.Time) (ratelimit.Verdict, error) {
	var left struct {
		Points float64
		Taken  bool
	}
	const (
		burst, rate, wanted = "CAST(@burst AS float8)", "CAST(@rate AS float8)", "CAST(@points AS float8)"
		there               = "least(" + burst + ", b.points + greatest(0, extract(epoch FROM excluded.at - b.at)) * " + rate + ")"
	)
	err := b.store.db.WithContext(ctx).Raw(`
		INSERT INTO rate_limits AS b (bucket, points, taken, at)
		VALUES (@bucket, `+burst+` - CASE WHEN `+wanted+` <= `+burst+` THEN `+wanted+` ELSE 0 END, `+wanted+` <= `+burst+`, @now)
		ON CONFLICT (bucket) DO UPDATE SET
			points = `+there+` - CASE WHEN `+there+` >= `+wanted+` THEN `+wanted+` ELSE 0 END,
			taken = `+there+` >= `+wanted+`,
			at = greatest(b.at, excluded.at)
		RETURNING points, taken`,
		map[string]any{
			"bucket": b.name + " " + whose, "burst": float64(b.limit.Burst), "points": float64(points),
			"rate": b.limit.PerSecond, "now": now,
		}).Take(&left).Error
	return b.limit.Verdict(left.Taken, left.Points, points), fault(err, "take points")
}

// ForgetBuckets deletes the buckets that nobody has used since a time.
func (s *Store) ForgetBuckets(ctx context.Context, since time.Time) error {
	return fault(s.db.WithContext(ctx).Exec("DELETE FROM rate_limits WHERE at < ?", since).Error, "forget buckets")
}
