package booking_test

import (
	"testing"

	"rehearse/internal/booking"
)

// TestUnknownEnumValuesAreRefused tests that values outside an enum are refused.
func TestUnknownEnumValuesAreRefused(t *testing.T) {
	t.Parallel()
	booked := interview(1, -1, status(booking.Booked))
	for _, party := range []booking.Party{"", "student", "NOBODY"} {
		after, refused := booked.MarkNoShow(party, now)
		if len(refused) != 1 || refused[0].Code != booking.InvalidInput || refused[0].Field != "party" || after.Status != booking.Booked {
			t.Errorf("party %q: %s, refused with %v", party, after.Status, refused)
		}
	}
	for _, rule := range []booking.WaivableRule{"", "grades", "NONE"} {
		refused := booking.Waiver{Rule: rule, Reason: "ill", Uses: 1}.Validate(now)
		if len(refused) != 1 || refused[0].Code != booking.InvalidInput || refused[0].Field != "rule" {
			t.Errorf("rule %q: refused with %v", rule, refused)
		}
	}
	unknown := interview(1, 1, status("UNKNOWN"))
	if _, refused := unknown.Cancel("ill", booking.Actor{Role: booking.RoleAdmin}, booking.DefaultPolicy(), now); len(refused) == 0 {
		t.Error("an interview of an unknown status was cancelled")
	}
	if _, refused := unknown.Complete(booking.Completion{}, now.AddDate(0, 0, 2)); len(refused) == 0 {
		t.Error("an interview of an unknown status was completed")
	}
}
