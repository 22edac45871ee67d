package store_test

import (
	"os"
	"strings"
	"testing"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// An upgrade shares the rooms of a school that has rooms, in each version of its policy, and
// not those of other schools.
func TestMigrateMeetingLinks(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("migrations/00037_meeting_links.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, up, _ := strings.Cut(string(text), "-- +goose Up")
	for name, test := range map[string]struct {
		room   any
		shared bool
	}{"rooms": {"https://meet.example.org/ann", true}, "no rooms": {nil, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := pgtest.New(t)
			s, db := database.Open(t, store.Options{}), database.SQL(t)
			exec := func(statement string, args ...any) {
				t.Helper()
				if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
					t.Fatalf("%s: %v", statement, err)
				}
			}
			exec("ALTER TABLE interviews DROP COLUMN meeting_url")
			exec("ALTER TABLE booking_policy DROP COLUMN meeting_url_template, DROP COLUMN share_meeting_rooms")
			exec("INSERT INTO booking_policy_versions SELECT 2, now(), to_jsonb(p) || '{\"version\": 2}' FROM booking_policy p")
			exec("UPDATE booking_policy SET version = 2")
			exec(`INSERT INTO interviewers (name, name_folded, email, time_zone, created_at, active, meeting_url)
				VALUES ('Ann', 'ann', 'ann@example.org', 'UTC', now(), true, $1)`, test.room)
			exec(up)

			policy, err := s.Policy(t.Context())
			if err != nil || policy.MeetingURLTemplate != "" || policy.ShareMeetingRooms != test.shared {
				t.Errorf("policy = %+v, %v; want no template, and rooms shared: %t", policy, err, test.shared)
			}
			var versions, same int
			err = db.QueryRowContext(t.Context(), `SELECT count(*), count(*) FILTER (WHERE
				(v.policy - 'version') @> jsonb_build_object('share_meeting_rooms', $1::boolean, 'meeting_url_template', ''))
				FROM booking_policy_versions v`, test.shared).Scan(&versions, &same)
			if err != nil || versions != 2 || same != 2 {
				t.Errorf("%d of %d versions have the new settings (%v), want 2 of 2", same, versions, err)
			}
			if _, err := db.ExecContext(t.Context(), "DELETE FROM booking_policy_versions"); err == nil {
				t.Error("the versions of the policy can be deleted, want them to be append-only")
			}
		})
	}
}
