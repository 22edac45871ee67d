//go:build linux

// Package chaos runs a Postgres cluster under Patroni, two servers and clients that book, and makes
// the cluster and the servers fail in turn. Run it with `make chaos`. Without -bench it runs nothing.
package chaos

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5"
)

var (
	rounds = flag.Int("rounds", 1, "how often each fault is made")
	steady = flag.Int("steady", 50, "number of bookings before and after each fault")
	only   = flag.String("faults", "", "the names of the faults to make, separated by commas; empty for all")
)

const (
	clients = 16
	// settle is the time in which a fault shows its effect.
	settle = 5 * time.Second
)

// server is a server of this project that runs until it is stopped.
type server struct {
	program, url string
	settings     []string
	log          string
	command      *exec.Cmd
}

func (s *server) start(b *testing.B) {
	b.Helper()
	out, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	s.command = exec.Command(s.program, "serve")
	s.command.Env, s.command.Stdout, s.command.Stderr = append(os.Environ(), s.settings...), out, out
	if err := s.command.Start(); err != nil {
		b.Fatal(err)
	}
}

func (s *server) ready() bool {
	response, err := patient.Get(s.url + "/readyz")
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// fault breaks something. The returned function repairs it.
type fault struct {
	name  string
	begin func(*cluster, *school) (repair func())
}

var faults = []fault{
	{"primary killed", func(c *cluster, _ *school) func() {
		n := c.mustHave("leader")
		n.kill()
		return n.start
	}},
	{"primary frozen", func(c *cluster, _ *school) func() {
		n := c.mustHave("leader")
		n.freeze()
		return func() { n.kill(); n.start() } // fenced: it does not thaw
	}},
	{"switchover", func(c *cluster, _ *school) func() {
		c.switchover()
		return func() {}
	}},
	{"synchronous standby killed", func(c *cluster, _ *school) func() {
		n := c.mustHave("sync_standby")
		n.kill()
		return n.start
	}},
	{"server killed", func(c *cluster, s *school) func() {
		kill(s.servers[0].command)
		return func() { s.servers[0].start(c.b) }
	}},
	{"rolling restart", func(c *cluster, s *school) func() {
		for _, one := range s.servers {
			_ = one.command.Process.Signal(os.Interrupt)
			_ = one.command.Wait()
			one.start(c.b)
			c.until("the server is ready", one.ready)
		}
		return func() {}
	}},
}

// BenchmarkChaos makes faults under load. At the end, every acknowledged booking must be in the
// database, and no other. A subscriber must have received each event exactly once.
func BenchmarkChaos(b *testing.B) {
	c := newCluster(b)
	s := &school{booked: map[string]string{}, codes: map[string]int{}}
	startServers(b, c, s)
	students := s.populate(b, clients)
	followed := newFollower(b, s)
	following, stop := context.WithCancel(b.Context())
	defer stop()
	var working sync.WaitGroup
	var ended sync.WaitGroup
	ended.Go(func() { followed.run(following) })
	failures := make(chan error, clients)
	for i, own := range students {
		working.Go(func() {
			if err := s.work(i, own); err != nil {
				failures <- err
			}
		})
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nfault\tnew primary after\tlongest time without a booking\tbookings\tother responses")
	made := 0
	for range *rounds {
		for _, f := range faults {
			if *only != "" && !slices.Contains(strings.Split(*only, ","), f.name) {
				continue
			}
			row(b, table, s, f.name, makeFault(c, s, f))
			made++
		}
	}
	s.stopped.Store(true)
	working.Wait()
	_ = table.Flush()
	close(failures)
	for err := range failures {
		b.Error(err)
	}
	verify(b, c, s)
	c.until("the subscriber has received each event once", func() bool { return followed.faulty(s.booked) == "" })
	stop()
	ended.Wait()
	fmt.Printf("events of %d interviews received once, in order; subscriptions that ended: %d\n", len(s.booked), followed.lost)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(made), "faults")
	b.ReportMetric(float64(len(s.booked)), "bookings")
}

// effect is what a fault has led to.
type effect struct {
	at, promoted time.Time // promoted is zero if the primary stayed the same
}

// row adds the row of a fault to the table. No fault may lead to an internal error.
func row(b *testing.B, table *tabwriter.Writer, s *school, name string, e effect) {
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
	fmt.Fprintf(table, "%s\t%s\t%.1f s\t%d\t%s\n", name, promoted, gap.Seconds(), s.bookings(e.at), strings.Join(others, ", "))
}

// makeFault makes a fault under load, waits until bookings are made again, and repairs it.
func makeFault(c *cluster, s *school, f fault) effect {
	c.b.Helper()
	c.awaitComplete()
	for _, one := range s.servers {
		c.until("the servers are ready", one.ready)
	}
	begun := time.Now()
	c.until("bookings are made", func() bool { return s.bookings(begun) >= *steady })
	s.since(begun)
	former := c.mustHave("leader")
	e := effect{at: time.Now()}
	repair := f.begin(c, s)
	done := time.Now()
	c.until("bookings are made after "+f.name, func() bool {
		if now := c.with("leader"); e.promoted.IsZero() && now != nil && now != former {
			e.promoted = time.Now()
		}
		// Bookings of the first seconds may precede the effect of the fault.
		return time.Since(done) > settle && s.bookings(time.Now().Add(-time.Second)) > 0 && s.bookings(done) >= *steady
	})
	repair()
	return e
}

// startServers migrates a database of the cluster, and starts two servers on it.
func startServers(b *testing.B, c *cluster, s *school) {
	b.Helper()
	program := filepath.Join(b.TempDir(), "rehearse")
	if out, err := exec.Command("go", "build", "-o", program, "..").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	conn := connect(b, c, "postgres")
	if _, err := conn.Exec(b.Context(), "CREATE DATABASE school"); err != nil {
		b.Fatal(err)
	}
	for _, n := range c.nodes {
		c.until("each node has the database", func() bool { return n.has("school") })
	}
	for i := range 2 {
		port := freePort(b)
		one := &server{
			program: program, url: local(port), log: filepath.Join(c.folder, fmt.Sprintf("server%d.log", i+1)),
			settings: []string{
				"DATABASE_URL=" + c.url("school"), "AUTH=local", fmt.Sprintf("ADDR=127.0.0.1:%d", port), "RATE_LIMIT=off",
				"MAX_OPERATIONS_PER_CALLER=1000", "DATABASE_MAX_CONNS_PER_CALLER=32", "DATA_DIR=" + b.TempDir(), "DRAIN_DELAY=1s",
			},
		}
		one.start(b)
		b.Cleanup(func() { kill(one.command) })
		c.until("the server is ready", one.ready)
		s.servers = append(s.servers, one)
	}
}

func connect(b *testing.B, c *cluster, database string) *pgx.Conn {
	b.Helper()
	conn, err := pgx.Connect(b.Context(), c.url(database))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close(context.WithoutCancel(b.Context())) })
	return conn
}

// verify compares the interviews in the database with those that clients were told of, and checks
// every invariant.
func verify(b *testing.B, c *cluster, s *school) {
	b.Helper()
	c.awaitComplete()
	rows, err := connect(b, c, "school").Query(b.Context(), "SELECT id::text FROM interviews")
	if err != nil {
		b.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		b.Fatal(err)
	}
	lost := maps.Clone(s.booked)
	unknown := 0
	for _, id := range ids {
		if _, told := lost[id]; !told {
			unknown++
		}
		delete(lost, id)
	}
	fmt.Printf("\nacknowledged bookings: %d, lost: %d; bookings that no client was told of: %d\n", len(s.booked), len(lost), unknown)
	if len(lost) > 0 || unknown > 0 {
		b.Errorf("lost bookings: %v", slices.Sorted(maps.Keys(lost)))
	}
	check := exec.Command(s.servers[0].program, "check")
	check.Env = append(os.Environ(), s.servers[0].settings...)
	out, err := check.CombinedOutput()
	if ended := (*exec.ExitError)(nil); err != nil && !errors.As(err, &ended) {
		b.Fatal(err)
	}
	if err != nil {
		b.Errorf("rehearse check: %s", out)
	}
}
