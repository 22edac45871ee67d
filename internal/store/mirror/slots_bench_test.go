package mirror_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store/mirror"
)

const (
	million       = 1_000_000
	benchmarkDays = 180
)

// aMillion returns an index of a million slots of an hour over half a year, in 5,000
// different starts. One in a hundred is held or full for a while.
func aMillion() *mirror.Slots {
	s := mirror.NewSlots(math.MaxInt)
	s.Load(at(0), func(yield func(mirror.OpenSlot) bool) {
		for i := range million {
			if !yield(benchmarked(i)) {
				return
			}
		}
	})
	return s
}

// benchmarked returns the slot of the given place in the order.
func benchmarked(i int) mirror.OpenSlot {
	start := i / 200 * benchmarkDays * 24 * 60 / 5000
	made := slot(booking.SlotID(i*2+2), booking.InterviewerID(i%2000+10), start, start+60)
	switch i % 200 {
	case 0:
		made.HeldUntil = at(5)
	case 1:
		made.FullUntil = at(5)
	}
	return made
}

func BenchmarkSlotsLoad(b *testing.B) {
	for b.Loop() {
		aMillion()
	}
}

// BenchmarkSlotsMemory reports the memory of a million slots after a load, and again after
// half a million have been replaced by others everywhere in the index.
func BenchmarkSlotsMemory(b *testing.B) {
	heap := func() float64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return float64(stats.HeapAlloc) / 1e6
	}
	for b.Loop() {
		before := heap()
		s := aMillion()
		b.ReportMetric(heap()-before, "MB/million-loaded")
		random := rand.New(rand.NewPCG(1, 2))
		for range million / 2 {
			other := benchmarked(random.IntN(million))
			s.Remove(other.ID, other.Start)
			other = benchmarked(random.IntN(million))
			other.ID += 2*booking.SlotID(random.IntN(million)) + 1
			s.Put(other)
		}
		b.ReportMetric((heap()-before)/float64(s.Len())*million, "MB/million-written")
		runtime.KeepAlive(s)
	}
}

func BenchmarkSlotsWrite(b *testing.B) {
	s := aMillion()
	b.Run("put and remove", func(b *testing.B) {
		random := rand.New(rand.NewPCG(1, 2))
		for b.Loop() {
			other := benchmarked(random.IntN(million))
			other.ID++
			s.Put(other)
			s.Remove(other.ID, other.Start)
		}
	})
	b.Run("replace", func(b *testing.B) {
		random := rand.New(rand.NewPCG(1, 2))
		for b.Loop() {
			s.Put(benchmarked(random.IntN(million)))
		}
	})
}

func BenchmarkSlotsPage(b *testing.B) {
	s := aMillion()
	offer := anyone()
	offer.Self = 11
	for i := range 15 {
		offer.Met = append(offer.Met, booking.InterviewerID(100*i+10))
		offer.Busy = append(offer.Busy, calendar.Span{Start: at(i * 24 * 60), End: at(i*24*60 + 45)})
	}
	week := calendar.Span{Start: at(7 * 24 * 60), End: at(14 * 24 * 60)}
	page := func(name string, query mirror.SlotsQuery) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, known := s.Page(query); !known {
					b.Fatal("the page is not known")
				}
			}
		})
	}
	page("first 50 of a week", mirror.SlotsQuery{In: week, Offer: offer, First: 50})
	page("last 50 of a week", mirror.SlotsQuery{In: week, Offer: offer, First: 50, FromEnd: true})
	never := offer
	never.Busy = []calendar.Span{{Start: at(0), End: booking.Forever}}
	page("none of a hundred thousand", mirror.SlotsQuery{In: calendar.Span{Start: at(0), End: benchmarked(mirror.MaxScanned - 1000).Start}, Offer: never, First: 50})
}
