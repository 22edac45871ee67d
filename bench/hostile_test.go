package bench

import (
	"bytes"
	"context"
	"encoding/json"
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

// mostMemory is what the server may have resident under any admitted document,
// with hostileClients at once (docs/security.md).
const (
	mostMemory     = 300 << 20
	hostileClients = 32
)

// hostileDocuments are the worst known ones. Where a document has %d, the largest
// page that is admitted takes its place.
var hostileDocuments = []struct{ name, text string }{
	{"slots of interviewers of slots", `{ interviewers(first: 10) { nodes { slots(first: %d) { nodes { id start end
		interviewer { name bio slots(first: 40) { nodes { id start end status interviewer { id name email bio headline } } } } } } } } }`},
	{"history of slots", `{ interviewers(first: 10) { nodes { slots(first: %d) { nodes { id history { what at until eventId } interviewer { name bio } } } } } }`},
	{"events of interviews of events", `{ interviews(first: %d) { nodes { events(first: 10) { nodes { id kind at interview { id
		events(first: 5) { nodes { id kind at interview { id status note } } } } } } } } }`},
	{"everything of students", `{ students(first: %d) { nodes { id name email eligibility { eligible reasons { code message } } upcomingInterviews { id start interviewer { bio } }
		interviews(first: 20) { nodes { id note start interviewer { name bio } events(first: 2) { nodes { id kind at } } } } } } }`},
	{"students eligible", `{ students(first: %d) { nodes { id a: eligibility { eligible interviewsUsed recentGrades reasons { code message } student { id name email } } } } }`},
	{"long names", `{ interviewers(first: %d) { nodes { slots(first: 45) { nodes { ` + longNames(20, 500) + ` } } } } }`},
	{"counts", `{ students(first: %d) { nodes { ` + times(20, `c%d: interviews(first: 1) { totalCount }`) + ` } } }`},
	{"introspection", `{ __schema { types { name description fields { name description args { name description type { name ofType { name } } } type { name ofType { name ofType { name } } } }
		inputFields { name description } enumValues { name description } } } }`},
}

// times repeats a text, with its number.
func times(n int, format string) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, format+" ", i)
	}
	return all.String()
}

func longNames(n, length int) string {
	return times(n, "n%d_"+strings.Repeat("x", length)+": __typename")
}

func (p process) forgetPeak() {
	const peakAlone = "5" // proc(5)
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.pid), []byte(peakAlone), 0)
}

// hostileLimits make each X-Forwarded-For a caller. They have no rate limit: who has
// one asks for less.
var hostileLimits = []string{"TRUSTED_PROXIES=127.0.0.1", "RATE_LIMIT=on"}

// BenchmarkHostileMemory asks the worst documents of the built program, each by 32
// callers at once, four times, and fails when more is resident than docs/security.md says.
func BenchmarkHostileMemory(b *testing.B) {
	w := open(b)
	const endless = "1000000000"
	p, err := w.startRehearse(append(hostileLimits, "RATE_LIMIT_BURST="+endless, "RATE_LIMIT_PER_SECOND="+endless)...)
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := p.stop(); err != nil {
			b.Error(err)
		}
	}()
	t := table{by: "32 at once", header: []string{"page", "largest answer", "codes", "time", "peak RSS", "RSS after"}}
	for _, document := range hostileDocuments {
		text, size := largestAdmitted(b, p.url, document.text)
		p.forgetPeak()
		began := time.Now()
		largest, codes := hostile(b, p.url, text)
		t.add(document.name, strconv.Itoa(size), mib(largest), codes, time.Since(began).Round(10*time.Millisecond).String(), mib(p.peakMemory()), mib(p.memory()))
		if most := p.peakMemory(); most > mostMemory {
			b.Errorf("%s: %s are resident; at most %s may be", document.name, mib(most), mib(mostMemory))
		}
	}
	b.ReportMetric(0, "ns/op") // of all documents together, which says nothing
	fmt.Print("\n", t.text(), "\n")
}

func mib(bytes int) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }

// largestAdmitted puts the largest page into a document with which it is admitted.
func largestAdmitted(b *testing.B, url, format string) (document string, size int) {
	b.Helper()
	if !strings.Contains(format, "%d)") {
		return format, 0
	}
	low, high := 1, 101
	for low+1 < high {
		middle := (low + high) / 2
		if _, text := hostileAnswer(b, url, 0, fmt.Sprintf(format, middle)); strings.Contains(text, "QUERY_TOO_COMPLEX") {
			high = middle
		} else {
			low = middle
		}
	}
	return fmt.Sprintf(format, low), low
}

// hostile sends a document by all callers at once.
func hostile(b *testing.B, url, document string) (largest int, codes string) {
	b.Helper()
	var all sync.WaitGroup
	var mu sync.Mutex
	counted := map[string]int{}
	for caller := range hostileClients {
		all.Go(func() {
			for range 4 {
				size, text := hostileAnswer(b, url, caller, document)
				code := "OK"
				if found := errorCode.FindStringSubmatch(text); found != nil {
					code = found[1]
				}
				mu.Lock()
				largest = max(largest, size)
				counted[code]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return largest, strings.TrimPrefix(fmt.Sprint(counted), "map")
}

var errorCode = regexp.MustCompile(`"code":"([A-Z_]+)"`)

// hostileAnswer asks as a caller, and returns how long the answer is, and its first bytes.
func hostileAnswer(b *testing.B, url string, caller int, document string) (size int, text string) {
	b.Helper()
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		b.Error(err)
		return 0, ""
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		b.Error(err)
		return 0, ""
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", fmt.Sprintf("10.0.0.%d", caller+1))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Error(err)
		return 0, ""
	}
	defer response.Body.Close()
	const enough = 4 << 10
	head, err := io.ReadAll(io.LimitReader(response.Body, enough))
	if err != nil {
		b.Error(err)
	}
	rest, err := io.Copy(io.Discard, response.Body)
	if err != nil {
		b.Error(err)
	}
	return len(head) + int(rest), string(head)
}
