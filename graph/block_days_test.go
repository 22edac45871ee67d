package graph_test

import "testing"

func (s *school) block(interviewer string, set in) closed {
	s.T.Helper()
	input := in{"interviewerId": interviewer, "reason": "ill"}
	for key, value := range set {
		input[key] = value
	}
	return s.closing("blockTime", "blocks { id start end reason }", input)
}

// A day is blocked by its date, from midnight to midnight in the interviewer's time zone,
// across changes of the clock.
func TestBlockingWholeDays(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(in{"timeZone": "Europe/Berlin"})
	added := s.weekly(ann, in{"startTime": "00:00", "endTime": "24:00", "slotMinutes": 240})
	s.Accepted(added.Errors)
	tuesday := s.block(ann, in{"date": "2026-06-09"})
	s.Accepted(tuesday.Errors)
	same(t, "blocked time of a day", [2]string{tuesday.Blocks[0].Start, tuesday.Blocks[0].End}, [2]string{"2026-06-08T22:00:00Z", "2026-06-09T22:00:00Z"})
	same(t, "closed slots of a day", ids(tuesday.ClosedSlots), ids(added.Slots[6:12]))
	two := s.block(ann, in{"dates": []string{"2026-06-12", "2026-06-10", "2026-06-12"}})
	s.Accepted(two.Errors)
	same(t, "starts of two blocked days", []string{two.Blocks[0].Start, two.Blocks[1].Start}, []string{"2026-06-09T22:00:00Z", "2026-06-11T22:00:00Z"})
	same(t, "closed slots of two days", len(two.ClosedSlots), 12)

	clocks := s.block(ann, in{"dates": []string{"2026-10-25", "2027-03-28"}})
	s.Accepted(clocks.Errors)
	same(t, "blocked time of a day of 25 hours", [2]string{clocks.Blocks[0].Start, clocks.Blocks[0].End}, [2]string{"2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"})
	same(t, "blocked time of a day of 23 hours", [2]string{clocks.Blocks[1].Start, clocks.Blocks[1].End}, [2]string{"2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"})
	s.Sound()

	apia := s.Interviewer(in{"timeZone": "Pacific/Apia"})
	skipped := s.block(apia, in{"date": "2011-12-30"})
	same(t, "refusal codes of a day that does not exist", codes(skipped.Errors), []string{"INVALID_RANGE"})
	same(t, "path of the refusal", skipped.Errors[0].Path, []string{"input", "date"})
}

// An input blocks either a time or days, not both.
func TestBlockingInOneWay(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	before := s.Rows()
	for _, test := range []struct {
		name  string
		set   in
		field string
	}{
		{"nothing", in{}, "date"},
		{"no dates", in{"dates": []string{}}, "date"},
		{"a date and dates", in{"date": "2026-06-09", "dates": []string{"2026-06-10"}}, "date"},
		{"a date and a range", in{"date": "2026-06-09", "start": "2026-06-09T09:00:00Z", "end": "2026-06-09T10:00:00Z"}, "date"},
		{"a start alone", in{"start": "2026-06-09T09:00:00Z"}, "end"},
		{"an end alone", in{"end": "2026-06-09T09:00:00Z"}, "start"},
		{"a start and dates", in{"start": "2026-06-09T09:00:00Z", "dates": []string{"2026-06-10"}}, "end"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			wantRefusal(t, s.block(ann, test.set).Errors, "INVALID_INPUT", test.field)
		})
	}
	same(t, "rows", s.Rows(), before)
}
