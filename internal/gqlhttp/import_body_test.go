package gqlhttp_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/store"
)

const importCalendarMutation = `mutation($id: ID!, $ical: String!) {
	importAvailability(input: {interviewerId: $id, ical: $ical}) { created failed rows { status notes } errors { message } }
}`

// largeCalendar returns a calendar of 6 MB: years of events, of which the last ten are in
// the future.
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

func TestLargeImportBody(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	ical := largeCalendar()
	if len(ical) < 6_000_000 {
		t.Fatalf("the calendar has %d bytes", len(ical))
	}
	send := map[string]any{"id": ann, "ical": ical}
	done := s.Ask(importCalendarMutation, send)
	same(t, "status", done.Status, 200)
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
		"over the maximum":     {importCalendarMutation, 8 << 20, "at most 8388608 bytes are allowed"},
		"no import":            {`query($id: ID!) { interviewer(id: $id) { id } }`, 300 << 10, "at most 262144 are allowed"},
		"an import and others": {strings.Replace(importCalendarMutation, "{\n", "{ releaseHold(input: {holdId: $id}) { errors { code } }\n", 1), 300 << 10, "at most 262144 are allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			refused := s.For(t).Ask(row.document, map[string]any{"id": ann, "ical": strings.Repeat(" ", row.size)})
			same(t, "status", refused.Status, 413)
			if !strings.Contains(refused.Body, row.says) || len(refused.Body) > 1000 {
				t.Errorf("got %.300s, want %q", refused.Body, row.says)
			}
		})
	}
	for _, role := range []booking.Role{booking.RoleStudent, booking.RoleInterviewer, ""} {
		t.Run(fmt.Sprintf("as %q", role), func(t *testing.T) {
			s := s.For(t)
			s.Act(role, 1)
			refused := s.Ask(importCalendarMutation, map[string]any{"id": ann, "ical": strings.Repeat(" ", 300<<10)})
			same(t, "status", refused.Status, 413)
			refused.WantError("BAD_USER_INPUT", "at most 262144 bytes are allowed")
		})
	}
}

// While the maximum number of large bodies is in memory, the next waits and then gets a
// retryable refusal. Small bodies need no permit.
func TestConcurrentLargeBodies(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) { gqlhttp.SetMaxLargeBodies(o, 1) })
	handler := s.Handler.(*gqlhttp.Handler)
	ann := s.Interviewer(nil)
	text, err := json.Marshal(map[string]any{
		"query":     importCalendarMutation,
		"variables": map[string]any{"id": ann, "ical": "BEGIN:VCALENDAR\nDESCRIPTION:" + strings.Repeat("a", 300<<10) + "\nEND:VCALENDAR\n"},
	})
	if err != nil {
		t.Fatal(err)
	}
	body, send := io.Pipe()
	answered := make(chan string, 1)
	go func() {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, body)
		if err != nil {
			answered <- err.Error()
			return
		}
		request.Header.Set("Content-Type", plainJSON)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer response.Body.Close()
		answer, _ := io.ReadAll(response.Body)
		answered <- response.Status + string(answer)
	}()
	if _, err := send.Write(text[:290<<10]); err != nil {
		t.Fatal(err)
	}
	for late := time.After(soon); handler.LargeBodies() == 0; runtime.Gosched() {
		select {
		case <-late:
			t.Fatal("no large body is being read")
		default:
		}
	}
	s.exchanges([]exchange{
		{name: "another large body", body: string(text), status: 503, says: `"UNAVAILABLE"`, answer: map[string]string{"Retry-After": "1"}},
		{name: "a small body", body: askName, status: 200, says: saysName},
	})
	same(t, "shed", handler.Shed(), 1)
	if _, err := send.Write(text[290<<10:]); err != nil {
		t.Fatal(err)
	}
	_ = send.Close()
	if answer := <-answered; !strings.HasPrefix(answer, "200") || !strings.Contains(answer, `"failed":0`) {
		t.Errorf("the first large body: got %.300s", answer)
	}
	if response, answer := s.exchange(exchange{method: http.MethodPost, body: string(text)}); response.StatusCode != http.StatusOK {
		t.Errorf("the next large body: got %d %.300s", response.StatusCode, answer)
	}
	same(t, "large bodies", handler.LargeBodies(), 0)
}

func TestLargeBodyCost(t *testing.T) {
	t.Parallel()
	s := limited(t, 2600, 10) // the mutation and its rows cost 781
	ann := s.Interviewer(nil)
	few := s.Ask(importCalendarMutation, map[string]any{"id": ann, "ical": strings.Repeat(" ", 300<<10)})
	same(t, "44 KiB beyond the free size cost 11 points", few.Status, 200)
	many := s.Ask(importCalendarMutation, map[string]any{"id": ann, "ical": strings.Repeat(" ", 7<<20)})
	same(t, "6912 KiB cost 1728 points", many.Status, 429)
}

// A server executes one import at a time, for any size and table. Other operations do not
// wait for it.
func TestOneImportAtATime(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) { o.MaxImports = 0 })
	unlock := s.lockStudents()
	importing := func(what string) exchange {
		return exchange{method: http.MethodPost, body: `{"query": "mutation { ` + what + `(input: {csv: \"name,email\\nAnn,ann@example.org\"}) { failed } }"}`}
	}
	first := make(chan int, 1)
	go func() {
		response, _ := s.exchange(importing("importStudents"))
		first <- response.StatusCode
	}()
	s.DB.AwaitLockWaits(t, 1, "students")
	second := importing("importInterviewers")
	second.name, second.status, second.says = "a second import", 503, `"UNAVAILABLE"`
	second.answer = map[string]string{"Retry-After": "1"}
	s.exchanges([]exchange{second, {name: "another operation", body: askName, status: 200, says: saysName}})
	unlock()
	same(t, "the first import", <-first, 200)
	second.name, second.status, second.says, second.answer = "the next import", 200, `{"data":{"importInterviewers":{"failed":0}}}`, nil
	s.exchanges([]exchange{second})
}
