package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

type imported struct {
	Rows                       []importRow
	Created, Unchanged, Failed int
	Errors                     []refused
}

type importRow struct {
	Line   int
	Status string
	ID     *string
	Notes  []string
	Errors []struct {
		Column        *string
		Code, Message string
	}
}

const importFields = "created unchanged failed rows { line status id notes errors { column code message } }"

// imports sends a file; set changes the input.
func (s *school) imports(mutation, csv string, set map[string]any) imported {
	s.T.Helper()
	input := map[string]any{"csv": csv}
	for key, value := range set {
		input[key] = value
	}
	if csv == "" && set["csv"] == nil {
		delete(input, "csv")
	}
	var payload imported
	s.Mutate(mutation, importFields, input, &payload)
	return payload
}

// rowLines returns each row as one line: its position, status and errors.
func (i imported) rowLines() []string {
	out := []string{}
	for _, row := range i.Rows {
		line := fmt.Sprintf("%d %s", row.Line, row.Status)
		for _, e := range row.Errors {
			column := "-"
			if e.Column != nil {
				column = *e.Column
			}
			line += " " + column + ":" + e.Code
		}
		out = append(out, line)
	}
	return out
}

func (i imported) messages() string {
	var out []string
	for _, row := range i.Rows {
		for _, e := range row.Errors {
			out = append(out, e.Message)
		}
	}
	for _, e := range i.Errors {
		out = append(out, e.Message)
	}
	return strings.Join(out, "\n")
}

func TestImportStudents(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const file = "email,name,interviewLimit,timeZone\n" +
		"Ada@Example.org, Ada Lovelace ,,Europe/London\nalan@example.org,\"Turing, Alan\",7,\n"
	before := s.Rows()
	dry := s.imports("importStudents", file, map[string]any{"dryRun": true})
	s.Accepted(dry.Errors)
	same(t, "rows of a dry run", dry.rowLines(), []string{"2 CREATED", "3 CREATED"})
	same(t, "dry run without ids", dry.Rows[0].ID == nil, true)
	same(t, "rows", s.Rows(), before)

	done := s.imports("importStudents", file, nil)
	s.Accepted(done.Errors)
	same(t, "rows", done.rowLines(), []string{"2 CREATED", "3 CREATED"})
	same(t, "created rows", done.Created, 2)
	var data struct{ Student map[string]any }
	s.Ask("query($i: ID!) { student(id: $i) { name email timeZone interviewLimit } }", map[string]any{"i": *done.Rows[1].ID}).Into(&data)
	same(t, "imported student", data.Student, map[string]any{
		"name": "Turing, Alan", "email": "alan@example.org", "timeZone": "UTC", "interviewLimit": 7.0,
	})

	before = s.Rows()
	again := s.imports("importStudents", file, nil)
	s.Accepted(again.Errors)
	same(t, "rows of a second import", again.rowLines(), []string{"2 UNCHANGED", "3 UNCHANGED"})
	same(t, "id of a row of a second import", again.Rows[1].ID, done.Rows[1].ID)
	same(t, "rows", s.Rows(), before)
	part := s.imports("importStudents", "name,email\nTuring\\, Alan,ALAN@example.org\n", nil)
	same(t, "rows with an unquoted comma", part.rowLines(), []string{"2 FAILED -:INVALID_INPUT"})
	part = s.imports("importStudents", "name,email\nAda Lovelace,ada@example.org\n", nil)
	same(t, "rows without the other columns", part.rowLines(), []string{"2 UNCHANGED"})
	bob := s.Interviewer(map[string]any{"email": "bob@example.org"})
	part = s.imports("importStudents", "name,email\nBob,bob@example.org\nAda Lovelace,ada@example.org\n", nil)
	same(t, "rows with the e-mail of an interviewer", part.rowLines(), []string{"2 CREATED", "3 UNCHANGED"})
	same(t, "notes of a student who is an interviewer", part.Rows[0].Notes, []string{"The e-mail address belongs to interviewer " + bob + ", who is then also a student."})
	s.Student(map[string]any{"email": "new@example.org"})
	s.Sound()
}

func TestImportInterviewers(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const file = "name,email,tags,maxPerDay,maxPerWeek,active\n" +
		"Ann,ann@example.org, Go;sql ;GO,2,5,\n" +
		"Bob,bob@example.org,\"\"\"a;b\"\"; c, d\",,,false\n" + // in the value: "a;b"; c, d
		"Cat,cat@example.org,,,,\n"
	done := s.imports("importInterviewers", file, nil)
	s.Accepted(done.Errors)
	same(t, "rows", done.rowLines(), []string{"2 CREATED", "3 CREATED", "4 CREATED"})
	type capped struct {
		Tags                  []string
		MaxPerDay, MaxPerWeek *int
	}
	var data struct{ Interviewers struct{ Nodes []capped } }
	s.Ask("{ interviewers { nodes { tags maxPerDay maxPerWeek } } }", nil).Into(&data)
	same(t, "interviewers with tags and caps", data.Interviewers.Nodes, []capped{
		{[]string{"go", "sql"}, ptr(2), ptr(5)}, {[]string{"a;b", "c, d"}, nil, nil}, {[]string{}, nil, nil},
	})
	rooms := s.imports("importInterviewers", "name,email,meetingUrl\n"+
		"Ann,ann@example.org,\nBob,bob@example.org,https://meet.example.org/bob\n"+
		"Dan,dan@example.org,http://meet.example.org\nEve,eve@example.org,https://meet.example.org/eve\n", map[string]any{"dryRun": true, "partial": true})
	same(t, "rows with meeting URLs", rooms.rowLines(), []string{"2 UNCHANGED", "3 FAILED meetingUrl:INVALID_INPUT", "4 FAILED meetingUrl:INVALID_INPUT", "5 CREATED"})
	before := s.Rows()
	same(t, "rows of a second import", s.imports("importInterviewers", file, nil).rowLines(), []string{"2 UNCHANGED", "3 UNCHANGED", "4 UNCHANGED"})
	same(t, "rows without the other columns",
		s.imports("importInterviewers", "name,email,tags,maxPerDay\nAnn,ann@example.org,,\nCat,cat@example.org, ,\n", nil).rowLines(),
		[]string{"2 UNCHANGED", "3 UNCHANGED"})
	bad := s.imports("importInterviewers", "name,email,tags,maxPerDay,maxPerWeek\n"+
		"Ann,ann@example.org,go,3,6\n"+
		"Cat,cat@example.org,go,,1\n"+
		"Dan,dan@example.org,a;;b,0,101\n"+
		"Eve,eve@example.org,\"\"\"a\",x,\n"+
		"Fay,fay@example.org,"+strings.Repeat("x", 51)+",,\n", nil)
	same(t, "rows that are refused", bad.rowLines(), []string{
		"2 FAILED tags:INVALID_INPUT maxPerDay:INVALID_INPUT maxPerWeek:INVALID_INPUT",
		"3 FAILED tags:INVALID_INPUT maxPerWeek:INVALID_INPUT",
		"4 FAILED tags:INVALID_INPUT maxPerDay:INVALID_INPUT maxPerWeek:INVALID_INPUT",
		"5 FAILED tags:INVALID_INPUT maxPerDay:INVALID_INPUT",
		"6 FAILED tags:INVALID_INPUT",
	})
	same(t, "rows", s.Rows(), before)
	s.Sound()
}

// people creates students and interviewers, all at example.org.
func (s *school) people(students, interviewers []string) {
	s.T.Helper()
	for _, name := range students {
		s.Student(map[string]any{"name": name, "email": name + "@example.org"})
	}
	for _, name := range interviewers {
		s.Interviewer(map[string]any{"name": name, "email": name + "@example.org"})
	}
}

func TestImportAvailability(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.people(nil, []string{"ann", "bob"})
	const file = "interviewer,start,end,slotMinutes\n" +
		"ann@example.org,2026-06-02T09:00:00Z,2026-06-02T12:30:00Z,60\n" +
		"BOB@example.org,2026-06-02T09:00:00+02:00,2026-06-02T10:00:00+02:00,30\n" +
		"ann@example.org,2020-01-01T09:00:00,2020-01-01T10:00:00,\n"
	before := s.Rows()
	s.Accepted(s.imports("importAvailability", file, map[string]any{"dryRun": true}).Errors)
	same(t, "rows after a dry run", s.Rows(), before)
	done := s.imports("importAvailability", file, nil)
	s.Accepted(done.Errors)
	same(t, "rows", done.rowLines(), []string{"2 CREATED", "3 CREATED", "4 CREATED"})
	same(t, "listed slots", len(s.List(s.Student(nil)).Nodes), 5)
	before = s.Rows()
	again := s.imports("importAvailability", file, nil)
	same(t, "rows of a second import", again.rowLines(), []string{"2 UNCHANGED", "3 UNCHANGED", "4 UNCHANGED"})
	same(t, "id of a row of a second import", again.Rows[0].ID, done.Rows[0].ID)
	same(t, "rows", s.Rows(), before)

	bad := s.imports("importAvailability", "interviewer,start,end,slotMinutes\n"+
		"ann@example.org,2026-06-02T11:30:00Z,2026-06-02T14:30:00Z,60\n"+
		"nobody@example.org,2026-06-02T11:30:00Z,2026-06-02T14:30:00Z,60\n"+
		"ann@example.org,2026-06-02,2026-06-02T14:30:00Z,x\n"+
		"ann@example.org,2026-06-03T10:00:00Z,2026-06-03T09:00:00Z,60\n"+
		"ann@example.org,2026-06-03T10:00:00Z,2026-06-03T11:00:00Z,5\n"+
		"bob@example.org,2026-06-03T10:00:00Z,2026-06-03T11:00:00Z,60\n"+
		"bob@example.org,2026-06-03T10:00:00Z,2026-06-03T11:00:00Z,60\n"+
		",2026-06-03T10:00:00Z,1800-06-03T11:00:00Z,60\n", map[string]any{"partial": true})
	same(t, "rows that are refused", bad.rowLines(), []string{
		"2 FAILED start:AVAILABILITY_CONFLICT", "3 FAILED interviewer:NOT_FOUND",
		"4 FAILED start:INVALID_INPUT slotMinutes:INVALID_INPUT", "5 FAILED end:INVALID_RANGE",
		"6 FAILED slotMinutes:INVALID_INPUT", "7 CREATED", "8 FAILED start:INVALID_INPUT",
		"9 FAILED interviewer:INVALID_INPUT end:INVALID_INPUT",
	})
	s.Accepted(bad.Errors)
	s.exec("UPDATE interviewers SET active = false WHERE email = 'bob@example.org'")
	s.exec(`WITH gone AS (UPDATE slots SET status = 'WITHDRAWN' WHERE interviewer_id = (SELECT id FROM interviewers WHERE NOT active) RETURNING id)
		INSERT INTO slot_history (slot_id, what, at) SELECT id, 'WITHDRAWN', now() FROM gone`)
	same(t, "rows of an inactive interviewer", s.imports("importAvailability", "interviewer,start,end\n"+
		"bob@example.org,2026-06-09T10:00:00Z,2026-06-09T11:00:00Z\n"+
		"bob@example.org,2026-05-09T10:00:00Z,2026-05-09T11:00:00Z\n", map[string]any{"partial": true}).rowLines(),
		[]string{"2 FAILED interviewer:WRONG_STATUS", "3 CREATED"})
	s.Sound()
}

const cappedHistory = "studentEmail,interviewerEmail,start,end,status\n"

// Future interviews must respect the interviewer's caps, counting the file and the
// existing interviews together. Past interviews are not checked but count.
func TestImportInterviewsObeysCaps(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	var students []string
	for i := range 9 {
		students = append(students, fmt.Sprintf("s%d", i))
	}
	s.people(students, nil)
	ann := s.Interviewer(in{"email": "ann@example.org", "maxPerDay": 2, "maxPerWeek": 3, "timeZone": "America/New_York"})
	slots := s.Publish(ann, t0.Add(day+6*time.Hour), 4*time.Hour, 60).Slots // Tuesday 2 June, 14 to 18
	s.Booked(s.Student(nil), slots[0].ID)
	row := func(student int, start, status string) string {
		at, err := time.Parse(time.RFC3339, start)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("s%d@example.org,ann@example.org,%s,%s,%s\n", student, start, at.Add(time.Hour).Format(time.RFC3339), status)
	}
	file := cappedHistory +
		row(0, "2026-06-02T17:00:00Z", "BOOKED") + // 2: there are two before it, one in the file
		row(1, "2026-06-02T15:00:00Z", "BOOKED") + // 3
		row(2, "2026-06-02T16:00:00Z", "CANCELLED") + // 4: cancelled
		row(3, "2026-06-01T05:00:00Z", "COMPLETED") + // 5: exists, and counts in this week
		row(4, "2026-06-05T15:00:00Z", "BOOKED") + // 6: so the week is full
		row(5, "2026-05-25T15:00:00Z", "COMPLETED") + row(6, "2026-05-25T16:00:00Z", "COMPLETED") + row(7, "2026-05-25T17:00:00Z", "BOOKED") + // 7, 8, 9: not checked
		row(8, "2026-06-09T15:00:00Z", "BOOKED") // 10: another week
	s.Accepted(s.imports("importInterviews", cappedHistory+row(3, "2026-06-01T05:00:00Z", "COMPLETED"), nil).Errors)
	before := s.Rows()
	want := []string{
		"2 FAILED start:INTERVIEWER_FULL", "3 CREATED", "4 CREATED", "5 UNCHANGED", "6 FAILED start:INTERVIEWER_FULL",
		"7 CREATED", "8 CREATED", "9 CREATED", "10 CREATED",
	}
	same(t, "rows of a dry run", s.imports("importInterviews", file, in{"dryRun": true, "partial": true}).rowLines(), want)
	same(t, "rows", s.Rows(), before)
	same(t, "rows of a partial import", s.imports("importInterviews", file, in{"partial": true}).rowLines(), want)
	same(t, "listed slots of a full week", ids(s.List(s.Student(nil)).Nodes), []string{})
	s.Sound()
	exempt := s.imports("importInterviews", file, in{"exempt": true})
	s.Accepted(exempt.Errors)
	same(t, "rows of an exempt import", []string{exempt.rowLines()[0], exempt.rowLines()[1], exempt.rowLines()[4]}, []string{"2 EXEMPTED", "3 UNCHANGED", "6 EXEMPTED"})
	same(t, "listed slots of a full week", ids(s.List(s.Student(nil)).Nodes), []string{})
	s.Sound()
}

const historyHeader = "studentEmail,interviewerEmail,start,end,status,grade,note,bookedAt\n"

func TestImportInterviews(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.people([]string{"sam", "tom"}, []string{"ann", "bob", "cat"})
	s.Accepted(s.imports("importAvailability", "interviewer,start,end\nann@example.org,2026-05-04T09:00:00Z,2026-05-04T11:00:00Z\n", nil).Errors)
	const file = historyHeader +
		"sam@example.org,ann@example.org,2026-05-04T09:00:00Z,2026-05-04T10:00:00Z,COMPLETED,0,\"well,\nnearly\",2026-05-01T00:00:00Z\n" +
		"tom@example.org,ann@example.org,2026-05-04T10:00:00Z,2026-05-04T11:00:00Z,CANCELLED,,,\n" +
		"tom@example.org,bob@example.org,2026-05-04T10:00:00Z,2026-05-04T10:45:00Z,STUDENT_NO_SHOW,,,\n" +
		"tom@example.org,cat@example.org,2026-05-05T10:00:00Z,2026-05-05T10:45:00Z,INTERVIEWER_NO_SHOW,,,\n" +
		"tom@example.org,cat@example.org,2026-06-05T10:00:00Z,2026-06-05T10:45:00Z,BOOKED,,,\n"
	before := s.Rows()
	dry := s.imports("importInterviews", file, map[string]any{"dryRun": true})
	s.Accepted(dry.Errors)
	same(t, "rows after a dry run", s.Rows(), before)
	done := s.imports("importInterviews", file, nil)
	s.Accepted(done.Errors)
	same(t, "rows as in the dry run", done.rowLines(), dry.rowLines())
	same(t, "rows", done.rowLines(), []string{"2 CREATED", "4 CREATED", "5 CREATED", "6 CREATED", "7 CREATED"})
	var data struct{ Interview interview }
	s.Ask("query($i: ID!) { interview(id: $i) { "+interviewFields+" } }", map[string]any{"i": *done.Rows[0].ID}).Into(&data)
	same(t, "grade", data.Interview.Grade, ptr(0))
	same(t, "note", data.Interview.Note, ptr("well,\nnearly"))
	same(t, "slot status", data.Interview.Slot.Status, "BOOKED")
	same(t, "eligible with a grade of 0", s.List(data.Interview.Student.ID).Eligibility.Eligible, false)
	s.Sound()
	before = s.Rows()
	again := s.imports("importInterviews", file, nil)
	s.Accepted(again.Errors)
	same(t, "rows of a second import", again.rowLines(), []string{"2 UNCHANGED", "4 UNCHANGED", "5 UNCHANGED", "6 UNCHANGED", "7 UNCHANGED"})
	same(t, "rows", s.Rows(), before)
}

func TestImportInterviewsThatViolateRules(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.people([]string{"sam", "tom", "ann"}, []string{"ann", "bob", "cat", "dan", "eve"})
	s.exec("UPDATE students SET interview_limit = 2 WHERE email = 'tom@example.org'")
	row := func(student, by, start, end, rest string) string {
		return student + "@example.org," + by + "@example.org," + start + "," + end + "," + rest + "\n"
	}
	file := historyHeader +
		row("sam", "ann", "2026-05-04T09:00:00Z", "2026-05-04T10:00:00Z", "COMPLETED,1,,") + // 2
		row("sam", "ann", "2026-05-05T09:00:00Z", "2026-05-05T10:00:00Z", "COMPLETED,4,,") + // 3: met
		row("sam", "bob", "2026-05-04T09:30:00Z", "2026-05-04T10:30:00Z", "COMPLETED,4,,") + // 4: the student is busy
		row("tom", "ann", "2026-05-04T09:30:00Z", "2026-05-04T10:30:00Z", "COMPLETED,4,,") + // 5: the interviewer is busy
		row("tom", "ann", "2026-05-04T09:00:00Z", "2026-05-04T10:00:00Z", "COMPLETED,4,,") + // 6: taken
		row("ann", "ann", "2026-05-06T09:00:00Z", "2026-05-06T10:00:00Z", "COMPLETED,4,,") + // 7: self
		row("tom", "bob", "2026-05-07T09:00:00Z", "2026-05-07T10:00:00Z", "STUDENT_NO_SHOW,,,") + // 8
		row("tom", "cat", "2026-05-08T09:00:00Z", "2026-05-08T10:00:00Z", "BOOKED,,,") + // 9
		row("tom", "dan", "2026-05-09T09:00:00Z", "2026-05-09T10:00:00Z", "COMPLETED,,,") + // 10: limit
		row("sam", "eve", "2026-06-09T09:00:00Z", "2026-06-09T10:00:00Z", "BOOKED,,,") + // 11: grades
		row("sam", "eve", "2026-06-09T09:00:00Z", "2026-06-09T10:00:00Z", "COMPLETED,,,") + // 12: in the future
		row("sam", "eve", "2026-05-09T09:00:00Z", "2026-05-09T10:00:00Z", "BOOKED,3,,") + // 13: grade
		row("sam", "eve", "2026-05-09T09:00:00Z", "2026-05-09T10:00:00Z", "COMPLETED,6,,2027-01-01T00:00:00Z") + // 14
		row("sam", "eve", "2026-05-09T09:00:00Z", "2026-05-09T10:00:00Z", "DONE,x,,") + // 15
		row("nil", "nil", "2026-05-09T09:00:00Z", "2026-05-09T10:00:00Z", "COMPLETED,,,") + // 16
		row("sam", "eve", "2026-05-10T09:00:00Z", "2026-05-10T09:10:00Z", "COMPLETED,,,") + // 17
		row("sam", "ann", "2026-05-04T09:00:00Z", "2026-05-04T10:00:00Z", "COMPLETED,1,,") // 18: line 2 again
	before := s.Rows()
	whole := s.imports("importInterviews", file, nil)
	same(t, "rows", s.Rows(), before)
	same(t, "refusal codes", codes(whole.Errors), []string{"INVALID_INPUT"})
	same(t, "status of a sound row", whole.rowLines()[0], "2 SKIPPED")
	want := []string{
		"2 CREATED", "3 FAILED interviewerEmail:ALREADY_INTERVIEWED", "4 FAILED start:OWN_OVERLAP",
		"5 FAILED start:AVAILABILITY_CONFLICT", "6 FAILED start:SLOT_TAKEN", "7 FAILED interviewerEmail:SELF_INTERVIEW",
		"8 CREATED", "9 CREATED", "10 FAILED studentEmail:LIMIT_REACHED", "11 FAILED studentEmail:GRADES_TOO_LOW",
		"12 FAILED status:TOO_SOON", "13 FAILED grade:INVALID_INPUT", "14 FAILED bookedAt:INVALID_INPUT grade:INVALID_INPUT",
		"15 FAILED status:INVALID_INPUT grade:INVALID_INPUT", "16 FAILED studentEmail:NOT_FOUND interviewerEmail:NOT_FOUND",
		"17 FAILED end:INVALID_RANGE", "18 FAILED start:INVALID_INPUT",
	}
	same(t, "rows of a dry run", s.imports("importInterviews", file, map[string]any{"dryRun": true, "partial": true}).rowLines(), want)
	same(t, "rows", s.Rows(), before)
	same(t, "rows of a partial import", s.imports("importInterviews", file, map[string]any{"partial": true}).rowLines(), want)
	s.Sound()
	exempt := s.imports("importInterviews", file, map[string]any{"partial": true, "exempt": true}).rowLines()
	same(t, "rows of an exempt import", []string{exempt[0], exempt[1], exempt[8], exempt[9]},
		[]string{"2 UNCHANGED", "3 EXEMPTED", "10 EXEMPTED", "11 EXEMPTED"})
	same(t, "rows that overlap in an exempt import", []string{exempt[2], exempt[5]}, []string{want[2], want[5]})
	s.Sound()
	var marked int
	if err := s.DB.SQL(t).QueryRowContext(t.Context(), "SELECT count(*) FROM interviews WHERE exempt").Scan(&marked); err != nil {
		t.Fatal(err)
	}
	same(t, "exempt interviews", marked, 3)
}

// Slots are kept in memory until the import is done, so it may publish 50,000.
func TestImportSlotLimit(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.Interviewer(in{"email": "ann@example.org"})
	var file strings.Builder
	file.WriteString("interviewer,start,end,slotMinutes\n")
	const month = 31 * day // 2,976 slots of 15 minutes, so 16 windows have 47,616
	first := t0.Add(-17 * month)
	for i := range 17 {
		start := first.Add(time.Duration(i) * month)
		fmt.Fprintf(&file, "ann@example.org,%s,%s,15\n", start.Format(time.RFC3339), start.Add(month).Format(time.RFC3339))
	}
	dry := s.imports("importAvailability", file.String(), in{"dryRun": true, "partial": true})
	s.Accepted(dry.Errors)
	same(t, "created rows", dry.Created, 16)
	same(t, "last row", dry.rowLines()[16], "18 FAILED -:INVALID_INPUT")
	same(t, "messages", dry.messages(), "The file publishes more than 50000 slots up to this row; split it into smaller files.")
}
