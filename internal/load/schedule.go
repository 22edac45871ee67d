package load

import (
	"math/rand/v2"
	"time"
)

// schedule is when requests arrive that come from many people who know nothing
// of each other: a Poisson process, whose gaps are exponential.
type schedule struct {
	random *rand.Rand
	rate   float64 // a second
	at     float64 // in seconds
}

func newSchedule(rate float64, seed uint64) *schedule {
	return &schedule{random: newRandom(seed, ofSchedule), rate: rate}
}

// next is the next arrival, counted from the beginning.
func (s *schedule) next() time.Duration {
	s.at += s.random.ExpFloat64() / s.rate
	return time.Duration(s.at * float64(time.Second))
}

// Streams of chance that are drawn from one seed; clients have those from 0 on.
const ofSchedule = 1 << 32

func newRandom(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }
