package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// An error of the file as a whole is an error of the mutation, with its position. No rows
// are returned.
func TestImportOfUnreadableFile(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	before := s.Rows()
	many := "name,email\n" + strings.Repeat("a,b\n", 5001)
	for name, test := range map[string]struct{ file, says string }{
		"an empty file":     {"", "The file is empty; the first line must name the columns: name, email, timeZone (optional)"},
		"an unknown column": {"name,email,age\n", `Line 1: the 3rd column has the unknown name "age"`},
		"a missing column":  {"name\n", "Line 1: the column email is missing"},
		"a column twice":    {"name,email,name\n", "Line 1: the column name occurs twice"},
		"no header":         {"Ada,ada@example.org\n", `Line 1: the 1st column has the unknown name "Ada"`},
		"a stray quote":     {"name,email\nAda,ada@example.org\nBo\"b,bob@example.org\n", "Line 3, character 3: invalid CSV: bare \" in non-quoted-field"},
		"an open quote":     {"name,email\n\"Ada,ada@example.org\n", "invalid CSV: extraneous or missing \" in quoted-field"},
		"too many rows":     {many, "The file has too many rows; at most 5000 are allowed."},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.For(t)
			set := map[string]any{"csv": test.file, "partial": true}
			payload := s.imports("importStudents", test.file, set)
			if got := payload.messages(); !strings.Contains(got, test.says) {
				t.Errorf("messages = %q, want %q in them", got, test.says)
			}
			wantRefusal(t, payload.Errors[:1], "INVALID_INPUT", "csv")
			same(t, "rows in the response", len(payload.Rows), 0)
		})
	}
	same(t, "rows", s.Rows(), before)
	huge := s.Ask(`mutation($c: String!) { importStudents(input: {csv: $c}) { failed } }`, map[string]any{"c": strings.Repeat("x", 8<<20)})
	same(t, "status of too large a body", huge.Status, 413)
	same(t, "errors of a header alone", s.imports("importStudents", "name,email\n", nil).Errors, []refused{})
}

func TestImportInvalidStudents(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.Student(map[string]any{"name": "Old", "email": "old@example.org", "timeZone": "Asia/Tokyo"})
	const file = "name,email,timeZone,interviewLimit\n" +
		"Ada,ada@example.org,UTC,\n" + // 2
		",nobody,Mars/Base,-1\n" + // 3
		"Bob,bob@example.org,UTC,many\n" + // 4
		"Cy Rus,cy@example.org,\"\n\n\",3\n" + // 5, over three lines
		"Ada again,ADA@example.org,UTC,\n" + // 8
		"Dan\n" + // 9
		"New,old@example.org,UTC,\n" + // 10
		"Old,old@example.org,Asia/Tokyo,\n" // 11
	want := []string{
		"2 CREATED", "3 FAILED name:INVALID_INPUT email:INVALID_INPUT timeZone:INVALID_INPUT interviewLimit:INVALID_INPUT",
		"4 FAILED interviewLimit:INVALID_INPUT", "5 CREATED", "8 FAILED email:INVALID_INPUT", "9 FAILED -:INVALID_INPUT",
		"10 FAILED name:INVALID_INPUT timeZone:INVALID_INPUT", "11 FAILED email:INVALID_INPUT",
	}
	before := s.Rows()
	whole := s.imports("importStudents", file, nil)
	same(t, "rows after a refused file", s.Rows(), before)
	same(t, "created, unchanged and failed rows of a refused file", []int{whole.Created, whole.Unchanged, whole.Failed}, []int{0, 0, 6})
	same(t, "status of two sound rows of a refused file", []string{whole.Rows[0].Status, whole.Rows[3].Status}, []string{"SKIPPED", "SKIPPED"})
	part := s.imports("importStudents", file, map[string]any{"partial": true})
	s.Accepted(part.Errors)
	same(t, "rows of a partial import", part.rowLines(), want)
	same(t, "created, unchanged and failed rows of a partial import", []int{part.Created, part.Unchanged, part.Failed}, []int{2, 0, 6})
	for _, says := range []string{
		`interviewLimit is "many"; a whole number is expected`, "as on line 2", "The row has 1 values; the header has 4 columns.",
		`name is "New", but the person with this e-mail address has "Old"`, `timeZone is "Mars/Base"`,
	} {
		if got := part.messages(); !strings.Contains(got, says) {
			t.Errorf("messages = %s\nwant %q in them", got, says)
		}
	}
	s.Sound()
}

func TestImportFileDialects(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	done := s.imports("importInterviewers", "\ufeffEMAIL , Active,name\r\nann@example.org,,\"O'Hara, \"\"Ann\"\"\"\r\n\r\nbob@example.org,false,Bob\r\n", nil)
	s.Accepted(done.Errors)
	same(t, "rows", done.rowLines(), []string{"2 CREATED", "4 CREATED"})
	var data struct {
		Interviewer struct {
			Name   string
			Active bool
		}
	}
	s.Ask("query($i: ID!) { interviewer(id: $i) { name active } }", map[string]any{"i": *done.Rows[0].ID}).Into(&data)
	same(t, "quoted name", data.Interviewer.Name, `O'Hara, "Ann"`)
	same(t, "active by default", data.Interviewer.Active, true)
	same(t, "rows without the column active", s.imports("importInterviewers", "name,email\nBob,bob@example.org\n", nil).rowLines(), []string{"2 UNCHANGED"})
	same(t, "rows with another active", s.imports("importInterviewers", "name,email,active\nCat,cat@example.org,yes\nBob,bob@example.org,true\n", nil).rowLines(),
		[]string{"2 FAILED active:INVALID_INPUT", "3 FAILED active:INVALID_INPUT"})
	created := s.Student(nil)
	same(t, "id after the import is higher", number(t, created) > 0, true)
}

// The number of statements grows with the thousands of rows, not with the rows.
func TestImportSendsFewStatements(t *testing.T) {
	t.Parallel()
	log := &statements{}
	s := newSchoolWith(t, store.Options{Tracer: pgtest.Trace(log.keep)})
	const rows = 1500
	var students, interviewers, windows, rules, history strings.Builder
	for i := range rows {
		fmt.Fprintf(&students, "S,s%d@x.org\n", i)
		fmt.Fprintf(&interviewers, "I,i%d@x.org\n", i)
		fmt.Fprintf(&windows, "i%d@x.org,2026-05-02T09:00:00Z,2026-05-02T11:00:00Z\n", i)
		fmt.Fprintf(&rules, "i%d@x.org,MONDAY,09:00,11:00,2026-06-01,2026-06-20\n", i)
		fmt.Fprintf(&history, "s%d@x.org,i%d@x.org,2026-05-02T09:00:00Z,2026-05-02T10:00:00Z,COMPLETED\n", i, i)
	}
	sendsAtMost := func(most int, mutation, header, body string) {
		t.Helper()
		log.take()
		payload := s.imports(mutation, header+body, nil)
		s.Accepted(payload.Errors)
		same(t, mutation+": created rows", payload.Created, rows)
		sent := len(log.take())
		t.Logf("%s of %d rows: %d statements", mutation, rows, sent)
		if sent > most {
			t.Errorf("%s of %d rows sends %d statements, want at most %d", mutation, rows, sent, most)
		}
	}
	sendsAtMost(13, "importStudents", "name,email\n", students.String())
	sendsAtMost(13, "importInterviewers", "name,email\n", interviewers.String())
	sendsAtMost(29, "importAvailability", "interviewer,start,end\n", windows.String())
	// One more statement for each thousand slots.
	sendsAtMost(42, "importAvailability", "interviewer,weekdays,startTime,endTime,startDate,endDate\n", rules.String())
	sendsAtMost(45, "importInterviews", "studentEmail,interviewerEmail,start,end,status\n", history.String())
	s.Sound()
}
