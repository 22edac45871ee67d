package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/identity"
)

// attack is an operation that is as expensive as the limits allow.
type attack struct {
	name      string
	document  func(n int) string // the field repeated n times; nil for no attack
	most      int                // maximum repetitions of the field in a document; 0 means 1
	variables map[string]any
	times     int  // repetitions of the field
	refused   bool // regardless of size
	student   bool // sent by a student, whose id replaces STUDENT, instead of the administrator
}

// again returns a function that builds a document with n repetitions of a field. %d is the
// number of the repetition.
func again(operation, field string) func(int) string {
	return func(n int) string {
		var text strings.Builder
		text.WriteString(operation + " {")
		for i := range n {
			text.WriteString(strings.ReplaceAll(" a%d: "+field, "%d", strconv.Itoa(i+1)))
		}
		return text.String() + " }"
	}
}

func just(document string) func(int) string { return func(int) string { return document } }

const (
	rootFields = 20 // limit of a query
	mutations  = 5  // limit of a mutation
)

// attacks returns the most expensive known operations of administrators and students.
func (w *world) attacks(b *testing.B) []attack {
	b.Helper()
	in := w.days(90)
	at := func(days int) string { return in.Start.AddDate(0, 0, days).Format(time.RFC3339) }
	list := func(days int, more string) string {
		return fmt.Sprintf(`availableSlots(studentId: "STUDENT", start: %q, end: %q%s)`, at(0), at(days), more)
	}
	w.regrade(b)
	var eventful, open int64
	if err := w.pool.QueryRow(b.Context(), `SELECT (SELECT max(interview_id) FROM events),
		(SELECT id FROM slots WHERE status = 'OPEN' AND starts_at > $1 ORDER BY starts_at, id LIMIT 1)`, in.Start).Scan(&eventful, &open); err != nil {
		b.Fatal(err)
	}
	booked := make([]string, 22_000)
	for i := range booked {
		booked[i] = "BOOKED"
	}
	return []attack{
		{name: "nothing"},
		{name: "totals of interviews", most: rootFields, document: again("", `interviews(filter: {status: [BOOKED, COMPLETED]}, first: %d) { totalCount }`)},
		{name: "totals, with 22,000 values in a variable", most: rootFields, variables: map[string]any{"i": booked},
			document: again("query($i: [InterviewStatus!])", `interviews(filter: {status: $i}) { totalCount }`)},
		{name: "searches of students", most: rootFields, document: again("", `students(filter: {search: "a%d"}) { totalCount }`)},
		{name: "students by interviews used", most: rootFields, document: again("", `students(first: 1, filter: {interviewsUsed: {min: %d}}, orderBy: {field: NAME}) { totalCount nodes { id } }`)},
		{name: "held slots, with totals", most: rootFields, document: again("", `slots(first: %d, filter: {status: [HELD]}) { totalCount nodes { id } }`)},
		{name: "100 students with eligibility", document: just(`{ students(first: 100) { nodes { name email eligibility { eligible recentGrades } } } }`)},
		{name: "slots of slots' interviewers", document: just(`{ ` + list(90, ", first: 100") + ` { nodes { id start interviewer { name slots(first: 40) { nodes { id start } } } } } }`)},
		{name: "100 events", document: just(`{ events(first: 100) { nodes { id kind at student { name } interview { id status } } } }`)},
		{name: "events of interviews of events", most: rootFields, document: again("", fmt.Sprintf(
			`interview(id: "%d") { events(first: 10) { nodes { interview { events(first: 10) { nodes { interview { id } } } } } } }`, eventful))},
		{name: "exports of a student", most: rootFields, document: again("", `exportStudent(studentId: "STUDENT")`)},
		{name: "payload of a weekly rule", most: mutations, document: again("mutation", `addWeeklyAvailability(input: {interviewerId: "999999999", startDate: "2026-01-01",
			weekdays: [MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY], startTime: "08:00", endTime: "18:00", slotMinutes: 15}) {
			slots { interviewer { slots(first: 480) { nodes { id start end status } } } } }`)},
		{name: "dry runs of a calendar of 500 rules", most: mutations, variables: map[string]any{"c": impossibleRules(500)},
			document: again("mutation($c: String!)", `importAvailability(input: {interviewerId: "1", ical: $c, dryRun: true}) { failed }`)},
		{name: "dry runs of 5,000 students", most: mutations, variables: map[string]any{"c": manyStudents(5000)},
			document: again("mutation($c: String!)", `importStudents(input: {csv: $c, dryRun: true}) { failed created }`)},
		{name: "dry runs of 47,000 slots", most: mutations, variables: map[string]any{"c": w.months(b, 16)},
			document: again("mutation($c: String!)", `importAvailability(input: {csv: $c, dryRun: true}) { failed created }`)},
		{name: "a student's lists without a slot", most: rootFields, student: true,
			document: again("", list(300, `, tags: ["none"], first: %d`)+` { nodes { id } emptyReasons { code } }`)},
		{name: "a student's totals of lists", most: rootFields, student: true, document: again("", list(300, `, first: %d`)+` { totalCount }`)},
		{name: "a student's dry runs of a booking", most: mutations, student: true, document: again("mutation", fmt.Sprintf(
			`bookSlot(input: {studentId: "STUDENT", slotId: "%d", dryRun: true}) { interview { id } errors { code ... on SlotTaken { alternatives { id } } } }`, open))},
	}
}

// regrade inserts events of one interview, as if its grade had been changed many times,
// unless the table already has events. Generated data sets have none.
func (w *world) regrade(b *testing.B) {
	b.Helper()
	_, err := w.pool.Exec(b.Context(), `INSERT INTO events (at, kind, actor_role, actor_id, request_id, student_id, interviewer_id, slot_id, interview_id, changes)
		SELECT $1, 'INTERVIEW_GRADED', 'ADMIN', 1, 'bench', student_id, interviewer_id, slot_id, id, '[]'
		FROM (SELECT * FROM interviews WHERE status = 'COMPLETED' ORDER BY id DESC LIMIT 1) i, generate_series(1, 1000)
		WHERE NOT EXISTS (SELECT FROM events)`, w.now)
	if err != nil {
		b.Fatal(err)
	}
}

// impossibleRules returns a calendar with rules that never occur.
func impossibleRules(n int) string {
	var text strings.Builder
	text.WriteString("BEGIN:VCALENDAR\r\n")
	for i := range n {
		fmt.Fprintf(&text, "BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:16000101T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;INTERVAL=7;BYDAY=WE\r\nEND:VEVENT\r\n", i)
	}
	return text.String() + "END:VCALENDAR\r\n"
}

func manyStudents(n int) string {
	var text strings.Builder
	text.WriteString("name,email\n")
	for i := range n {
		fmt.Fprintf(&text, "Student %d,bystander%d@example.org\n", i, i)
	}
	return text.String()
}

// months returns a table with n windows of 31 days, in slots of 15 minutes of one
// interviewer, before all other slots.
func (w *world) months(b *testing.B, n int) string {
	b.Helper()
	var email string
	if err := w.pool.QueryRow(b.Context(), "SELECT email FROM interviewers ORDER BY id LIMIT 1").Scan(&email); err != nil {
		b.Fatal(err)
	}
	var text strings.Builder
	text.WriteString("interviewer,start,end,slotMinutes\n")
	start := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	for range n {
		end := start.AddDate(0, 0, 31)
		fmt.Fprintf(&text, "%s,%s,%s,15\n", email, start.Format(time.RFC3339), end.Format(time.RFC3339))
		start = end
	}
	return text.String()
}

const tokenSecret = "a secret of the benchmarks, of 32 bytes or more"

// sender is a caller: the administrator at an address, or a student.
type sender struct {
	address, token string
	student        booking.StudentID
}

// attacker returns the caller with index i for an attack.
func (w *world) attacker(b *testing.B, a attack, i int) sender {
	b.Helper()
	s := sender{address: fmt.Sprintf("192.0.%d.%d", i/250, i%250), student: w.students[len(w.students)-1-i].Student.ID}
	if a.student {
		s.sign(b)
	}
	return s
}

// sign sets the sender's token to one of the student.
func (s *sender) sign(b *testing.B) {
	b.Helper()
	secret, err := identity.NewSecret(tokenSecret)
	if err == nil {
		s.token, err = secret.Sign(identity.Terms{Clock: time.Now}, booking.Actor{Role: booking.RoleStudent, ID: int64(s.student)}, time.Hour)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// by returns the request body of the attack for the sender.
func (a attack) by(s sender) []byte {
	body, _ := json.Marshal(map[string]any{"query": a.document(a.times), "variables": a.variables}) // strings always encode
	return bytes.ReplaceAll(body, []byte("STUDENT"), []byte(strconv.FormatInt(int64(s.student), 10)))
}

// enlarge repeats the field of the attack as often as the server admits. It sends its
// probes as a caller that does not attack later.
func (a *attack) enlarge(b *testing.B, url string, by sender) {
	b.Helper()
	if a.document == nil {
		return
	}
	for a.times = max(a.most, 1); ; a.times-- {
		_, text, err := by.post(b.Context(), url, a.by(by))
		if err != nil {
			b.Fatalf("%s: %v", a.name, err)
		}
		code := "OK"
		if found := errorCode.FindSubmatch(text); found != nil && !bytes.HasPrefix(text, []byte(`{"data":{`)) {
			code = string(found[1])
		}
		if code == "QUERY_TOO_COMPLEX" && a.times > 1 {
			continue
		}
		switch a.refused = code != "OK"; {
		case a.refused:
			a.name += ": refused, " + code
		case a.times > 1:
			a.name += fmt.Sprintf(", %d times", a.times)
		}
		return
	}
}

// admitted returns the attacks that the server executes, sent by the administrator.
func admitted(attacks []attack) (all []attack) {
	for _, a := range attacks {
		if a.student = false; a.document != nil && !a.refused {
			all = append(all, a)
		}
	}
	return all
}

// post sends an operation.
func (s sender) post(ctx context.Context, url string, body []byte) (status int, text []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", s.address)
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	text, err = io.ReadAll(response.Body)
	return response.StatusCode, text, err
}
