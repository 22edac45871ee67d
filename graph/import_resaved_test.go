package graph_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/app"
	"rehearse/internal/interchange/resave"
)

// resaved holds tables with a value of every kind, in import order.
var resaved = []struct {
	mutation, file string
	export         func(*app.App, context.Context, io.Writer) error
}{
	{"importStudents", "name,email,timeZone,interviewLimit\n" +
		"\"Turing, Alan\",alan@example.org,Europe/London,7\nJürgen;Öz|x,j@example.org,UTC,\n'=HYPERLINK(1),=1@example.org,UTC,0\n", (*app.App).ExportStudents},
	{"importInterviewers", "name,email,timeZone,active,tags,maxPerDay,maxPerWeek,meetingUrl\n" +
		"\"O'Hara, \"\"Ann\"\"\",ann@example.org,Europe/Berlin,true,\"go;\"\"a;b\"\"\",3,15,\"https://meet.example.org/ann?a=1,2\"\n" +
		"Bob,bob@example.org,UTC,false,,,,\n", (*app.App).ExportInterviewers},
	{"importAvailability", "interviewer,start,end,slotMinutes,gapMinutes,tags,weekdays,startTime,endTime,timeZone,startDate,endDate,everyWeeks\n" +
		"ann@example.org,,,45,5,-go;sql,MONDAY;THURSDAY,09:00,12:00,Europe/Berlin,2026-06-04,2026-12-11,2\n" +
		"ann@example.org,,,60,0,,SUNDAY,18:30,00:00,America/New_York,2026-06-03,,1\n" +
		"ann@example.org,2026-05-04T09:00:00Z,2026-05-04T11:00:00Z,60,0,x,,,,,,,\n", (*app.App).ExportAvailability},
	{"importInterviews", "studentEmail,interviewerEmail,start,end,status,grade,note,bookedAt,completedAt,cancelledAt,cancelReason,intake\n" +
		"alan@example.org,ann@example.org,2026-05-04T09:00:00Z,2026-05-04T10:00:00Z,COMPLETED,4," +
		"\"=SUM(1), \"\"well\"\";\nand - more\",2026-05-01T12:00:00Z,2026-05-04T10:05:00Z,,,\"+Go; \"\"SQL\"\",\nand more\"\n" +
		"j@example.org,ann@example.org,2026-05-04T10:00:00Z,2026-05-04T11:00:00Z,CANCELLED,,,2026-05-01T12:00:00Z,,2026-05-02T12:00:00Z,@home,\n", (*app.App).ExportInterviews},
}

func (s *school) exports() []string {
	s.T.Helper()
	files := make([]string, len(resaved))
	for i, table := range resaved {
		var file strings.Builder
		if err := table.export(s.App, s.T.Context(), &file); err != nil {
			s.T.Fatal(err)
		}
		files[i] = file.String()
	}
	return files
}

// Exports can be imported after a spreadsheet or a data frame has opened and saved them.
// Rows that exist already are reported as such.
func TestImportOfResavedExports(t *testing.T) {
	t.Parallel()
	here := newSchool(t)
	for _, table := range resaved {
		done := here.imports(table.mutation, table.file, nil)
		here.Accepted(done.Errors)
	}
	files := here.exports()
	for _, guarded := range []string{"\n'=HYPERLINK", "'=1@example.org", "'-go;sql", "\"'=SUM(1)", "'@home"} {
		if !strings.Contains(strings.Join(files, ""), guarded) {
			t.Errorf("no cell has %q in\n%s", guarded, strings.Join(files, ""))
		}
	}
	for _, program := range resave.Programs() {
		t.Run(program.Name, func(t *testing.T) {
			t.Parallel()
			there := newSchool(t)
			for _, want := range []string{"CREATED", "UNCHANGED"} {
				for i, table := range resaved {
					text, err := program.Text(files[i])
					if err != nil {
						t.Fatal(err)
					}
					done := there.imports(table.mutation, text, nil)
					there.Accepted(done.Errors)
					for _, row := range done.Rows {
						same(t, table.mutation+" of\n"+text, row.Status, want)
					}
				}
			}
			if diff := cmp.Diff(files, there.exports()); diff != "" {
				t.Errorf("file after the import (-before +after):\n%s", diff)
			}
			there.Sound()
		})
	}
}
