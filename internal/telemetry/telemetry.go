// Package telemetry is what operators look through: metrics for Prometheus,
// traces by OpenTelemetry, and in the log the ids that join its lines to them.
// It is told kinds, codes and names of the schema. Nothing in it says who asked,
// for whom, or with which words.
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

// Options of a Telemetry. The words are all that it counts under: any other is
// counted as other, so that no request can make a series of its own.
type Options struct {
	Log    *slog.Logger
	Now    func() time.Time
	Traces *Traces // nil for none

	Codes      []string // of top-level errors
	Faults     []string // those of them that are not the client's doing
	Refusals   []string
	Deprecated []string
}

// Telemetry looks on while requests are answered and jobs run: it is the
// Observer of package gqlhttp.
type Telemetry struct {
	options Options
	metrics *metrics
}

// New has counted nothing yet.
func New(o Options) *Telemetry { return &Telemetry{options: o, metrics: newMetrics(o)} }

// request is what became of one.
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

// Kinds and outcomes that are no words of GraphQL.
const (
	unknownKind = "unknown" // nothing was found to execute
	ok          = "OK"
	refused     = "REFUSED"
	other       = "OTHER"
)

// with changes what is known of the request that ctx belongs to.
func with(ctx context.Context, change func(*request)) {
	if one, is := ctx.Value(requestKey{}).(*request); is {
		one.mu.Lock()
		defer one.mu.Unlock()
		change(one)
	}
}

// Request begins to look at a request; done is called when it is answered.
func (t *Telemetry) Request(ctx context.Context, r *http.Request) (of context.Context, done func()) {
	one := &request{method: methodOf(r), began: t.options.Now(), kind: unknownKind}
	if t.options.Traces != nil {
		ctx, one.span = t.options.Traces.begin(ctx, r.Header)
	}
	t.metrics.inFlight.Inc()
	ctx = context.WithValue(ctx, requestKey{}, one)
	return ctx, func() { t.end(ctx, one) }
}

// methodOf is a method that is known by name: a client may send any word.
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
	if one.kind != "subscription" { // it lasts as long as its client likes
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

// Operation: the request asks for one of a kind, which uses deprecated elements
// of the schema.
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

// Field begins the work for a root field; done ends it.
func (t *Telemetry) Field(ctx context.Context, object, name string) (of context.Context, done func()) {
	if t.options.Traces == nil {
		return ctx, func() {}
	}
	ctx, span := t.options.Traces.tracer.Start(ctx, object+"."+name)
	return ctx, func() { span.End() }
}

// Refused: a rule said no to a mutation.
func (t *Telemetry) Refused(ctx context.Context, code string) {
	code = known(t.options.Refusals, code)
	t.metrics.refusals.WithLabelValues(code).Inc()
	with(ctx, func(one *request) { one.refusals = append(one.refusals, code) })
}

// Answered: with an HTTP status, and the codes of the top-level errors.
func (t *Telemetry) Answered(ctx context.Context, status int, codes []string) {
	with(ctx, func(one *request) {
		one.status = status
		for _, code := range codes {
			one.codes = append(one.codes, known(t.options.Codes, code))
		}
	})
}

// Job is a job's work, looked at.
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
