package interchange_test

import (
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	emersion "github.com/emersion/go-ical"

	"rehearse/internal/booking"
	"rehearse/internal/interchange"
)

// TestWriteCalendar reads a calendar with two libraries: the one that wrote it, and another one.
func TestWriteCalendar(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC) // half an hour before the clocks change in Berlin
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	room := "https://meet.example.org/a,b;c?d=" + strings.Repeat("e", 100)
	for name, title := range map[string]string{
		"plain": "Ada", "escapes": `Ada, "A"; \n \\ Lovelace`, "line breaks": "Ada\r\nLovelace\n\nBEGIN:VEVENT", "emoji": strings.Repeat("👩‍🚀 ", 30),
		"no spaces": strings.Repeat("ä", 200), "exactly a line": strings.Repeat("x", 67), "one more": strings.Repeat("x", 68), "empty": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := interchange.WriteCalendar("Calendar of "+title, []booking.CalendarEvent{{
				UID: "interview-1@school", Sequence: 3, Start: at.In(berlin), End: at.Add(time.Hour).In(berlin), ChangedAt: at.Add(-time.Hour), Summary: title, Location: &room,
			}})
			wantFolded(t, text)
			want := strings.Join(strings.FieldsFunc(title, func(r rune) bool { return r == '\r' || r == '\n' }), " ")
			library, err := ics.ParseCalendar(strings.NewReader(text))
			if err != nil || len(library.Events()) != 1 {
				t.Fatalf("the library reads %v in\n%s", err, text)
			}
			start, err := library.Events()[0].GetStartAt()
			if err != nil || !start.Equal(at) || library.Events()[0].GetProperty(ics.ComponentPropertySummary).Value != want {
				t.Errorf("the library reads the start %s (%v) in\n%s", start, err, text)
			}
			other, err := emersion.NewDecoder(strings.NewReader(text)).Decode()
			if err != nil || len(other.Events()) != 1 {
				t.Fatalf("the other library reads %v in\n%s", err, text)
			}
			event := other.Events()[0]
			end, err := event.DateTimeEnd(nil)
			if err != nil || !end.Equal(at.Add(time.Hour)) {
				t.Errorf("the end is %s (%v), want an hour after the start", end, err)
			}
			summary, err := event.Props.Text("SUMMARY")
			location, bad := event.Props.Text("LOCATION")
			if err != nil || bad != nil || summary != want || location != room {
				t.Errorf("the other library reads %q (%v) and %q (%v)", summary, err, location, bad)
			}
		})
	}
}

// wantFolded fails the test if a line is longer than 75 bytes, or does not end with CRLF.
func wantFolded(t *testing.T, text string) {
	t.Helper()
	lines := strings.Split(text, "\r\n")
	for _, line := range lines {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("the line %q has %d bytes", line, len(line))
		}
	}
	if lines[len(lines)-1] != "" {
		t.Errorf("the file ends with %q, want CRLF", lines[len(lines)-1])
	}
}
