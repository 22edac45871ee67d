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

// metrics holds the metrics of this package; docs/reference/metrics.md lists them.
type metrics struct {
	registry *prometheus.Registry

	// Operations.
	operations *prometheus.CounterVec   // by type and outcome
	duration   *prometheus.HistogramVec // by type
	inFlight   prometheus.Gauge
	refusals   *prometheus.CounterVec // by code
	deprecated *prometheus.CounterVec // by element of the schema

	// Jobs, by name.
	jobRuns     *prometheus.CounterVec // and by outcome
	jobDuration *prometheus.HistogramVec
	jobSuccess  *prometheus.GaugeVec

	deliveries deliveries // to webhooks
	letters    letters    // e-mail
}

// kinds lists the values of the label type.
var kinds = []string{"query", "mutation", "subscription", "calendar", "unsubscribe", "sign-in", unknownKind}

func newMetrics(o Options) *metrics {
	name := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Namespace: "rehearse", Name: name, Help: help}
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		operations: prometheus.NewCounterVec(name("operations_total",
			"Answered GraphQL requests, reads of calendar feeds, uses of links to unsubscribe and steps of signing in to the desk. `type` is `query`, `mutation`, `subscription`, `calendar` for a feed, `unsubscribe` for a link, `sign-in` for a step of signing in, or `unknown` if there was nothing to execute. `outcome` is `OK`, `REFUSED` if a rule refused a mutation, `CANCELED` if the client disconnected or cancelled the operation, or the code of the first error."), []string{"type", "outcome"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "rehearse", Name: "operation_duration_seconds", Buckets: seconds,
			Help: "The time from the request header to the response. Subscriptions are not included.",
		}, []string{"type"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts(name("requests_in_flight", "Requests in progress."))),
		refusals: prometheus.NewCounterVec(name("refusals_total", "Refusals of mutations by rules."), []string{"code"}),
		deprecated: prometheus.NewCounterVec(name("deprecated_field_uses_total",
			"Operations that use a deprecated field (`Type.name`), argument (`Type.name(argument:)`), input field or enum value. An element that stays at 0 on every server can be removed after its end date."), []string{"field"}),
		jobRuns: prometheus.NewCounterVec(name("job_runs_total", "Jobs that this server ran: `OK`, `FAILED`, or `CANCELED` by a shutdown."), []string{"job", "outcome"}),
		jobDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "rehearse", Name: "job_duration_seconds", Help: "The duration of jobs.", Buckets: seconds,
		}, []string{"job"}),
		jobSuccess: prometheus.NewGaugeVec(prometheus.GaugeOpts(name("job_last_success_timestamp_seconds",
			"The Unix time of the last successful run of the job on this server. Each job runs on one of the servers, so use the maximum.")), []string{"job"}),
		deliveries: newDeliveries(name),
		letters:    newLetters(name),
	}
	m.registry.MustRegister(m.letters.collectors()...)
	m.registry.MustRegister(m.deliveries.collectors()...)
	m.registry.MustRegister(m.operations, m.duration, m.inFlight, m.refusals, m.deprecated, m.jobRuns, m.jobDuration, m.jobSuccess,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	m.declare(o)
	return m
}

var seconds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60}

// declare creates the series that alerts use with the value 0. Otherwise, rate would
// miss the first increment.
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

// ran records a finished job. A cancelled job has not failed.
func (m *metrics) ran(job string, began, ended time.Time, err error) {
	outcome := ok
	switch {
	case errors.Is(err, context.Canceled):
		outcome = canceled
	case err != nil:
		outcome = failed
	default:
		m.jobSuccess.WithLabelValues(job).Set(float64(ended.Unix()))
	}
	m.jobRuns.WithLabelValues(job, outcome).Inc()
	m.jobDuration.WithLabelValues(job).Observe(ended.Sub(began).Seconds())
}

// Register adds collectors of other packages.
func (t *Telemetry) Register(collectors ...prometheus.Collector) error {
	for _, c := range collectors {
		if err := t.metrics.registry.Register(c); err != nil {
			return err
		}
	}
	return nil
}

// Server provides figures that are read at each scrape.
type Server interface {
	Streams() int // open WebSockets and event streams
	AtWork() int  // running operations
	Waiting() int // queued operations
	Shed() int    // operations that timed out in the server's queue
	// ShedOfCallers returns the number of operations that timed out in their caller's
	// queue.
	ShedOfCallers() int
	AnswerMemory() int      // bytes used by responses being built or sent
	AnswerMemoryLimit() int // maximum of AnswerMemory
	// WithoutMemory returns the number of responses abandoned because those to all callers
	// used the memory.
	WithoutMemory() int
	// WithoutMemoryOfCaller returns the number of those abandoned because other responses to
	// the same caller used the caller's share.
	WithoutMemoryOfCaller() int
	// WithoutMemoryAlone returns the number of those that alone exceeded a caller's share.
	WithoutMemoryAlone() int
}

// Look registers the figures of a server.
func (t *Telemetry) Look(s Server) error {
	gauge := func(name, help string, value func() int) error {
		return t.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "rehearse", Name: name, Help: help},
			func() float64 { return float64(value()) }))
	}
	shed := func(limit string, value func() int) error {
		return t.Register(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: "rehearse", Name: "operations_shed_total", ConstLabels: prometheus.Labels{"limit": limit},
			Help: "Queries and mutations that waited too long: `server` if all permits were taken (`UNAVAILABLE`), `caller` if the caller had all that one caller may have (`RATE_LIMITED`).",
		}, func() float64 { return float64(value()) }))
	}
	refused := func(limit string, value func() int) error {
		return t.Register(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: "rehearse", Name: "answers_without_memory_total", ConstLabels: prometheus.Labels{"limit": limit},
			Help: "Responses that were abandoned because memory was exhausted: `server` if all responses together used it (`UNAVAILABLE`), `caller` if the caller's other responses used the caller's share (`RATE_LIMITED`), `answer` if one response exceeded its own limit (`ANSWER_TOO_LARGE`).",
		}, func() float64 { return float64(value()) }))
	}
	return errors.Join(
		gauge("answer_memory_bytes", "Memory of responses that are being built or sent, without the first 64 KiB of each.", s.AnswerMemory),
		gauge("answer_memory_limit_bytes", "The maximum of `rehearse_answer_memory_bytes`.", s.AnswerMemoryLimit),
		refused("server", s.WithoutMemory), refused("caller", s.WithoutMemoryOfCaller), refused("answer", s.WithoutMemoryAlone),
		gauge("streams_open", "Open WebSockets and event streams.", s.Streams),
		gauge("operations_at_work", "Queries and mutations being executed, at most `MAX_OPERATIONS`.", s.AtWork),
		gauge("operations_waiting", "Queries and mutations waiting to be executed.", s.Waiting),
		shed("server", s.Shed), shed("caller", s.ShedOfCallers))
}

// WatchReadiness registers a gauge that calls ready at each scrape.
func (t *Telemetry) WatchReadiness(ready func() bool) error {
	return t.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "rehearse", Name: "ready", Help: "1 if `/readyz` succeeds, otherwise 0. It is checked at each scrape.",
	}, func() float64 {
		if ready() {
			return 1
		}
		return 0
	}))
}

// Metrics returns the handler that Prometheus scrapes.
func (t *Telemetry) Metrics() http.Handler {
	return promhttp.HandlerFor(t.metrics.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(t.options.Log.Handler(), slog.LevelWarn),
	})
}
