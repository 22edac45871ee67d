package memory

import "context"

// Meter is charged for the memory that an operation uses. Hold returns an error if the
// operation has exceeded its limit and is canceled.
type Meter interface{ Hold(bytes int) error }

// MeterKey is the context key of an operation's Meter.
type MeterKey struct{}

// MeterOf returns the Meter in ctx, or nil if memory is not charged.
func MeterOf(ctx context.Context) Meter {
	meter, _ := ctx.Value(MeterKey{}).(Meter)
	return meter
}
