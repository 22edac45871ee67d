package graph_test

import (
	"testing"
	"time"
)

// A booked slot that its interviewer has withdrawn opens again after a cancellation if another
// availability covers it, whichever way that availability was published.
func TestPublishingRestoresAWithdrawnBooking(t *testing.T) {
	t.Parallel()
	const email = "ann@example.org"
	start := onDay2(10, 0)
	for _, row := range []struct {
		name    string
		publish func(s *school, interviewer string)
	}{
		{"addAvailability", func(s *school, interviewer string) { s.Publish(interviewer, start, time.Hour, 60) }},
		{"importAvailability", func(s *school, _ string) {
			imported := s.imports("importAvailability", "interviewer,start,end,slotMinutes\n"+
				email+","+stamp(start)+","+stamp(start.Add(time.Hour))+",60\n", nil)
			same(s.T, "rows", imported.rowLines(), []string{"2 CREATED"})
		}},
		{"importAvailability, in a rule", func(s *school, _ string) {
			imported := s.imports("importAvailability", "interviewer,weekdays,startTime,endTime,startDate,endDate,timeZone,slotMinutes\n"+
				email+",TUESDAY,10:00,11:00,2026-06-02,2026-06-02,UTC,60\n", nil)
			same(s.T, "rows", imported.rowLines(), []string{"2 CREATED"})
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			ann := s.Interviewer(in{"email": email})
			withdrawn := s.Publish(ann, start.Add(-time.Hour), 3*time.Hour, 60).Slots[1].ID
			interview := s.Booked(s.Student(nil), withdrawn)
			s.Accepted(s.closing("withdrawSlot", "", in{"slotId": withdrawn}).Errors)

			row.publish(s, ann)
			s.Sound()
			var cancelled struct{ Errors []refused }
			s.Mutate("cancelInterview", "", in{"interviewId": interview, "reason": "ill"}, &cancelled)
			s.Accepted(cancelled.Errors)

			bookable := s.List(s.Student(nil)).Nodes
			same(t, "bookable slots", starts(bookable), []string{stamp(start.Add(-time.Hour)), stamp(start), stamp(start.Add(time.Hour))})
			same(t, "second slot", bookable[1].ID, withdrawn)
			s.Sound()
		})
	}
}

// A booked slot that its interviewer has withdrawn stays withdrawn if the window that it was
// published in is imported again.
func TestImportKeepsAWithdrawal(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(in{"email": "ann@example.org"})
	withdrawn := s.Publish(ann, onDay2(10, 0), time.Hour, 60).Slots[0].ID
	interview := s.Booked(s.Student(nil), withdrawn)
	s.Accepted(s.closing("withdrawSlot", "", in{"slotId": withdrawn}).Errors)

	file := "interviewer,start,end,slotMinutes\nann@example.org," + stamp(onDay2(10, 0)) + "," + stamp(onDay2(11, 0)) + ",60\n"
	same(t, "rows", s.imports("importAvailability", file, nil).rowLines(), []string{"2 UNCHANGED"})
	var cancelled struct{ Errors []refused }
	s.Mutate("cancelInterview", "", in{"interviewId": interview, "reason": "ill"}, &cancelled)
	s.Accepted(cancelled.Errors)
	same(t, "bookable slots", s.offered(), []string{})
	s.Sound()
}
