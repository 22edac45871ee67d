//go:build unix

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A client that hangs up is counted as such. It is no fault in the metrics, and the log has no
// error and no warning about it.
func TestClientHangsUp(t *testing.T) {
	t.Parallel()
	database, env := externalSchool(t)
	r := start(t, newDataFolder(t), append(env, "OPERATION_TIMEOUT=1h")...)
	defer lockStudents(t, database)()
	for kind, document := range map[string]string{
		"query":    "{ students { totalCount } }",
		"mutation": `mutation { bookSlot(input: {studentId: 101, slotId: 1}) { errors { code } } }`,
	} {
		ctx, hangUp := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.askUntil(ctx, document) }()
		database.AwaitLockWaits(t, 1, "students")
		hangUp()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v before the client hung up", kind, err)
		}
		r.awaitMetric(`rehearse_operations_total{outcome="CANCELED",type="` + kind + `"} 1`)
	}
	_, metrics := r.get("/metrics")
	for _, fault := range []string{"INTERNAL", "TIMEOUT", "UNAVAILABLE"} {
		for _, kind := range []string{"query", "mutation"} {
			mustContain(t, "the metrics", metrics, `rehearse_operations_total{outcome="`+fault+`",type="`+kind+`"} 0`)
		}
	}
	for _, level := range []string{"level=ERROR", "level=WARN"} {
		if log := r.stderr.String(); strings.Contains(log, level) {
			t.Errorf("the log contains %s:\n%s", level, log)
		}
	}
}

// askUntil sends a document until ctx ends.
func (r *running) askUntil(ctx context.Context, document string) error {
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+r.address+"/graphql", strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// awaitMetric polls the metrics until they contain the line.
func (r *running) awaitMetric(line string) {
	r.t.Helper()
	for late := time.After(time.Minute); ; {
		_, metrics := r.get("/metrics")
		if strings.Contains(metrics, line+"\n") {
			return
		}
		select {
		case <-late:
			r.t.Fatalf("the metrics lack %q:\n%s", line, metrics)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
