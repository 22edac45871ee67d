package pgtest

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Trace is called with every statement that a store sends, alone or in a batch, and its
// arguments. Use it as store.Options.Tracer.
type Trace func(statement string, args []any)

var _ pgx.BatchTracer = Trace(nil)

// TraceQueryStart implements pgx.QueryTracer.
func (t Trace) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	t(data.SQL, data.Args)
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (Trace) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart implements pgx.BatchTracer.
func (t Trace) TraceBatchStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	for _, queued := range data.Batch.QueuedQueries {
		t(queued.SQL, queued.Arguments)
	}
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer.
func (Trace) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd implements pgx.BatchTracer.
func (Trace) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}
