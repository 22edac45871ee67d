package bench

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	generator "rehearse/internal/load"
)

// alone and together are how long the servers of one version and of both run under load.
const (
	alone    = 5 * time.Second
	together = 10 * time.Second
)

// BenchmarkTwoVersions replaces a server of an older version by one of this version under load, as
// in a rolling upgrade: the new server migrates the database while the old one serves, both serve in
// turn, and the old one stops. The only error that clients may get is UNAVAILABLE.
func BenchmarkTwoVersions(b *testing.B) {
	commit := cmp.Or(*from, beforeLastMigration(b))
	w, program := older(b, commit, "S")
	if _, err := built(".."); err != nil { // not while the load runs
		b.Fatal(err)
	}
	old, err := w.server("old", func() (process, error) { return w.startProgram(program) })
	if err != nil {
		b.Fatal(err)
	}
	front := &inTurn{}
	front.use(old)
	balancer := httptest.NewServer(front)
	defer balancer.Close()
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	results := make(chan *generator.Result, 1)
	go func() { results <- generateLoad(ctx, b, balancer.URL+"/graphql") }()

	<-time.After(alone)
	fresh, err := w.server("new", func() (process, error) { return w.startRehearse() })
	if err != nil {
		b.Fatal(err)
	}
	front.use(old, fresh)
	for range 10 {
		mustAgree(b, old, fresh)
		mustAgree(b, fresh, old)
	}
	<-time.After(together)
	front.use(fresh)
	if err := w.servers["old"].stop(); err != nil {
		b.Error(err)
	}
	delete(w.servers, "old")
	<-time.After(alone)
	stop()
	result := <-results
	if result == nil {
		return
	}
	_ = result.WriteTable(os.Stdout)
	if n := result.Errors(true); n > 0 {
		b.Errorf("from %s: %d requests failed, such as %s", commit, n, result.Example)
	}
	w.mustBeSound(b)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(result.All.Count), "requests")
}

// beforeLastMigration returns the last commit with an older schema.
func beforeLastMigration(b *testing.B) string {
	b.Helper()
	return strings.TrimSpace(mustExecute(b, nil, "git", "log", "-1", "--diff-filter=A", "--format=%H", "--", "../internal/store/migrations")) + "^"
}

// generateLoad lists, books and cancels until ctx ends.
func generateLoad(ctx context.Context, b *testing.B, url string) *generator.Result {
	b.Helper()
	o := generator.Options{
		URL: url, Clients: 8, Mix: generator.Mix{List: 40, Standing: 20, Book: 40}, Seed: 1,
		Duration: time.Hour, Students: 1000, Timeout: 15 * time.Second, Now: time.Now,
	}
	err := o.Complete(func(string) bool { return false })
	if err != nil {
		b.Error(err)
		return nil
	}
	result, err := generator.Run(ctx, o)
	if err != nil {
		b.Error(err)
	}
	return result
}

// inTurn is a load balancer that sends each request to the next of its servers. It retries nothing.
type inTurn struct {
	servers atomic.Pointer[[]http.Handler]
	turn    atomic.Int64
}

func (t *inTurn) use(processes ...process) {
	var servers []http.Handler
	for _, p := range processes {
		to, _ := url.Parse(strings.TrimSuffix(p.url, "/graphql"))
		servers = append(servers, httputil.NewSingleHostReverseProxy(to))
	}
	t.servers.Store(&servers)
}

// ServeHTTP implements http.Handler.
func (t *inTurn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	servers := *t.servers.Load()
	servers[t.turn.Add(1)%int64(len(servers))].ServeHTTP(w, r)
}

// mustAgree books a slot on one server, and then cancels the interview. Another student must see
// both on the other server at once.
func mustAgree(b *testing.B, one, other process) {
	b.Helper()
	student, watcher, slot := findSlot(b, one)
	if !slices.Contains(slotsOf(b, other, watcher), slot) {
		return // the load has taken the slot meanwhile
	}
	var booked struct {
		BookSlot struct{ Interview *struct{ ID string } }
	}
	ask(b, one, fmt.Sprintf("mutation { bookSlot(input: {studentId: %s, slotId: %s}) { interview { id } } }", student, slot), &booked)
	if booked.BookSlot.Interview == nil {
		return
	}
	if slices.Contains(slotsOf(b, other, watcher), slot) {
		b.Errorf("%s lists slot %s, which was booked on %s", other.url, slot, one.url)
	}
	ask(b, one, fmt.Sprintf(`mutation { cancelInterview(input: {interviewId: %s, reason: "Test."}) { interview { id } } }`, booked.BookSlot.Interview.ID), &struct{}{})
	if !slices.Contains(slotsOf(b, other, watcher), slot) && slices.Contains(slotsOf(b, one, watcher), slot) {
		b.Errorf("%s does not list slot %s, whose interview was cancelled on %s", other.url, slot, one.url)
	}
}

// findSlot returns two students who may book a slot, and the slot.
func findSlot(b *testing.B, on process) (student, watcher, slot string) {
	b.Helper()
	var found struct {
		Students struct{ Nodes []struct{ ID string } }
	}
	ask(b, on, "{ students(first: 100) { nodes { id } } }", &found)
	listed := map[string]string{} // from a slot to a student who may book it
	for _, node := range found.Students.Nodes {
		for _, slot := range slotsOf(b, on, node.ID) {
			if other, twice := listed[slot]; twice {
				return node.ID, other, slot
			}
			listed[slot] = node.ID
		}
	}
	b.Fatal("no two students may book a slot")
	return
}

// slotsOf lists slots of the week after next that a student may book.
func slotsOf(b *testing.B, of process, student string) (ids []string) {
	b.Helper()
	start := time.Now().UTC().AddDate(0, 0, 7)
	var found struct {
		AvailableSlots struct{ Nodes []struct{ ID string } }
	}
	ask(b, of, fmt.Sprintf("{ availableSlots(studentId: %s, start: %q, end: %q, first: 500) { nodes { id } } }",
		student, start.Format(time.RFC3339), start.AddDate(0, 0, 7).Format(time.RFC3339)), &found)
	for _, node := range found.AvailableSlots.Nodes {
		ids = append(ids, node.ID)
	}
	return ids
}

// ask sends a document without variables, and decodes the data of the response.
func ask(b *testing.B, of process, document string, data any) {
	b.Helper()
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		b.Fatal(err)
	}
	text, err := fetch(b.Context(), http.MethodPost, of.url, body)
	if err == nil {
		err = json.Unmarshal(text, &struct{ Data any }{data})
	}
	if err != nil || !strings.HasPrefix(string(text), `{"data":{`) {
		b.Fatalf("%s: %v: %s", document, err, text)
	}
}
