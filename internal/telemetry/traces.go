package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Traces exports traces by OTLP over HTTP, in the background.
type Traces struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// StartTraces starts the export of traces. The SDK reads the endpoint and the sampling
// from its OTEL_* variables. Export errors are only logged.
func StartTraces(ctx context.Context, version string, log *slog.Logger) (*Traces, error) {
	otel.SetLogger(logr.FromSlogHandler(log.Handler()))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces cannot be sent", "error", err) }))
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("prepare to send traces: %w", err)
	}
	// Later options override earlier ones: OTEL_SERVICE_NAME and
	// OTEL_RESOURCE_ATTRIBUTES take precedence.
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(
		attribute.String("service.name", "rehearse"), attribute.String("service.version", version)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("read OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	return &Traces{provider: provider, tracer: provider.Tracer("rehearse")}, nil
}

// Provider returns the tracer provider for other packages, or nil if traces are
// disabled.
func (t *Traces) Provider() trace.TracerProvider {
	if t == nil {
		return nil
	}
	return t.provider
}

// Stop exports the remaining spans, until ctx ends.
func (t *Traces) Stop(ctx context.Context, log *slog.Logger) {
	if t == nil {
		return
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		log.Warn("the last traces cannot be sent", "error", err)
	}
}

// begin starts the span of a request as a child of the traceparent header's span. The
// span is named later. The tracestate header is ignored, because it may contain
// anything.
func (t *Traces) begin(ctx context.Context, header http.Header) (context.Context, trace.Span) {
	remote := propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(header))
	if parent := trace.SpanContextFromContext(remote); parent.IsValid() {
		ctx = trace.ContextWithRemoteSpanContext(ctx, parent.WithTraceState(trace.TraceState{}))
	}
	return t.tracer.Start(ctx, "request", trace.WithSpanKind(trace.SpanKindServer))
}
