package load

import (
	"math/rand/v2"
	"time"
)

// schedule generates the arrival times of independent requests: a Poisson process, whose gaps
// are exponentially distributed.
type schedule struct {
	random *rand.Rand
	rate   float64 // per second
	at     float64 // in seconds
}

func newSchedule(rate float64, seed uint64) *schedule {
	return &schedule{random: newRandom(seed, ofSchedule), rate: rate}
}

// next returns the next arrival, as an offset from the start.
func (s *schedule) next() time.Duration {
	s.at += s.random.ExpFloat64() / s.rate
	return time.Duration(s.at * float64(time.Second))
}

// Stream numbers for random generators with one seed. Clients use 0 and up.
const ofSchedule = 1 << 32

func newRandom(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }
