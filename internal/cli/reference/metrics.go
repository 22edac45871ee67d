package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"rehearse/internal/gqlhttp"
	"rehearse/internal/store"
	"rehearse/internal/telemetry"
)

func metricsPage() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, generated, "the metrics that the server registers")
	b.WriteString("# Metrics\n\n" +
		prose("`/metrics` uses the Prometheus text format. Labels contain names from the schema and the program, never values from "+
			"clients. [Monitor](../how-to/monitor.md) recommends alerts. [Error codes](errors.md) explains the codes in `outcome` and `code`.") +
		"| metric | type | labels | meaning |\n|---|---|---|---|\n")
	metrics, err := registered()
	if err != nil {
		return nil, err
	}
	for _, m := range metrics {
		if strings.HasPrefix(m.Name, "rehearse_") || strings.HasPrefix(m.Name, "go_sql_") {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.Name, m.Type, list(m.Labels), m.Help)
		}
	}
	b.WriteString("\nAll other `go_*` metrics, and `process_*`, are the standard metrics of the Go runtime, the process and the version (`go_build_info`).\n")
	return b.Bytes(), nil
}

// registered describes the metrics of a server that has answered a request and run a job. It
// needs no database.
func registered() ([]telemetry.Metric, error) {
	words := gqlhttp.NewVocabulary()
	t := telemetry.New(telemetry.Options{
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Time{} },
		Codes: words.Codes, Faults: words.Faults, Refusals: words.Refusals, Deprecated: words.Deprecated,
	})
	collectors, err := store.CollectorsWithoutDatabase()
	if err != nil {
		return nil, err
	}
	if err := t.Register(collectors...); err != nil {
		return nil, err
	}
	if err := errors.Join(t.Look(idle{}), t.WatchReadiness(func() bool { return true })); err != nil {
		return nil, err
	}
	ctx, done := t.Request(context.Background(), &http.Request{Method: http.MethodPost})
	t.Operation(ctx, "query", []string{"Query.old"})
	done()
	if err := t.Job("job", func(context.Context) error { return nil })(ctx); err != nil {
		return nil, err
	}
	return t.Describe()
}

// idle is a telemetry.Server that does nothing.
type idle struct{}

func (idle) Streams() int               { return 0 }
func (idle) AtWork() int                { return 0 }
func (idle) Waiting() int               { return 0 }
func (idle) Shed() int                  { return 0 }
func (idle) ShedOfCallers() int         { return 0 }
func (idle) AnswerMemory() int          { return 0 }
func (idle) AnswerMemoryLimit() int     { return 0 }
func (idle) WithoutMemory() int         { return 0 }
func (idle) WithoutMemoryOfCaller() int { return 0 }
func (idle) WithoutMemoryAlone() int    { return 0 }
