package booking_test

import (
	"fmt"
	"testing"

	"rehearse/internal/booking"
)

func TestUnknownEnumValuesAreRefused(t *testing.T) {
	t.Parallel()
	booked := interview(1, -1, status(booking.Booked))
	for _, party := range []booking.Party{"", "student", "NOBODY"} {
		t.Run(fmt.Sprintf("party %q", party), func(t *testing.T) {
			t.Parallel()
			after, refused := booked.MarkNoShow(party, now)
			if len(refused) != 1 || refused[0].Code != booking.InvalidInput || refused[0].Field != "party" || after.Status != booking.Booked {
				t.Errorf("status = %s, refusals = %v; want BOOKED and one of the party", after.Status, refused)
			}
		})
	}
	for _, rule := range []booking.WaivableRule{"", "grades", "NONE"} {
		t.Run(fmt.Sprintf("rule %q", rule), func(t *testing.T) {
			t.Parallel()
			refused := booking.Waiver{Rule: rule, Reason: "ill", Uses: 1}.Validate(now)
			if len(refused) != 1 || refused[0].Code != booking.InvalidInput || refused[0].Field != "rule" {
				t.Errorf("refusals = %v, want one of the rule", refused)
			}
		})
	}
	unknown := interview(1, 1, status("UNKNOWN"))
	if _, refused := unknown.Cancel("ill", booking.Actor{Role: booking.RoleAdmin}, booking.DefaultPolicy(), now); len(refused) == 0 {
		t.Error("an interview of an unknown status was cancelled")
	}
	if _, refused := unknown.Complete(booking.Completion{}, now.AddDate(0, 0, 2)); len(refused) == 0 {
		t.Error("an interview of an unknown status was completed")
	}
}
