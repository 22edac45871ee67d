package bench

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	rushers  = 64
	rushes   = 30
	rushedOn = 10
)

// BenchmarkRush lets 64 students book at the same moment, repeatedly: each a slot of their
// own, and then all of them the same ten slots. Exactly ten of the latter must succeed.
func BenchmarkRush(b *testing.B) {
	w := open(b)
	ours := w.rehearse(b).url
	pairs := w.findPairs(b, 2*rushes*rushers)
	rushes := len(pairs) / (2 * rushers)
	if rushes < 3 {
		b.Fatalf("only %d students and slots match, too few to measure", len(pairs))
	}
	free, wanted := pairs[:rushes*rushers], pairs[rushes*rushers:]
	alone := gathered{}
	for _, p := range free[:100] {
		alone.rush(b, ours, []pair{p})
	}
	var apart, together gathered
	for n := range rushes {
		one := slices.Clone(free[n*rushers:][:rushers])
		if n > 1 { // the first hundred are booked
			apart.rush(b, ours, one)
		}
		many := wanted[n*rushers:][:rushers]
		for i := range many {
			many[i].slot = many[i%rushedOn].slot
		}
		before := len(together.booked)
		together.rush(b, ours, many)
		if got := len(together.booked) - before; got != rushedOn {
			b.Errorf("got %d bookings of %d slots", got, rushedOn)
		}
	}
	t := table{header: rushHeader, notes: []string{together.reasons()}}
	t.rush("one student at a time", alone.booked)
	t.rush("64 at once, one slot each", apart.booked)
	t.rush("64 at once on 10 slots: booked", together.booked)
	t.rush("64 at once on 10 slots: refused, with alternatives", together.refused)
	w.publish(b, t)
}

// BenchmarkRushOfOne lets students with one booking left send 20 bookings at once. Exactly
// one of them must succeed.
func BenchmarkRushOfOne(b *testing.B) {
	const requests = 20
	w := open(b)
	ours := w.rehearse(b).url
	slots := w.openSlots(b, 4000)
	var all gathered
	students := 0
	for _, record := range w.students {
		offer := record.Offer(w.now)
		if offer.Eligibility.InterviewsRemaining != 1 || students == rushes {
			continue
		}
		students++
		var burst []pair
		for _, slot := range slots {
			if len(burst) < requests && len(offer.Judge(slot)) == 0 {
				burst = append(burst, pair{record.Student.ID, slot.ID})
			}
		}
		slots = slots[len(burst):] // most of them are the first ones
		before := len(all.booked)
		all.rush(b, ours, burst)
		if got := len(all.booked) - before; got != 1 {
			b.Errorf("student %d with one booking left has %d new bookings", record.Student.ID, got)
		}
	}
	if students == 0 {
		b.Fatal("no student has exactly one booking left")
	}
	t := table{header: rushHeader, notes: []string{fmt.Sprintf("%d students. %s", students, all.reasons())}}
	t.rush("20 at once with one interview left: booked", all.booked)
	t.rush("20 at once with one interview left: refused", all.refused)
	w.publish(b, t)
}

// gathered holds the latencies of accepted and of refused bookings.
type gathered struct {
	booked, refused []time.Duration
	codes           map[string]int
}

// rush sends all bookings at once.
func (g *gathered) rush(b *testing.B, url string, pairs []pair) {
	b.Helper()
	var mu sync.Mutex
	var ready, done sync.WaitGroup
	begin := make(chan struct{})
	for _, p := range pairs {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-begin
			at := time.Now()
			codes, err := mutate(context.WithoutCancel(b.Context()), url, bookDocument, p, "")
			took := time.Since(at)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				b.Error(err)
			case len(codes) == 0:
				g.booked = append(g.booked, took)
			default:
				g.refused = append(g.refused, took)
				g.count(codes)
			}
		})
	}
	ready.Wait()
	close(begin)
	done.Wait()
}

func (g *gathered) count(codes []string) {
	if g.codes == nil {
		g.codes = map[string]int{}
	}
	g.codes[strings.Join(codes, " and ")]++
}

func (g *gathered) reasons() string {
	var found []string
	for _, codes := range slices.Sorted(maps.Keys(g.codes)) {
		found = append(found, fmt.Sprintf("%s %d", codes, g.codes[codes]))
	}
	return fmt.Sprintf("Refused for: %s.", strings.Join(found, ", "))
}

var rushHeader = []string{"requests", "p50 ms", "p99 ms"}

func (t *table) rush(name string, took []time.Duration) {
	if len(took) == 0 {
		t.add(name, "0", "", "")
		return
	}
	slices.Sort(took)
	t.add(name, strconv.Itoa(len(took)), millis(took[len(took)/2].Seconds()), millis(took[len(took)*99/100].Seconds()))
}
