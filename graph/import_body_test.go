package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rehearse/internal/booking"
)

const importCalendarMutation = `mutation($id: ID!, $ical: String!) {
	importAvailability(input: {interviewerId: $id, ical: $ical}) { created failed rows { status notes } errors { message } }
}`

// largeCalendar is a calendar of 6 MB: years of events, of which the last ten are
// to come.
func largeCalendar() string {
	var text strings.Builder
	text.WriteString("BEGIN:VCALENDAR\nVERSION:2.0\n")
	description := strings.Repeat("an agenda that somebody wrote;\\n", 11)
	for n := range 14_000 {
		start, rule := "20240105T090000Z", ""
		switch {
		case n >= 13_990:
			start = fmt.Sprintf("202606%02dT090000Z", n-13_990+2)
		case n%3 == 0:
			rule = "RRULE:FREQ=WEEKLY;COUNT=50\n"
		}
		fmt.Fprintf(&text, "BEGIN:VEVENT\nUID:%d\nDTSTART:%s\nDURATION:PT1H\n%sDESCRIPTION:%s\nEND:VEVENT\n", n, start, rule, description)
	}
	text.WriteString("END:VCALENDAR\n")
	return text.String()
}

func TestImportOfALargeBody(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.interviewer(nil)
	ical := largeCalendar()
	if len(ical) < 6_000_000 {
		t.Fatalf("the calendar has %d bytes", len(ical))
	}
	send := map[string]any{"id": ann, "ical": ical}
	done := s.ask(importCalendarMutation, send)
	same(t, "status", done.status, 200)
	var payload struct{ ImportAvailability struct{ Created, Failed int } }
	if err := json.Unmarshal(done.Data, &payload); err != nil {
		t.Fatal(err)
	}
	same(t, "created, failed", payload.ImportAvailability, struct{ Created, Failed int }{10, 0})

	for name, row := range map[string]struct {
		document string
		size     int
		says     string
	}{
		"more than an import":  {importCalendarMutation, 8 << 20, "the 8388608 bytes allowed"},
		"no import":            {`query($id: ID!) { interviewer(id: $id) { id } }`, 300 << 10, "more than 262144 are allowed"},
		"an import and others": {strings.Replace(importCalendarMutation, "{\n", "{ releaseHold(input: {holdId: $id}) { errors { code } }\n", 1), 300 << 10, "more than 262144 are allowed"},
	} {
		refused := s.ask(row.document, map[string]any{"id": ann, "ical": strings.Repeat(" ", row.size)})
		same(t, name, refused.status, 413)
		if !strings.Contains(refused.body, row.says) || len(refused.body) > 1000 {
			t.Errorf("%s: %.300s", name, refused.body)
		}
	}
	for _, role := range []booking.Role{booking.RoleStudent, booking.RoleInterviewer, ""} {
		s.act(role, 1)
		refused := s.ask(importCalendarMutation, map[string]any{"id": ann, "ical": strings.Repeat(" ", 300<<10)})
		same(t, "as "+string(role), refused.status, 413)
		if !strings.Contains(refused.body, "the 262144 bytes allowed") {
			t.Errorf("as %q: %.300s", role, refused.body)
		}
	}
}

func TestALargeBodyCosts(t *testing.T) {
	t.Parallel()
	s := limited(t, 2000, 10)
	ann := s.interviewer(nil)
	few := s.ask(importCalendarMutation, map[string]any{"id": ann, "ical": strings.Repeat(" ", 300<<10)})
	same(t, "44 KiB beyond what is free cost 11 points", few.status, 200)
	many := s.ask(importCalendarMutation, map[string]any{"id": ann, "ical": strings.Repeat(" ", 7<<20)})
	same(t, "6912 KiB cost 1728 points", many.status, 429)
}
