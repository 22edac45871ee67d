package bench

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rehearse/internal/calendar"
)

const (
	attackers    = 32 // connections of the attacking caller
	attackFor    = 3 * time.Second
	attackRounds = 2 // each with a new caller, whose bucket starts full
	bystandEvery = 25 * time.Millisecond
)

// BenchmarkBystander lets one caller send the most expensive admitted operations over 32
// connections, each again as soon as its response arrives, including refusals. Another
// caller requests a list of 50 every 25 ms. The benchmark measures the latency of that
// list without the attack, with the default limits, and without the limit per caller, so
// that the attacker can take all of MAX_OPERATIONS and all database connections.
func BenchmarkBystander(b *testing.B) {
	w := open(b)
	t := table{by: "the other caller's operation", header: []string{
		"bystander, p50 ms", "p99 ms", "failed", "attacks answered", "refused", "without a caller limit: p50 ms", "p99 ms", "failed",
	}}
	shared, err := w.startPublic()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = shared.stop() }()
	unshared, err := w.startPublic("MAX_OPERATIONS_PER_CALLER=32", "DATABASE_MAX_CONNS_PER_CALLER=32")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = unshared.stop() }()
	attacks := w.attacks(b)
	for i := range attacks {
		attacks[i].enlarge(b, shared.url, w.attacker(b, attacks[i], i))
	}
	w.attackers = len(attacks)
	compare := func(name string, attacks ...attack) {
		with, without := w.bystand(b, shared.url, attacks...), w.bystand(b, unshared.url, attacks...)
		t.add(slices.Concat([]string{name}, with.cells(), without.cells()[:3])...)
	}
	for _, a := range attacks {
		compare(a.name, a)
	}
	compare("all of them", admitted(attacks)...)
	w.publish(b, t)
}

// startPublic starts the program with its default limits. It trusts X-Forwarded-For, so
// that a benchmark can act as several callers.
func (w *world) startPublic(environment ...string) (process, error) {
	program, err := built("..")
	if err != nil {
		return process{}, err
	}
	return start(program, append(w.environment(), append(environment, "AUTH=local", "ADDR=127.0.0.1:0",
		"TRUSTED_PROXIES=127.0.0.0/8", "JWT_SECRET="+tokenSecret)...)...)
}

// bystanding holds the measurements of a bystander during an attack.
type bystanding struct {
	p50, p99          time.Duration
	failed            atomic.Int64 // requests of the bystander
	answered, refused atomic.Int64 // requests of the attacker
}

func (r *bystanding) cells() []string {
	return []string{millis(r.p50.Seconds()), millis(r.p99.Seconds()), fmt.Sprint(r.failed.Load()), fmt.Sprint(r.answered.Load()), fmt.Sprint(r.refused.Load())}
}

// bystand sends the attacks in turn, all by one caller, and requests lists at the same
// time.
func (w *world) bystand(b *testing.B, url string, attacks ...attack) *bystanding {
	b.Helper()
	r := &bystanding{}
	var took []time.Duration
	for range attackRounds {
		w.attackers++
		caller := w.attacker(b, attacks[0], w.attackers)
		ctx, cancel := context.WithTimeout(b.Context(), attackFor)
		var sending sync.WaitGroup
		if attacks[0].document != nil {
			w.send(ctx, &sending, url, caller, attacks, r)
		}
		took = append(took, w.ask(ctx, b, url, r)...)
		sending.Wait()
		cancel()
	}
	slices.Sort(took)
	r.p50, r.p99 = took[len(took)/2], took[len(took)*99/100]
	return r
}

// send starts sending the attacks until the context ends.
func (w *world) send(ctx context.Context, sending *sync.WaitGroup, url string, caller sender, attacks []attack, r *bystanding) {
	var bodies [][]byte
	for _, a := range attacks {
		bodies = append(bodies, a.by(caller))
	}
	var next atomic.Int64
	for range attackers {
		sending.Go(func() {
			for ctx.Err() == nil {
				status, text, err := caller.post(ctx, url, bodies[int(next.Add(1))%len(bodies)])
				switch {
				case err != nil:
				case status == http.StatusOK && bytes.HasPrefix(text, []byte(`{"data":`)):
					r.answered.Add(1)
				default:
					r.refused.Add(1)
				}
			}
		})
	}
}

// ask requests lists until the context ends and returns their latencies.
func (w *world) ask(ctx context.Context, b *testing.B, url string, r *bystanding) (took []time.Duration) {
	b.Helper()
	random, week := rand.New(rand.NewPCG(1, 2)), calendar.Span{Start: w.now, End: w.now.AddDate(0, 0, 7)}
	var asked sync.WaitGroup
	var mu sync.Mutex
	for tick := time.NewTicker(bystandEvery); ctx.Err() == nil; <-tick.C {
		body := listRequest(w.anyStudent(random), week, 50)
		bystander := sender{address: fmt.Sprintf("198.51.100.%d", random.IntN(250))} // many callers, so that no bucket runs empty
		asked.Go(func() {
			began := time.Now()
			status, text, err := bystander.post(b.Context(), url, body)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(began))
			if err != nil || status != http.StatusOK || !bytes.HasPrefix(text, []byte(`{"data":{`)) {
				r.failed.Add(1)
			}
		})
	}
	asked.Wait()
	return took
}
