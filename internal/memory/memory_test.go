package memory

import "testing"

func TestLimitFollowsLiveHeap(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for live, limit := range map[uint64]int64{0: 160 * mib, 80 * mib: 160 * mib, 100 * mib: 160 * mib, 200 * mib: 282 * mib, 1000 * mib: 1282 * mib} {
		if got := limitFor(live); got != limit {
			t.Errorf("with %d MiB live: got a limit of %d MiB, want %d", live/mib, got/mib, limit/mib)
		}
	}
}

func TestBurstDoesNotRaiseLimit(t *testing.T) {
	t.Parallel()
	var last recent
	for i, sample := range []uint64{5, 900, 900, 900, 900, 800, 900, 1} {
		if least, wanted := last.least(sample), []uint64{5, 5, 5, 5, 5, 800, 800, 1}[i]; least != wanted {
			t.Errorf("after sample %d: got a minimum of %d, want %d", i, least, wanted)
		}
	}
}
