package interchange_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/interchange"
)

const mostRows = 100

// outline returns a line for each row, such as "2 Ada" with the line number and the name, or
// "2 !name !email" with the invalid columns.
func outline(t *testing.T, file string) []string {
	t.Helper()
	rows, refused, err := interchange.Interviewers().Read(strings.NewReader(file), mostRows)
	if err != nil || len(refused) > 0 {
		t.Fatalf("%q: %v, %v", file, refused, err)
	}
	lines := []string{}
	for _, row := range rows {
		line := fmt.Sprintf("%d %s", row.Line, row.Value.Name)
		if len(row.Refused) > 0 {
			line = fmt.Sprintf("%d", row.Line)
		}
		for _, r := range row.Refused {
			line += " !" + r.Field
		}
		lines = append(lines, line)
	}
	return lines
}

func encoded(t *testing.T, e encoding.Encoding, text string) string {
	t.Helper()
	file, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestAllInvalidValuesOfARowAreReported tests that an unreadable value does not hide
// errors in other values.
func TestAllInvalidValuesOfARowAreReported(t *testing.T) {
	t.Parallel()
	fields := func(refused booking.Refused) (names []string) {
		for _, r := range refused {
			names = append(names, r.Field)
		}
		slices.Sort(names)
		return names
	}
	rows, refused, err := interchange.Students().Read(strings.NewReader("name,email,timeZone,interviewLimit\nEva,eva@example.org,Berlin,ten\n"), 10)
	if err != nil || len(refused) > 0 {
		t.Fatal(refused, err)
	}
	if got, want := fields(rows[0].Refused), []string{"interviewLimit", "timeZone"}; !slices.Equal(got, want) {
		t.Errorf("invalid fields of a student = %q, want %q", got, want)
	}
	availabilities, refused, err := interchange.Availabilities(time.UTC).Read(
		strings.NewReader("interviewer,weekdays,startTime,startDate\nann@example.org,MOON,9,2030-06-03\n"), 10)
	if err != nil || len(refused) > 0 {
		t.Fatal(refused, err)
	}
	if got, want := fields(availabilities[0].Refused), []string{"endTime", "startTime", "weekdays"}; !slices.Equal(got, want) {
		t.Errorf("invalid fields of a rule = %q, want %q", got, want)
	}
}

func TestCSVDialects(t *testing.T) {
	t.Parallel()
	const clean = "name,email,tags\nJürgen,j@example.org,go\nAda,a@example.org,\"a;b\"\n"
	want := []string{"2 Jürgen", "3 Ada"}
	with := func(separator string) string { return strings.ReplaceAll(clean, ",", separator) }
	for name, test := range map[string]struct {
		file string
		want []string
	}{
		"clean":                               {clean, want},
		"a byte order mark":                   {"\ufeff" + clean, want},
		"semicolons":                          {with(";"), want},
		"tabs":                                {with("\t"), want},
		"pipes":                               {with("|"), want},
		"CRLF":                                {strings.ReplaceAll(clean, "\n", "\r\n"), want},
		"CR":                                  {strings.ReplaceAll(clean, "\n", "\r"), want},
		"CR among LF":                         {strings.Replace(clean, "go\n", "go\r", 1), want},
		"no final line end":                   {strings.TrimSuffix(clean, "\n"), want},
		"a final CR":                          {strings.TrimSuffix(clean, "\n") + "\r", want},
		"UTF-16LE":                            {encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), clean), want},
		"UTF-16BE":                            {encoded(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), clean), want},
		"UTF-16LE without BOM":                {encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), clean), want},
		"UTF-16BE without BOM":                {encoded(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), clean), want},
		"UTF-16 with tabs and CRLF":           {encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), strings.ReplaceAll(with("\t"), "\n", "\r\n")), want},
		"a sep= line":                         {"sep=;\r\n" + with(";"), []string{"3 Jürgen", "4 Ada"}},
		"a sep= line with a tab":              {"SEP=\t\n" + with("\t"), []string{"3 Jürgen", "4 Ada"}},
		"a resaved sep= line":                 {"\ufeff\"sep=,\",,\n" + clean, []string{"3 Jürgen", "4 Ada"}},
		"a sep= line overrides the detection": {"sep=|\n" + with("|"), []string{"3 Jürgen", "4 Ada"}},
		"blank rows before and between":       {"\n,,\n" + strings.Replace(clean, "Ada", ",,\n \u00a0,,\n\nAda", 1) + ",,\n,,,,,\n", []string{"4 Jürgen", "8 Ada"}},
		"unnamed empty columns":               {"name,email,,\nAda,a@example.org,,\nBob,b@example.org\nCy,c@example.org,,,,\n", []string{"2 Ada", "3 Bob", "4 Cy"}},
		"an unnamed column in the middle":     {"name,,email\nAda,,a@example.org\n", []string{"2 Ada"}},
		"an unnamed column with values":       {",name,email\n0,Ada,a@example.org\n,Bob,b@example.org\n", []string{"2 !", "3 Bob"}},
		"a short row":                         {"name,email,active,tags\nAda,a@example.org\nBob\n", []string{"2 Ada", "3 !"}},
		"a long row":                          {"name,email\nAda,a@example.org,x\n", []string{"2 !"}},
		"lines within a value":                {"name;email\n\"A\r\n\";a@example.org\rBob;b@example.org\n", []string{"2 A", "4 Bob"}},
		"Unicode spaces":                      {"\u00a0name , email\u200b\n\u2003Ada\u00a0,\u00a0a@example.org \n", []string{"2 Ada"}},
		"columns in any case":                 {"NAME;EMail\nAda;a@example.org\n", []string{"2 Ada"}},
		"Windows-1252":                        {"name,email\nJ\xfcrgen,j@example.org\n", []string{"2 !name"}},
		"half a surrogate pair":               {"\xff\xfe" + utf16LE("name,email\nA") + "\x00\xd8" + utf16LE(",a@example.org\n"), []string{"2 !name"}},
		"a zero byte":                         {"name,email\nA\x00da,a@example.org\n", []string{"2 !name"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, outline(t, test.file)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func utf16LE(ascii string) string {
	var text strings.Builder
	for i := range len(ascii) {
		text.WriteString(ascii[i:i+1] + "\x00")
	}
	return text.String()
}

func TestSeparatorOfFileWithoutKnownColumns(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, want string }{
		"no header":              {"Ada,ada@example.org\n", `Line 1: the 1st column has the unknown name "Ada"`},
		"a sep= line, no header": {"sep=;\n\n;;\nAda;a@x.org\n", `Line 4: the 1st column has the unknown name "Ada"`},
		"one unknown column":     {"name;mail\nAda;a@x.org\n", `Line 1: the 2nd column has the unknown name "mail"`},
		"a quote within a value": {"sep=;\nname;email\nA\"b;c@d.e", `Line 3, character 2: invalid CSV`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, refused, err := interchange.Students().Read(strings.NewReader(test.file), mostRows)
			if err != nil || len(refused) == 0 || !strings.Contains(refused[0].Message, test.want) {
				t.Errorf("got %v, %v, want %q", refused, err, test.want)
			}
		})
	}
}

func TestColumnLimit(t *testing.T) {
	t.Parallel()
	for columns, want := range map[int]string{100: "", 101: "Line 1: the header has 101 columns; at most 100 are allowed."} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			t.Parallel()
			file := "name,email" + strings.Repeat(",", columns-2) + "\nAda,a@x.org\n"
			_, refused, err := interchange.Students().Read(strings.NewReader(file), mostRows)
			if err != nil || len(refused) > 1 || (len(refused) == 1) != (want != "") || want != "" && refused[0].Message != want {
				t.Errorf("got %v, %v, want %q", refused, err, want)
			}
		})
	}
}

// windowFile returns a table with one window that starts at the given text.
func windowFile(start string) string {
	return availabilityHeader + "a@b.cd;" + start + ";2026-12-01T20:00:00Z;60;;;;;\n"
}

// ruleFile returns a table with one weekly rule with the given texts.
func ruleFile(startTime, endTime, startDate, endDate string) string {
	return availabilityHeader + strings.Join([]string{"a@b.cd", "", "", "60.0", "monday", startTime, endTime, startDate, endDate}, ";") + "\n"
}

const availabilityHeader = "interviewer;start;end;slotMinutes;weekdays;startTime;endTime;startDate;endDate\n"

// readAvailability reads a table with one row, whose times are in Berlin.
func readAvailability(t *testing.T, file string) interchange.Row[interchange.Availability] {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	rows, refused, err := interchange.Availabilities(berlin).Read(strings.NewReader(file), mostRows)
	if err != nil || len(rows) != 1 {
		t.Fatalf("got %d rows, the refusals %v and the error %v", len(rows), refused, err)
	}
	return rows[0]
}

func TestInstantFormats(t *testing.T) {
	t.Parallel()
	for text, hour := range map[string]string{ // 9:00 in Berlin in winter is 8:00 UTC
		"2026-12-01T09:00:00Z": "09", "2026-12-01 09:00:00": "08", "2026-12-01 9:00": "08", "2026-12-01T09:00:00.000": "08",
		"2026-12-01T09:00:00.000Z": "09", "2026-12-01 09:00:00+00:00": "09", "2026-12-01 09:00:00+0100": "08", "2026-12-01 09:00:00 UTC": "09",
		"2026-12-01 09:00:00 +02:00": "07", "2026/12/1 9:00": "08", "1.12.2026 09:00": "08", "01.12.2026 09:00:00": "08",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			row := readAvailability(t, windowFile(text))
			want := "2026-12-01T" + hour + ":00:00Z"
			if got := row.Value.Start.Format(time.RFC3339); len(row.Refused) > 0 || got != want {
				t.Errorf("got %s and the refusals %v, want %s", got, row.Refused, want)
			}
		})
	}
}

func TestInvalidInstants(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"03/04/2026 09:00", "12/1/2026 9:00", "25/12/2026 09:00", "2026-12-01", "2026-13-01 09:00", "46357.375",
		"1-12-26 09:00", "2026-02-30 09:00", "2026-12-01 09:00 CET", "2026-12-01 25:00",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			row := readAvailability(t, windowFile(text))
			if len(row.Refused) != 1 || row.Refused[0].Field != "start" {
				t.Errorf("got the refusals %v, want one of start", row.Refused)
			}
		})
	}
}

func TestDateAndTimeFormatsOfARule(t *testing.T) {
	t.Parallel()
	want := booking.WeeklyRule{
		Weekdays: []time.Weekday{time.Monday}, StartTime: 9 * 60, EndTime: 24 * 60, EveryWeeks: 1,
		StartDate: calendar.Date{Year: 2026, Month: 12, Day: 1}, EndDate: &calendar.Date{Year: 2026, Month: 12, Day: 9},
	}
	for name, file := range map[string]string{
		"ISO 8601":                  ruleFile("09:00", "24:00", "2026-12-01", "2026-12-09"),
		"dates with times, slashes": ruleFile("9:00", "24:00:00", "2026-12-01 00:00:00", "2026/12/9"),
		"German dates":              ruleFile("09:00:00", "24:00", "1.12.2026", "09.12.2026"),
		"AM, milliseconds":          ruleFile("9:00 AM", "24:00:00", "2026-12-01T00:00:00.000", "2026-12-9"),
		"a.m. after a thin space":   ruleFile("9:00\u202fa.m.", "24:00", "2026-12-01", "2026-12-09 00:00"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row := readAvailability(t, file)
			if diff := cmp.Diff(&want, row.Value.Weekly); diff != "" || len(row.Refused) > 0 || row.Value.SlotMinutes != 60 {
				t.Errorf("got slots of %d minutes and the refusals %v, rule (-want +got):\n%s", row.Value.SlotMinutes, row.Refused, diff)
			}
		})
	}
}

func TestInvalidDatesAndTimes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, file, field, message string }{
		{"a German date that does not exist", ruleFile("09:00", "10:00", "31.02.2027", ""), "startDate", "There is no such day"},
		{"an ISO date that does not exist", ruleFile("09:00", "10:00", "2027-02-30", ""), "startDate", "There is no such day"},
		{"an ambiguous start date", ruleFile("09:00", "10:00", "03/04/2026", ""), "startDate", "The order of day and month is ambiguous; write the year first"},
		{"an American end date", ruleFile("09:00", "10:00", "2026-12-01", "12/31/2026"), "endDate", "write the year first"},
		{"a date with a time", ruleFile("09:00", "10:00", "2026-12-01 09:00:00", ""), "startDate", "a date such as 2026-06-05"},
		{"a time with seconds", ruleFile("09:00:30", "10:00", "2026-12-01", ""), "startTime", "a time of day such as 14:30"},
		{"13:00 PM", ruleFile("13:00 PM", "10:00", "2026-12-01", ""), "startTime", "a time of day"},
		{"a time as a fraction of the day", ruleFile("09:00", "0.5", "2026-12-01", ""), "endTime", "a time of day"},
		{"half a minute", strings.Replace(ruleFile("09:00", "10:00", "2026-12-01", ""), "60.0", "60.5", 1), "slotMinutes", "a whole number"},
		{"an ambiguous start", windowFile("03/04/2026 09:00"), "start", "write the year first"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			row := readAvailability(t, test.file)
			if len(row.Refused) != 1 || row.Refused[0].Field != test.field || !strings.Contains(row.Refused[0].Message, test.message) {
				t.Errorf("got the refusals %v, want %s: %s", row.Refused, test.field, test.message)
			}
		})
	}
}

// readActive reads a table of one interviewer with the given text in the column active.
func readActive(t *testing.T, text string) interchange.Row[booking.Interviewer] {
	t.Helper()
	rows, _, err := interchange.Interviewers().Read(strings.NewReader("name,email,active\nA,a@b.cd,"+text+"\n"), mostRows)
	if err != nil || len(rows) != 1 {
		t.Fatalf("got %d rows and the error %v", len(rows), err)
	}
	return rows[0]
}

func TestBooleanValues(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want bool
	}{
		{"TRUE", true}, {"True", true}, {"true", true}, {" true\u00a0", true}, {"", true},
		{"FALSE", false}, {"False", false}, {"false", false},
	} {
		t.Run(fmt.Sprintf("%q", test.text), func(t *testing.T) {
			t.Parallel()
			if row := readActive(t, test.text); len(row.Refused) > 0 || row.Value.Active != test.want {
				t.Errorf("got %t and the refusals %v, want %t", row.Value.Active, row.Refused, test.want)
			}
		})
	}
}

func TestInvalidBooleanValues(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"WAHR", "1", "yes", "vrai"} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			row := readActive(t, text)
			if len(row.Refused) != 1 || !strings.Contains(row.Refused[0].Message, "TRUE or FALSE is expected. Words") {
				t.Errorf("got the refusals %v, want one that TRUE or FALSE is expected", row.Refused)
			}
		})
	}
}

// TestFormulaEscapingRoundTrip tests that no exported cell starts a formula,
// whatever the note, and that the note is restored on import.
func TestFormulaEscapingRoundTrip(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	roundTrips := func(t interface{ Fatalf(string, ...any) }, note string) {
		value := interchange.Interview{Student: "=a@b.cd", Interviewer: "+c@d.ef", BookedAt: &now}
		value.Start, value.End, value.Status, value.Note = now, now.Add(time.Hour), booking.Completed, &note
		link := "https://meet.example.org/ann?a=1,2"
		value.MeetingURL, value.Intake = &link, &note
		var file strings.Builder
		if err := interchange.Interviews(time.UTC).Write(&file).Rows([]interchange.Interview{value}); err != nil {
			t.Fatalf("%v", err)
		}
		cells := strings.SplitN(strings.SplitN(file.String(), "\n", 2)[1], ",", 7)
		for i, cell := range cells {
			cell = strings.TrimPrefix(cell, `"`)
			bare := strings.TrimLeft(cell, " \u00a0")
			if cell != "" && strings.ContainsRune("\t\r\n", rune(cell[0])) && cell != "\n" || bare != "" && strings.ContainsAny(bare[:1], "=+-@") {
				t.Fatalf("cell %d of %q starts a formula", i, file.String())
			}
		}
		rows, refused, err := interchange.Interviews(time.UTC).Read(strings.NewReader(file.String()), mostRows)
		if err != nil || len(refused) > 0 || len(rows) != 1 || len(rows[0].Refused) > 0 {
			t.Fatalf("%q: got %v, the refusals %v and the error %v", file.String(), rows, refused, err)
		}
		if diff := cmp.Diff(value, rows[0].Value); diff != "" {
			t.Fatalf("note %q (-want +got):\n%s", note, diff)
		}
	}
	for _, note := range []string{
		"=1+1", "'=1+1", "''=1", "'tis", "'", "''", "-", "- a list", "@cmd", "+1", "\t=1", " =1", "\n=1", "＝1", "' =1", "'- x", "it's = 1",
	} {
		t.Run(fmt.Sprintf("%q", note), func(t *testing.T) {
			t.Parallel()
			roundTrips(t, note)
		})
	}
	rapid.Check(t, func(r *rapid.T) {
		roundTrips(r, rapid.StringMatching(`['=+\-@ \t\nx"＝]{1,8}`).Draw(r, "note"))
	})
}

// TestHeadersOfPeople fixes the names and the order of the columns of people. New columns
// come after them.
func TestHeadersOfPeople(t *testing.T) {
	t.Parallel()
	var students, interviewers bytes.Buffer
	if err := errors.Join(interchange.Students().Write(&students).Flush(), interchange.Interviewers().Write(&interviewers).Flush()); err != nil {
		t.Fatal(err)
	}
	if got, want := students.String(), "name,email,timeZone,interviewLimit"; !strings.HasPrefix(got, want) {
		t.Errorf("the columns of students are %s, want %s", got, want)
	}
	const want = "name,email,timeZone,active,tags,maxPerDay,maxPerWeek,meetingUrl,headline,bio,photoUrl,languages"
	if got := interviewers.String(); !strings.HasPrefix(got, want) {
		t.Errorf("the columns of interviewers are %s, want %s", got, want)
	}
}
