package telemetry_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rehearse/internal/telemetry"
)

func newTelemetry(log io.Writer) *telemetry.Telemetry {
	now := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	return telemetry.New(telemetry.Options{
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now: func() time.Time {
			now = now.Add(20 * time.Millisecond)
			return now
		},
		Codes: []string{"INTERNAL", "NOT_FOUND"}, Faults: []string{"INTERNAL"}, Refusals: []string{"SLOT_TAKEN"}, Deprecated: []string{"Slot.old"},
	})
}

func scrape(t *testing.T, o *telemetry.Telemetry) string {
	t.Helper()
	answer := httptest.NewRecorder()
	o.Metrics().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return answer.Body.String()
}

func wantLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+text, "\n"+line+"\n") {
			t.Errorf("the line %s is missing in\n%s", line, text)
		}
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	o := newTelemetry(&log)
	request := func(method string, what func(context.Context)) {
		ctx, done := o.Request(t.Context(), httptest.NewRequest(method, "/graphql", nil))
		what(ctx)
		done()
	}
	request(http.MethodPost, func(ctx context.Context) {
		o.Operation(ctx, "mutation", []string{"Slot.old", "planted"})
		o.Refused(ctx, "SLOT_TAKEN")
		o.Refused(ctx, "planted")
		o.Answered(ctx, http.StatusOK, nil)
	})
	request(http.MethodGet, func(ctx context.Context) {
		o.Operation(ctx, "query", nil)
		o.Answered(ctx, http.StatusOK, []string{"NOT_FOUND", "INTERNAL"})
	})
	request("PLANTED", func(ctx context.Context) {
		wantLines(t, scrape(t, o), "rehearse_requests_in_flight 1")
		o.Answered(ctx, http.StatusMethodNotAllowed, []string{"planted"})
	})
	request(http.MethodGet, func(ctx context.Context) { o.Operation(ctx, "subscription", nil) })
	text := scrape(t, o)
	wantLines(t, text,
		`rehearse_operations_total{outcome="REFUSED",type="mutation"} 1`, `rehearse_operations_total{outcome="OK",type="mutation"} 0`,
		`rehearse_operations_total{outcome="NOT_FOUND",type="query"} 1`, `rehearse_operations_total{outcome="INTERNAL",type="query"} 0`,
		`rehearse_operations_total{outcome="OTHER",type="unknown"} 1`, `rehearse_operations_total{outcome="OK",type="subscription"} 1`,
		`rehearse_refusals_total{code="SLOT_TAKEN"} 1`, `rehearse_refusals_total{code="OTHER"} 1`,
		`rehearse_deprecated_field_uses_total{field="Slot.old"} 1`, `rehearse_deprecated_field_uses_total{field="OTHER"} 1`,
		`rehearse_operation_duration_seconds_bucket{type="mutation",le="0.01"} 0`,
		`rehearse_operation_duration_seconds_bucket{type="mutation",le="0.025"} 1`, `rehearse_requests_in_flight 0`)
	if strings.Contains(strings.ToLower(text+log.String()), "planted") || strings.Contains(text, `duration_seconds_count{type="subscription"}`) {
		t.Errorf("the metrics or the log contain client input or a duration of a subscription:\n%s%s", text, &log)
	}
	if !strings.Contains(log.String(), `msg=request method=POST status=200 duration=20ms operation=mutation`) {
		t.Errorf("the log has no line for the request:\n%s", &log)
	}
}

// looked is a server whose metrics all differ.
type looked struct{}

func (looked) Streams() int               { return 1 }
func (looked) AtWork() int                { return 2 }
func (looked) Waiting() int               { return 3 }
func (looked) Shed() int                  { return 4 }
func (looked) ShedOfCallers() int         { return 5 }
func (looked) AnswerMemory() int          { return 6 }
func (looked) AnswerMemoryLimit() int     { return 7 }
func (looked) WithoutMemory() int         { return 8 }
func (looked) WithoutMemoryOfCaller() int { return 9 }
func (looked) WithoutMemoryAlone() int    { return 10 }

func TestServerMetrics(t *testing.T) {
	t.Parallel()
	o := newTelemetry(io.Discard)
	if err := o.Look(looked{}); err != nil {
		t.Fatal(err)
	}
	wantLines(t, scrape(t, o), `rehearse_streams_open 1`, `rehearse_operations_at_work 2`, `rehearse_operations_waiting 3`,
		`rehearse_operations_shed_total{limit="server"} 4`, `rehearse_operations_shed_total{limit="caller"} 5`,
		`rehearse_answer_memory_bytes 6`, `rehearse_answer_memory_limit_bytes 7`, `rehearse_answers_without_memory_total{limit="server"} 8`,
		`rehearse_answers_without_memory_total{limit="caller"} 9`, `rehearse_answers_without_memory_total{limit="answer"} 10`)
}

func TestReadinessMetric(t *testing.T) {
	t.Parallel()
	o := newTelemetry(io.Discard)
	ready := true
	if err := o.WatchReadiness(func() bool { return ready }); err != nil {
		t.Fatal(err)
	}
	wantLines(t, scrape(t, o), `rehearse_ready 1`)
	ready = false
	wantLines(t, scrape(t, o), `rehearse_ready 0`)
}

func TestJobs(t *testing.T) {
	t.Parallel()
	o := newTelemetry(io.Discard)
	run := func(outcome error) {
		t.Helper()
		if err := o.Job("tidy", func(context.Context) error { return outcome })(t.Context()); !errors.Is(err, outcome) {
			t.Errorf("Job returned %v, want %v", err, outcome)
		}
	}
	run(nil)
	run(errors.New("no"))
	run(context.Canceled)
	wantLines(t, scrape(t, o), `rehearse_job_runs_total{job="tidy",outcome="OK"} 1`, `rehearse_job_runs_total{job="tidy",outcome="FAILED"} 1`,
		`rehearse_job_runs_total{job="tidy",outcome="CANCELED"} 1`, `rehearse_job_duration_seconds_count{job="tidy"} 3`,
		`rehearse_job_last_success_timestamp_seconds{job="tidy"} 1.7803008e+09`)
}

func TestRequestIDInLog(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	type key struct{}
	log := slog.New(telemetry.NewLogHandler(slog.NewTextHandler(&text, nil), func(ctx context.Context) string {
		id, _ := ctx.Value(key{}).(string)
		return id
	})).With("a", 1)
	log.InfoContext(context.WithValue(t.Context(), key{}, "seven"), "within")
	log.Info("without")
	lines := strings.Split(text.String(), "\n")
	if !strings.HasSuffix(lines[0], "msg=within a=1 requestId=seven") || !strings.HasSuffix(lines[1], "msg=without a=1") {
		t.Errorf("got the log\n%s", &text)
	}
}
