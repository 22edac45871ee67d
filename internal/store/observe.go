package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.opentelemetry.io/otel/trace"
)

// Collectors count the connections of the pool, the reads that wait for one of their
// caller's, and the refused bookings that could not be kept.
func (s *Store) Collectors() []prometheus.Collector {
	return []prometheus.Collector{collectors.NewDBStatsCollector(s.pool, "rehearse"), s.lostRefusals, prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "rehearse_reads_waiting", Help: "Reads that wait because their caller uses as many connections as one may."},
		func() float64 { return float64(s.WaitingReads()) })}
}

// WaitingReads returns how many reads wait because others of the same caller use as many
// connections as one caller may.
func (s *Store) WaitingReads() int { return int(s.shares.waiting.Load()) }

// statementSpans makes a span of each statement in a traced request. It has the
// text as it is sent, which holds no values, and of an error its SQLSTATE alone:
// what Postgres and pgx say of one may repeat a value.
// Statements that are sent together have a span around theirs.
type statementSpans struct{ spans *otelpgx.Tracer }

var _ pgx.BatchTracer = statementSpans{}

func newStatementSpans(p trace.TracerProvider) statementSpans {
	return statementSpans{otelpgx.NewTracer(otelpgx.WithTracerProvider(p), otelpgx.WithDisableConnectionDetailsInAttributes())}
}

// TraceQueryStart implements pgx.QueryTracer.
func (s statementSpans) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	data.Args = nil
	return s.spans.TraceQueryStart(ctx, conn, data)
}

// TraceQueryEnd implements pgx.QueryTracer.
func (s statementSpans) TraceQueryEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryEndData) {
	data.Err = bare(data.Err)
	s.spans.TraceQueryEnd(ctx, conn, data)
}

// TraceBatchStart implements pgx.BatchTracer.
func (s statementSpans) TraceBatchStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	return s.spans.TraceBatchStart(ctx, conn, data)
}

// TraceBatchQuery implements pgx.BatchTracer.
func (s statementSpans) TraceBatchQuery(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchQueryData) {
	data.Args, data.Err = nil, bare(data.Err)
	s.spans.TraceBatchQuery(ctx, conn, data)
}

// TraceBatchEnd implements pgx.BatchTracer.
func (s statementSpans) TraceBatchEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchEndData) {
	data.Err = bare(data.Err)
	s.spans.TraceBatchEnd(ctx, conn, data)
}

// bare is an error without the words in it.
func bare(err error) error {
	var pg *pgconn.PgError
	switch {
	case err == nil, errors.Is(err, sql.ErrNoRows):
		return err
	case errors.As(err, &pg):
		return &pgconn.PgError{Severity: pg.Severity, Code: pg.Code, Message: "refused by the database"}
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	default:
		return errors.New("the statement was not executed")
	}
}
