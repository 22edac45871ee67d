package graph_test

import (
	"fmt"
	"strings"
	"testing"
)

// vevents returns a calendar of these events, each given as lines.
func vevents(events ...string) string {
	text := "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n"
	for i, e := range events {
		text += fmt.Sprintf("BEGIN:VEVENT\nUID:%d\nDTSTAMP:20260601T000000Z\n%s\nEND:VEVENT\n", i, e)
	}
	return strings.ReplaceAll(text+"END:VCALENDAR\n", "\n", "\r\n")
}

// windowsOf returns the published windows of an interviewer, by start.
func (s *school) windowsOf(interviewer string) []string {
	s.T.Helper()
	rows, err := s.DB.SQL(s.T).QueryContext(s.T.Context(), `SELECT to_char(starts_at AT TIME ZONE 'UTC', 'MM-DD HH24:MI') || to_char(ends_at AT TIME ZONE 'UTC', '-HH24:MI')
		FROM availabilities WHERE interviewer_id = $1 ORDER BY starts_at`, interviewer)
	if err != nil {
		s.T.Fatal(err)
	}
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			s.T.Fatal(err)
		}
		out = append(out, text)
	}
	if err := rows.Err(); err != nil {
		s.T.Fatal(err)
	}
	return out
}

func TestImportCalendar(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(map[string]any{"timeZone": "America/New_York"})
	ical := vevents(
		"DTSTART:20260602T090000Z\nDTEND:20260602T110000Z",                                        // UTC
		"DTSTART;TZID=Europe/Berlin:20260603T090000\nDTEND;TZID=Europe/Berlin:20260603T110000",    // a zone
		"DTSTART:20260604T090000\nDTEND:20260604T110000",                                          // floating: New York
		"DTSTART:20260501T090000Z\nDTEND:20260501T110000Z",                                        // past
		"STATUS:CANCELLED\nDTSTART:20260605T090000Z\nDTEND:20260605T110000Z",                      // cancelled
		"DTSTART:20260103T150000\nDTEND:20260103T160000\nRRULE:FREQ=WEEKLY;UNTIL=20260627T000000", // Saturdays
	)
	ical = strings.Replace(ical, "RRULE", "EXDATE:20260613T150000\r\nRRULE", 1)
	send := map[string]any{"ical": ical, "interviewerId": ann}
	before := s.Rows()
	s.Accepted(s.imports("importAvailability", "", map[string]any{"ical": ical, "interviewerId": ann, "dryRun": true}).Errors)
	same(t, "rows after a dry run", s.Rows(), before)
	done := s.imports("importAvailability", "", send)
	s.Accepted(done.Errors)
	same(t, "rows", done.rowLines(), []string{"4 CREATED", "10 CREATED", "16 CREATED", "35 CREATED", "35 CREATED"})
	same(t, "windows", s.windowsOf(ann), []string{
		"06-02 09:00-11:00", "06-03 07:00-09:00", "06-04 13:00-15:00", "06-06 19:00-20:00", "06-20 19:00-20:00",
	})
	before = s.Rows()
	same(t, "unchanged rows of a second import", s.imports("importAvailability", "", send).Unchanged, 5)
	same(t, "rows", s.Rows(), before)
	s.Sound()
}

func TestImportCalendarOverClockChange(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(map[string]any{"timeZone": "Europe/Berlin"})
	done := s.imports("importAvailability", "", map[string]any{"interviewerId": ann, "slotMinutes": 30, "ical": vevents(
		"DTSTART:20261023T090000\nDTEND:20261023T100000\nRRULE:FREQ=DAILY;COUNT=4",
		"DTSTART:20250101T120000\nDTEND:20250101T130000\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
		"DTSTART:20260101T180000\nDTEND:20260101T190000\nRRULE:FREQ=MONTHLY;BYMONTHDAY=1",
	)})
	s.Accepted(done.Errors)
	same(t, "windows within the horizon", s.windowsOf(ann), []string{
		"06-01 16:00-17:00", "07-01 16:00-17:00", "08-01 16:00-17:00", "09-01 16:00-17:00", "10-01 16:00-17:00",
		"10-23 07:00-08:00", "10-24 07:00-08:00", "10-25 08:00-09:00", "10-26 08:00-09:00", "11-01 17:00-18:00",
	})
	s.Sound()
}

// A moved occurrence has an event of its own, with the same UID.
func TestImportCalendarWithMovedOccurrence(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(map[string]any{"timeZone": "Asia/Kolkata"})
	ical := vevents(
		"DTSTART:20260602T100000\nDTEND:20260602T110000\nRRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260616",
		"RECURRENCE-ID:20260609T100000\nDTSTART:20260610T120000\nDTEND:20260610T130000")
	ical = strings.Replace(ical, "UID:1", "UID:0", 1)
	s.Accepted(s.imports("importAvailability", "", map[string]any{"ical": ical, "interviewerId": ann}).Errors)
	same(t, "windows", s.windowsOf(ann), []string{"06-02 04:30-05:30", "06-10 06:30-07:30", "06-16 04:30-05:30"})
}

func TestImportInvalidCalendar(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	const one = "DTSTART:20260602T090000Z\nDTEND:20260602T110000Z"
	bad := s.imports("importAvailability", "", map[string]any{"interviewerId": ann, "partial": true, "ical": vevents(
		one, one+"\nRRULE:FREQ=SECONDLY", "DTSTART:20260602\nDTEND:20260603T100000Z", "DTSTAMP:20260602T090000Z",
		"DTSTART;TZID=Mars/Base:20260602T090000\nDTEND:20260602T110000", one+"\nRDATE:tomorrow",
		"DTSTART:20260602T130000Z\nDTEND:20260602T120000Z", one+"\nRRULE:nonsense", one+"\nRRULE:FREQ=DAILY\nEXDATE:never",
		one+"\nRRULE:FREQ=YEARLY;BYEASTER=400", one+"\nRRULE:FREQ=DAILY;INTERVAL=-1",
	)})
	same(t, "rows", bad.rowLines(), []string{
		"4 CREATED", "10 FAILED RRULE:INVALID_INPUT", "17 FAILED DTEND:INVALID_INPUT",
		"23 FAILED DTSTART:INVALID_INPUT", "28 FAILED DTSTART:INVALID_INPUT", "34 FAILED RDATE:INVALID_INPUT",
		"41 FAILED DTEND:INVALID_RANGE", "47 FAILED RRULE:INVALID_INPUT", "54 FAILED EXDATE:INVALID_INPUT",
		"62 FAILED RRULE:INVALID_INPUT", "69 FAILED RRULE:INVALID_INPUT",
	})
	for name, set := range map[string]map[string]any{
		"no file":                           {},
		"two files":                         {"csv": "a", "ical": "b", "interviewerId": ann},
		"a calendar without an interviewer": {"ical": vevents(one)},
		"a table with an interviewer":       {"csv": "interviewer,start,end\n", "interviewerId": ann},
		"a text that is no calendar":        {"ical": "hello", "interviewerId": ann},
		"an empty calendar":                 {"ical": "", "interviewerId": ann},
		"a broken calendar":                 {"ical": "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;;=:x\n", "interviewerId": ann},
		"too many windows":                  {"ical": vevents(strings.Repeat(one+"\nRRULE:FREQ=DAILY\nEND:VEVENT\nBEGIN:VEVENT\n", 40) + one), "interviewerId": ann},
	} {
		t.Run(name, func(t *testing.T) {
			same(t, "refusal codes", codes(s.For(t).imports("importAvailability", "", set).Errors), []string{"INVALID_INPUT"})
		})
	}
	same(t, "refusal codes for an unknown interviewer", codes(s.imports("importAvailability", "", map[string]any{"ical": vevents(one), "interviewerId": "99"}).Errors),
		[]string{"NOT_FOUND"})
	s.Sound()
}

// notes returns each row that has a note, as one line.
func (i imported) notes() []string {
	out := []string{}
	for _, row := range i.Rows {
		for _, note := range row.Notes {
			out = append(out, fmt.Sprintf("%d %s %s", row.Line, row.Status, note))
		}
	}
	return out
}

func TestImportCalendarWithOverlappingEvents(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	send := map[string]any{"interviewerId": ann, "ical": vevents(
		"DTSTART:20260602T100000Z\nDTEND:20260602T120000Z", "DTSTART:20260602T110000Z\nDTEND:20260602T130000Z",
		"DTSTART:20260602T100000Z\nDTEND:20260602T120000Z", "DTSTART:20260602T113000Z\nDTEND:20260602T123000Z",
		"DTSTART:20260603T100000Z\nDTEND:20260603T103000Z", "DTSTART;VALUE=DATE:20260604",
	)}
	done := s.imports("importAvailability", "", send)
	s.Accepted(done.Errors)
	same(t, "rows", done.rowLines(), []string{"4 CREATED", "10 CREATED", "16 IGNORED", "22 IGNORED", "28 IGNORED", "34 IGNORED"})
	same(t, "notes", done.notes(), []string{
		"16 IGNORED The event on line 4 has the same time.",
		"22 IGNORED Other slots or blocked time of the interviewer cover the whole event.",
		"28 IGNORED The event lasts 30m0s; at least one slot of 60 minutes is required.",
		"34 IGNORED The event is an all-day event; only events with times are published.",
	})
	before := s.Rows()
	same(t, "unchanged rows of a second import", s.imports("importAvailability", "", send).Unchanged, 2)
	same(t, "rows", s.Rows(), before)
	s.Sound()
}

func TestImportCalendarAllDayBlocks(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(map[string]any{"timeZone": "Europe/Berlin"})
	s.Accepted(s.imports("importAvailability", "", map[string]any{"interviewerId": ann, "ical": vevents(
		"DTSTART:20260603T100000\nDTEND:20260603T120000\nRRULE:FREQ=DAILY;COUNT=3")}).Errors)
	send := map[string]any{"interviewerId": ann, "wholeDayEvents": "BLOCK", "ical": vevents(
		"DTSTART:20260605T120000\nDTEND:20260605T140000", "DTSTART;VALUE=DATE:20260604\nDTEND;VALUE=DATE:20260605",
		"DTSTART;VALUE=DATE:20260604", "DTSTART:20260604T150000\nDTEND:20260604T160000",
	)}
	done := s.imports("importAvailability", "", send)
	s.Accepted(done.Errors)
	same(t, "rows", done.rowLines(), []string{"4 CREATED", "10 CREATED", "16 IGNORED", "21 IGNORED"})
	var open []string
	rows, err := s.DB.SQL(t).QueryContext(t.Context(),
		`SELECT to_char(starts_at AT TIME ZONE 'UTC', 'MM-DD HH24:MI') FROM slots WHERE status = 'OPEN' ORDER BY starts_at`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var at string
		if err := rows.Scan(&at); err != nil {
			t.Fatal(err)
		}
		open = append(open, at)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	same(t, "open slots", open, []string{"06-03 08:00", "06-03 09:00", "06-05 08:00", "06-05 09:00", "06-05 10:00", "06-05 11:00"})
	same(t, "rows of a second import", s.imports("importAvailability", "", send).rowLines(), []string{"4 UNCHANGED", "10 UNCHANGED", "16 UNCHANGED", "21 IGNORED"})
	s.Sound()
}

// Malformed lines that do not affect the time are ignored. Other malformed lines are
// refused with their line number.
func TestBrokenLinesOfCalendars(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(in{"timeZone": "UTC"})
	const hour = "DTSTART:20260605T090000Z\nDURATION:PT1H"
	send := func(s *school, events ...string) imported {
		return s.imports("importAvailability", "", in{"interviewerId": ann, "ical": vevents(events...)})
	}
	for _, test := range []struct {
		name   string
		events []string
		says   string
	}{
		{"an empty RRULE", []string{hour + "\nRRULE:"}, `Line 9: RRULE is ""`},
		{"an empty TZID", []string{"DTSTART;TZID=:20260605T090000\nDURATION:PT1H"}, "Line 7: DTSTART has an empty TZID"},
		{"a SEQUENCE of letters", []string{"SEQUENCE:x\n" + hour}, `Line 7: SEQUENCE is "x"`},
		{"an empty SEQUENCE", []string{"UID:a\nSEQUENCE:\n" + hour, "UID:a\nSEQUENCE:2\n" + hour}, `Line 8: SEQUENCE is ""`},
		{"a SEQUENCE of letters in a cancellation", []string{"UID:a\nSTATUS:CANCELLED\nSEQUENCE:new\n" + hour, "UID:a\nSEQUENCE:2\n" + hour},
			`Line 9: SEQUENCE is "new"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			test.events[0] = strings.Replace(test.events[0], "UID:a\n", "UID:0\n", 1)
			before := s.Rows()
			if got := send(s, test.events...).messages(); !strings.Contains(got, test.says) {
				t.Errorf("messages = %s, want %s", got, test.says)
			}
			same(t, "rows", s.Rows(), before)
		})
	}
	same(t, "rows of a file with other malformed lines", send(s, hour+"\nX-FOO\nORGANIZER\nSUMMARY").rowLines(), []string{"4 CREATED"})
}
