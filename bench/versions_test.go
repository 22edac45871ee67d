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

	"github.com/jackc/pgx/v5"

	generator "rehearse/internal/load"
	"rehearse/internal/store"
)

// alone and together are how long the servers of one version and of both run under load.
const (
	alone    = 5 * time.Second
	together = 10 * time.Second

	comparisons = 10 // of the servers with each other
)

// BenchmarkTwoVersions replaces a server of an older version by one of this version under load, as
// in a rolling upgrade: the new server migrates the database while the old one serves, both serve in
// turn, and the old one stops. The only error that clients may get is UNAVAILABLE. In the end, the
// new server removes from the schema what only the old one needed.
func BenchmarkTwoVersions(b *testing.B) {
	commit := cmp.Or(*from, beforeLastMigration(b))
	w, old := startOld(b, commit)
	front := &inTurn{}
	front.use(old)
	balancer := httptest.NewServer(front)
	defer balancer.Close()
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	results := make(chan *generator.Result, 1)
	go func() { results <- generateLoad(ctx, b, balancer.URL+"/graphql") }()

	<-time.After(alone)
	fresh := startNew(b, w)
	front.use(old, fresh)
	for range comparisons {
		for _, difference := range append(differences(b, old, fresh), differences(b, fresh, old)...) {
			b.Error(difference)
		}
	}
	<-time.After(together)
	front.use(fresh)
	if err := w.servers["old"].stop(); err != nil {
		b.Error(err)
	}
	delete(w.servers, "old")
	<-time.After(alone)
	w.mustContract(b)
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

// BenchmarkTwoVersionsUnlogged is the negative control of BenchmarkTwoVersions: without the triggers
// that log what the old server writes, the new one does not see it.
func BenchmarkTwoVersionsUnlogged(b *testing.B) {
	w, old := startOld(b, cmp.Or(*from, released))
	fresh := startNew(b, w)
	rows, err := w.pool.Query(b.Context(), "SELECT proname FROM pg_proc WHERE proname LIKE 'log\\_%' AND pronamespace = 'public'::regnamespace")
	if err != nil {
		b.Fatal(err)
	}
	triggers, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(triggers) == 0 {
		b.Skipf("the old server logs what it writes: there are no triggers for it, %v", err)
	}
	if _, err := w.pool.Exec(b.Context(), "DROP FUNCTION "+strings.Join(triggers, ", ")+" CASCADE"); err != nil {
		b.Fatal(err)
	}
	for range comparisons {
		if len(differences(b, old, fresh)) > 0 {
			return
		}
	}
	b.Error("the new server sees what the old one writes although nothing logs it")
}

// startOld starts a server of a commit on a small school.
func startOld(b *testing.B, commit string) (*world, process) {
	b.Helper()
	w, program := older(b, commit, "S")
	if _, err := built(".."); err != nil { // not while the load runs
		b.Fatal(err)
	}
	old, err := w.server("old", func() (process, error) { return w.startProgram(program) })
	if err != nil {
		b.Fatal(err)
	}
	return w, old
}

func startNew(b *testing.B, w *world) process {
	b.Helper()
	fresh, err := w.server("new", func() (process, error) { return w.startRehearse() })
	if err != nil {
		b.Fatal(err)
	}
	return fresh
}

// mustContract waits until the server that runs has removed from the schema what the old one needed.
func (w *world) mustContract(b *testing.B) {
	b.Helper()
	s, err := store.Open(b.Context(), w.url(), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for expanded, late := true, time.After(10*store.ContractPause); expanded; {
		if expanded, _, err = s.Expanded(b.Context()); err != nil {
			b.Fatal(err)
		}
		select {
		case <-time.After(time.Second):
		case <-late:
			b.Fatal("the schema still has what only the old server needs")
		}
	}
	var left []string
	err = w.pool.QueryRow(b.Context(), `SELECT ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = 'students'::regclass AND attname = 'record_version'
		UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname ~ '^(log|announce|anonymise)_')`).Scan(&left)
	if err != nil || len(left) > 0 {
		b.Errorf("the contracted schema still has %q, %v", left, err)
	}
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

// differences books a slot on one server, and then cancels the interview. It returns what another
// student does not see on the other server at once.
func differences(b *testing.B, one, other process) (found []string) {
	b.Helper()
	student, watcher, slot := findSlot(b, one)
	if !slices.Contains(slotsOf(b, other, watcher), slot) {
		return nil // the load has taken the slot meanwhile
	}
	var booked struct {
		BookSlot struct{ Interview *struct{ ID string } }
	}
	ask(b, one, fmt.Sprintf("mutation { bookSlot(input: {studentId: %s, slotId: %s}) { interview { id } } }", student, slot), &booked)
	if booked.BookSlot.Interview == nil {
		return nil
	}
	if slices.Contains(slotsOf(b, other, watcher), slot) {
		found = append(found, fmt.Sprintf("%s lists slot %s, which was booked on %s", other.url, slot, one.url))
	}
	ask(b, one, fmt.Sprintf(`mutation { cancelInterview(input: {interviewId: %s, reason: "Test."}) { interview { id } } }`, booked.BookSlot.Interview.ID), &struct{}{})
	if !slices.Contains(slotsOf(b, other, watcher), slot) && slices.Contains(slotsOf(b, one, watcher), slot) {
		found = append(found, fmt.Sprintf("%s does not list slot %s, whose interview was cancelled on %s", other.url, slot, one.url))
	}
	return found
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
