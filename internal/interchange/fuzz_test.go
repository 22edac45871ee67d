package interchange_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"rehearse/internal/calendar"
	"rehearse/internal/interchange"
)

const fuzzRows = 50

// check reads a table and tests that rows have ascending lines, that refusals have
// messages, and that valid rows are unchanged after writing and reading.
func check[T any](t *testing.T, f interchange.Format[T], text string) {
	t.Helper()
	rows, refused, err := f.Read(strings.NewReader(text), fuzzRows)
	if err != nil || (len(refused) > 0 && rows != nil) || len(rows) > fuzzRows {
		t.Fatalf("got %d rows, the refusals %v and the error %v", len(rows), refused, err)
	}
	last := 1
	var sound []T
	for _, row := range rows {
		if row.Line <= last {
			t.Fatalf("line %d comes after line %d", row.Line, last)
		}
		last = row.Line
		for _, r := range row.Refused {
			if r.Code == "" || r.Message == "" {
				t.Fatalf("line %d: got a refusal without a code or message: %+v", row.Line, r)
			}
		}
		if len(row.Refused) == 0 {
			sound = append(sound, row.Value)
		}
	}
	if !strings.Contains(text, "\r") { // csv treats some carriage returns as line ends
		roundTrips(t, f, sound)
	}
}

func roundTrips[T any](t *testing.T, f interchange.Format[T], values []T) {
	t.Helper()
	var file strings.Builder
	if err := f.Write(&file).Rows(values); err != nil {
		t.Fatal(err)
	}
	rows, refused, err := f.Read(strings.NewReader(file.String()), fuzzRows)
	if err != nil || len(refused) > 0 || len(rows) != len(values) {
		t.Fatalf("got %d of %d rows, the refusals %v and the error %v from\n%s", len(rows), len(values), refused, err, file.String())
	}
	for i, row := range rows {
		if len(row.Refused) > 0 || !reflect.DeepEqual(row.Value, values[i]) {
			t.Fatalf("%+v became %+v, with the refusals %v, in\n%s", values[i], row.Value, row.Refused, file.String())
		}
	}
}

func FuzzTables(f *testing.F) {
	for _, seed := range []string{
		"", "name,email\n", "\ufeffname,email\r\n\"a\nb\",c@d.e\r\n\r\nx,y\n", "email,name,name\n", "name,email\n\"", "name,email\na,b,c\n\xff,\x00\n",
		"name,email,tags,maxPerDay,maxPerWeek\na,b@c.de,Go; sql;\"\"x;y\"\",2,\nb,b@c.de,\"\"\"a;b\"\"; c\",,7\nc,b@c.de,a;;b,0,x\n",
		"interviewer,start,end,slotMinutes\na@b.c,2026-01-01T00:00:00Z,2026-01-01T01:00:00,60\n",
		"interviewer,start,end,slotMinutes,gapMinutes,tags,weekdays,startTime,endTime,timeZone,startDate,endDate,everyWeeks\n" +
			"a@b.c,,,30,5,x;y,Monday; FRIDAY,09:00,24:00,Europe/Berlin,2026-01-01,2026-02-01,2\n" +
			"a@b.c,,,,,,SUNDAY,22:00,02:00,,2026-01-01,,\n" +
			"a@b.c,2026-01-01T00:00:00Z,2026-01-01T01:00:00Z,,,,MONDAY,9:00,,,,2026-02-30,0\n",
		"studentEmail,interviewerEmail,start,end,status,grade,note\na@b.c,d@e.f,2026-01-01T00:00:00Z,2026-01-01T01:00:00Z,COMPLETED,3,\" x \"\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		check(t, interchange.Students(), text)
		check(t, interchange.Interviewers(), text)
		check(t, interchange.Availabilities(time.UTC), text)
		check(t, interchange.Interviews(time.UTC), text)
	})
}

func FuzzCalendar(f *testing.F) {
	const event = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20260602T090000\nDTEND:20260602T110000Z\n"
	for _, seed := range []string{
		"", event + "END:VEVENT\nEND:VCALENDAR\n", event + "RRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260603T090000\nEND:VEVENT\nEND:VCALENDAR\n",
		event + "RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270101\nEND:VEVENT\nEND:VCALENDAR\n",
		event + "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;INTERVAL=7\nEND:VEVENT\nEND:VCALENDAR\n",
		event + "RRULE:FREQ=HOURLY;BYDAY=MO;BYSETPOS=-1\nEXRULE:FREQ=WEEKLY;BYDAY=WE\nRDATE;VALUE=PERIOD:20260604T090000Z/PT1H30M\nEND:VEVENT\nEND:VCALENDAR\n",
		event + "RRULE:FREQ=DAILY\nSEQUENCE:2\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260603\nSTATUS:CANCELLED\nEND:VEVENT\nEND:VCALENDAR\n",
		"BEGIN:VCALENDAR\nBEGIN:VAVAILABILITY\nDTSTART:20260601T000000\nDURATION:P1W\nBEGIN:AVAILABLE\nDTSTART:20260602T100000\nDURATION:PT2H\nEND:AVAILABLE\nEND:VAVAILABILITY\nEND:VCALENDAR\n",
		"\xff\xfeB\x00E\x00G\x00I\x00N\x00:\x00V\x00C\x00", "BEGIN:VCALENDAR\r BEGIN\r\n\tX;A=\"b:c\":d\nEND:VCALENDAR\x00\ngarbage",
		"BEGIN:VCALENDAR\nX-WR-TIMEZONE:Odd\nBEGIN:VTIMEZONE\nTZID:Odd\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:-0330\n" +
			"RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART:20260602T100000\nDTEND:20260602T110000\nEND:VEVENT\nEND:VCALENDAR\n",
	} {
		f.Add(seed)
	}
	now := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	within := calendar.Span{Start: now, End: now.AddDate(0, 0, 180)}
	f.Fuzz(func(t *testing.T, text string) {
		rows, refused := interchange.ReadCalendar([]byte(text), interchange.CalendarOptions{
			Interviewer: "a@b.c", Zone: time.UTC, SlotMinutes: 60, MaxWindows: fuzzRows, Within: within,
		})
		if len(rows) > fuzzRows || (len(refused) > 0 && rows != nil) {
			t.Fatalf("got %d rows and the refusals %v", len(rows), refused)
		}
		for _, row := range rows {
			if len(row.Refused) == 0 && row.Value.Use == interchange.UsePublish && !row.Value.End.After(within.Start) {
				t.Fatalf("line %d: got a window that ended at %s", row.Line, row.Value.End)
			}
		}
	})
}
