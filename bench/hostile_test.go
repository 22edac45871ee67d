package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// mostMemory is the limit on the server's resident memory under any admitted document sent
// by hostileClients at once (docs/explanation/bounded-work.md).
const (
	mostMemory     = 300 << 20
	hostileClients = 32
	hostileRounds  = 4
)

var hostileOnly = flag.String("hostile", "", "regular expression for the names of the hostile requests to send")

// hostileLimits make each X-Forwarded-For address a caller. They disable the rate limit,
// which would only reduce the load.
var hostileLimits = []string{
	"TRUSTED_PROXIES=127.0.0.1", "RATE_LIMIT=on", "MAX_OPERATIONS_PER_CALLER=0", "MAX_STREAMS_PER_CALLER=100", "MAX_SUBSCRIPTIONS_PER_CALLER=200",
	"RATE_LIMIT_BURST=1000000000", "RATE_LIMIT_PER_SECOND=1000000000",
}

// BenchmarkHostileMemory sends the most expensive requests to the built program, each kind
// from 32 callers at once, and fails if resident memory exceeds the limit in
// docs/explanation/bounded-work.md. The program serves a copy of the data set with texts of maximum
// length.
func BenchmarkHostileMemory(b *testing.B) {
	only := regexp.MustCompile(*hostileOnly)
	for _, size := range hostileSizes() {
		b.Run(size, func(b *testing.B) {
			h := startHostile(b, size)
			t := table{by: "32 at once, data set " + size, header: []string{"page", "largest answer", "codes", "time", "peak RSS", "RSS after"}}
			for _, one := range h.requests() {
				if only.MatchString(one.name) {
					h.measure(one, &t)
				}
			}
			if len(t.rows) == 0 {
				b.Fatalf("no request name matches %q", *hostileOnly)
			}
			b.ReportMetric(0, "ns/op") // meaningless over all requests
			fmt.Print("\n", t.text(), "\n")
		})
	}
}

// hostileSizes returns the data sets to measure: BENCH_SIZE, or S and M.
func hostileSizes() []string {
	if size := os.Getenv("BENCH_SIZE"); size != "" {
		return []string{size}
	}
	return []string{"S", "M"}
}

// hostileRequest is one kind of request. If document is set, each caller sends it four
// times, with %[1]d replaced by the largest admitted page.
type hostileRequest struct {
	name     string
	document string
	send     func(h *hostile) // replaces document
}

// hostile is a server under attack and its responses.
type hostile struct {
	*world
	b       *testing.B
	process process

	mu      sync.Mutex
	largest int
	codes   map[string]int
}

// startHostile starts the program on a copy of a data set.
func startHostile(b *testing.B, size string) *hostile {
	b.Helper()
	w := openCopy(b, size)
	w.lengthen(b)
	p, err := w.startRehearse(hostileLimits...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := p.stop(); err != nil {
			b.Error(err)
		}
	})
	return &hostile{world: w, b: b, process: p}
}

// measure sends one kind of request and reads the peak of resident memory.
func (h *hostile) measure(one hostileRequest, t *table) {
	page := ""
	if one.send == nil {
		document, size := h.largestAdmitted(one.document)
		body := hostileBody(document, nil)
		one.send = func(h *hostile) { h.atOnce(hostileRounds, func(caller, _ int) { h.ask(caller, body) }) }
		page = strings.TrimPrefix(strconv.Itoa(size), "0")
	}
	h.largest, h.codes = 0, map[string]int{}
	h.process.forgetPeak()
	began := time.Now()
	one.send(h)
	most := h.process.peakMemory()
	row := []string{one.name, page, mib(h.largest), strings.TrimPrefix(fmt.Sprint(h.codes), "map"),
		time.Since(began).Round(10 * time.Millisecond).String(), mib(most), mib(h.process.memory())}
	t.add(row...)
	fmt.Fprintln(os.Stderr, strings.Join(row, " | ")) // shows progress
	if most > mostMemory {
		h.b.Errorf("%s: got %s of resident memory, want at most %s", one.name, mib(most), mib(mostMemory))
	}
}

func mib(bytes int) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }

func (p process) forgetPeak() {
	const peakAlone = "5" // value for /proc/pid/clear_refs, see proc(5)
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.pid), []byte(peakAlone), 0)
}

// atOnce calls send for each caller and round. All callers run at once.
func (h *hostile) atOnce(rounds int, send func(caller, round int)) {
	var all sync.WaitGroup
	for caller := range hostileClients {
		all.Go(func() {
			for round := range rounds {
				send(caller, round)
			}
		})
	}
	all.Wait()
}

// largestAdmitted returns the document with the largest page that the server admits.
func (h *hostile) largestAdmitted(format string) (document string, size int) {
	return largestPage(format, func(body []byte) bool { return !refusedPage.MatchString(h.answer(0, body).text) })
}

// refusedPage matches the refusal of a page that is too large.
var refusedPage = regexp.MustCompile(`QUERY_TOO_COMPLEX|a whole number from 1 to`)

func largestPage(format string, admitted func(body []byte) bool) (document string, size int) {
	if !strings.Contains(format, "%[1]d") {
		return format, 0
	}
	low, high := 1, 501
	for low+1 < high {
		if middle := (low + high) / 2; admitted(hostileBody(fmt.Sprintf(format, middle), nil)) {
			low = middle
		} else {
			high = middle
		}
	}
	return fmt.Sprintf(format, low), low
}

// hostileBody returns the body of a request.
func hostileBody(document string, variables map[string]any) []byte {
	body, _ := json.Marshal(map[string]any{"query": document, "variables": variables}) // strings and numbers always encode
	return body
}

// ask sends a request of a caller and records the size and the code of the response.
func (h *hostile) ask(caller int, body []byte) {
	a := h.answer(caller, body)
	h.note(a.size, a.text)
}

var errorCode = regexp.MustCompile(`"code":"([A-Z_]+)"`)

func (h *hostile) note(size int, text string) {
	code := "OK"
	if found := errorCode.FindStringSubmatch(text); found != nil {
		code = found[1]
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.largest = max(h.largest, size)
	h.codes[code]++
}

// hostileAnswer holds the length of a response and its first bytes.
type hostileAnswer struct {
	size int
	text string
}

func (h *hostile) answer(caller int, body []byte) (a hostileAnswer) {
	response, err := http.DefaultClient.Do(h.post(caller, body))
	if err != nil {
		h.b.Error(err)
		return a
	}
	defer response.Body.Close()
	const enough = 4 << 10
	head, err := io.ReadAll(io.LimitReader(response.Body, enough))
	if err != nil {
		h.b.Error(err)
	}
	rest, err := io.Copy(io.Discard, response.Body)
	if err != nil {
		h.b.Error(err)
	}
	return hostileAnswer{len(head) + int(rest), string(head)}
}

func (h *hostile) post(caller int, body []byte) *http.Request {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, h.process.url, bytes.NewReader(body))
	if err != nil {
		h.b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Forwarded-For", address32(caller))
	return r
}

func address32(caller int) string { return fmt.Sprintf("10.0.0.%d", caller+1) }

// must sends a request that has to succeed and decodes its data.
func (h *hostile) must(document string, variables map[string]any, into any) {
	response, err := http.DefaultClient.Do(h.post(0, hostileBody(document, variables)))
	if err != nil {
		h.b.Fatal(err)
	}
	defer response.Body.Close()
	var a struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil || a.Errors != nil {
		h.b.Fatalf("%s: %s, %v", document, a.Errors, err)
	}
	if err := json.Unmarshal(a.Data, into); err != nil {
		h.b.Fatal(err)
	}
}
