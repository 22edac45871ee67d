package load

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Result is the result of a run.
type Result struct {
	Loop    string  `json:"loop"` // open or closed
	Clients int     `json:"clients,omitempty"`
	Offered float64 `json:"rate,omitempty"` // requests per second of the open loop
	Mix     string  `json:"mix"`
	Seed    uint64  `json:"seed"`
	Seconds float64 `json:"seconds"` // measured time

	Operations []Operation `json:"operations"`
	All        Latency     `json:"all"`    // answered requests
	Failed     Latency     `json:"failed"` // errors and unanswered requests
	Unsent     int         `json:"unsent"` // dropped because too many were in flight
	Example    string      `json:"exampleOfAnError,omitempty"`
	// LeftBehind is the number of bookings and holds that could not be cleaned up.
	LeftBehind int `json:"leftBehind"`

	Server      *Server `json:"server,omitempty"`
	ServerError string  `json:"serverError,omitempty"` // why the server's metrics are missing
}

// Operation holds the results of one kind of request: the latency of answered requests, and
// the others by code.
type Operation struct {
	Name string `json:"name"`
	Latency
	Refusals  map[string]int `json:"refusals,omitempty"`
	Errors    map[string]int `json:"errors,omitempty"`
	Transport map[string]int `json:"transportErrors,omitempty"`
	Shed      int            `json:"shed"` // included in the errors
}

// Latency is a count of requests and their latency in milliseconds.
type Latency struct {
	Count int64   `json:"count"`
	Rate  float64 `json:"perSecond"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p99.9"`
	Max   float64 `json:"max"`
}

func latencyOf(h *hdrhistogram.Histogram, seconds float64) Latency {
	millis := func(percentile float64) float64 { return float64(h.ValueAtPercentile(percentile)) / 1000 }
	l := Latency{
		Count: h.TotalCount(), P50: millis(50), P90: millis(90), P99: millis(99), P999: millis(99.9), Max: float64(h.Max()) / 1000,
	}
	if seconds > 0 {
		l.Rate = float64(l.Count) / seconds
	}
	return l
}

func (r *run) result() *Result {
	until := r.end
	if r.ended.Before(until) {
		until = r.ended
	}
	seconds := max(0, until.Sub(r.measured).Seconds())
	result := &Result{
		Loop: "closed", Clients: r.Clients, Mix: r.Mix.String(), Seed: r.Seed, Seconds: seconds,
		All: latencyOf(r.recorder.all, seconds), Failed: latencyOf(r.recorder.failed, seconds),
		Unsent: r.recorder.unsent, Example: r.recorder.example,
	}
	if r.Rate > 0 {
		result.Loop, result.Clients, result.Offered = "open", 0, r.Rate
	}
	for _, kind := range kinds {
		t := r.recorder.tallies[kind]
		if t.answered.TotalCount() == 0 && len(t.errors) == 0 && len(t.transport) == 0 {
			continue
		}
		result.Operations = append(result.Operations, Operation{
			Name: kind, Latency: latencyOf(t.answered, seconds),
			Refusals: t.refusals, Errors: t.errors, Transport: t.transport, Shed: t.shed,
		})
	}
	return result
}

// Errors returns the number of failed requests. Refusals by a booking rule are not failures.
// Shed requests are, unless allowShed is set.
func (r *Result) Errors(allowShed bool) int {
	n := 0
	for _, o := range r.Operations {
		for _, counts := range []map[string]int{o.Errors, o.Transport} {
			for _, count := range counts {
				n += count
			}
		}
		if allowShed {
			n -= o.Shed
		}
	}
	return n
}

// WriteJSON writes the result as JSON.
func (r *Result) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// WriteTable writes the result as a table.
func (r *Result) WriteTable(w io.Writer) error {
	loop := fmt.Sprintf("closed loop, %d clients", r.Clients)
	if r.Loop == "open" {
		loop = fmt.Sprintf("open loop, %g a second", r.Offered)
	}
	fmt.Fprintf(w, "%s, %s, seed %d, %.1f s measured; times in ms\n\n", loop, r.Mix, r.Seed, r.Seconds)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tcount\tper second\tp50\tp90\tp99\tp99.9\tmax\t")
	row := func(name string, l Latency) {
		fmt.Fprintf(table, "%s\t%d\t%.1f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t\n", name, l.Count, l.Rate, l.P50, l.P90, l.P99, l.P999, l.Max)
	}
	for _, o := range r.Operations {
		row(o.Name, o.Latency)
	}
	row("all", r.All)
	if r.Failed.Count > 0 {
		row("failed", r.Failed)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, o := range r.Operations {
		r.writeCounts(w, o.Name+" refused", o.Refusals)
		r.writeCounts(w, o.Name+" failed", o.Errors)
		r.writeCounts(w, o.Name+" not answered", o.Transport)
	}
	return r.writeRest(w)
}

func (*Result) writeCounts(w io.Writer, what string, counts map[string]int) {
	if len(counts) == 0 {
		return
	}
	var parts []string
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", code, counts[code]))
	}
	fmt.Fprintf(w, "%s: %s\n", what, strings.Join(parts, ", "))
}

func (r *Result) writeRest(w io.Writer) error {
	if r.Example != "" {
		fmt.Fprintf(w, "such as %s\n", r.Example)
	}
	if r.Unsent > 0 {
		fmt.Fprintf(w, "not sent, because too many were in flight: %d\n", r.Unsent)
	}
	if r.LeftBehind > 0 {
		fmt.Fprintf(w, "left behind: %d bookings or holds could not be cancelled\n", r.LeftBehind)
	}
	if r.Server == nil {
		_, err := fmt.Fprintf(w, "server: no metrics: %s\n", r.ServerError)
		return err
	}
	s := r.Server
	fmt.Fprintf(w, "server: %.2f cores, %.2f ms of CPU for each answered request\n", s.Cores, s.CPUMillis)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tmemory MiB\theap MiB\tgoroutines\tfiles\tconnections\t")
	for _, row := range []struct {
		name string
		Figures
	}{{"before", s.Before}, {"at most", s.Most}, {"after", s.After}} {
		fmt.Fprintf(table, "%s\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t\n",
			row.name, row.MemoryMiB, row.HeapMiB, row.Goroutines, row.Files, row.Connections)
	}
	return table.Flush()
}
