package memory

import (
	"fmt"
	"slices"
	"testing"
)

func TestLimitFollowsLiveHeap(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for live, limit := range map[uint64]int64{0: 160 * mib, 80 * mib: 160 * mib, 100 * mib: 160 * mib, 200 * mib: 282 * mib, 1000 * mib: 1282 * mib} {
		t.Run(fmt.Sprintf("%d MiB", live/mib), func(t *testing.T) {
			t.Parallel()
			if got := limitFor(live); got != limit {
				t.Errorf("got a limit of %d MiB, want %d MiB", got/mib, limit/mib)
			}
		})
	}
}

func TestBurstDoesNotRaiseLimit(t *testing.T) {
	t.Parallel()
	var last recent
	var got []uint64
	for _, sample := range []uint64{5, 900, 900, 900, 900, 800, 900, 1} {
		got = append(got, last.least(sample))
	}
	if want := []uint64{5, 5, 5, 5, 5, 800, 800, 1}; !slices.Equal(got, want) {
		t.Errorf("minimums after each sample = %v, want %v", got, want)
	}
}
