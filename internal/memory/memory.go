// Package memory keeps the resident memory of the Go runtime close to the live heap.
// Without a limit, the heap may grow to twice the live size before a collection, and
// memory stays resident long after a burst of large responses.
package memory

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"time"
)

const (
	minMemoryLimit = 160 << 20 // lowest limit in bytes; a smaller heap needs no early collection
	sampleInterval = time.Second
	liveHeapMetric = "/gc/heap/live:bytes"
)

// Limit sets the runtime's soft memory limit until ctx ends. The limit follows the live
// heap, so that a server with a large live heap, such as for many subscribers, does not
// collect continuously. A peak of a few seconds does not raise the limit: allocations
// during a collection count as live, and in a burst they are most of the heap.
func Limit(ctx context.Context) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	tick := time.NewTicker(sampleInterval)
	defer tick.Stop()
	var last recent
	for {
		sample := []metrics.Sample{{Name: liveHeapMetric}}
		metrics.Read(sample)
		debug.SetMemoryLimit(limitFor(last.least(sample[0].Value.Uint64())))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// recent holds the last samples, oldest first.
type recent struct{ samples []uint64 }

// least adds a sample and returns the minimum of the last ones.
func (r *recent) least(sample uint64) uint64 {
	const most = 5
	r.samples = append(r.samples, sample)
	r.samples = r.samples[max(0, len(r.samples)-most):]
	return slices.Min(r.samples)
}

// limitFor returns the limit for a live heap: a quarter more for garbage, plus memory
// outside the heap.
func limitFor(live uint64) int64 {
	const outsideHeap = 32 << 20
	return max(minMemoryLimit, int64(live)+int64(live)/4+outsideHeap) //nolint:gosec // a heap is smaller than 2^63 bytes
}
