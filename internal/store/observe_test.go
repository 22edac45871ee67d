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

// The errors of Postgres and pgx may repeat a value of the statement.
func TestSpansContainNoValues(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"Postgres": {fmt.Errorf("read: %w", &pgconn.PgError{
			Severity: "ERROR", Code: "22P02", Message: `invalid input syntax for type integer: "planted"`, Detail: "planted",
		}), "22P02"},
		"pgx":      {errors.New(`unable to encode "planted" into binary format`), "not executed"},
		"canceled": {fmt.Errorf("planted: %w", context.Canceled), "context canceled"},
		"timeout":  {fmt.Errorf("planted: %w", context.DeadlineExceeded), "context deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sent := map[string]func(context.Context, statementSpans){
				"alone": func(ctx context.Context, spans statementSpans) {
					ctx = spans.TraceQueryStart(ctx, nil, pgx.TraceQueryStartData{SQL: "SELECT $1", Args: []any{"planted"}})
					spans.TraceQueryEnd(ctx, nil, pgx.TraceQueryEndData{Err: test.err})
				},
				"in a batch": func(ctx context.Context, spans statementSpans) {
					batch := &pgx.Batch{}
					batch.Queue("SELECT $1", "planted")
					ctx = spans.TraceBatchStart(ctx, nil, pgx.TraceBatchStartData{Batch: batch})
					spans.TraceBatchQuery(ctx, nil, pgx.TraceBatchQueryData{SQL: "SELECT $1", Args: []any{"planted"}, Err: test.err})
					spans.TraceBatchEnd(ctx, nil, pgx.TraceBatchEndData{Err: test.err})
				},
			}
			for how, send := range sent {
				t.Run(how, func(t *testing.T) {
					t.Parallel()
					recorder := tracetest.NewSpanRecorder()
					provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
					ctx, _ := provider.Tracer("").Start(t.Context(), "query")
					send(ctx, newStatementSpans(provider))
					var text strings.Builder
					for _, span := range recorder.Ended() {
						fmt.Fprintf(&text, "%+v\n", tracetest.SpanStubFromReadOnlySpan(span))
					}
					if text := text.String(); strings.Contains(text, "planted") || !strings.Contains(text, test.want) || !strings.Contains(text, "SELECT $1") {
						t.Errorf("got the spans %s, want them with %q and the statement, without its values", text, test.want)
					}
				})
			}
		})
	}
}
