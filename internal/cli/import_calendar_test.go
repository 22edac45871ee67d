//go:build unix

package cli

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestImportCalendarCommand(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	_, env := external(t)
	mustRun(t, data, env, "import", "interviewers", asFile(t, "name,email,timeZone\nAnn,ann@example.org,Europe/Berlin\n"))
	day := time.Now().UTC().AddDate(0, 0, 10).Format("20060102")
	file := asFile(t, fmt.Sprintf(
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:%[1]sT100000Z\nDURATION:PT2H\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:%[1]s\nEND:VEVENT\nEND:VCALENDAR\n", day))
	command := []string{"import", "calendar", file, "--interviewer", "ann@example.org"}
	mustContain(t, "a dry run", mustRun(t, data, env, append(command, "--dry-run")...), "calendar: 1 would be imported", "1 ignored")
	mustContain(t, "interviewer by e-mail", mustRun(t, data, env, command...),
		"line 6: note: The event is an all-day event", "calendar: 1 imported, 0 unchanged, 1 ignored, 0 failed")
	mustContain(t, "interviewer by id, with blocks", mustRun(t, data, env, "import", "calendar", file, "--interviewer", "1", "--whole-days", "block"),
		"calendar: 1 imported", "1 unchanged, 0 ignored")
	mustContain(t, "check", mustRun(t, data, env, "check"), "every invariant holds")

	broken := asFile(t, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:soon\nEND:VEVENT\nEND:VCALENDAR\n")
	for _, test := range []struct{ name, file, interviewer, says string }{
		{"an invalid time", broken, "1", `line 2, DTSTART: Line 3: DTSTART is "soon"`},
		{"an unknown e-mail address", file, "bob@example.org", `interviewer is "bob@example.org"`},
		{"an unknown id", file, "99", "There is no such interviewer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := runOnce(t, data, env, "import", "calendar", test.file, "--interviewer", test.interviewer)
			if code == 0 || !strings.Contains(out+errs, test.says) {
				t.Errorf("got exit code %d, want the output to contain %q:\n%s%s", code, test.says, out, errs)
			}
		})
	}
}
