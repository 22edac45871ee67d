// Package telemetry provides metrics for Prometheus, OpenTelemetry traces, and ids in
// the log that link its lines to traces. It records only kinds, codes and names of the
// schema, and never callers, people or values.
package telemetry

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Options configures a Telemetry. Values outside of its lists are counted as other, so
// that requests cannot create new series.
type Options struct {
	Log    *slog.Logger
	Now    func() time.Time
	Traces *Traces // nil disables traces

	Codes      []string // of top-level errors
	Faults     []string // the codes that are server errors
	Refusals   []string
	Deprecated []string
}

// Telemetry observes requests and jobs. It implements the Observer of package gqlhttp.
type Telemetry struct {
	options Options
	metrics *metrics
	queues  queues
}

// New returns a Telemetry with all metrics at zero.
func New(o Options) *Telemetry {
	return &Telemetry{options: o, metrics: newMetrics(o), queues: queues{of: map[*SchoolTelemetry]queue{}}}
}

// request is the state of one observed request.
type request struct {
	method string
	began  time.Time
	span   trace.Span // nil without traces

	mu       sync.Mutex
	kind     string
	status   int
	codes    []string
	refusals []string
}

type requestKey struct{}

// Kinds and outcomes that are not GraphQL terms.
const (
	unknownKind = "unknown" // no operation was found
	ok          = "OK"
	refused     = "REFUSED"
	other       = "OTHER"
	failed      = "FAILED"   // a job
	canceled    = "CANCELED" // a job, by a shutdown
)

// with updates the state of the context's request.
func with(ctx context.Context, change func(*request)) {
	if one, is := ctx.Value(requestKey{}).(*request); is {
		one.mu.Lock()
		defer one.mu.Unlock()
		change(one)
	}
}

// Request starts observing a request. The caller must call done after the response.
func (t *Telemetry) Request(ctx context.Context, r *http.Request) (of context.Context, done func()) {
	one := &request{method: methodOf(r), began: t.options.Now(), kind: unknownKind}
	if t.options.Traces != nil {
		ctx, one.span = t.options.Traces.begin(ctx, r.Header)
	}
	t.metrics.inFlight.Inc()
	ctx = context.WithValue(ctx, requestKey{}, one)
	return ctx, func() { t.end(ctx, one) }
}

// methodOf returns the request's method, or a fixed name for an unknown one, because
// clients can send any word.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodOptions, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return r.Method
	}
	return other
}

func (t *Telemetry) end(ctx context.Context, one *request) {
	one.mu.Lock()
	defer one.mu.Unlock()
	took := t.options.Now().Sub(one.began)
	t.metrics.inFlight.Dec()
	t.metrics.operations.WithLabelValues(one.kind, outcome(one)).Inc()
	if one.kind != "subscription" { // a subscription's duration depends on the client
		t.metrics.duration.WithLabelValues(one.kind).Observe(took.Seconds())
	}
	if one.span != nil {
		one.describe(t.options.Faults)
		one.span.End()
	}
	if t.options.Log.Enabled(ctx, slog.LevelDebug) {
		t.options.Log.DebugContext(ctx, "request", "method", one.method, "status", one.status, "duration", took,
			"operation", one.kind, "codes", one.codes, "refusals", one.refusals)
	}
}

func (one *request) describe(faults []string) {
	one.span.SetAttributes(
		attribute.String("http.request.method", one.method), attribute.Int("http.response.status_code", one.status),
		attribute.String("graphql.operation.type", one.kind))
	if len(one.codes) > 0 {
		one.span.SetAttributes(attribute.StringSlice("rehearse.error.codes", one.codes))
	}
	if len(one.refusals) > 0 {
		one.span.SetAttributes(attribute.StringSlice("rehearse.refusal.codes", one.refusals))
	}
	if slices.ContainsFunc(one.codes, func(code string) bool { return slices.Contains(faults, code) }) {
		one.span.SetStatus(codes.Error, "")
	}
}

// Operation records the kind of the request's operation and the deprecated elements of
// the schema that it uses.
func (t *Telemetry) Operation(ctx context.Context, kind string, deprecated []string) {
	with(ctx, func(one *request) {
		one.kind = kind
		if one.span != nil {
			one.span.SetName(kind)
		}
	})
	for _, element := range deprecated {
		t.metrics.deprecated.WithLabelValues(known(t.options.Deprecated, element)).Inc()
	}
}

// Field starts the span of a root field; done ends it.
func (t *Telemetry) Field(ctx context.Context, object, name string) (of context.Context, done func()) {
	if t.options.Traces == nil {
		return ctx, func() {}
	}
	ctx, span := t.options.Traces.tracer.Start(ctx, object+"."+name)
	return ctx, func() { span.End() }
}

// Refused records that a rule refused a mutation.
func (t *Telemetry) Refused(ctx context.Context, code string) {
	code = known(t.options.Refusals, code)
	t.metrics.refusals.WithLabelValues(code).Inc()
	with(ctx, func(one *request) { one.refusals = append(one.refusals, code) })
}

// Answered records the HTTP status and the codes of the top-level errors.
func (t *Telemetry) Answered(ctx context.Context, status int, codes []string) {
	with(ctx, func(one *request) {
		one.status = status
		for _, code := range codes {
			one.codes = append(one.codes, known(t.options.Codes, code))
		}
	})
}

// Job returns run with observation.
func (t *Telemetry) Job(name string, run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		began := t.options.Now()
		err := run(ctx)
		t.metrics.ran(name, began, t.options.Now(), err)
		return err
	}
}

func known(words []string, word string) string {
	if slices.Contains(words, word) {
		return word
	}
	return other
}
