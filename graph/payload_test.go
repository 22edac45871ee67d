package graph_test

import "testing"

// The payload of publishing and closing can cover a whole calendar. A request reads the
// first items of each list, and the total.
func TestListsOfPayloads(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	rule := s.weekly(ann, in{"endDate": nil, "slotMinutes": 60})
	s.Accepted(rule.Errors)
	var added struct {
		Slots, All                   []slot
		Skipped                      []struct{ Reason string }
		PublishedCount, SkippedCount int
		Errors                       []refused
	}
	s.Mutate("addWeeklyAvailability", `slots { id } all: slots(first: 400) { id } publishedCount skipped(first: 3) { reason } skippedCount `, in{
		"interviewerId": ann, "startDate": "2026-06-08", "startTime": "14:00", "endTime": "17:00",
		"weekdays": []string{"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"},
	}, &added)
	s.Accepted(added.Errors)
	const days = 173 // 8 June to 27 November
	same(t, "slots by default", len(added.Slots), 50)
	same(t, "slots with first 400", len(added.All), 400)
	same(t, "published count", added.PublishedCount, 3*days)
	same(t, "skipped slots", len(added.Skipped), 3)
	same(t, "skipped count", added.SkippedCount, 2*days)

	booked := s.Booked(s.Student(nil), rule.Slots[0].ID)
	var removed struct {
		ClosedSlots, KeptSlots                                             []slot
		Conflicts                                                          []interview
		ClosedCount, KeptCount, OpenedCount, ConflictCount, CancelledCount int
		Errors                                                             []refused
	}
	s.Mutate("removeAvailability", "closedSlots(first: 1) { id } keptSlots(first: 2) { id } conflicts { id } "+
		"closedCount keptCount openedCount conflictCount cancelledCount ", in{"availabilityId": rule.Availability.ID}, &removed)
	s.Accepted(removed.Errors)
	same(t, "closed and kept count", [2]int{removed.ClosedCount, removed.KeptCount}, [2]int{0, 2 * days})
	same(t, "kept slots, conflicts and conflict count", []int{len(removed.KeptSlots), len(removed.Conflicts), removed.ConflictCount}, []int{2, 0, 0})
	s.Accepted(s.Cancel(booked).Errors)
	s.Sound()
}

// A list of a payload is priced by its limit. An operation with too many items is refused
// before it is executed.
func TestListsOfPayloadsHaveCosts(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	before := s.Rows()
	for _, first := range []string{"0", "-1", "501"} {
		t.Run("first "+first, func(t *testing.T) {
			a := s.For(t).Ask(`mutation($i: AddAvailabilityInput!) { addAvailability(input: $i) { slots(first: `+first+`) { id } } }`, in{
				"i": in{"interviewerId": ann, "start": "2026-06-08T10:00:00Z", "end": "2026-06-08T12:00:00Z"}})
			a.WantError("BAD_USER_INPUT", "slots")
		})
	}
	within := s.Ask(`mutation($i: AddAvailabilityInput!) { addAvailability(input: $i) { slots(first: 500) { interviewer { slots(first: 480) { nodes { id } } } } } }`, in{
		"i": in{"interviewerId": ann, "start": "2026-06-08T10:00:00Z", "end": "2026-06-08T12:00:00Z"}})
	same(t, "error code of lists within lists", within.Code(), "QUERY_TOO_COMPLEX")
	same(t, "rows", s.Rows(), before)
}
