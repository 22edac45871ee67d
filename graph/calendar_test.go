package graph_test

import (
	"testing"
	"time"
)

type weekly struct {
	Availability *struct {
		ID, Start string
		End       *string
		Tags      []string
		Weekly    *struct {
			TimeZone, StartDate, StartTime, EndTime string
			EndDate                                 *string
			Weekdays                                []string
			EveryWeeks                              int
		}
	}
	Slots   []slot
	Skipped []struct {
		Start, End, Reason string
		Overlaps           []slot
	}
	UnusedMinutes int
	closed
}

type closed struct {
	ClosedSlots          []slot
	Conflicts, Cancelled []interview
	Blocks               []struct{ ID, Start, End, Reason string }
	Errors               []refused
}

const (
	publishedFields = `availability { id start end tags weekly { timeZone startDate endDate startTime endTime weekdays everyWeeks } }
		slots(first: 500) { id start end status } publishedCount skipped { start end reason overlaps { id } } unusedMinutes `
	closedFields = `closedSlots { id status } conflicts { id status } cancelled { id status cancelReason } `
)

// weekly publishes a rule from 14:00 to 16:00 UTC on every day of the week after t0's;
// set changes the input.
func (s *school) weekly(interviewer string, set in) weekly {
	s.T.Helper()
	input := in{
		"interviewerId": interviewer, "startDate": "2026-06-08", "endDate": "2026-06-14", "startTime": "14:00", "endTime": "16:00",
		"weekdays": []string{"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"},
	}
	for key, value := range set {
		input[key] = value
	}
	var payload weekly
	s.Mutate("addWeeklyAvailability", publishedFields, input, &payload)
	return payload
}

func (s *school) update(availability string, set in) weekly {
	s.T.Helper()
	set["availabilityId"] = availability
	var payload weekly
	s.Mutate("updateAvailability", publishedFields+closedFields, set, &payload)
	return payload
}

func (s *school) closing(mutation, fields string, input in) closed {
	s.T.Helper()
	var payload closed
	s.Mutate(mutation, fields+closedFields, input, &payload)
	return payload
}

func TestTwoToFourEveryDayNextWeek(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(in{"timeZone": "Europe/Berlin"})
	added := s.weekly(ann, nil)
	s.Accepted(added.Errors)
	same(t, "slots of two a day for seven days", len(added.Slots), 14)
	same(t, "starts in the interviewer's time zone", starts(added.Slots[:3]), []string{"2026-06-08T12:00:00Z", "2026-06-08T13:00:00Z", "2026-06-09T12:00:00Z"})
	same(t, "time zone of the rule", added.Availability.Weekly.TimeZone, "Europe/Berlin")
	same(t, "start of the rule", added.Availability.Start, "2026-06-07T22:00:00Z")
	same(t, "end of the rule", added.Availability.End, ptr("2026-06-14T22:00:00Z"))

	before := s.Rows()
	again := s.weekly(ann, nil)
	s.Accepted(again.Errors)
	same(t, "availability of the same rule again", again.Availability.ID, added.Availability.ID)
	same(t, "slots of the same rule again", ids(again.Slots), ids(added.Slots))
	same(t, "rows", s.Rows(), before)
	same(t, "slots listed for a student", len(s.List(s.Student(nil)).Nodes), 14)
	s.Sound()
}

func TestWeeklyShapes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		set    in
		starts []string
		unused int
	}{
		{"some days, every second week", in{"weekdays": []string{"WEDNESDAY"}, "everyWeeks": 2, "endDate": "2026-07-05", "endTime": "15:00"},
			[]string{"2026-06-10T14:00:00Z", "2026-06-24T14:00:00Z"}, 0},
		{"weeks count from that of the first day", in{"startDate": "2026-06-12", "weekdays": []string{"MONDAY"}, "everyWeeks": 2, "endDate": "2026-07-01", "endTime": "15:00"},
			[]string{"2026-06-22T14:00:00Z"}, 0},
		{"gaps, and what is left", in{"endDate": "2026-06-08", "slotMinutes": 30, "gapMinutes": 10},
			[]string{"2026-06-08T14:00:00Z", "2026-06-08T14:40:00Z", "2026-06-08T15:20:00Z"}, 10},
		{"past midnight", in{"endDate": "2026-06-08", "startTime": "23:00", "endTime": "01:00"},
			[]string{"2026-06-08T23:00:00Z", "2026-06-09T00:00:00Z"}, 0},
		{"to the end of the day", in{"endDate": "2026-06-08", "startTime": "23:00", "endTime": "24:00"}, []string{"2026-06-08T23:00:00Z"}, 0},
		{"when the clocks are set back, in elapsed time",
			in{"timeZone": "Europe/Berlin", "startDate": "2026-10-25", "endDate": "2026-10-25", "startTime": "01:00", "endTime": "04:00"},
			[]string{"2026-10-24T23:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"}, 0},
		{"wall-clock time on both sides of a change",
			in{"timeZone": "Europe/Berlin", "startDate": "2026-10-24", "endDate": "2026-10-26", "startTime": "09:00", "endTime": "10:00"},
			[]string{"2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z", "2026-10-26T08:00:00Z"}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			added := s.weekly(s.Interviewer(nil), test.set)
			s.Accepted(added.Errors)
			same(t, "starts", starts(added.Slots), test.starts)
			same(t, "unused minutes", added.UnusedMinutes, test.unused)
		})
	}
}

func TestOpenEndedRuleIsExtended(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	var policy struct{ Errors []refused }
	s.Mutate("updateBookingPolicy", "", in{"publishHorizonDays": 10}, &policy)
	s.Accepted(policy.Errors)
	ann := s.Interviewer(nil)
	added := s.weekly(ann, in{"endDate": nil, "endTime": "15:00"})
	s.Accepted(added.Errors)
	same(t, "starts up to the horizon", starts(added.Slots), []string{"2026-06-08T14:00:00Z", "2026-06-09T14:00:00Z", "2026-06-10T14:00:00Z"})
	same(t, "end of a rule without one", added.Availability.End, (*string)(nil))

	extend := func() (slots int) {
		result, err := s.App.ExtendAvailability(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return result.Slots
	}
	same(t, "slots of an extension on the same day", extend(), 0)
	s.SetClock(t0.Add(2 * day))
	same(t, "slots of an extension two days later", extend(), 2)
	same(t, "slots of a second extension two days later", extend(), 0)
	closed := s.closing("removeAvailability", "", in{"availabilityId": added.Availability.ID})
	s.Accepted(closed.Errors)
	same(t, "closed slots", len(closed.ClosedSlots), 5)
	s.SetClock(t0.Add(9 * day))
	same(t, "slots of an extension after the removal", extend(), 0)
	same(t, "refusal codes of a second removal", codes(s.closing("removeAvailability", "", in{"availabilityId": added.Availability.ID}).Errors), []string{"NOT_FOUND"})

	far := s.weekly(ann, in{"startDate": "2026-08-01", "endDate": nil})
	s.Accepted(far.Errors)
	same(t, "slots of a rule beyond the horizon", len(far.Slots), 0)
	s.Sound()
}

// A rule whose slots all belong to another rule continues where that rule ends.
func TestRuleAfterAnother(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	var policy struct{ Errors []refused }
	s.Mutate("updateBookingPolicy", "", in{"publishHorizonDays": 10}, &policy)
	s.Accepted(policy.Errors)
	ann := s.Interviewer(nil)
	week := s.weekly(ann, in{"endTime": "15:00"}) // until 14 June, published until 10 June
	s.Accepted(week.Errors)
	forever := s.weekly(ann, in{"endTime": "15:00", "endDate": nil})
	s.Accepted(forever.Errors)
	same(t, "slots of the same rule without an end", ids(forever.Slots), ids(week.Slots))
	if forever.Availability.ID == week.Availability.ID {
		t.Error("the open-ended rule has the id of the other")
	}
	s.SetClock(t0.Add(10 * day))
	if _, err := s.App.ExtendAvailability(t.Context()); err != nil {
		t.Fatal(err)
	}
	same(t, "days with a slot before 20 June", len(s.ListIn(s.Student(nil), t0.Add(10*day), t0.Add(30*day)).Nodes), 10)
	s.Sound()
}

func TestUpdatingARule(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	added := s.weekly(s.Interviewer(nil), in{"endDate": "2026-06-10"}) // Monday to Wednesday, 14 and 15 o'clock
	s.Accepted(added.Errors)
	at := func(n int) string { return added.Slots[n].ID }
	booked := s.Booked(student, at(0))

	later := s.update(added.Availability.ID, in{"startTime": "15:00", "endTime": "17:00", "tags": []string{" Go ", "go"}})
	s.Accepted(later.Errors)
	same(t, "ids of the slots kept", []string{later.Slots[0].ID, later.Slots[2].ID, later.Slots[4].ID}, []string{at(1), at(3), at(5)})
	same(t, "closed slots", ids(later.ClosedSlots), []string{at(2), at(4)})
	same(t, "conflicts", later.Conflicts, []interview{{ID: booked, Status: "BOOKED"}})
	same(t, "start of a new slot", starts(later.Slots)[1], "2026-06-08T16:00:00Z")
	same(t, "tags", later.Availability.Tags, []string{"go"})

	harder := s.update(added.Availability.ID, in{"endDate": "2026-06-09", "cancelBooked": true})
	s.Accepted(harder.Errors)
	same(t, "closed slots with the booked one", len(harder.ClosedSlots), 3)
	same(t, "status of the booked interview", harder.Cancelled[0].Status, "CANCELLED")
	same(t, "conflicts", len(harder.Conflicts), 0)
	same(t, "interviews used", s.List(student).Eligibility.InterviewsUsed, 0)

	back := s.update(added.Availability.ID, in{"startTime": "14:00", "endTime": "16:00", "endDate": "2026-06-10"})
	s.Accepted(back.Errors)
	same(t, "starts by the first rule again", starts(back.Slots), starts(added.Slots))
	forever := s.update(added.Availability.ID, in{"endDate": nil})
	s.Accepted(forever.Errors)
	same(t, "end date of null", forever.Availability.Weekly.EndDate, (*string)(nil))
	same(t, "slots up to the horizon", len(forever.Slots), 2*173) // 8 June to 27 November
	same(t, "refusal codes of a start for a rule", codes(s.update(added.Availability.ID, in{"start": "2026-06-08T10:00:00Z"}).Errors), []string{"INVALID_INPUT"})
	s.Sound()
}

func TestUpdatingAWindow(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	first := s.Publish(ann, t0.Add(day), 2*time.Hour, 60)
	other := s.Publish(ann, t0.Add(2*day), time.Hour, 60)
	moved := s.update(first.Availability.ID, in{"end": t0.Add(day + 4*time.Hour).Format(time.RFC3339), "start": t0.Add(day + time.Hour).Format(time.RFC3339)})
	s.Accepted(moved.Errors)
	same(t, "starts", starts(moved.Slots), []string{"2026-06-02T09:00:00Z", "2026-06-02T10:00:00Z", "2026-06-02T11:00:00Z"})
	same(t, "id of the slot kept", moved.Slots[0].ID, first.Slots[1].ID)
	same(t, "closed slots", ids(moved.ClosedSlots), ids(first.Slots[:1]))
	halves := s.update(first.Availability.ID, in{"slotMinutes": 30})
	s.Accepted(halves.Errors)
	same(t, "slots of half the length", len(halves.Slots), 6)
	same(t, "refusal codes of everyWeeks for a window", codes(s.update(first.Availability.ID, in{"everyWeeks": 2}).Errors), []string{"INVALID_INPUT"})
	twin := s.update(other.Availability.ID, in{
		"start": t0.Add(day + time.Hour).Format(time.RFC3339), "end": t0.Add(day + 4*time.Hour).Format(time.RFC3339), "slotMinutes": 30,
	})
	same(t, "refusal codes of a second equal window", codes(twin.Errors), []string{"AVAILABILITY_CONFLICT"})
	s.Sound()
}

func TestBlockingTime(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	ann := s.Interviewer(in{"timeZone": "Europe/Berlin"})
	added := s.weekly(ann, in{"startTime": "10:00", "endTime": "13:00"}) // 08 to 11 in UTC
	s.Accepted(added.Errors)
	booked := s.Booked(student, added.Slots[1].ID) // Monday, 09
	block := func(set in) closed {
		input := in{"interviewerId": ann, "reason": "ill"}
		for key, value := range set {
			input[key] = value
		}
		return s.closing("blockTime", "blocks { id start end reason }", input)
	}
	monday := block(in{"start": "2026-06-08T09:30:00Z", "end": "2026-06-08T10:00:00Z"})
	s.Accepted(monday.Errors)
	same(t, "conflicts", monday.Conflicts, []interview{{ID: booked, Status: "BOOKED"}})
	same(t, "closed slots", len(monday.ClosedSlots), 0)

	days := block(in{"start": "2026-06-09T10:30:00+02:00", "end": "2026-06-09T11:00:00+02:00", "dates": []string{"2026-06-10", "2026-06-12"}})
	s.Accepted(days.Errors)
	same(t, "blocked days", len(days.Blocks), 2)
	same(t, "start of the second block", days.Blocks[1].Start, "2026-06-12T08:30:00Z")
	same(t, "closed slots", ids(days.ClosedSlots), []string{added.Slots[6].ID, added.Slots[12].ID})

	harder := block(in{"start": "2026-06-08T09:30:00Z", "end": "2026-06-08T10:00:00Z", "cancelBooked": true})
	s.Accepted(harder.Errors)
	same(t, "cancel reason", *harder.Cancelled[0].CancelReason, "ill")
	again := s.weekly(ann, in{"startTime": "10:00", "endTime": "13:00"})
	s.Accepted(again.Errors)
	same(t, "slots published beside the blocks", len(again.Slots), 21-3)
	same(t, "skip reason", again.Skipped[1].Reason, "BLOCKED")
	same(t, "refusal codes of a reversed range", codes(block(in{"start": "2026-06-08T09:30:00Z", "end": "2026-06-08T09:00:00Z"}).Errors), []string{"INVALID_RANGE"})
	same(t, "refusal codes of an empty reason", codes(block(in{"start": "2026-06-08T09:30:00Z", "end": "2026-06-08T10:00:00Z", "reason": ""}).Errors), []string{"INVALID_INPUT"})
	same(t, "refusal codes of an unknown interviewer", codes(block(in{"interviewerId": 999, "start": "2026-06-08T09:30:00Z", "end": "2026-06-08T10:00:00Z"}).Errors), []string{"NOT_FOUND"})
	s.Sound()
}

func TestUnblockingTime(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	added := s.weekly(ann, nil)
	s.Accepted(added.Errors)
	s.Accepted(s.closing("withdrawSlot", "", in{"slotId": added.Slots[2].ID}).Errors) // Tuesday, 14
	block := s.closing("blockTime", "blocks { id start end reason }", in{
		"interviewerId": ann, "start": "2026-06-09T00:00:00Z", "end": "2026-06-11T00:00:00Z", "reason": "away",
	})
	s.Accepted(block.Errors)
	same(t, "closed slots", len(block.ClosedSlots), 3)
	var data struct {
		Interviewer struct {
			Blocks struct{ Nodes []struct{ ID, Reason string } }
		}
	}
	s.Ask("query($i: ID!) { interviewer(id: $i) { blocks { nodes { id reason } } } }", in{"i": ann}).Into(&data)
	same(t, "blocks of the interviewer", data.Interviewer.Blocks.Nodes, []struct{ ID, Reason string }{{block.Blocks[0].ID, "away"}})

	var back struct {
		Slots  []slot
		Errors []refused
	}
	s.Mutate("unblockTime", "slots { id start status }", in{"blockId": block.Blocks[0].ID}, &back)
	s.Accepted(back.Errors)
	same(t, "starts of the slots that open again", starts(back.Slots),
		[]string{"2026-06-09T15:00:00Z", "2026-06-10T14:00:00Z", "2026-06-10T15:00:00Z"})
	same(t, "slots listed for a student", len(s.List(s.Student(nil)).Nodes), 13)
	s.Mutate("unblockTime", "slots { id }", in{"blockId": block.Blocks[0].ID}, &back)
	same(t, "refusal codes of a second removal", codes(back.Errors), []string{"NOT_FOUND"})
	s.Sound()
}

// A rule cannot be changed to one without future windows, but it can be ended.
func TestUpdatingARuleToNothing(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	added := s.weekly(s.Interviewer(nil), nil) // from Monday 8 June to Sunday 14 June
	before := s.Rows()
	for name, set := range map[string]in{
		"no such day":          {"weekdays": []string{"FRIDAY"}, "endDate": "2026-06-09"},
		"wholly in the past":   {"startDate": "2026-05-01", "endDate": "2026-05-20"},
		"only in another week": {"startDate": "2026-06-02", "everyWeeks": 2, "weekdays": []string{"MONDAY"}, "endDate": "2026-06-14"},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.For(t)
			same(t, "refusal codes", codes(s.update(added.Availability.ID, set).Errors), []string{"INVALID_RANGE"})
		})
	}
	same(t, "rows", s.Rows(), before)
	ended := s.update(added.Availability.ID, in{"endDate": "2026-06-08"})
	s.Accepted(ended.Errors)
	same(t, "slots of a rule that ends earlier", len(ended.Slots), 2)
	s.SetClock(t0.Add(8 * day))
	s.Accepted(s.update(added.Availability.ID, in{"endDate": "2026-06-08"}).Errors)
	s.Sound()
}

func TestWithdrawingASlot(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	added := s.weekly(s.Interviewer(nil), nil)
	s.Accepted(added.Errors)
	withdraw := func(slot string, cancel bool) closed {
		return s.closing("withdrawSlot", "", in{"slotId": slot, "cancelBooked": cancel})
	}
	first := withdraw(added.Slots[0].ID, false)
	s.Accepted(first.Errors)
	same(t, "closed slots", first.ClosedSlots, []slot{{ID: added.Slots[0].ID, Status: "WITHDRAWN"}})
	same(t, "closed slots of a second withdrawal", len(withdraw(added.Slots[0].ID, false).ClosedSlots), 0)
	same(t, "refusal codes of booking a withdrawn slot", codes(s.Book(student, added.Slots[0].ID).Errors), []string{"SLOT_WITHDRAWN"})
	edited := s.update(added.Availability.ID, in{"endTime": "17:00"})
	s.Accepted(edited.Errors)
	same(t, "first slot of the edited rule", edited.Slots[0].ID, added.Slots[1].ID)

	booked := s.Booked(student, added.Slots[1].ID)
	same(t, "conflicts of withdrawing a booked slot", withdraw(added.Slots[1].ID, false).Conflicts, []interview{{ID: booked, Status: "BOOKED"}})
	same(t, "interviews cancelled by withdrawing a booked slot", len(withdraw(added.Slots[1].ID, true).Cancelled), 1)
	same(t, "refusal codes of an unknown slot", codes(withdraw("999999", false).Errors), []string{"NOT_FOUND"})
	s.SetClock(t0.Add(20 * day))
	same(t, "refusal codes of a past slot", codes(withdraw(added.Slots[5].ID, false).Errors), []string{"SLOT_IN_PAST"})
	s.Sound()
}

func TestOverlapsNameTheConflicts(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	standing := s.Publish(ann, time.Date(2026, 6, 9, 14, 30, 0, 0, time.UTC), time.Hour, 60)
	added := s.weekly(ann, in{"endDate": "2026-06-10"})
	s.Accepted(added.Errors)
	same(t, "slots published", len(added.Slots), 4)
	same(t, "slots skipped", len(added.Skipped), 2)
	for _, skipped := range added.Skipped {
		same(t, "skip reason", skipped.Reason, "OVERLAP")
		same(t, "slots in the way", ids(skipped.Overlaps), ids(standing.Slots))
	}
	s.Sound()
}

func TestFiltersOfTheList(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	ann := s.Interviewer(in{"tags": []string{"Go", "senior"}})
	bob := s.Interviewer(nil)
	a := s.Slot(ann, day)
	b := s.Slot(bob, 2*day)
	tagged := s.weekly(bob, in{"endDate": "2026-06-08", "endTime": "15:00", "tags": []string{"go"}})
	list := func(arguments string) []string {
		var data struct{ AvailableSlots available }
		s.Ask(`query($s: ID!) { availableSlots(studentId: $s, start: "2026-06-01T00:00:00Z", end: "2026-07-01T00:00:00Z"`+
			arguments+`) { nodes { id } totalCount emptyReasons { code } } }`, in{"s": student}).Into(&data)
		same(t, "total of "+arguments, data.AvailableSlots.TotalCount, len(data.AvailableSlots.Nodes))
		return ids(data.AvailableSlots.Nodes)
	}
	c := tagged.Slots[0].ID
	same(t, "slots without a filter", list(""), []string{a, b, c})
	same(t, "slots of one interviewer", list(", interviewerIds: ["+bob+"]"), []string{b, c})
	same(t, "slots of two interviewers", list(", interviewerIds: ["+bob+", "+ann+"]"), []string{a, b, c})
	same(t, "slots of an unknown interviewer", list(", interviewerIds: [999]"), []string{})
	same(t, "slots by a tag of the interviewer or the window", list(`, tags: ["go"]`), []string{a, c})
	same(t, "slots by a tag in upper case", list(`, tags: [" GO "]`), []string{a, c})
	same(t, "slots by two tags", list(`, tags: ["go", "senior"]`), []string{a})
	same(t, "slots by a tag and an interviewer", list(`, tags: ["go"], interviewerIds: [`+bob+`]`), []string{c})
	same(t, "an empty tag", s.Ask(`{ availableSlots(studentId: `+student+`, start: "2026-06-01T00:00:00Z", end: "2026-07-01T00:00:00Z", tags: [""]) { totalCount } }`, nil).Code(), "BAD_USER_INPUT")
}

func TestBadCalendarInput(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	before := s.Rows()
	for _, test := range []struct {
		name        string
		set         in
		code, field string
	}{
		{"no weekdays", in{"weekdays": []string{}}, "INVALID_INPUT", "weekdays"},
		{"an unknown zone", in{"timeZone": "Mars/Base"}, "INVALID_INPUT", "timeZone"},
		{"reversed dates", in{"endDate": "2026-06-07"}, "INVALID_RANGE", "endDate"},
		{"no length", in{"endTime": "14:00"}, "INVALID_RANGE", "endTime"},
		{"shorter than a slot", in{"endTime": "14:59"}, "INVALID_RANGE", "endTime"},
		{"every 0 weeks", in{"everyWeeks": 0}, "INVALID_INPUT", "everyWeeks"},
		{"every 53 weeks", in{"everyWeeks": 53}, "INVALID_INPUT", "everyWeeks"},
		{"a gap of -1", in{"gapMinutes": -1}, "INVALID_INPUT", "gapMinutes"},
		{"slots of 5 minutes", in{"slotMinutes": 5}, "INVALID_INPUT", "slotMinutes"},
		{"an empty tag", in{"tags": []string{" "}}, "INVALID_INPUT", "tags"},
		{"nobody", in{"interviewerId": 999}, "NOT_FOUND", "interviewerId"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			wantRefusal(t, s.weekly(ann, test.set).Errors, test.code, test.field)
		})
	}
	for name, set := range map[string]in{
		"a nonexistent day":  {"startDate": "2026-02-30"},
		"a time for a day":   {"startDate": "2026-06-08T00:00:00Z"},
		"a nonexistent time": {"startTime": "25:00"},
		"seconds":            {"startTime": "14:00:00"},
		"a number":           {"startTime": 14},
		"an unknown weekday": {"weekdays": []string{"FUNDAY"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.For(t)
			input := in{
				"interviewerId": ann, "startDate": "2026-06-08", "weekdays": []string{"MONDAY"}, "startTime": "14:00", "endTime": "16:00",
			}
			for key, value := range set {
				input[key] = value
			}
			code := s.Ask(`mutation($i: AddWeeklyAvailabilityInput!) { addWeeklyAvailability(input: $i) { errors { code } } }`, in{"i": input}).Code()
			same(t, "error code", code, "BAD_USER_INPUT")
		})
	}
	same(t, "rows", s.Rows(), before)
}
