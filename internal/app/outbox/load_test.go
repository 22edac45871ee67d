package outbox_test

import (
	"runtime"
	"testing"
	"time"

	"rehearse/internal/app/outbox"
	"rehearse/internal/mailtest"
	"rehearse/internal/schooltest"
)

// many is the number of events that TestManyEvents drains. BenchmarkMailBacklog drains more.
const many = 1000

// Many events are drained with a few connections and bounded memory.
func TestManyEvents(t *testing.T) {
	t.Parallel()
	var sink mailtest.Sink
	w := worldOn(schooltest.New(t), &mailbox{t: t, Server: sink.Start(t)})
	var payload struct{ Errors []schooltest.Refusal }
	w.Mutate("grantWaiver", "", in{"studentId": w.Student(nil), "rule": "LIMIT", "reason": "hardship"}, &payload)
	w.Accepted(payload.Errors)
	if _, err := w.DB.SQL(t).ExecContext(t.Context(), `INSERT INTO events (at, kind, actor_role, actor_id, request_id, changes, student_id)
		SELECT e.at, e.kind, e.actor_role, e.actor_id, '', e.changes, e.student_id
		FROM events e, generate_series(2, $1::int) WHERE e.kind = 'WAIVER_GRANTED' AND pg_current_xact_id() IS NOT NULL`, many); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	before, most := stats.HeapInuse, stats.HeapInuse
	for n := 0; sink.Messages() < many && n < many; n++ {
		if err := w.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&stats)
		most = max(most, stats.HeapInuse)
	}
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"SENT accepted": many})
	if n := sink.Most(); n > outbox.Connections {
		t.Errorf("%d connections at once, want at most %d", n, outbox.Connections)
	}
	t.Logf("%d messages in %v; the heap of all tests grows from %d to %d KiB", many, time.Since(began), before>>10, most>>10)
	w.Sound()
}
