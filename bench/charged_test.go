package bench

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/metrics"
	"testing"

	"rehearse/internal/gqlhttp"
)

// BenchmarkMemoryCharged compares the memory that the server charges for building a
// response with the peak of live memory, measured by continuous garbage collection, for
// one response at a time. A ratio below one means that the response pool uses more memory
// than it charges.
func BenchmarkMemoryCharged(b *testing.B) {
	w := openCopy(b, hostileSizes()[0])
	w.lengthen(b)
	handler, is := w.handler().(*gqlhttp.Handler)
	if !is {
		b.Fatal("the handler does not report its memory")
	}
	h := &hostile{world: w, b: b}
	t := table{by: "document", header: []string{"answer", "charged", "live", "charged / live"}}
	for _, one := range h.documents() {
		if one.send != nil {
			continue
		}
		document, _ := largestPage(one.document, func(body []byte) bool {
			return !refusedPage.Match(serveOnce(handler, body).text)
		})
		body := hostileBody(document, nil)
		var charged, live, size int
		for range 3 {
			c, l := watchMemory(handler, func() { size = serveOnce(handler, body).size })
			charged, live = max(charged, c), max(live, l)
		}
		t.add(one.name, mib(size), mib(charged), mib(live), fmt.Sprintf("%.2f", float64(charged)/float64(live)))
	}
	b.ReportMetric(0, "ns/op")
	fmt.Print("\n", t.text(), "\n")
}

// head keeps the first bytes of a response and counts the rest, so that the recorder uses
// no memory.
type head struct {
	http.ResponseWriter

	header http.Header
	text   []byte
	size   int
}

func (h *head) Header() http.Header { return h.header }
func (h *head) WriteHeader(int)     {}
func (h *head) Write(text []byte) (int, error) {
	h.size += len(text)
	h.text = append(h.text, text[:min(len(text), 4<<10-len(h.text))]...)
	return len(text), nil
}

func serveOnce(handler http.Handler, body []byte) *head {
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	answer := &head{header: http.Header{}}
	handler.ServeHTTP(answer, r)
	return answer
}

// watchMemory collects garbage while do runs. It returns the peak of the charge and the
// peak of live memory above the level before.
func watchMemory(handler *gqlhttp.Handler, do func()) (charged, live int) {
	look := func() int {
		runtime.GC()
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(sample)
		return int(sample[0].Value.Uint64())
	}
	before := look()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	for {
		charged = max(charged, handler.AnswerMemory())
		live = max(live, look()-before)
		select {
		case <-done:
			return charged, live
		default:
		}
	}
}
