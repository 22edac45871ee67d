package booking_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// Two availabilities have the slot of a withdrawn booking. The first one takes it over, so that
// the slot does not close with the second one.
func TestFillRestoresASlotOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	nine := now.Add(25 * time.Hour)
	window := func(id booking.AvailabilityID, hours int) booking.Offered {
		return booking.Offered{Availability: booking.Availability{
			ID: id, InterviewerID: 5, Start: nine, End: nine.Add(time.Duration(hours) * time.Hour), SlotMinutes: 60,
		}}
	}
	free := calendar.Span{Start: nine, End: nine.Add(time.Hour)}
	withdrawn := booking.Slot{ID: 60, InterviewerID: 5, Start: free.Start, End: free.End, Status: booking.SlotBooked, WithdrawWhenFree: true}
	standing := booking.Calendar{Standing: booking.Agenda{withdrawn}}

	got, err := booking.Fill([]calendar.Span{free}, []booking.Offered{window(31, 1), window(32, 2)}, standing, now)
	if err != nil {
		t.Fatal(err)
	}
	restored := map[booking.AvailabilityID][]booking.SlotID{}
	for _, one := range got {
		restored[one.Availability.ID] = one.Restored
	}
	want := map[booking.AvailabilityID][]booking.SlotID{31: {60}}
	if diff := cmp.Diff(want, restored); diff != "" {
		t.Errorf("restored slots by availability (-want +got):\n%s", diff)
	}
}
