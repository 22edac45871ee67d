package store_test

import (
	"fmt"
	"testing"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// A migration normalises old tags to NFC once, while the database is in use. Other tags
// stay unchanged.
func TestMigrateTags(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	db := database.SQL(t)
	exec := func(statement string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	const rows = 2300 // more than two batches
	exec(fmt.Sprintf(`INSERT INTO interviewers (name, name_folded, email, time_zone, created_at, active, tags)
		SELECT 'Ann', 'ann', i || '@example.org', 'UTC', now(), true,
			CASE i %% 3 WHEN 0 THEN '{}' WHEN 1 THEN ARRAY['go', 'sql'] ELSE ARRAY['sql', E'cafe\u0301', E'caf\u00e9'] END::text[]
		FROM generate_series(1, %d) AS i`, rows))
	exec(`INSERT INTO availabilities (interviewer_id, starts_at, ends_at, slot_minutes, created_at, tags)
		SELECT id, now(), now() + interval '1 hour', 60, now(), tags FROM interviewers`)
	for range 2 { // an interrupted migration starts over
		if err := store.MigrateTags(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"interviewers", "availabilities"} {
			var none, unchanged, normalized int
			err := db.QueryRowContext(t.Context(), `SELECT count(*) FILTER (WHERE tags = '{}'), count(*) FILTER (WHERE tags = ARRAY['go', 'sql']),
				count(*) FILTER (WHERE tags = ARRAY[E'caf\u00e9', 'sql']) FROM `+table).Scan(&none, &unchanged, &normalized)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := [3]int{none, unchanged, normalized}, [3]int{766, 767, 767}; got != want {
				t.Errorf("%s: rows without tags, with unchanged tags, with normalized tags = %v, want %v", table, got, want)
			}
		}
	}
}
