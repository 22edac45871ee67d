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

// Figures are metrics of a server, read from /metrics.
type Figures struct {
	CPUSeconds  float64 `json:"cpuSeconds"`
	MemoryMiB   float64 `json:"memoryMiB"` // resident
	HeapMiB     float64 `json:"heapMiB"`   // in use
	Goroutines  float64 `json:"goroutines"`
	Files       float64 `json:"openFiles"`
	Connections float64 `json:"databaseConnections"`
}

// Server holds the effect of a run on the server.
type Server struct {
	Before Figures `json:"before"`
	Most   Figures `json:"most"` // maxima during the measurement
	After  Figures `json:"after"`
	// Cores is the average number of cores used during the measurement.
	Cores float64 `json:"cores"`
	// CPUMillis is the CPU time per answered request.
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

// watch polls the server's metrics until stop is called. stop returns the maxima, and the CPU
// seconds and the time between the first and the last successful poll.
func watch(ctx context.Context, url string, now func() time.Time) (stop func() (most Figures, cpu float64, during time.Duration)) {
	ctx, cancel := context.WithCancel(ctx)
	var most, first, last Figures
	var began, ended time.Time
	look := func() {
		f, err := scrape(context.WithoutCancel(ctx), url)
		if err != nil {
			return // the server may be overloaded; try again
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
