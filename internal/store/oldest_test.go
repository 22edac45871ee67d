package store_test

import (
	"testing"
	"time"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// An empty queue has no oldest element, which is not an error: a gauge that shows the age would
// otherwise keep the age of the last element.
func TestOldestOfQueues(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s := db.Open(t, store.Options{})
	queues := map[string]func() (*time.Time, error){
		"mail":               func() (*time.Time, error) { return s.OldestMail(t.Context()) },
		"webhook_deliveries": func() (*time.Time, error) { return s.OldestDelivery(t.Context()) },
	}
	for name, oldest := range queues {
		if at, err := oldest(); at != nil || err != nil {
			t.Errorf("%s: got %v and the error %v, want neither", name, at, err)
		}
	}
	noon := time.Date(2030, 3, 4, 12, 0, 0, 0, time.UTC)
	if _, err := db.SQL(t).ExecContext(t.Context(), `
		WITH added AS (INSERT INTO webhooks (url, kinds, student_ids, interviewer_ids, secret, created_at, version, updated_at)
			VALUES ('https://example.org', '{}', '{}', '{}', '', now(), 1, now()) RETURNING id)
		INSERT INTO webhook_deliveries (webhook_id, event_id, kind, position, status, attempts, created_at, next_attempt_at)
			SELECT id, n, '', n, 'PENDING', 0, '2030-03-04T12:00:00Z'::timestamptz + n * interval '1 h', now() FROM added, generate_series(0, 1) AS n;
		INSERT INTO mail (kind, source, recipient_role, recipient_id, status, attempts, created_at, next_attempt_at, result)
			SELECT '', n, 'STUDENT', 1, 'PENDING', 0, '2030-03-04T12:00:00Z'::timestamptz + n * interval '1 h', now(), '' FROM generate_series(0, 1) AS n`); err != nil {
		t.Fatal(err)
	}
	for name, oldest := range queues {
		if at, err := oldest(); err != nil || at == nil || !at.Equal(noon) {
			t.Errorf("%s: got %v and the error %v, want %v", name, at, err, noon)
		}
	}
}
