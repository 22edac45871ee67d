package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.opentelemetry.io/otel/trace"
)

// Collectors returns the metrics of the connection pool, of the reads that wait for
// their caller's share, of the refused bookings that could not be recorded, of the clock, and
// of what is in memory.
func (s *Store) Collectors() []prometheus.Collector {
	gauge := func(name, help string, value func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	return append(s.standby.collectors(), []prometheus.Collector{
		collectors.NewDBStatsCollector(s.pool, "rehearse"), s.lostRefusals, s.lists, s.logReads, s.through.standIn.reads,
		gauge("rehearse_reads_waiting", "Reads that wait because their caller uses as many database connections as one caller may.", s.WaitingReads),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "rehearse_clock_skew_seconds",
			Help: "How far the clock of this server is ahead of that of Postgres, at the last check of `/readyz`; negative if it is behind.",
		}, func() float64 { return s.ClockSkew().Seconds() }),
		gauge("rehearse_open_slots_in_memory", "Open slots that are in memory. At 0, all lists are read from Postgres.", s.SlotsInMemory),
	}...)
}

// newLists returns a counter of the lists of open slots by what answered them.
func newLists() *prometheus.CounterVec {
	lists := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rehearse_slot_lists_total", Help: "Lists of open slots, by the source of the response: `memory` or `postgres`.",
	}, []string{"source"})
	for _, source := range []string{fromMemory, fromPostgres} { // 0 is a value
		lists.WithLabelValues(source)
	}
	return lists
}

// newLogReads returns a counter of the reads of the change log.
func newLogReads() prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{
		Name: "rehearse_change_log_reads_total", Help: "Reads of the change log. One read serves all lists that wait for it.",
	})
}

const fromMemory, fromPostgres = "memory", "postgres"

// CollectorsWithoutDatabase returns the Collectors of a store that never connects, for the
// reference of the metrics.
func CollectorsWithoutDatabase() ([]prometheus.Collector, error) {
	config, err := parseDSN("postgres://127.0.0.1/rehearse")
	if err != nil {
		return nil, err
	}
	s, err := New(stdlib.OpenDB(*config), Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	return s.Collectors(), nil
}

// WaitingReads returns the number of reads that wait because their caller already uses
// its maximum number of connections to the primary or to the standby.
func (s *Store) WaitingReads() int {
	waiting := s.through.shares.waiting.Load()
	if s.standby != nil {
		waiting += s.standby.shares.waiting.Load()
	}
	return int(waiting)
}

// statementSpans traces each statement as a span. A span has the statement's text, which
// contains no values, and only the SQLSTATE of an error, because the messages of
// Postgres and pgx may repeat values. The statements of a batch share a parent span.
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

// bare returns the error without its message, which may contain values.
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
