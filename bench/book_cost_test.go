package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// BenchmarkBookHandler books without a network, one after the other: what it
// allocates, and the time on the processor, are the server's, from the request
// in its hands to the answer written.
func BenchmarkBookHandler(b *testing.B) {
	w := open(b)
	next, most := w.pairs(b, 1)
	handler := w.handler()
	book := func() {
		p := next(1)[0]
		body, err := json.Marshal(map[string]any{
			"query": bookDocument, "variables": map[string]any{"s": fmt.Sprint(p.student), "slot": fmt.Sprint(p.slot)},
		})
		if err != nil {
			b.Fatal(err)
		}
		request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if !bytes.Contains(answer.Body.Bytes(), []byte(`"errors":[]`)) {
			b.Fatalf("%d: %s", answer.Code, answer.Body)
		}
	}
	for range warmUp {
		book()
	}
	bookings := rounds * most
	allocations, processor := mallocs(), processorTime(b)
	for range bookings {
		book()
	}
	b.ReportMetric(float64(mallocs()-allocations)/float64(bookings), "allocs/request")
	b.ReportMetric(float64((processorTime(b)-processor).Microseconds())/float64(bookings), "cpu-µs/request")
	b.ReportMetric(0, "ns/op")
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// processorTime is what this process has had of the processors.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
