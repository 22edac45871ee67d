package store_test

import (
	"os"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// Rows that predate revisions get version 1 and their last known time, and no server is
// notified.
func TestRevisionsOfExistingRows(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s, sql := db.Open(t, store.Options{}), db.SQL(t)
	at := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	later, last := at.Add(time.Hour), at.Add(2*time.Hour)
	window := booking.Availability{ID: 1, InterviewerID: 1, Start: at, End: later, SlotMinutes: 60, CreatedAt: at, RemovedAt: &later}
	slot := booking.Slot{ID: 1, InterviewerID: 1, Start: at, End: later, Status: booking.SlotWithdrawn}
	interviews := make([]booking.Interview, 3)
	for i := range interviews {
		interviews[i] = booking.NewInterview(1, slot, at)
		interviews[i].ID, interviews[i].Status, interviews[i].CancelledAt = booking.InterviewID(i+1), booking.Cancelled, &at
	}
	interviews[1].CancelledAt = &later
	interviews[2].Status, interviews[2].CancelledAt, interviews[2].CompletedAt = booking.Completed, nil, &last
	inTx(t, s, func(tx *store.Tx) (store.Nothing, error) {
		for _, load := range []error{
			tx.LoadStudents(t.Context(), []booking.Student{
				{ID: 1, StudentDetails: booking.StudentDetails{Name: "Ada", Email: "ada@example.org", TimeZone: "UTC"}, CreatedAt: at},
				{ID: 2, StudentDetails: booking.StudentDetails{Name: "Bob", Email: "bob@example.org", TimeZone: "UTC"}, CreatedAt: later},
			}),
			tx.LoadInterviewers(t.Context(), []booking.Interviewer{
				{ID: 1, InterviewerDetails: booking.InterviewerDetails{Name: "Ann", Email: "ann@example.org", TimeZone: "UTC"}, CreatedAt: at},
			}),
			tx.LoadAvailabilities(t.Context(), []booking.Availability{window}),
			tx.LoadSlots(t.Context(), []store.LoadedSlot{{Slot: slot, AvailabilityID: 1}}),
			tx.LoadInterviews(t.Context(), interviews),
		} {
			if load != nil {
				return store.Nothing{}, load
			}
		}
		return store.Nothing{}, nil
	})
	migration, err := os.ReadFile("migrations/00021_revisions.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"students", "interviewers", "availabilities", "interviews"} {
		if _, err := sql.ExecContext(t.Context(), "ALTER TABLE "+table+" DROP COLUMN version, DROP COLUMN updated_at"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := sql.ExecContext(t.Context(), string(migration)); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]time.Time{
		"students WHERE id = 1": at, "students WHERE id = 2": later, "interviewers WHERE id = 1": at, "availabilities WHERE id = 1": later,
		"interviews WHERE id = 1": at, "interviews WHERE id = 2": later, "interviews WHERE id = 3": last,
	} {
		var version int
		var updated time.Time
		if err := sql.QueryRowContext(t.Context(), "SELECT version, updated_at FROM "+query).Scan(&version, &updated); err != nil {
			t.Fatal(err)
		}
		if version != 1 || !updated.Equal(want) {
			t.Errorf("%s: version = %d, updated_at = %v; want 1, %v", query, version, updated, want)
		}
	}
}
