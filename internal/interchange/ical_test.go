package interchange_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/calendar"
	"rehearse/internal/interchange"
)

// calendarNow is a Monday. The horizon of the tests is 180 days later.
var calendarNow = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)

func calendarOptions() interchange.CalendarOptions {
	return interchange.CalendarOptions{
		Interviewer: "ann@example.org", Zone: time.UTC, SlotMinutes: 15, MaxWindows: 500,
		Within: calendar.Span{Start: calendarNow, End: calendarNow.AddDate(0, 0, 180)},
	}
}

// readLines reads a calendar and describes each row in a line, such as "0602T1000-1100" for a
// window on 2 June, "BLOCK 0603T0000-0604T0000" for blocked time, or "4 FAILED" with the
// line number and the message.
func readLines(t *testing.T, text string, o interchange.CalendarOptions) []string {
	t.Helper()
	lines, _ := readCounting(t, text, o)
	return lines
}

// readCounting is like readLines, but also returns the steps used.
func readCounting(t *testing.T, text string, o interchange.CalendarOptions) (lines []string, steps int) {
	t.Helper()
	rows, refused, steps := interchange.ReadCalendarCounting([]byte(text), o)
	lines = []string{}
	for _, r := range refused {
		lines = append(lines, "REFUSED "+r.Message)
	}
	for _, row := range rows {
		switch {
		case len(row.Refused) > 0:
			lines = append(lines, fmt.Sprintf("%d FAILED %s", row.Line, row.Refused[0].Message))
		case row.Value.Use == interchange.UseIgnore:
			lines = append(lines, fmt.Sprintf("%d IGNORED %s", row.Line, row.Value.Note))
		case row.Value.Use == interchange.UseBlock:
			lines = append(lines, row.Value.Start.Format("BLOCK 0102T1504")+row.Value.End.Format("-0102T1504"))
		default:
			lines = append(lines, row.Value.Start.Format("0102T1504")+row.Value.End.Format("-1504"))
		}
	}
	return lines, steps
}

// ofEvents returns a calendar of events, each given as lines.
func ofEvents(events ...string) string {
	text := "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n"
	for _, e := range events {
		text += "BEGIN:VEVENT\nDTSTAMP:20260501T000000Z\n" + e + "\nEND:VEVENT\n"
	}
	return text + "END:VCALENDAR\n"
}

const oneHour = "DTSTART:20260602T100000Z\nDTEND:20260602T110000Z"

func TestCalendars(t *testing.T) {
	t.Parallel()
	const evenings = "UID:a\nDTSTART;TZID=America/New_York:20260608T200000\nDTEND;TZID=America/New_York:20260608T210000\nRRULE:FREQ=DAILY;COUNT=3"
	const sundays = "DTSTART;TZID=Europe/Vienna:20260607T100000\nDTEND;TZID=Europe/Vienna:20260607T110000\n"
	for _, row := range []struct {
		name   string
		events []string
		want   []string // entries that start with a line number are prefixes
	}{
		{"names in lower case", []string{"dtstart;tzid=America/New_York:20260610T090000\nDtEnd;Tzid=America/New_York:20260610T100000"}, []string{"0610T1300-1400"}},
		{"the end has the time zone of the start", []string{"DTSTART;TZID=America/New_York:20260610T090000\nDTEND:20260610T100000"}, []string{"0610T1300-1400"}},
		{"an exception in another zone", []string{sundays + "RRULE:FREQ=WEEKLY;COUNT=2\nEXDATE;tzid=Europe/London:20260614T090000"}, []string{"0607T0800-0900"}},
		{"an exception as a date", []string{sundays + "RRULE:FREQ=WEEKLY;BYDAY=SU;UNTIL=20260628T080000Z\nEXDATE;VALUE=DATE:20260614"}, []string{"0607T0800-0900", "0621T0800-0900", "0628T0800-0900"}},
		{"empty EXDATE and RDATE", []string{oneHour + "\nEXDATE:\nRDATE:"}, []string{"0602T1000-1100"}},
		{"a moved occurrence without a zone is in that of the series", []string{evenings, "UID:a\nRECURRENCE-ID:20260609T200000\nDTSTART;TZID=America/New_York:20260609T150000\nDTEND;TZID=America/New_York:20260609T160000"}, []string{"0609T0000-0100", "0611T0000-0100", "0609T1900-2000"}},
		{"a moved occurrence by date", []string{evenings, "UID:a\nRECURRENCE-ID;VALUE=DATE:20260609\nDTSTART;TZID=America/New_York:20260609T150000\nDTEND;TZID=America/New_York:20260609T160000"}, []string{"0609T0000-0100", "0611T0000-0100", "0609T1900-2000"}},
		{"a moved occurrence in UTC before its series", []string{"UID:a\nRECURRENCE-ID:20260610T000000Z\nDTSTART:20260612T100000Z\nDTEND:20260612T110000Z", evenings}, []string{"0612T1000-1100", "0609T0000-0100", "0611T0000-0100"}},
		{"a cancelled occurrence", []string{evenings, "UID:a\nRECURRENCE-ID:20260609T200000\nSTATUS:CANCELLED\nDTSTART:20260609T200000"}, []string{"0609T0000-0100", "0611T0000-0100"}},
		{"an occurrence moved twice", []string{evenings, "UID:a\nSEQUENCE:1\nRECURRENCE-ID:20260609T200000\nDTSTART:20260612T100000Z\nDTEND:20260612T110000Z", "UID:a\nSEQUENCE:2\nRECURRENCE-ID:20260610T000000Z\nDTSTART:20260613T100000Z\nDTEND:20260613T110000Z"}, []string{"0609T0000-0100", "0611T0000-0100", "0613T1000-1100"}},
		{"a moved occurrence that is invalid", []string{evenings, "UID:a\nRECURRENCE-ID:never\n" + oneHour}, []string{"4 FAILED Line 14: the event that replaces", "11 FAILED Line 14: RECURRENCE-ID is \"never\""}},
		{"an occurrence without its series", []string{"UID:z\nRECURRENCE-ID:20260602T090000\n" + oneHour}, []string{"0602T1000-1100"}},
		{"EXRULE", []string{"DTSTART:20260601T100000Z\nDTEND:20260601T110000Z\nRRULE:FREQ=DAILY;COUNT=4\nEXRULE:FREQ=WEEKLY;BYDAY=WE"}, []string{"0601T1000-1100", "0602T1000-1100", "0604T1000-1100"}},
		{"the highest SEQUENCE", []string{"UID:a\nSEQUENCE:2\nDTSTART:20260602T140000Z\nDTEND:20260602T150000Z", "UID:a\nSEQUENCE:1\n" + oneHour}, []string{"0602T1400-1500"}},
		{"the highest SEQUENCE is a cancellation", []string{"UID:a\nSEQUENCE:1\n" + oneHour, "UID:a\nSEQUENCE:2\nSTATUS:CANCELLED\n" + oneHour}, []string{}},
		{"the same event twice", []string{"UID:a\n" + oneHour, "UID:a\n" + oneHour}, []string{"0602T1000-1100"}},
		{"two events with equal SEQUENCE", []string{"UID:a\n" + oneHour, "UID:a\nDTSTART:20260603T100000Z\nDTEND:20260603T110000Z"}, []string{"4 FAILED Line 4: line 10 has another event with the UID \"a\""}},
		{"a duration", []string{"DTSTART:20260602T100000Z\nDURATION:PT1H45M"}, []string{"0602T1000-1145"}},
		{"a duration beside an end", []string{oneHour + "\nDURATION:PT0S", oneHour + "\nDURATION:PT1H", oneHour + "\nDURATION:PT2H"}, []string{"0602T1000-1100", "0602T1000-1100", "16 FAILED Line 20: DURATION is \"PT2H\", which contradicts DTEND"}},
		{"a duration of a day and an hour over a clock change", []string{"DTSTART;TZID=Europe/Berlin:20261024T090000\nDURATION:P1DT1H\nRRULE:FREQ=DAILY;COUNT=1"}, []string{"1024T0700-0900"}},
		{"DTEND keeps the elapsed duration over a clock change", []string{"DTSTART;TZID=Europe/Berlin:20261023T220000\nDTEND;TZID=Europe/Berlin:20261024T060000\nRRULE:FREQ=DAILY;COUNT=2"}, []string{"1023T2000-0400", "1024T2000-0400"}},
		{"a DURATION of a day keeps the wall-clock time over a clock change", []string{"DTSTART;TZID=Europe/Berlin:20261023T220000\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=2"}, []string{"1023T2000-2000", "1024T2000-2100"}},
		{"a start in a repeated hour and in a skipped hour", []string{"DTSTART;TZID=Europe/Berlin:20261025T023000\nDURATION:PT1H", "DTSTART;TZID=Australia/Lord_Howe:20261004T021500\nDURATION:PT1H"}, []string{"1025T0030-0130", "1003T1545-1645"}},
		{"an exception in a skipped hour", []string{"DTSTART;TZID=Australia/Lord_Howe:20261003T021500\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;TZID=Australia/Lord_Howe:20261004T021500"}, []string{"1002T1545-1645", "1004T1515-1615"}},
		{"RDATE", []string{oneHour + "\nRDATE:20260603T100000Z,20260604T100000Z", "DTSTART:20260610T090000Z\nDTEND:20260610T100000Z\nRDATE;VALUE=DATE:20260611", "DTSTART:20260615T090000Z\nDTEND:20260615T100000Z\nRDATE;VALUE=PERIOD:20260616T090000Z/PT2H,20260617T090000Z/20260617T093000Z"},
			[]string{"0602T1000-1100", "0603T1000-1100", "0604T1000-1100", "0610T0900-1000", "0611T0900-1000", "0615T0900-1000", "0616T0900-1100", "0617T0900-0930"}},
		{"BYHOUR", []string{"DTSTART:20260602T080000Z\nDTEND:20260602T083000Z\nRRULE:FREQ=DAILY;BYHOUR=8,12;COUNT=3"}, []string{"0602T0800-0830", "0602T1200-1230", "0603T0800-0830"}},
		{"all-day, without duration, and too short", []string{"DTSTART;VALUE=DATE:20260602\nRRULE:FREQ=DAILY;COUNT=3", "DTSTART:20260602T100000Z", oneHour[:len("DTSTART:20260602T100000Z\nDTEND:20260602T")] + "101000Z"},
			[]string{"4 IGNORED The event is an all-day event", "9 IGNORED The event has no duration", "13 IGNORED The event lasts 10m0s; at least one slot of 15 minutes is required"}},
		{"a yearly all-day event and one in the past", []string{"DTSTART;VALUE=DATE:16040615\nRRULE:FREQ=YEARLY", "DTSTART;VALUE=DATE:20250601"}, []string{"4 IGNORED The event is an all-day event"}},
		{"malformed lines that are not used", []string{oneHour + "\nORGANIZER=\"mailto:x@example.org\"", oneHour + "\nORGANIZER;CN=a=b:mailto:x\nATTENDEE;;=:x\nX-ODD;A:B\nDESCRIPTION:one\nand a line that is not folded\nBEGIN:VALARM\nTRIGGER:-PT1H\nEND:VALARM"}, []string{"0602T1000-1100", "0602T1000-1100"}},
		{"quoted parameters", []string{"DTSTART;X-A=\"a:b;c\";TZID=\"Europe/Berlin\":20260602T100000\nDTEND;TZID=\"Europe/Berlin\":20260602T110000"}, []string{"0602T0800-0900"}},
		{"an unknown status", []string{oneHour + "\nSTATUS:MAYBE"}, []string{"4 FAILED Line 8: STATUS is \"MAYBE\""}},
		{"transparent and tentative", []string{oneHour + "\nTRANSP:TRANSPARENT\nSTATUS:TENTATIVE\nCLASS:PRIVATE"}, []string{"0602T1000-1100"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			wantLines(t, readLines(t, ofEvents(row.events...), calendarOptions()), row.want)
		})
	}
}

// wantLines compares the lines of readLines; the lines of want may be prefixes.
func wantLines(t *testing.T, got, want []string) {
	t.Helper()
	for i := range got {
		if i < len(want) && strings.HasPrefix(got[i], want[i]) {
			got[i] = want[i]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// centralEuropean is a time zone with the rules of Europe/Berlin.
const centralEuropean = "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\n" +
	"BEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\n"

func TestCalendarTimeZones(t *testing.T) {
	t.Parallel()
	const constant = "BEGIN:VTIMEZONE\nTZID:Nepal\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0545\nTZOFFSETTO:+0545\nEND:STANDARD\nEND:VTIMEZONE\n"
	for _, row := range []struct{ name, zone, calendar, want string }{
		{"Windows", "W. Europe Standard Time", "", "0602T0800-0900"},
		{"Windows in another case", "eastern standard time", "", "0602T1400-1500"},
		{"a prefix", "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "", "0602T0800-0900"},
		{"another prefix", "/mozilla.org/20050126_1/America/Argentina/Buenos_Aires", "", "0602T1300-1400"},
		{"Microsoft's UTC", "tzone://Microsoft/Utc", "", "0602T1000-1100"},
		{"an unquoted Outlook name with a colon", "(UTC+01:00) Amsterdam, Berlin", strings.Replace(constant, "Nepal", "(UTC+01:00) Amsterdam, Berlin", 1), "0602T0415-0515"},
		{"a name that is escaped in its definition", "\"Kathmandu, Nepal\"", strings.Replace(constant, "TZID:Nepal", `TZID: Kathmandu\, Nepal`, 1), "0602T0415-0515"},
		{"X-LIC-LOCATION", "Berliner Zeit", "BEGIN:VTIMEZONE\nTZID:Berliner Zeit\nX-LIC-LOCATION:Europe/Berlin\nEND:VTIMEZONE\n", "0602T0800-0900"},
		{"a VTIMEZONE", "Ours", centralEuropean, "0602T0800-0900"},
		{"a VTIMEZONE without clock changes", "Nepal", constant, "0602T0415-0515"},
		{"a Windows display name", `"(UTC-05:00) Eastern Time (US & Canada)"`, "", "0602T1400-1500"},
		{"an unquoted display name in other words", "(GMT-05:00) Eastern Time (US and Canada)", "", "0602T1400-1500"},
		{"a display name of several cities", `"(GMT+10:00) Canberra, Melbourne, Sydney"`, "", "0602T0000-0100"},
		{"the Windows display name of UTC", "(UTC) Coordinated Universal Time", "", "0602T1000-1100"},
		{"a VTIMEZONE takes precedence over a display name", "(UTC+01:00) Cairo", strings.Replace(constant, "Nepal", "(UTC+01:00) Cairo", 1), "0602T0415-0515"},
		{"an offset without a city", `"(GMT +01:00)"`, "", "FAILED"},
		{"unknown cities", `"(UTC+01:00) Atlantis"`, "", "FAILED"},
		{"cities without an offset", "Eastern Time (US & Canada)", "", "FAILED"},
		{"a VTIMEZONE that starts at a date", "Nepal", strings.Replace(constant, "DTSTART:19700101T000000", "DTSTART;VALUE=DATE:19700101", 1), "0602T0415-0515"},
		{"an unknown zone", "Mars/Base", "", "FAILED"},
		{"an invalid VTIMEZONE", "Broken", strings.Replace(strings.Replace(constant, "Nepal", "Broken", 1), "TZOFFSETTO:+0545", "TZOFFSETTO:half", 1), "FAILED"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			text := ofEvents(fmt.Sprintf("DTSTART;TZID=%[1]s:20260602T100000\nDTEND;TZID=%[1]s:20260602T110000", row.zone))
			text = strings.Replace(text, "BEGIN:VEVENT", row.calendar+"BEGIN:VEVENT", 1)
			got := readLines(t, text, calendarOptions())
			if len(got) != 1 || !strings.Contains(got[0], row.want) {
				t.Errorf("got %q, want %s", got, row.want)
			}
		})
	}
}

func TestClockChangeOfAVTIMEZONE(t *testing.T) {
	t.Parallel()
	events := ofEvents("DTSTART;TZID=Ours:20261023T100000\nDTEND;TZID=Ours:20261023T110000\nRRULE:FREQ=DAILY;COUNT=4")
	wantLines(t, readLines(t, strings.Replace(events, "BEGIN:VEVENT", centralEuropean+"BEGIN:VEVENT", 1), calendarOptions()),
		[]string{"1023T0800-0900", "1024T0800-0900", "1025T0900-1000", "1026T0900-1000"})
}

func TestTimeZoneOfACalendar(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{
		"Asia/Kolkata": "0602T0430-0530",
		"Mars/Base":    "5 FAILED Line 7: DTSTART is \"20260602T100000\", in the time zone of X-WR-TIMEZONE",
	} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(ofEvents("DTSTART:20260602T100000\nDTEND:20260602T110000"), "VERSION", "X-WR-TIMEZONE:"+zone+"\nVERSION", 1)
			wantLines(t, readLines(t, text, calendarOptions()), []string{want})
		})
	}
}

// TestCalendarLineNumbers tests that line numbers refer to the file, regardless of
// folding and line ends.
func TestCalendarLineNumbers(t *testing.T) {
	t.Parallel()
	one := ofEvents(oneHour)
	want := []string{"0602T1000-1100"}
	folded := strings.Replace(one, "DTSTART:20260602T", "DTSTART:\n 2026\n\t0602T", 1)
	split := strings.Replace(one, "DTSTAMP", "SUMMARY:\xc3\n \xa4\nDTSTAMP", 1)
	for name, row := range map[string]struct {
		text string
		want []string
	}{
		"CR LF": {strings.ReplaceAll(one, "\n", "\r\n"), want}, "CR": {strings.ReplaceAll(one, "\n", "\r"), want},
		"a byte order mark": {"\ufeff" + one, want}, "no final line end": {strings.TrimSpace(one), want}, "spaces": {strings.ReplaceAll(one, "\n", "  \n"), want},
		"folded": {folded, want}, "folded, CR LF": {strings.ReplaceAll(folded, "\n", "\r\n"), want}, "folded within a character": {split, want},
		"empty lines": {strings.ReplaceAll(one, "\n", "\n\n"), want}, "zero bytes at the end": {one + "\x00\x00\n", want},
		"two calendars":       {one + "\n" + strings.ReplaceAll(one, "20260602T", "20260603T"), []string{"0602T1000-1100", "0603T1000-1100"}},
		"lines after the end": {one + "Sent from a telephone\n", []string{"0602T1000-1100", "10 IGNORED The lines after END:VCALENDAR"}},
		"tasks":               {strings.Replace(one, "BEGIN:VEVENT", "BEGIN:VTODO\nUID:1\nEND:VTODO\nBEGIN:VTODO\nEND:VTODO\nBEGIN:VEVENT", 1), []string{"4 IGNORED VTODO is ignored", "0602T1000-1100"}},
		"no calendar":         {"hello", []string{"REFUSED Line 1: the file is not a calendar"}},
		"an empty file":       {"", []string{"REFUSED Line 1: the file is not a calendar"}},
		"a bare event":        {"BEGIN:VEVENT\nEND:VEVENT\n", []string{"REFUSED Line 1: BEGIN:VEVENT is outside a calendar (RFC 5545); add the line BEGIN:VCALENDAR before it"}},
		"an event after":      {one + "BEGIN:VEVENT\nEND:VEVENT\n", []string{"REFUSED Line 10: BEGIN:VEVENT is outside a calendar"}},
		"truncated":           {one[:len(one)-len("END:VCALENDAR\n")], []string{"REFUSED Line 1: BEGIN:VCALENDAR has no END"}},
		"a missing END":       {strings.Replace(one, "END:VEVENT\n", "", 1), []string{"REFUSED Line 8: found END:VCALENDAR; END:VEVENT"}},
		"a broken DTSTART":    {strings.Replace(folded, "DTSTART:", "DTSTART=", 1), []string{"REFUSED Line 6: \"DTSTART=20260602T100000Z\" is not a property"}},
		"no colon":            {strings.Replace(one, "DTSTAMP", "X-FOO\nORGANIZER\nSUMMARY\nx-bar baz\nATTENDEE mailto\nDTSTAMP", 1), want},
		"a bare DTSTART":      {strings.Replace(one, "DTSTART:", "DTSTART\nDTSTART:", 1), []string{"REFUSED Line 6: \"DTSTART\" is not a property"}},
		"not a property":      {strings.Replace(one, "DTSTAMP", "and so on\nDTSTAMP", 1), []string{"REFUSED Line 5: \"and so on\" is not a property"}},
		"METHOD:CANCEL":       {strings.Replace(one, "VERSION", "METHOD:CANCEL\nVERSION", 1), []string{"REFUSED Line 2: METHOD is \"CANCEL\""}},
		"method:reply":        {strings.Replace(one, "VERSION", "method:reply\nVERSION", 1), []string{"REFUSED Line 2: METHOD is \"reply\""}},
		"METHOD:REQUEST":      {strings.Replace(one, "VERSION", "METHOD:REQUEST\nVERSION", 1), want},
		"vCalendar":           {strings.Replace(one, "VERSION:2.0", "VERSION:1.0", 1), []string{"REFUSED Line 2: VERSION is \"1.0\""}},
		"another CALSCALE":    {strings.Replace(one, "VERSION", "CALSCALE:HEBREW\nVERSION", 1), []string{"REFUSED Line 2: CALSCALE is \"HEBREW\""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantLines(t, readLines(t, row.text, calendarOptions()), row.want)
		})
	}
}

func TestCalendarInUTF16(t *testing.T) {
	t.Parallel()
	var wide bytes.Buffer
	wide.WriteString("\xff\xfe")
	for _, r := range ofEvents(oneHour) {
		wide.Write([]byte{byte(r), 0})
	}
	wantLines(t, readLines(t, wide.String(), calendarOptions()), []string{"0602T1000-1100"})
}

func TestAllDayEventsAsBlocks(t *testing.T) {
	t.Parallel()
	o := calendarOptions()
	var err error
	if o.Zone, err = calendar.Zone("Europe/Berlin"); err != nil {
		t.Fatal(err)
	}
	o.BlockWholeDays = true
	wantLines(t, readLines(t, ofEvents("DTSTART;VALUE=DATE:20261024\nDTEND;VALUE=DATE:20261026", "DTSTART:20260603\nRRULE:FREQ=WEEKLY;COUNT=2\nEXDATE:20260603"), o),
		[]string{"BLOCK 1023T2200-1025T2300", "BLOCK 0609T2200-0610T2200"})
}

func TestVAVAILABILITY(t *testing.T) {
	t.Parallel()
	const mornings = "BEGIN:AVAILABLE\nUID:1\nDTSTART;TZID=Europe/Berlin:20260601T090000\nDTEND;TZID=Europe/Berlin:20260601T120000\nRRULE:FREQ=DAILY\nEND:AVAILABLE\n"
	with := func(text string) string { return "BEGIN:VCALENDAR\n" + text + "END:VCALENDAR\n" }
	for name, row := range map[string]struct {
		text string
		want []string
	}{
		"one": {
			with("BEGIN:VAVAILABILITY\nBUSYTYPE:BUSY-UNAVAILABLE\nDTSTART:20260602T080000Z\nDTEND:20260604T080000Z\n" + mornings + "END:VAVAILABILITY\n"),
			[]string{"0602T0800-1000", "0603T0700-1000", "0604T0700-0800"},
		},
		"two that overlap": {
			with(strings.Repeat("BEGIN:VAVAILABILITY\nDTSTART:20260602T080000Z\nDURATION:P1D\n"+mornings+"END:VAVAILABILITY\n", 2)),
			[]string{"REFUSED Line 12: the VAVAILABILITY overlaps the one on line 2"},
		},
		"one and an event": {
			with("BEGIN:VAVAILABILITY\n" + mornings + "END:VAVAILABILITY\nBEGIN:VEVENT\n" + oneHour + "\nEND:VEVENT\n"),
			[]string{"REFUSED Line 2: the file has VAVAILABILITY and, on line 10, VEVENT"},
		},
		"an invalid start": {
			with("BEGIN:VAVAILABILITY\nDTSTART:soon\n" + mornings + "END:VAVAILABILITY\n"),
			[]string{"REFUSED Line 3: DTSTART is \"soon\""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantLines(t, readLines(t, row.text, calendarOptions()), row.want)
		})
	}
}

// TestCalendarStepLimit tests the limits of 1,000,000 steps for an event, and of 400 steps
// for each window that is allowed. There are 500 windows here.
func TestCalendarStepLimit(t *testing.T) {
	t.Parallel()
	const old = "DTSTART:16500101T000000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;COUNT=1000000;BYMINUTE=0,10,20,30,40,50;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12"
	inZone := func(zone string) string { return "DTSTART;TZID=" + zone + ":20260602T100000" }
	unknown := make([]string, 1001)
	for n := range unknown {
		unknown[n] = inZone(fmt.Sprintf("Nowhere%d", n))
	}
	for name, row := range map[string]struct {
		events     []string
		maxWindows int
		want       string // prefix of the first line
	}{
		"of an event": {[]string{old}, 5000, "4 FAILED Line 8: the recurrence rule is too complex; at most 1000000 steps are allowed for an event."},
		"of a file": {[]string{oneHour, old, oneHour}, 500,
			"REFUSED Line 9: the recurrence rules up to this VEVENT are too complex; at most 200000 steps are allowed for 500 rows."},
		"500 times the same unknown zone": {slices.Repeat([]string{inZone(strings.Repeat("/", 250))}, 500), 500,
			"4 FAILED Line 6: DTSTART is in the time zone"},
		"1001 unknown zones":        {unknown, 500, "REFUSED Line 4004: the recurrence rules"},
		"a zone of 256 characters":  {[]string{inZone(strings.Repeat("/", 256))}, 500, "4 FAILED Line 6: DTSTART is in the time zone"},
		"more windows than allowed": {[]string{oneHour + "\nRRULE:FREQ=MINUTELY"}, 500, "REFUSED The calendar has too many windows; at most 500 are allowed."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := calendarOptions()
			o.MaxWindows = row.maxWindows
			wantLines(t, readLines(t, ofEvents(row.events...), o)[:1], []string{row.want})
		})
	}
}

// TestRulesWithoutOccurrences tests 500 rules without occurrences. Rules for a day
// that no month has are refused when parsed, others by their steps.
func TestRulesWithoutOccurrences(t *testing.T) {
	t.Parallel()
	const limit = 2_000_000
	o := calendarOptions()
	o.MaxWindows = limit / 400
	for _, row := range []struct {
		rule  string
		steps int
		want  string // prefix of the first line; empty for a valid file
		lines int
	}{
		{"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", 0, "4 FAILED Line 8: RRULE is \"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31\": it has no occurrence: no month in BYMONTH has a day in BYMONTHDAY.", 500},
		{"FREQ=YEARLY;BYMONTH=4,6,9,11;BYMONTHDAY=31,-31;COUNT=9", 0, "4 FAILED Line 8: RRULE is", 500},
		{"FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30;UNTIL=99991231T000000Z", 0, "4 FAILED Line 8: RRULE is", 500},
		{"FREQ=DAILY;INTERVAL=7;BYDAY=WE", 500 * 40, "", 0}, // the rule starts on a Saturday
		{"FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1", limit + 100_000, "REFUSED Line", 1},
		{"FREQ=DAILY;INTERVAL=7;BYDAY=WE;COUNT=1", limit + 100_000, "REFUSED Line", 1},
		{"FREQ=HOURLY;INTERVAL=2;BYHOUR=1;COUNT=1", limit + 100_000, "REFUSED Line", 1},
		{"FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6;COUNT=1", limit + 100_000, "REFUSED Line", 1},
	} {
		t.Run(row.rule, func(t *testing.T) {
			t.Parallel()
			events := slices.Repeat([]string{"DTSTART:16000101T100000Z\nDURATION:PT1H\nRRULE:" + row.rule}, 500)
			lines, steps := readCounting(t, ofEvents(events...), o)
			if len(lines) != row.lines || row.lines > 0 && !strings.HasPrefix(lines[0], row.want) {
				t.Errorf("got %d lines, want %d; the first is %.200q, want %q", len(lines), row.lines, lines[:min(1, len(lines))], row.want)
			}
			if steps > row.steps {
				t.Errorf("got %d steps, want at most %d", steps, row.steps)
			}
		})
	}
}
