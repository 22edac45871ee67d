package memory

import "testing"

func TestLimitFollowsWhatIsLive(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for live, limit := range map[uint64]int64{0: 160 * mib, 80 * mib: 160 * mib, 100 * mib: 182 * mib, 200 * mib: 332 * mib, 1000 * mib: 1532 * mib} {
		if got := limitFor(live); got != limit {
			t.Errorf("with %d MiB live it is %d MiB, wanted %d", live/mib, got/mib, limit/mib)
		}
	}
}
