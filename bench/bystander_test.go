package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rehearse/internal/calendar"
)

const (
	attackers    = 32 // connections of the greedy caller
	attackFor    = 4 * time.Second
	bystandEvery = 25 * time.Millisecond
)

// BenchmarkBystander lets one caller send the dearest documents that are admitted,
// over 32 connections and again as soon as each is answered, refusals included.
// Each 25 ms somebody else asks for a list of 50. How long that takes is measured
// without the first caller, with the default limits, and with a caller that may have all
// places of MAX_OPERATIONS.
func BenchmarkBystander(b *testing.B) {
	w := open(b)
	t := table{by: "what the other caller sends", header: []string{
		"bystander, p50 ms", "p99 ms", "failed", "attacks answered", "refused", "without a share: p50 ms", "p99 ms", "failed",
	}}
	shared, err := w.startPublic()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = shared.stop() }()
	unshared, err := w.startPublic("MAX_OPERATIONS_PER_CALLER=32")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = unshared.stop() }()
	for i, attack := range w.attacks() {
		with := w.bystand(b, shared.url, attack, i)
		without := w.bystand(b, unshared.url, attack, i)
		t.add(attack.name, millis(with.p50.Seconds()), millis(with.p99.Seconds()), strconv.Itoa(with.failed),
			strconv.Itoa(with.answered), strconv.Itoa(with.refused),
			millis(without.p50.Seconds()), millis(without.p99.Seconds()), strconv.Itoa(without.failed))
	}
	w.publish(b, t)
}

// startPublic starts the program with its default limits. It trusts the
// X-Forwarded-For of requests, so that a benchmark can be several callers.
func (w *world) startPublic(environment ...string) (process, error) {
	program, err := built("..")
	if err != nil {
		return process{}, err
	}
	return start(program, append(w.environment(), append(environment, "AUTH=local", "ADDR=127.0.0.1:0", "TRUSTED_PROXIES=127.0.0.0/8")...)...)
}

// attack is a document that is as dear as the limits let it be.
type attack struct{ name, document string }

func (w *world) attacks() []attack {
	often := func(n int, field string) string {
		var text strings.Builder
		text.WriteString("{")
		for i := range n {
			fmt.Fprintf(&text, " a%d: "+field, i, i+1)
		}
		return text.String() + "}"
	}
	in := w.days(90)
	list := fmt.Sprintf(`(studentId: "%d", start: %q, end: %q, first: 100)`,
		w.students[0].Student.ID, in.Start.Format(time.RFC3339), in.End.Format(time.RFC3339))
	return []attack{
		{"nothing", ""},
		{"totals of interviews, 20 times", often(20, `interviews(filter: {status: [BOOKED, COMPLETED]}, first: %d) { totalCount }`)},
		{"searches of students, 20 times", often(20, `students(filter: {search: "a%d"}) { totalCount }`)},
		{"100 students with standing", `{ students(first: 100) { nodes { name email eligibility { eligible recentGrades } } } }`},
		{"slots of slots' interviewers", `{ availableSlots` + list + ` { nodes { id start interviewer { name slots(first: 40) { nodes { id start } } } } } }`},
		{"100 events", `{ events(first: 100) { nodes { id kind at student { name } interview { id status } } } }`},
	}
}

// bystanding is how somebody fared beside an attack.
type bystanding struct {
	p50, p99          time.Duration
	failed            int // of the bystander's
	answered, refused int // of the attacker's
}

// bystand sends the attack and asks for lists beside it.
func (w *world) bystand(b *testing.B, url string, a attack, i int) (r bystanding) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), attackFor)
	defer cancel()
	var sending sync.WaitGroup
	var mu sync.Mutex
	if a.document != "" {
		body, err := json.Marshal(map[string]string{"query": a.document})
		if err != nil {
			b.Fatal(err)
		}
		status, text, err := postFor(b.Context(), fmt.Sprintf("192.0.2.%d", 100+i), url, body)
		if err != nil || status != http.StatusOK || !bytes.HasPrefix(text, []byte(`{"data":`)) {
			b.Fatalf("%s is not admitted: %d %.300s (%v)", a.name, status, text, err)
		}
		for range attackers {
			sending.Go(func() {
				for ctx.Err() == nil {
					status, text, err := postFor(ctx, fmt.Sprintf("192.0.2.%d", i), url, body) // with a bucket that is full at first
					mu.Lock()
					switch {
					case err != nil:
					case status == http.StatusOK && bytes.HasPrefix(text, []byte(`{"data":`)):
						r.answered++
					default:
						r.refused++
					}
					mu.Unlock()
				}
			})
		}
	}
	random, week := rand.New(rand.NewPCG(1, 2)), calendar.Span{Start: w.now, End: w.now.AddDate(0, 0, 7)}
	var asked sync.WaitGroup
	var took []time.Duration
	for tick := time.NewTicker(bystandEvery); ctx.Err() == nil; <-tick.C {
		body := listRequest(w.anyStudent(random), week, 50)
		address := fmt.Sprintf("198.51.100.%d", random.IntN(250)) // nobody's bucket gets empty
		asked.Go(func() {
			began := time.Now()
			status, text, err := postFor(b.Context(), address, url, body)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(began))
			if err != nil || status != http.StatusOK || !bytes.HasPrefix(text, []byte(`{"data":{`)) {
				r.failed++
			}
		})
	}
	asked.Wait()
	sending.Wait()
	slices.Sort(took)
	r.p50, r.p99 = took[len(took)/2], took[len(took)*99/100]
	return r
}

// postFor sends an operation for a caller at the address.
func postFor(ctx context.Context, address, url string, body []byte) (status int, text []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", address)
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	text, err = io.ReadAll(response.Body)
	return response.StatusCode, text, err
}
