// Package memory keeps what the Go runtime has resident near what the program
// needs. Without a limit, a heap may be twice what is live before it is collected,
// and a burst of large answers is resident long after.
package memory

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	usual = 160 << 20 // bytes of the runtime, below which there is no hurry to collect
	every = time.Second
	live  = "/gc/heap/live:bytes"
)

// Limit sets the runtime's soft limit until ctx ends. It follows what is live, so
// that a server which needs more, such as for many subscribers, does not collect
// without end.
func Limit(ctx context.Context) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		sample := []metrics.Sample{{Name: live}}
		metrics.Read(sample)
		debug.SetMemoryLimit(limitFor(sample[0].Value.Uint64()))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// limitFor leaves half of what is live for what is to be collected, beside what is
// no heap.
func limitFor(live uint64) int64 {
	const beside = 32 << 20
	return max(usual, int64(live)+int64(live)/2+beside) //nolint:gosec // no heap is 2^63 bytes
}
