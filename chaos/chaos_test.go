//go:build linux

// Package chaos runs a Postgres cluster under Patroni, two servers and clients that book, and makes
// the cluster and the servers fail in turn. Run it with `make chaos`. Without -bench it runs nothing.
package chaos

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	rounds = flag.Int("rounds", 1, "the minimum number of times that each fault is made")
	wanted = flag.Int("bookings", 0, "number of bookings until which faults are made")
	steady = flag.Int("steady", 50, "number of bookings before and after each fault")
	only   = flag.String("faults", "", "the names of the faults to make, separated by commas; empty for all")
	ttl    = flag.Duration("ttl", 20*time.Second, "the time after which Patroni replaces a lost primary; its documented minimum is 20 s")
	settle = flag.Duration("settle", 5*time.Second, "the time in which a fault shows its effect")
)

const clients = 16

// fault breaks something. The returned function repairs it.
type fault struct {
	name  string
	begin func(*cluster, *school) (repair func(), err error)
}

var faults = []fault{
	{"primary killed", func(c *cluster, _ *school) (func(), error) {
		n, err := c.mustHave("leader")
		if err != nil {
			return nil, err
		}
		n.kill()
		return n.start, nil
	}},
	{"primary frozen", func(c *cluster, _ *school) (func(), error) {
		n, err := c.mustHave("leader")
		if err != nil {
			return nil, err
		}
		n.freeze()
		return func() { n.kill(); n.start() }, nil // fenced: it does not thaw
	}},
	{"switchover", func(c *cluster, _ *school) (func(), error) {
		return func() {}, c.switchover()
	}},
	{"synchronous standby killed", func(c *cluster, _ *school) (func(), error) {
		n, err := c.mustHave("sync_standby")
		if err != nil {
			return nil, err
		}
		n.kill()
		return n.start, nil
	}},
	{"server killed", func(c *cluster, s *school) (func(), error) {
		kill(s.servers[0].command)
		return func() { s.servers[0].start(c.b) }, nil
	}},
	{"rolling restart", func(c *cluster, s *school) (func(), error) {
		for _, one := range s.servers {
			_ = one.command.Process.Signal(os.Interrupt)
			_ = one.command.Wait()
			one.start(c.b)
			if err := c.until("the server is ready", one.ready); err != nil {
				return nil, err
			}
		}
		return func() {}, nil
	}},
}

// BenchmarkChaos makes faults under load. At the end, every acknowledged booking must be in the
// database, and no other. A subscriber must have received each event exactly once. The comparison is
// made even if the cluster does not recover from a fault.
func BenchmarkChaos(b *testing.B) {
	c := newCluster(b)
	s := &school{booked: map[string]string{}, codes: map[string]int{}}
	startServers(b, c, s)
	students := s.populate(b, clients)
	followed := newFollower(b, s)
	following, stop := context.WithCancel(b.Context())
	var ended sync.WaitGroup
	defer ended.Wait()
	defer stop()
	ended.Go(func() { followed.run(following) })
	var working sync.WaitGroup
	failures := make(chan error, clients)
	for i, own := range students {
		working.Go(func() {
			if err := s.work(i, own); err != nil {
				failures <- err
			}
		})
	}
	made, err := makeFaults(b, c, s)
	if err != nil {
		b.Error(err)
	}
	s.stopped.Store(true)
	working.Wait()
	close(failures)
	for err := range failures {
		b.Error(err)
	}
	verify(b, c, s)
	followed.verify(b, c)
	fmt.Printf("faults: %d; standbys that had to be rebuilt: %d\n", made, c.rebuilt)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(made), "faults")
	b.ReportMetric(float64(len(s.booked)), "bookings")
}

// makeFaults makes each fault -rounds times, or more often until there are enough bookings. It prints
// what each has led to, and returns their number.
func makeFaults(b *testing.B, c *cluster, s *school) (made int, err error) {
	b.Helper()
	columns("\nfault", "new primary after", "longest time without a booking", "bookings so far", "other responses")
	for round := 0; round < *rounds || s.bookings(time.Time{}) < *wanted; round++ {
		for _, f := range faults {
			if *only != "" && !slices.Contains(strings.Split(*only, ","), f.name) {
				continue
			}
			e, err := makeFault(c, s, f)
			if !e.at.IsZero() {
				row(b, s, f.name, e)
				made++
			}
			if err != nil {
				return made, err
			}
		}
	}
	return made, nil
}

func columns(cells ...any) { fmt.Printf("%-27s %-18s %-31s %-16s %s\n", cells...) }

// effect is what a fault has led to.
type effect struct {
	at, promoted time.Time // promoted is zero if the primary stayed the same
}

// row prints the row of a fault. No fault may lead to an internal error.
func row(b *testing.B, s *school, name string, e effect) {
	b.Helper()
	gap, codes := s.since(e.at)
	if codes["INTERNAL"] > 0 {
		b.Errorf("%s: %d internal errors", name, codes["INTERNAL"])
	}
	promoted := "-"
	if !e.promoted.IsZero() {
		promoted = fmt.Sprintf("%.1f s", e.promoted.Sub(e.at).Seconds())
	}
	var others []string
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		others = append(others, fmt.Sprintf("%s %d", code, codes[code]))
	}
	columns(name, promoted, fmt.Sprintf("%.1f s", gap.Seconds()), strconv.Itoa(s.bookings(time.Time{})), strings.Join(others, ", "))
}

// makeFault makes a fault under load, waits until bookings are made again, and repairs it.
func makeFault(c *cluster, s *school, f fault) (e effect, err error) {
	if err := c.awaitComplete(); err != nil {
		return e, err
	}
	for _, one := range s.servers {
		if err := c.until("the servers are ready", one.ready); err != nil {
			return e, err
		}
	}
	begun := time.Now()
	if err := c.until("bookings are made", func() bool { return s.bookings(begun) >= *steady }); err != nil {
		return e, err
	}
	former, err := c.mustHave("leader")
	if err != nil {
		return e, err
	}
	s.since(begun) // starts a new count of responses
	e.at = time.Now()
	repair, err := f.begin(c, s)
	if err != nil {
		return e, err
	}
	done := time.Now()
	err = c.until("bookings are made after "+f.name, func() bool {
		if now := c.with("leader"); e.promoted.IsZero() && now != nil && now != former {
			e.promoted = time.Now()
		}
		// Bookings of the first seconds may precede the effect of the fault.
		return time.Since(done) > *settle && s.bookings(time.Now().Add(-time.Second)) > 0 && s.bookings(done) >= *steady
	})
	repair()
	return e, err
}
