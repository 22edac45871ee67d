package transfer_test

import (
	"encoding/json"
	"testing"

	"rehearse/internal/app/transfer"
	"rehearse/internal/booking"
)

// The digests of stored keys depend on these texts. If one changes, no request with a key can be
// repeated across the upgrade.
func TestKeyedInputs(t *testing.T) {
	t.Parallel()
	csv, ical, key, by, exempt := "name,email", "BEGIN:VCALENDAR", "k", booking.InterviewerID(7), true
	for _, test := range []struct {
		name, want string
		input      transfer.KeyedInput
	}{
		{"people", `["name,email",true]`, transfer.KeyedTable{Mutation: "importStudents", CSV: csv, Partial: true}},
		{"interviews", `["name,email",false,true]`, transfer.KeyedTable{Mutation: "importInterviews", CSV: csv, Exempt: &exempt}},
		{"a table of availability", `{"csv":"name,email","wholeDayEvents":"SKIP","slotMinutes":60,"dryRun":false,"partial":true,"idempotencyKey":"k"}`,
			transfer.KeyedAvailability{CSV: &csv, WholeDayEvents: "SKIP", SlotMinutes: 60, Partial: true, Key: &key}},
		{"a calendar", `{"ical":"BEGIN:VCALENDAR","interviewerId":7,"wholeDayEvents":"BLOCK","slotMinutes":30,"dryRun":false,"partial":false,"idempotencyKey":"k"}`,
			transfer.KeyedAvailability{ICal: &ical, InterviewerID: &by, WholeDayEvents: "BLOCK", SlotMinutes: 30, Key: &key}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got, err := json.Marshal(test.input); string(got) != test.want || err != nil {
				t.Errorf("got %s, %v; want %s", got, err, test.want)
			}
		})
	}
}
