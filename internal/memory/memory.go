// Package memory keeps what the Go runtime has resident near what the program
// needs. Without a limit, a heap may be twice what is live before it is collected,
// and a burst of large answers is resident long after.
package memory

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"time"
)

const (
	usual = 160 << 20 // bytes of the runtime, below which there is no hurry to collect
	every = time.Second
	live  = "/gc/heap/live:bytes"
)

// Limit sets the runtime's soft limit until ctx ends. It follows what is live, so
// that a server which needs more, such as for many subscribers, does not collect
// without end. What is live for a few seconds does not raise it: what is allocated
// during a collection counts as live, and in a burst that is most of the heap.
func Limit(ctx context.Context) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	tick := time.NewTicker(every)
	defer tick.Stop()
	var last recent
	for {
		sample := []metrics.Sample{{Name: live}}
		metrics.Read(sample)
		debug.SetMemoryLimit(limitFor(last.least(sample[0].Value.Uint64())))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// recent are the last samples, the oldest first.
type recent struct{ samples []uint64 }

// least adds a sample, and returns the least of the last ones.
func (r *recent) least(sample uint64) uint64 {
	const most = 5
	r.samples = append(r.samples, sample)
	r.samples = r.samples[max(0, len(r.samples)-most):]
	return slices.Min(r.samples)
}

// limitFor leaves a quarter of what is live for what is to be collected, beside what is
// no heap.
func limitFor(live uint64) int64 {
	const beside = 32 << 20
	return max(usual, int64(live)+int64(live)/4+beside) //nolint:gosec // no heap is 2^63 bytes
}
