package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// What Postgres and pgx say of an error may repeat a value that was sent.
func TestSpansOfStatementsHoldNoValues(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		says string
	}{
		"Postgres": {fmt.Errorf("read: %w", &pgconn.PgError{
			Severity: "ERROR", Code: "22P02", Message: `invalid input syntax for type integer: "planted"`, Detail: "planted",
		}), "22P02"},
		"pgx":       {errors.New(`unable to encode "planted" into binary format`), "not executed"},
		"cancelled": {fmt.Errorf("planted: %w", context.Canceled), "context canceled"},
		"late":      {fmt.Errorf("planted: %w", context.DeadlineExceeded), "context deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recorder := tracetest.NewSpanRecorder()
			provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
			ctx, _ := provider.Tracer("").Start(t.Context(), "query")
			tracer := newStatementSpans(provider)
			ctx = tracer.TraceQueryStart(ctx, nil, pgx.TraceQueryStartData{SQL: "SELECT $1", Args: []any{"planted"}})
			tracer.TraceQueryEnd(ctx, nil, pgx.TraceQueryEndData{Err: test.err})
			if len(recorder.Ended()) != 1 {
				t.Fatalf("%d spans have ended", len(recorder.Ended()))
			}
			text := fmt.Sprintf("%+v", tracetest.SpanStubFromReadOnlySpan(recorder.Ended()[0]))
			if strings.Contains(text, "planted") || !strings.Contains(text, test.says) || !strings.Contains(text, "SELECT $1") {
				t.Errorf("the span is %s", text)
			}
		})
	}
}
