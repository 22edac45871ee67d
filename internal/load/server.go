package load

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Figures are what a server tells of itself, by its /metrics.
type Figures struct {
	CPUSeconds  float64 `json:"cpuSeconds"`
	MemoryMiB   float64 `json:"memoryMiB"` // resident
	HeapMiB     float64 `json:"heapMiB"`   // in use
	Goroutines  float64 `json:"goroutines"`
	Files       float64 `json:"openFiles"`
	Connections float64 `json:"databaseConnections"`
}

// Server is what a run did to the server.
type Server struct {
	Before Figures `json:"before"`
	Most   Figures `json:"most"` // while it was measured
	After  Figures `json:"after"`
	// Cores is how many it used while it was measured.
	Cores float64 `json:"cores"`
	// CPUMillis is what an answered request cost it.
	CPUMillis float64 `json:"cpuMillisPerOperation"`
}

const (
	scrapeTimeout = 5 * time.Second
	scrapeEvery   = time.Second
)

func scrape(ctx context.Context, url string) (Figures, error) {
	ctx, cancel := context.WithTimeout(ctx, scrapeTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return Figures{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return Figures{}, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return Figures{}, fmt.Errorf("%s responded %s", url, response.Status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(response.Body)
	if err != nil {
		return Figures{}, fmt.Errorf("read %s: %w", url, err)
	}
	value := func(name string) float64 {
		total := 0.0
		for _, m := range families[name].GetMetric() {
			total += m.GetGauge().GetValue() + m.GetCounter().GetValue() + m.GetUntyped().GetValue()
		}
		return total
	}
	const mebi = 1 << 20
	return Figures{
		CPUSeconds: value("process_cpu_seconds_total"),
		MemoryMiB:  value("process_resident_memory_bytes") / mebi, HeapMiB: value("go_memstats_heap_inuse_bytes") / mebi,
		Goroutines: value("go_goroutines"), Files: value("process_open_fds"), Connections: value("go_sql_open_connections"),
	}, nil
}

// watch reads the server's figures again and again until it is told to stop; it
// then answers the most that it has seen, and the CPU seconds and the time from
// the first to the last of its looks.
func watch(ctx context.Context, url string, now func() time.Time) (stop func() (most Figures, cpu float64, during time.Duration)) {
	ctx, cancel := context.WithCancel(ctx)
	var most, first, last Figures
	var began, ended time.Time
	look := func() {
		f, err := scrape(context.WithoutCancel(ctx), url)
		if err != nil {
			return // it may have too much to do, and is asked again
		}
		if ended = now(); began.IsZero() {
			began, first = ended, f
		}
		last = f
		most = Figures{
			CPUSeconds: f.CPUSeconds, MemoryMiB: max(most.MemoryMiB, f.MemoryMiB), HeapMiB: max(most.HeapMiB, f.HeapMiB),
			Goroutines: max(most.Goroutines, f.Goroutines), Files: max(most.Files, f.Files),
			Connections: max(most.Connections, f.Connections),
		}
	}
	var watching sync.WaitGroup
	watching.Go(func() {
		again := time.NewTicker(scrapeEvery)
		defer again.Stop()
		for look(); ctx.Err() == nil; look() {
			select {
			case <-again.C:
			case <-ctx.Done():
			}
		}
	})
	return func() (Figures, float64, time.Duration) {
		cancel()
		watching.Wait()
		return most, last.CPUSeconds - first.CPUSeconds, ended.Sub(began)
	}
}
