package memory

import (
	"fmt"
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
	for i, step := range []struct{ sample, want uint64 }{
		{5, 5}, {900, 5}, {900, 5}, {900, 5}, {900, 5}, {800, 800}, {900, 800}, {1, 1},
	} {
		if got := last.least(step.sample); got != step.want {
			t.Errorf("after sample %d: got a minimum of %d, want %d", i, got, step.want)
		}
	}
}
