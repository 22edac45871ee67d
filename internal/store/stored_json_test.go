package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// The changes of events have a fixed format. Rows with unknown keys are read.
func TestStoredFormatOfChanges(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	s, db := d.Open(t, store.Options{}), d.SQL(t)
	at := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	var limit *int
	changes := booking.Changes{}.Add("status", "BOOKED", "COMPLETED").Add("interviewLimit", limit, 3)
	inTx(t, s, func(tx *store.Tx) (store.Nothing, error) {
		return store.Nothing{}, tx.AppendEvents(t.Context(), booking.Event{At: at, Kind: booking.StudentUpdated, Changes: changes},
			booking.Event{At: at, Kind: booking.StudentCreated})
	})
	rows, err := db.QueryContext(t.Context(), "SELECT changes::text FROM events ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var stored []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		stored = append(stored, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`[{"after": "COMPLETED", "field": "status", "before": "BOOKED"}, {"after": 3, "field": "interviewLimit", "before": null}]`, `[]`,
	}
	if diff := cmp.Diff(want, stored); diff != "" {
		t.Errorf("stored changes (-want +got):\n%s", diff)
	}

	if _, err := db.ExecContext(t.Context(), `INSERT INTO events (at, kind, actor_role, actor_id, request_id, changes, policy_version)
		SELECT at, kind, actor_role, actor_id, request_id, '[{"field": "status", "before": "BOOKED", "after": "CANCELLED", "reason": 1}]', policy_version
		FROM events ORDER BY id LIMIT 1`); err != nil {
		t.Fatal(err)
	}
	events, _, err := s.Events(t.Context(), store.EventFilter{}, store.Page{First: 10})
	if err != nil || len(events) != 3 {
		t.Fatalf("got %d events, %v; want 3", len(events), err)
	}
	if diff := cmp.Diff([]booking.Change(changes), events[0].Changes); diff != "" {
		t.Errorf("changes that were read (-want +got):\n%s", diff)
	}
	if c := events[2].Changes; len(c) != 1 || c[0].Field != "status" || string(c[0].Before) != `"BOOKED"` || string(c[0].After) != `"CANCELLED"` {
		t.Errorf("changes with an unknown key = %s", c)
	}
}
