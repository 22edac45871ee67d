package graph_test

import (
	"testing"

	"rehearse/internal/booking"
)

// offers publish 10:00 to 12:00 UTC on Tuesday 9 June as two slots and return the reasons
// for which a repeated request skips slots.
var offers = map[string]func(s *school, ann string) []string{
	"a window": func(s *school, ann string) []string {
		return s.skippedBy("addAvailability", in{"interviewerId": ann, "start": "2026-06-09T10:00:00Z", "end": "2026-06-09T12:00:00Z"})
	},
	"a weekly rule": func(s *school, ann string) []string {
		return s.skippedBy("addWeeklyAvailability", in{
			"interviewerId": ann, "timeZone": "UTC", "startDate": "2026-06-09", "endDate": "2026-06-09",
			"weekdays": []string{"TUESDAY"}, "startTime": "10:00", "endTime": "12:00",
		})
	},
	"a window of a table": func(s *school, _ string) []string {
		return s.imports("importAvailability", "interviewer,start,end\nann@example.org,2026-06-09T10:00:00Z,2026-06-09T12:00:00Z\n", nil).statuses()
	},
	"a rule of a table": func(s *school, _ string) []string {
		return s.imports("importAvailability", "interviewer,weekdays,startTime,endTime,startDate,endDate,timeZone\n"+
			"ann@example.org,TUESDAY,10:00,12:00,2026-06-09,2026-06-09,UTC\n", nil).statuses()
	},
	"an event": func(s *school, ann string) []string {
		return s.imports("importAvailability", "", in{"interviewerId": ann, "ical": vevents("DTSTART:20260609T100000Z\nDURATION:PT2H")}).statuses()
	},
	"a series of events": func(s *school, ann string) []string {
		return s.imports("importAvailability", "", in{"interviewerId": ann,
			"ical": vevents("DTSTART:20260602T100000Z\nDURATION:PT2H\nRRULE:FREQ=WEEKLY;COUNT=2\nEXDATE:20260602T100000Z")}).statuses()
	},
}

// skippedBy publishes and returns the skipped slots with their reasons.
func (s *school) skippedBy(mutation string, input in) []string {
	var p published
	s.Mutate(mutation, "availability { id } publishedCount skipped { start reason }", input, &p)
	s.Accepted(p.Errors)
	skipped := []string{}
	for _, slot := range p.Skipped {
		skipped = append(skipped, slot.Start[11:16]+" "+slot.Reason)
	}
	return skipped
}

// A repeated request without a key, and a repeated import, do not offer time that the
// interviewer has withdrawn since.
func TestRepeatedRequestsRestoreNoWithdrawnSlots(t *testing.T) {
	t.Parallel()
	takes := map[string]func(s *school, ann, slot string){
		"withdrawn": func(s *school, _, slot string) {
			s.Accepted(s.closing("withdrawSlot", "", in{"slotId": slot}).Errors)
		},
		"cancelled": func(s *school, ann, slot string) {
			id := s.Booked(s.Student(nil), slot)
			s.as(booking.RoleInterviewer, ann, func() { s.Accepted(s.Cancel(id).Errors) })
		},
		"withdrawn while booked, then cancelled": func(s *school, _, slot string) {
			id := s.Booked(s.Student(nil), slot)
			s.Accepted(s.closing("withdrawSlot", "", in{"slotId": slot}).Errors)
			s.Accepted(s.Cancel(id).Errors)
		},
		"blocked": func(s *school, ann, _ string) {
			s.block(ann, in{"start": "2026-06-09T10:00:00Z", "end": "2026-06-09T10:30:00Z"})
		},
	}
	for what, offer := range offers {
		for how, take := range takes {
			t.Run(what+" "+how, func(t *testing.T) {
				t.Parallel()
				s := newSchool(t)
				ann := s.Interviewer(in{"email": "ann@example.org"})
				first := offer(s, ann)
				same(t, "offered slots", s.offered(), []string{"2026-06-09T10:00:00Z", "2026-06-09T11:00:00Z"})
				take(s, ann, s.slotAt("2026-06-09T10:00:00Z"))
				same(t, "offered slots after the withdrawal", s.offered(), []string{"2026-06-09T11:00:00Z"})
				want := []string{"10:00 BLOCKED", "11:00 DUPLICATE"}
				if len(first) > 0 {
					want = []string{"UNCHANGED"}
				}
				before := s.Rows()
				same(t, "answer to the same request again", offer(s, ann), want)
				same(t, "rows", s.Rows(), before)
				s.Sound()
			})
		}
	}
}

// Repeating a window whose slots are all withdrawn is not an error. The time is offered
// if the window is removed and added, or in another window.
func TestOfferingAgainOnPurpose(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(in{"email": "ann@example.org"})
	var data struct {
		Interviewer struct {
			Availability struct{ Nodes []struct{ ID string } }
		}
	}
	hour := in{"interviewerId": ann, "start": "2026-06-09T10:00:00Z", "end": "2026-06-09T11:00:00Z"}
	same(t, "skipped slots of a window", s.skippedBy("addAvailability", hour), []string{})
	s.Accepted(s.closing("withdrawSlot", "", in{"slotId": s.slotAt("2026-06-09T10:00:00Z")}).Errors)
	same(t, "skipped slots of the same window again", s.skippedBy("addAvailability", hour), []string{"10:00 BLOCKED"})
	same(t, "offered slots after the same window again", s.offered(), []string{})
	longer := in{"interviewerId": ann, "start": "2026-06-09T10:00:00Z", "end": "2026-06-09T12:00:00Z"}
	same(t, "skipped slots of a longer window", s.skippedBy("addAvailability", longer), []string{})
	same(t, "offered slots after the longer window", s.offered(), []string{"2026-06-09T10:00:00Z", "2026-06-09T11:00:00Z"})
	s.Accepted(s.closing("withdrawSlot", "", in{"slotId": s.slotAt("2026-06-09T10:00:00Z")}).Errors)
	same(t, "skipped slots of both windows again", [][]string{s.skippedBy("addAvailability", hour), s.skippedBy("addAvailability", longer)},
		[][]string{{"10:00 BLOCKED"}, {"10:00 BLOCKED", "11:00 DUPLICATE"}})
	s.Ask("query($i: ID!) { interviewer(id: $i) { availability { nodes { id } } } }", in{"i": ann}).Into(&data)
	for _, a := range data.Interviewer.Availability.Nodes {
		s.remove(a.ID, nil)
	}
	same(t, "skipped slots of the window removed and added", s.skippedBy("addAvailability", longer), []string{})
	same(t, "offered slots after it was added", s.offered(), []string{"2026-06-09T10:00:00Z", "2026-06-09T11:00:00Z"})
	s.Sound()
}

// An interview that was cancelled after its import is not booked again by the same file.
func TestImportingACancelledInterviewAgain(t *testing.T) {
	t.Parallel()
	for _, bookedAt := range []string{"", "2026-05-20T08:00:00Z"} {
		t.Run(bookedAt, func(t *testing.T) {
			t.Parallel()
			s := newSchool(t)
			s.people([]string{"sam"}, []string{"ann"})
			row := "sam@example.org,ann@example.org,2026-06-09T10:00:00Z,2026-06-09T11:00:00Z,"
			file := historyHeader + row + "BOOKED,,," + bookedAt + "\n"
			first := s.imports("importInterviews", file, nil)
			same(t, "rows of the first import", first.rowLines(), []string{"2 CREATED"})
			s.as(booking.RoleInterviewer, "1", func() { s.Accepted(s.Cancel(*first.Rows[0].ID).Errors) })
			s.SetClock(t0.Add(day))
			before := s.Rows()
			same(t, "rows of the second import", s.imports("importInterviews", file, nil).rowLines(), []string{"2 FAILED status:INVALID_INPUT"})
			same(t, "rows of the database", s.Rows(), before)
			same(t, "rows after another booking", s.imports("importInterviews", historyHeader+
				row+"BOOKED,,,2026-06-01T09:00:00Z\n"+row+"CANCELLED,,,"+bookedAt+"\n", nil).rowLines()[0], "2 CREATED")
			s.Sound()
		})
	}
}

// slotAt returns the slot with this start that is not withdrawn.
func (s *school) slotAt(start string) string {
	s.T.Helper()
	var data struct{ Slots struct{ Nodes []slot } }
	s.Ask("query($t: DateTime!) { slots(filter: {start: $t, status: [OPEN, HELD, BOOKED]}, first: 1) { nodes { id start } } }", in{"t": start}).Into(&data)
	if len(data.Slots.Nodes) != 1 || data.Slots.Nodes[0].Start != start {
		s.T.Fatalf("slots at %s = %v, want one", start, data.Slots.Nodes)
	}
	return data.Slots.Nodes[0].ID
}

// statuses returns the status of each row.
func (i imported) statuses() []string {
	out := []string{}
	for _, row := range i.Rows {
		out = append(out, row.Status)
	}
	return out
}
