// Package meter lets code that uses much memory charge it to its operation, without knowing who limits it.
package meter

import "context"

// Meter is charged for the memory that an operation uses. Hold returns an error if the
// operation has exceeded its limit and is canceled.
type Meter interface{ Hold(bytes int) error }

// Key is the context key of an operation's Meter.
type Key struct{}

// From returns the Meter in ctx, or nil if memory is not charged.
func From(ctx context.Context) Meter {
	meter, _ := ctx.Value(Key{}).(Meter)
	return meter
}
