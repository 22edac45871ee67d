package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are all that this server counts; docs/operations.md lists them.
type metrics struct {
	registry *prometheus.Registry

	// Operations.
	operations *prometheus.CounterVec   // by type and outcome
	duration   *prometheus.HistogramVec // by type
	inFlight   prometheus.Gauge
	refusals   *prometheus.CounterVec // by code
	deprecated *prometheus.CounterVec // by element of the schema

	// Jobs, by name.
	jobRuns     *prometheus.CounterVec // and outcome
	jobDuration *prometheus.HistogramVec
	jobSuccess  *prometheus.GaugeVec
}

// kinds of operations, with unknownKind all values of the label type.
var kinds = []string{"query", "mutation", "subscription", unknownKind}

func newMetrics(o Options) *metrics {
	name := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Namespace: "rehearse", Name: name, Help: help}
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		operations: prometheus.NewCounterVec(name("operations_total",
			"Operations answered: OK, REFUSED if a rule refused, else the code of the first error."), []string{"type", "outcome"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "rehearse", Name: "operation_duration_seconds", Buckets: seconds,
			Help: "From the request's head to its answer; not of subscriptions.",
		}, []string{"type"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts(name("requests_in_flight", "GraphQL requests not answered yet."))),
		refusals: prometheus.NewCounterVec(name("refusals_total", "Refusals by mutations, each code of each."), []string{"code"}),
		deprecated: prometheus.NewCounterVec(name("deprecated_field_uses_total",
			"Operations that use a deprecated field, argument, input field or enum value."), []string{"field"}),
		jobRuns: prometheus.NewCounterVec(name("job_runs_total", "Jobs worked by this server."), []string{"job", "outcome"}),
		jobDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "rehearse", Name: "job_duration_seconds", Help: "How long a job took.", Buckets: seconds,
		}, []string{"job"}),
		jobSuccess: prometheus.NewGaugeVec(prometheus.GaugeOpts(name("job_last_success_timestamp_seconds",
			"When this server last worked the job without an error.")), []string{"job"}),
	}
	m.registry.MustRegister(m.operations, m.duration, m.inFlight, m.refusals, m.deprecated, m.jobRuns, m.jobDuration, m.jobSuccess,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	m.declare(o)
	return m
}

var seconds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60}

// declare makes the series that alerts look at begin at 0: a rate does not see
// one that is there from 1 on.
func (m *metrics) declare(o Options) {
	for _, kind := range kinds {
		m.operations.WithLabelValues(kind, ok)
		for _, code := range o.Codes {
			m.operations.WithLabelValues(kind, code)
		}
	}
	m.operations.WithLabelValues("mutation", refused)
	for _, code := range o.Refusals {
		m.refusals.WithLabelValues(code)
	}
	for _, element := range o.Deprecated {
		m.deprecated.WithLabelValues(element)
	}
}

func outcome(one *request) string {
	switch {
	case len(one.codes) > 0:
		return one.codes[0]
	case len(one.refusals) > 0:
		return refused
	default:
		return ok
	}
}

// ran counts a job; one that was told to stop has not failed.
func (m *metrics) ran(job string, began, ended time.Time, err error) {
	outcome := ok
	switch {
	case errors.Is(err, context.Canceled):
		outcome = "CANCELED"
	case err != nil:
		outcome = "FAILED"
	default:
		m.jobSuccess.WithLabelValues(job).Set(float64(ended.Unix()))
	}
	m.jobRuns.WithLabelValues(job, outcome).Inc()
	m.jobDuration.WithLabelValues(job).Observe(ended.Sub(began).Seconds())
}

// Register adds what somebody else counts.
func (t *Telemetry) Register(collectors ...prometheus.Collector) error {
	for _, c := range collectors {
		if err := t.metrics.registry.Register(c); err != nil {
			return err
		}
	}
	return nil
}

// Server is what is looked at whenever the metrics are read.
type Server interface {
	Streams() int // WebSockets and event streams that are open
	AtWork() int  // operations that are executed
	Waiting() int // operations that wait for those
	Shed() int    // operations that waited too long for a place of the server
	// ShedOfCallers counts those that waited too long for a place of their caller.
	ShedOfCallers() int
	AnswerMemory() int      // bytes that answers take that are built or sent
	AnswerMemoryLimit() int // bytes that they may take
	// WithoutMemory counts answers given up for want of memory: because the answers of
	// others take it, because those of their caller do, and because they need more
	// than any may take.
	WithoutMemory() (others, own, alone int)
}

// Look adds the figures of a server.
func (t *Telemetry) Look(s Server) error {
	gauge := func(name, help string, value func() int) error {
		return t.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "rehearse", Name: name, Help: help},
			func() float64 { return float64(value()) }))
	}
	shed := func(limit string, value func() int) error {
		return t.Register(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: "rehearse", Name: "operations_shed_total", ConstLabels: prometheus.Labels{"limit": limit},
			Help: "Operations that waited too long to be executed, by the limit that was reached.",
		}, func() float64 { return float64(value()) }))
	}
	refused := func(limit string, value func() int) error {
		return t.Register(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: "rehearse", Name: "answers_without_memory_total", ConstLabels: prometheus.Labels{"limit": limit},
			Help: "Answers that were given up because there was no memory to build them, by the limit that was reached.",
		}, func() float64 { return float64(value()) }))
	}
	return errors.Join(
		gauge("answer_memory_bytes", "Memory that answers take that are built or sent.", s.AnswerMemory),
		gauge("answer_memory_limit_bytes", "Memory that all answers may take together.", s.AnswerMemoryLimit),
		refused("server", func() int { n, _, _ := s.WithoutMemory(); return n }),
		refused("caller", func() int { _, n, _ := s.WithoutMemory(); return n }),
		refused("answer", func() int { _, _, n := s.WithoutMemory(); return n }),
		gauge("streams_open", "WebSockets and event streams that are open.", s.Streams),
		gauge("operations_at_work", "Operations that are executed; subscriptions are not counted.", s.AtWork),
		gauge("operations_waiting", "Operations that wait because as many as may be are executed.", s.Waiting),
		shed("server", s.Shed), shed("caller", s.ShedOfCallers))
}

// Metrics is the page that Prometheus reads.
func (t *Telemetry) Metrics() http.Handler {
	return promhttp.HandlerFor(t.metrics.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(t.options.Log.Handler(), slog.LevelWarn),
	})
}
