package graph_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// planted creates a student and records in which others have written about them.
func planted(s *school) string {
	s.T.Helper()
	student := s.Student(map[string]any{"name": "Planted Name", "email": "planted@example.org", "timeZone": "Europe/Berlin"})
	first, second := s.Booked(student, s.NewSlot(day)), s.Booked(student, s.NewSlot(2*day))
	s.ChangeInterview("cancelInterview", map[string]any{"interviewId": second, "reason": "planted reason", "idempotencyKey": "k"})
	s.refusedIn("planted-request", student, "987654")
	s.Mutate("grantWaiver", "waiver { id }", map[string]any{"studentId": student, "rule": "PAIR", "reason": "planted waiver"}, &struct{}{})
	s.Accepted(s.ChangeInterview("updateInterviewIntake", in{"interviewId": first, "intake": "planted intake"}).Errors)
	s.SetClock(t0.Add(day + 2*time.Hour))
	s.Accepted(s.ChangeInterview("completeInterview", map[string]any{"interviewId": first, "grade": 4, "note": "planted note"}).Errors)
	s.plantedOutside(student)
	return student
}

// plantedOutside creates what sends the student's events and interviews to others.
func (s *school) plantedOutside(student string) {
	s.T.Helper()
	s.calendarFeed(in{"studentId": student})
	var payload struct{ Errors []refused }
	s.Mutate("updateNotificationPreferences", "__typename", in{"studentId": student, "reminders": false}, &payload)
	s.Accepted(payload.Errors)
	s.Mutate("createWebhook", "__typename", in{"url": "https://example.org/hooks", "studentIds": []string{student}}, &payload)
	s.Accepted(payload.Errors)
	if err := s.Store.BeginMail(s.T.Context()); err != nil {
		s.T.Fatal(err)
	}
	s.Accepted(s.Cancel(s.Booked(student, s.NewSlot(8*day))).Errors)
	_, err := s.Store.DispatchEvents(s.T.Context(), s.App.Now())
	if err := errors.Join(err, s.Store.DispatchMail(s.T.Context(), s.App.Now())); err != nil {
		s.T.Fatal(err)
	}
	if _, err := s.DB.SQL(s.T).ExecContext(s.T.Context(), "UPDATE webhook_deliveries SET response_body = 'planted response'"); err != nil {
		s.T.Fatal(err)
	}
}

func (s *school) exported(student string) string {
	s.T.Helper()
	var data struct{ ExportStudent json.RawMessage }
	s.Ask("query($id: ID!) { exportStudent(studentId: $id) }", map[string]any{"id": student}).Into(&data)
	return string(data.ExportStudent)
}

func TestExportIsComplete(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := planted(s)
	s.Live(s.Student(nil), 5*day, 3)
	var export struct {
		Version    int
		Student    struct{ Name string }
		Interviews []struct {
			Interviewer string
			Grade       *int
		}
		Holds, Waivers, Events []map[string]any
		Keys                   []map[string]any `json:"idempotency_keys"`
		Refusals               []struct {
			Operation string
			Codes     []string
		} `json:"booking_refusals"`
		Mail []struct {
			Kind, Status, Result string
			RecipientRole        string `json:"recipient_role"`
			CreatedAt            string `json:"created_at"`
		}
		Feeds       []map[string]any                   `json:"calendar_feeds"`
		Preferences struct{ Bookings, Reminders bool } `json:"notification_preferences"`
		Webhooks    []map[string]any
		Deliveries  []struct{ Kind, Status string } `json:"webhook_deliveries"`
	}
	text := s.exported(student)
	if err := json.Unmarshal([]byte(text), &export); err != nil {
		t.Fatal(err)
	}
	same(t, "version", export.Version, 1)
	same(t, "interviews", len(export.Interviews), 3)
	same(t, "grade", *export.Interviews[0].Grade, 4)
	same(t, "waivers", len(export.Waivers), 1)
	same(t, "idempotency keys", len(export.Keys), 1)
	same(t, "booking refusals", len(export.Refusals), 1)
	same(t, "operation and codes of the refusal", export.Refusals[0].Operation+" "+strings.Join(export.Refusals[0].Codes, " "), "HOLD_SLOT NOT_FOUND")
	// Admitted, booked twice, cancelled, waived, an intake, completed, a calendar feed, preferences, booked, cancelled.
	same(t, "events", len(export.Events), 11)
	sent := []string{}
	for _, m := range export.Mail {
		same(t, "status of a message", m.Status, "PENDING")
		same(t, "a message has a time", m.CreatedAt != "", true)
		sent = append(sent, m.Kind+" to "+m.RecipientRole)
	}
	same(t, "messages", sent, []string{"booked to STUDENT", "booked to INTERVIEWER", "cancelled to STUDENT", "cancelled to INTERVIEWER"})
	same(t, "calendar feeds, and their secret", []any{len(export.Feeds), export.Feeds[0]["secret_hash"]}, []any{1, nil})
	same(t, "preferences", [2]bool{export.Preferences.Bookings, export.Preferences.Reminders}, [2]bool{true, false})
	same(t, "webhooks, and their secret", []any{len(export.Webhooks), export.Webhooks[0]["secret"]}, []any{1, nil})
	same(t, "deliveries to webhooks", len(export.Deliveries), 2)
	for _, value := range []string{"Planted Name", "planted@example.org", "planted reason", "planted waiver", "planted note", "planted intake", "planted-request", "planted response"} {
		if !strings.Contains(text, value) {
			t.Errorf("export has no %q", value)
		}
	}
	same(t, "error code of an unknown student", s.Ask(`{ exportStudent(studentId: 999) }`, nil).Errors[0].Extensions.Code, "NOT_FOUND")
}

// columns returns the names of the columns of each table.
func (s *school) columns() map[string][]string {
	s.T.Helper()
	rows, err := s.DB.SQL(s.T).QueryContext(s.T.Context(), `SELECT table_name, column_name FROM information_schema.columns
		JOIN information_schema.tables USING (table_schema, table_name)
		WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`)
	if err != nil {
		s.T.Fatal(err)
	}
	defer rows.Close()
	found := map[string][]string{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			s.T.Fatal(err)
		}
		found[table] = append(found[table], column)
	}
	if err := rows.Err(); err != nil {
		s.T.Fatal(err)
	}
	return found
}

// Every table that refers to students is in the export, unless there is a reason. A new table
// fails this test until it is exported or has one.
func TestEveryTableAboutStudentsIsExported(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	var exported map[string]json.RawMessage
	if err := json.Unmarshal([]byte(s.exported(planted(s))), &exported); err != nil {
		t.Fatal(err)
	}
	refers := regexp.MustCompile(`^(student_ids?|students|actor_id|recipient_id|held_by|event_id)$`)
	reasons := map[string]string{
		"slots":           "a held slot is in holds",
		"slot_history":    "its rows name events, which are exported",
		"event_positions": "the order of the events, which are exported",
		"changes":         "only ids, for an hour",
	}
	referring := 0
	for table, columns := range s.columns() {
		if !slices.ContainsFunc(columns, refers.MatchString) {
			continue
		}
		referring++
		if _, is := exported[table]; !is && reasons[table] == "" {
			t.Errorf("the export lacks the table %s, which has the columns %v", table, columns)
		}
	}
	same(t, "tables that refer to students", referring, 15)
}

func TestAnonymisedStudentHasNoName(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := planted(s)
	for range 2 {
		var payload struct {
			Student struct{ Name, Email string }
			Errors  []refused
		}
		s.Mutate("anonymiseStudent", "student { name email }", map[string]any{"studentId": student}, &payload)
		s.Accepted(payload.Errors)
		same(t, "name", payload.Student.Name, "Student "+student)
	}
	if text := s.exported(student); strings.Contains(strings.ToLower(text), "planted") {
		t.Errorf("export = %s, want nothing of the student", text)
	}
	for table := range s.columns() {
		var left int
		err := s.DB.SQL(t).QueryRowContext(t.Context(), "SELECT count(*) FROM "+table+" t WHERE t::text ILIKE '%planted%'").Scan(&left)
		if err != nil || left > 0 {
			t.Errorf("%d rows of %s identify the student (%v), want none", left, table, err)
		}
	}
	for _, table := range []string{"calendar_feeds", "notification_preferences"} {
		var left int
		if err := s.DB.SQL(t).QueryRowContext(t.Context(), "SELECT count(*) FROM "+table+" WHERE student_id = $1", student).Scan(&left); err != nil || left > 0 {
			t.Errorf("%d rows of %s are left (%v), want none", left, table, err)
		}
	}
	refusals := s.refusals("studentId: " + student)
	same(t, "booking refusals", len(refusals), 1)
	same(t, "request id of the refusal", refusals[0].RequestID, "")
	verdict := s.List(student).Eligibility
	same(t, "eligible", verdict.Eligible, false)
	same(t, "recent grades", len(verdict.RecentGrades), 1)
	s.Sound()
}

func TestStudentWithUpcomingInterviewsIsNotAnonymised(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	s.Booked(student, s.NewSlot(day))
	before := s.Rows()
	var payload struct{ Errors []refused }
	s.Mutate("anonymiseStudent", "student { id }", map[string]any{"studentId": student}, &payload)
	same(t, "codes", strings.Join(codes(payload.Errors), " "), "WRONG_STATUS")
	same(t, "rows", s.Rows(), before)
}

// An import describes what is wrong with a row. A recorded response with such text is
// deleted with the student; other responses stay.
func TestAnonymisedStudentIsInNoStoredResponse(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(in{"name": "Planted Name", "email": "planted@example.org", "timeZone": "Europe/Berlin"})
	s.Interviewer(in{"email": "ann@example.org"})
	send := func(mutation, key, csv string) {
		s.sendKeyed(retried{mutation: mutation, fields: "failed"}, key, in{"csv": csv, "partial": true})
	}
	send("importStudents", "other", "name,email\nZoe,zoe@example.org\n")
	send("importStudents", "name", "name,email\nAnother Planted,Planted@example.org\n")
	send("importStudents", "twice", "name,email\nA,bob@example.org\nPlanted,planted@example.org\nPlanted,planted@example.org\n")
	send("importInterviews", "interview", importedInterview+bookingRow("planted@example.org", "planted@example.org", day))
	kept := func() (keys, planted int) {
		err := s.DB.SQL(t).QueryRowContext(t.Context(), `SELECT count(*), count(*) FILTER (WHERE answer::text ILIKE '%planted%')
			FROM idempotency_keys`).Scan(&keys, &planted)
		if err != nil {
			t.Fatal(err)
		}
		return keys, planted
	}
	if keys, planted := kept(); keys != 4 || planted == 0 {
		t.Fatalf("%d answers are kept, and %d of them name the student", keys, planted)
	}
	s.sendKeyed(retried{mutation: "anonymiseStudent", fields: "__typename"}, "", in{"studentId": student})
	keys, planted := kept()
	same(t, "kept answers, and those that name the student", [2]int{keys, planted}, [2]int{1, 0})
}

// anonymise anonymises a student.
func (s *school) anonymise(student string) {
	s.T.Helper()
	var payload struct{ Errors []refused }
	s.Mutate("anonymiseStudent", "student { id }", in{"studentId": student}, &payload)
	s.Accepted(payload.Errors)
}

// Every mutation that would write about an anonymised student is refused, and nothing
// remains that lets the student book.
func TestAnonymisedStudentCannotBeChanged(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.Interviewer(in{"email": "ann@example.org"})
	student := planted(s)
	missed := s.Booked(student, s.NewSlot(3*day))
	s.SetClock(t0.Add(4 * day))
	for _, rule := range []string{"LIMIT", "NOTICE"} {
		s.waive(student, rule, in{"uses": 3})
	}
	slot, other := s.NewSlot(5*day), s.NewSlot(6*day)
	s.held(student, slot)
	s.anonymise(student)
	same(t, "hold", s.holdOf(student), "none")
	all, inForce := s.waivers(student)
	same(t, "waivers, and those in force", [2]int{len(all), len(inForce)}, [2]int{3, 0})
	for _, w := range all {
		same(t, "revoked", w.RevokedAt != nil, true)
	}
	happened := kinds(s.events(", filter: {studentId: " + student + "}"))
	same(t, "last events", happened[len(happened)-5:], []string{"HOLD_RELEASED", "WAIVER_REVOKED", "WAIVER_REVOKED", "WAIVER_REVOKED", "STUDENT_ANONYMISED"})

	before := s.Rows()
	for _, test := range []struct {
		name, mutation, code string
		input                in
	}{
		{"name", "updateStudent", "WRONG_STATUS", in{"studentId": student, "name": "Back Again"}},
		{"limit", "updateStudent", "WRONG_STATUS", in{"studentId": student, "interviewLimit": 9}},
		{"waiver", "grantWaiver", "WRONG_STATUS", in{"studentId": student, "rule": "LIMIT", "reason": "ill"}},
		{"note", "completeInterview", "WRONG_STATUS", in{"interviewId": missed, "grade": 3, "note": "planted again"}},
		{"reason", "cancelInterview", "WRONG_STATUS", in{"interviewId": missed, "reason": "planted again"}},
		{"booking", "bookSlot", "LIMIT_REACHED", in{"studentId": student, "slotId": slot}},
		{"hold", "holdSlot", "LIMIT_REACHED", in{"studentId": student, "slotId": other}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			var payload struct{ Errors []refused }
			s.Mutate(test.mutation, "__typename", test.input, &payload)
			same(t, "refusal codes", codes(payload.Errors), []string{test.code})
			same(t, "the message says anonymised", strings.Contains(payload.Errors[0].Message, "anonymised"), test.code == "WRONG_STATUS")
		})
	}
	anonymous := "student-" + student + "@anonymous.invalid"
	imported := s.imports("importInterviews", importedInterview+bookingRow(anonymous, "ann@example.org", -3*day), nil)
	same(t, "messages say anonymised", strings.Contains(imported.messages(), "The student is anonymised"), true)
	differs := s.imports("importStudents", "name,email\nBack Again,"+anonymous+"\n", nil)
	same(t, "import of the student", differs.rowLines(), []string{"2 FAILED name:INVALID_INPUT"})
	same(t, "rows", s.Rows(), before)
	s.Accepted(s.Complete(missed, 3).Errors) // a grade is not text
	s.Sound()
}

// Each call removes everything there is, including what was added after the first call.
func TestAnonymisingAgainRemovesNewData(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := planted(s)
	s.anonymise(student)
	for _, statement := range []string{
		"UPDATE interviews SET note = 'planted later', intake = 'planted later' WHERE student_id = $1 AND status = 'COMPLETED'",
		"UPDATE waivers SET reason = 'planted later' WHERE student_id = $1",
	} {
		if _, err := s.DB.SQL(t).ExecContext(t.Context(), statement, student); err != nil {
			t.Fatal(err)
		}
	}
	findings, err := s.Store.Check(t.Context(), s.App.Now())
	if err != nil || len(findings) == 0 {
		t.Errorf("findings = %v (%v), want some", findings, err)
	}
	told := len(s.events(", filter: {studentId: " + student + "}"))
	s.anonymise(student)
	if text := s.exported(student); strings.Contains(text, "planted") {
		t.Errorf("export = %s, want nothing of the student", text)
	}
	same(t, "events", len(s.events(", filter: {studentId: "+student+"}")), told+1)
	s.anonymise(student)
	same(t, "events when nothing is left", len(s.events(", filter: {studentId: "+student+"}")), told+1)
	s.Sound()
}
