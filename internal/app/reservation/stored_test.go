package reservation

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/booking"
)

// A stored interview keeps every field except its texts, its link and its student.
func TestStoredInterviewKeepsAllFields(t *testing.T) {
	t.Parallel()
	start, grade := time.Date(2026, 6, 1, 8, 0, 0, 1000, time.UTC), 4
	completed, cancelled, missed := start.Add(time.Hour), start.Add(2*time.Hour), start.Add(3*time.Hour)
	interview := booking.Interview{
		ID: 1, InterviewerID: 2, SlotID: 3, Start: start, End: start.Add(30 * time.Minute), Status: booking.Completed, Grade: &grade,
		NoteShared: true, BookedAt: start.Add(-time.Hour), CompletedAt: &completed, CancelledAt: &cancelled, NoShowAt: &missed,
		Reschedules: 5, Waivers: []booking.WaiverID{6, 7}, Exempt: true,
		Revision: booking.Revision{Version: 8, UpdatedAt: start.Add(4 * time.Hour)},
	}
	fields := reflect.ValueOf(interview)
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Name
		if fields.Field(i).IsZero() && !slices.Contains([]string{"StudentID", "Note", "CancelReason", "MeetingURL", "Intake"}, name) {
			t.Errorf("the test leaves %s empty", name)
		}
	}
	text, err := json.Marshal(newStoredInterview(interview))
	if err != nil {
		t.Fatal(err)
	}
	var response storedInterview
	if err := json.Unmarshal(text, &response); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(interview, response.overlay(booking.Interview{})); diff != "" {
		t.Errorf("interview (-stored +read):\n%s", diff)
	}
}
