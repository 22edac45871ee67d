package bench

import (
	"fmt"
	"strings"
	"time"
)

// imports returns imports of an administrator with the largest allowed body or the most
// allowed rows. They are dry runs, which do everything except the commit.
func (h *hostile) imports() []hostileRequest {
	var all []hostileRequest
	for _, one := range []struct{ name, mutation, table string }{
		{"students", "importStudents", students(5000)},
		{"students, all wrong", "importStudents", wrongStudents(5000)},
		{"interviewers", "importInterviewers", interviewers(1900)},
		{"interviews", "importInterviews", h.importedInterviews(490)},
		{"availability", "importAvailability", h.windows(5000, 3*time.Hour)},
		{"more slots than it may publish", "importAvailability", h.windows(330, 31*24*time.Hour)},
	} {
		document := `mutation($file: String!) { ` + one.mutation + `(input: {csv: $file, dryRun: true, partial: true}) { created rows { line status id errors { column code message } notes } errors { message } } }`
		all = append(all, h.import32(one.name, document, one.table)...)
	}
	const calendar = `mutation($file: String!) { importAvailability(input: {interviewerId: 1, ical: $file, dryRun: true, partial: true}) { created rows { line status errors { column code message } notes } errors { message } } }`
	all = append(all, h.import32("a calendar with long texts", calendar, h.calendar(5000, 1450))...)
	all = append(all, h.import32("a calendar of short events", calendar, h.calendar(90_000, 0))...)
	return all
}

// import32 sends a file from four callers, and from all callers.
func (h *hostile) import32(name, document, file string) []hostileRequest {
	body := hostileBody(document, map[string]any{"file": file})
	return []hostileRequest{
		{name: fmt.Sprintf("import, 4 at once: %s, %s", name, mib(len(body))), send: func(h *hostile) {
			h.atOnce(1, func(caller, _ int) {
				if caller < 4 {
					h.ask(caller, body)
				}
			})
		}},
		{name: "import, 32 at once: " + name, send: func(h *hostile) { h.atOnce(2, func(caller, _ int) { h.ask(caller, body) }) }},
	}
}

func lines(header string, n int, row func(i int) string) string {
	var text strings.Builder
	text.WriteString(header + "\n")
	for i := range n {
		text.WriteString(row(i) + "\n")
	}
	return text.String()
}

func students(n int) string {
	return lines("name,email,timeZone", n, func(i int) string {
		return fmt.Sprintf("Student %d %s,s%d@import.example,UTC", i, strings.Repeat("n", 80), i)
	})
}

func wrongStudents(n int) string {
	return lines("name,email,timeZone,interviewLimit", n, func(i int) string {
		return fmt.Sprintf("%s,%d %s,%s,%s", strings.Repeat("\u202e", 100), i, strings.Repeat("m", 400), strings.Repeat("z", 400), strings.Repeat("9", 100))
	})
}

func interviewers(n int) string {
	return lines("name,email,bio", n, func(i int) string {
		return fmt.Sprintf("Interviewer %d,i%d@import.example,%s", i, i, strings.Repeat("𝄞", 1000))
	})
}

func (h *hostile) importedInterviews(n int) string {
	const text = "SELECT s.email, i.email FROM students s, interviewers i ORDER BY s.id DESC, i.id DESC LIMIT $1"
	rows, err := h.pool.Query(h.b.Context(), text, n)
	if err != nil {
		h.b.Fatal(err)
	}
	defer rows.Close()
	var pairs [][2]string
	for rows.Next() {
		var pair [2]string
		if err := rows.Scan(&pair[0], &pair[1]); err != nil {
			h.b.Fatal(err)
		}
		pairs = append(pairs, pair)
	}
	if err := rows.Err(); err != nil {
		h.b.Fatal(err)
	}
	note := strings.Repeat("𝄞", 4000)
	return lines("studentEmail,interviewerEmail,start,end,status,grade,note", len(pairs), func(i int) string {
		start := time.Date(2001, 1, 1, i, 0, 0, 0, time.UTC)
		return strings.Join([]string{pairs[i][0], pairs[i][1], start.Format(time.RFC3339), start.Add(time.Hour).Format(time.RFC3339), "COMPLETED", "5", note}, ",")
	})
}

// windows returns a file with n consecutive windows of one interviewer.
func (h *hostile) windows(n int, each time.Duration) string {
	var email string
	if err := h.pool.QueryRow(h.b.Context(), "SELECT email FROM interviewers ORDER BY id LIMIT 1").Scan(&email); err != nil {
		h.b.Fatal(err)
	}
	first := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	return lines("interviewer,start,end,slotMinutes", n, func(i int) string {
		start := first.Add(time.Duration(i) * each)
		return fmt.Sprintf("%s,%s,%s,15", email, start.Format(time.RFC3339), start.Add(each).Format(time.RFC3339))
	})
}

func (h *hostile) calendar(n, description int) string {
	more := ""
	if description > 0 {
		more = "DESCRIPTION:" + strings.Repeat("d", description) + "\n"
	}
	return "BEGIN:VCALENDAR\nVERSION:2.0\n" + lines("", n, func(i int) string {
		return fmt.Sprintf("BEGIN:VEVENT\nUID:%d\nDTSTART:%s\nDURATION:PT1H\n%sEND:VEVENT", i, h.now.Add(time.Duration(i)*time.Hour).UTC().Format("20060102T150405Z"), more)
	})[1:] + "END:VCALENDAR\n"
}
