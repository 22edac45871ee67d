//go:build unix

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rehearse/internal/interchange/resave"
)

// asFile writes text to a file that the command can read.
func asFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "table.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// mustRun runs a command that must succeed and returns its output.
func mustRun(t *testing.T, data string, env []string, args ...string) string {
	t.Helper()
	code, out, errs := runOnce(t, data, env, args...)
	if code != 0 {
		t.Fatalf("%v: got exit code %d:\n%.2000s%s", args, code, out, errs)
	}
	return out
}

var tableOrder = []string{"students", "interviewers", "availability", "interviews"}

// An export that is imported into an empty school is exported from there unchanged.
func TestExportImportRoundTrip(t *testing.T) {
	t.Parallel()
	for _, size := range []string{"school", "S"} {
		t.Run(size, func(t *testing.T) {
			t.Parallel()
			data := newDataFolder(t)
			_, one := external(t)
			_, two := external(t)
			mustRun(t, data, one, "sample", "--size", size)
			for _, table := range tableOrder {
				file := mustRun(t, data, one, "export", table)
				began := time.Now()
				args := []string{"import", table, asFile(t, file)}
				if table == "interviews" {
					args = append(args, "--exempt") // some interviews were booked before the grade that would refuse them
				}
				t.Logf("%s%v", mustRun(t, data, two, args...), time.Since(began))
				mustContain(t, "the second import", mustRun(t, data, two, args...), ": 0 imported", " 0 failed")
				if again := mustRun(t, data, two, "export", table); again != file {
					t.Errorf("%s: the export of the imported school differs", table)
				}
			}
			mustContain(t, "check", mustRun(t, data, two, "check"), "every invariant holds")
			for _, table := range tableOrder {
				if mustRun(t, data, one, "export", table) != mustRun(t, data, two, "export", table) {
					t.Errorf("%s: the exports differ after the second import", table)
				}
			}
		})
	}
}

// Exports can be imported after another program has opened and saved them.
func TestImportOfResavedExports(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	_, one := external(t)
	mustRun(t, data, one, "sample", "--size", "school")
	files := map[string]string{}
	for _, table := range tableOrder {
		files[table] = mustRun(t, data, one, "export", table)
	}
	_, two := external(t)
	for i, program := range append(resave.Programs(), resave.Programs()[0]) {
		for _, table := range tableOrder {
			file, err := program.Save(files[table])
			if err != nil {
				t.Fatal(err)
			}
			args := []string{"import", table, asFile(t, file)}
			if table == "interviews" {
				args = append(args, "--exempt") // some interviews were booked before the grade that would refuse them
			}
			out := mustRun(t, data, two, args...)
			mustContain(t, program.Name, out, " 0 failed")
			if i > 0 {
				mustContain(t, program.Name+", second import", out, ": 0 imported")
			}
		}
	}
	for _, table := range tableOrder {
		if mustRun(t, data, two, "export", table) != files[table] {
			t.Errorf("%s: the export of the imported school differs", table)
		}
	}
	mustContain(t, "check", mustRun(t, data, two, "check"), "every invariant holds")
}

func TestImportOfTenThousandRows(t *testing.T) {
	t.Parallel()
	const rows = 10_000
	students, interviewers, availability, interviews := tableOrder[0], tableOrder[1], tableOrder[2], tableOrder[3]
	texts := map[string]*strings.Builder{}
	for table, header := range map[string]string{
		students: "name,email", interviewers: "name,email,tags,maxPerDay", availability: "interviewer,start,end",
		interviews: "studentEmail,interviewerEmail,start,end,status,grade",
	} {
		texts[table] = &strings.Builder{}
		fmt.Fprintln(texts[table], header)
	}
	first := time.Date(2020, 1, 1, 9, 0, 0, 0, time.UTC)
	for i := range rows {
		fmt.Fprintf(texts[students], "Student %d,s%d@example.org\n", i, i)
		fmt.Fprintf(texts[interviewers], "Interviewer %d,i%d@example.org,go;tag %d,%d\n", i, i, i%50, i%3+1)
		start := first.Add(time.Duration(i%100) * 24 * time.Hour)
		from, to := start.Format(time.RFC3339), start.Add(3*time.Hour).Format(time.RFC3339)
		fmt.Fprintf(texts[availability], "i%d@example.org,%s,%s\n", i/100, from, to)
		end := start.Add(time.Hour).Format(time.RFC3339)
		fmt.Fprintf(texts[interviews], "s%d@example.org,i%d@example.org,%s,%s,COMPLETED,%d\n", i, (i+i/100)%rows, from, end, i%6)
	}
	data := newDataFolder(t)
	_, env := external(t)
	for _, table := range tableOrder {
		began := time.Now()
		out := mustRun(t, data, env, "import", table, asFile(t, texts[table].String()))
		mustContain(t, table, out, fmt.Sprintf("%s: %d imported", table, rows))
		t.Logf("%s, %v", strings.TrimSpace(out), time.Since(began))
	}
	mustContain(t, "check", mustRun(t, data, env, "check"), "every invariant holds")
}

func TestImportCommand(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	_, env := external(t)
	bad := asFile(t, "name,email,interviewLimit\nAda,ada@example.org,\nBob,bob,many\n")
	code, out, errs := runOnce(t, data, env, "import", "students", bad)
	if code != exitFault {
		t.Errorf("a row that fails: got exit code %d", code)
	}
	mustContain(t, "the report", out, "line 3, interviewLimit: interviewLimit is \"many\"; a whole number is expected. (INVALID_INPUT)", "students: 0 imported, 0 unchanged, 1 failed, 1 valid but not written, in ")
	mustContain(t, "stderr", errs, "nothing was written")
	mustContain(t, "the students", mustRun(t, data, env, "export", "students"), "name,email,timeZone,interviewLimit\n")

	code, out, _ = runOnce(t, data, env, "import", "--partial", "students", bad)
	if code != exitFault {
		t.Errorf("--partial: got exit code %d", code)
	}
	mustContain(t, "--partial", out, "students: 1 imported, 0 unchanged, 1 failed, in ")
	mustContain(t, "the imported students", mustRun(t, data, env, "export", "students"), "Ada,ada@example.org,UTC,\n")

	cmd := command(t, data, env, "import", "students", "-", "--dry-run")
	cmd.Stdin = strings.NewReader("\ufeffname,email\r\n\"Cy, \"\"the\"\" Third\",cy@example.org\r\n")
	piped, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("standard input: %v", err)
	}
	mustContain(t, "a dry run", string(piped), "1 would be imported")
	latin := asFile(t, "name,email\nJos\xe9,jose@example.org\n")
	_, out, _ = runOnce(t, data, env, "import", "students", latin)
	mustContain(t, "another encoding", out, "line 2, name:", "UTF-8")
	code, out, errs = runOnce(t, data, env, "import", "students", asFile(t, "name,mail\nAda,ada@example.org\n"))
	if code != exitFault || out != "" {
		t.Errorf("a file with an unknown column: got exit code %d and %q", code, out)
	}
	mustContain(t, "an unknown column", errs, `rehearse: Line 1: the 2nd column has the unknown name "mail"`)
	mustContain(t, "a header alone", mustRun(t, data, env, "import", "interviews", asFile(t, "studentEmail,interviewerEmail,start,end,status\n")),
		"interviews: nothing was imported, because the file has no rows after its header\n")
	mustContain(t, "a calendar without events",
		mustRun(t, data, env, "import", "calendar", asFile(t, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"), "--interviewer", interviewerOf(t, data, env)),
		"calendar: nothing was imported, because the file has no events")
}

// interviewerOf imports an interviewer, and returns their e-mail address.
func interviewerOf(t *testing.T, data string, env []string) string {
	t.Helper()
	mustRun(t, data, env, "import", "interviewers", asFile(t, "name,email\nAnn,ann@example.org\n"))
	return "ann@example.org"
}

// Students and interviewers have the same columns, and a person may be both. A file that is
// imported into the wrong table is reported row by row, in a dry run as well.
func TestImportOfStudentsAsInterviewers(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	_, env := external(t)
	students := asFile(t, "name,email\nAda,ada@example.org\nBob,bob@example.org\n")
	out := mustRun(t, data, env, "import", "students", students)
	mustContain(t, "students", out, "students: 2 imported, 0 unchanged, 0 failed, in ")
	both := asFile(t, "name,email\nAnn,ann@example.org\nBob,bob@example.org\n")
	const note = "line 3: note: The e-mail address belongs to student 2, who is then also an interviewer.\n"
	mustContain(t, "a dry run", mustRun(t, data, env, "import", "interviewers", both, "--dry-run"),
		note, "interviewers: 2 would be imported (1 of them also in students), 0 unchanged")
	mustContain(t, "the import", mustRun(t, data, env, "import", "interviewers", both),
		note, "interviewers: 2 imported (1 of them also in students), 0 unchanged")
	if again := mustRun(t, data, env, "import", "interviewers", both); strings.Contains(again, "note") {
		t.Errorf("an interviewer who exists has a note: %s", again)
	}
	mustContain(t, "the reverse", mustRun(t, data, env, "import", "students", both),
		"line 2: note: The e-mail address belongs to interviewer ", ", who is then also a student.\n",
		"students: 1 imported (1 of them also in interviewers), 1 unchanged")
}

// A rule is exported as a rule. A window is exported as its runs of equal slots, because booked
// slots keep their length when the window is changed.
func TestExportOfAWeeklyRule(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	_, env := external(t)
	r := start(t, data, env...)
	for _, mutation := range []string{
		`createInterviewer(input: {name: "Ann", email: "ann@example.org"}) { errors { message } }`,
		`createStudent(input: {name: "Sam", email: "sam@example.org"}) { errors { message } }`,
		`addWeeklyAvailability(input: {interviewerId: 1, startDate: "2099-01-05", endDate: "2099-01-05", weekdays: [MONDAY],
			startTime: "09:00", endTime: "11:00"}) { errors { message } }`,
		`addAvailability(input: {interviewerId: 1, start: "2099-01-06T09:00:00Z", end: "2099-01-06T11:30:00Z", gapMinutes: 30})
			{ errors { message } }`,
		`bookSlot(input: {studentId: 1, slotId: 1}) { errors { message } }`,
		`updateAvailability(input: {availabilityId: 2, slotMinutes: 30}) { errors { message } }`,
	} {
		mustContain(t, mutation, r.ask("mutation { "+mutation+" }"), `"errors":[]`)
	}
	r.stop()
	_, out, _ := runOnce(t, data, env, "export", "availability")
	want := "interviewer,start,end,slotMinutes,gapMinutes,tags,weekdays,startTime,endTime,timeZone,startDate,endDate,everyWeeks\n" +
		"ann@example.org,,,60,0,,MONDAY,09:00,11:00,UTC,2099-01-05,2099-01-05,1\n" +
		"ann@example.org,2099-01-06T09:00:00Z,2099-01-06T10:00:00Z,60,30,,,,,,,,\n" +
		"ann@example.org,2099-01-06T10:00:00Z,2099-01-06T11:30:00Z,30,30,,,,,,,,\n"
	if out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	other := newDataFolder(t) // with its own database, which the first import creates
	mustRun(t, other, nil, "import", "interviewers", asFile(t, "name,email\nAnn,ann@example.org\n"))
	header, _, _ := strings.Cut(want, "\n")
	rows := strings.SplitAfter(want, "\n")
	for days, whole := range map[string]string{
		"--from 2099-01-06":                    rows[0] + rows[2] + rows[3],
		"--until 2099-01-05":                   rows[0] + rows[1],
		"--from 2099-01-05 --until 2099-01-06": want,
		"--from 2099-01-07":                    header + "\n",
	} {
		t.Run("availability "+days, func(t *testing.T) {
			if got := mustRun(t, data, env, append([]string{"export", "availability"}, strings.Fields(days)...)...); got != whole {
				t.Errorf("got\n%s\nwant\n%s", got, whole)
			}
		})
	}
	for days, count := range map[string]int{
		"--from 2099-01-05": 1, "--from 2099-01-06 --until 2099-01-06": 1, "--until 2099-01-05": 0, "--from 2099-01-07": 0, "": 1,
	} {
		t.Run("interviews "+days, func(t *testing.T) {
			out := mustRun(t, data, env, append([]string{"export", "interviews"}, strings.Fields(days)...)...)
			if got := strings.Count(out, "\n") - 1; got != count {
				t.Errorf("got %d interviews, want %d", got, count)
			}
		})
	}
	mustContain(t, "the other school", mustRun(t, other, nil, "import", "availability", asFile(t, out)), "3 imported")
	if again := mustRun(t, other, nil, "export", "availability"); again != out {
		t.Errorf("the other school exports\n%s", again)
	}
}
