package memory

import "context"

// Meter is charged for the memory that an operation takes. Its error means that the
// operation may take no more, and has been given up.
type Meter interface{ Hold(bytes int) error }

// MeterKey is the key of the Meter in an operation's context.
type MeterKey struct{}

// MeterOf returns the Meter of an operation; nil if nothing is charged.
func MeterOf(ctx context.Context) Meter {
	meter, _ := ctx.Value(MeterKey{}).(Meter)
	return meter
}
