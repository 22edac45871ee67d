package store_test

import (
	"strings"
	"testing"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// However many events there are, the statements that give new events their positions and dispatch
// them read only the new ones.
func TestNewEventsAreReadFromAnIndex(t *testing.T) {
	t.Parallel()
	const events, maxBuffers = 20_000, 100 // the events fill about 400
	database := pgtest.New(t)
	statements := map[string]*lastStatement{
		"look for events": {}, "assign positions": {}, "dispatch": {},
	}
	parts := map[string]string{
		"look for events": "WITH drawn", "assign positions": "INSERT INTO event_positions", "dispatch": "UPDATE webhook_dispatch",
	}
	s := database.Open(t, store.Options{Tracer: pgtest.Trace(func(text string, args []any) {
		for name, part := range parts {
			if strings.Contains(text, part) {
				statements[name].record(text, args)
			}
		}
	})})
	db := database.SQL(t)
	run := func(statement string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	insert := `INSERT INTO events (at, kind, actor_role, actor_id, request_id, changes)
		SELECT $1, 'DATA_IMPORTED', 'ADMIN', 1, '', '[]' FROM generate_series(1, $2) WHERE pg_current_xact_id() IS NOT NULL`
	run(insert, planned, events)
	run(`INSERT INTO webhooks (url, kinds, student_ids, interviewer_ids, secret, since_event_id, created_at, version, updated_at)
		VALUES ('https://example.org', '{}', '{}', '{}', '', (SELECT max(id) FROM events), $1, 1, $1)`, planned)
	dispatch := func(want int) {
		t.Helper()
		if n, err := s.DispatchEvents(t.Context(), planned); err != nil || n != want {
			t.Fatalf("%d deliveries, %v; want %d", n, err, want)
		}
	}
	dispatch(0)
	run("ANALYZE")
	run("SELECT nextval('events_id_seq')") // a gap
	run(insert, planned, 3)
	dispatch(3)
	for name, statement := range statements {
		for mode, plan := range bothPlans(t, db, statement) {
			if scans := plan.scans(); plan.buffers() > maxBuffers {
				t.Errorf("%s, %s: the plan scans %q and reads %d buffers, want at most %d", name, mode, scans, plan.buffers(), maxBuffers)
			}
		}
	}
	batch, err := s.EventsAfter(t.Context(), booking.EventID(events), store.EventFilter{}, 10)
	if err != nil || len(batch.Events) != 3 {
		t.Errorf("%d events after the first ones, %v; want 3", len(batch.Events), err)
	}
}
