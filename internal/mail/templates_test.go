package mail_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/mail"
)

// folder returns a folder with the files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Each kind has a text and HTML with the same facts.
func TestBuiltInTemplates(t *testing.T) {
	t.Parallel()
	templates, err := mail.LoadTemplates("")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range booking.MailKinds() {
		for _, role := range []booking.Role{booking.RoleStudent, booking.RoleInterviewer} {
			t.Run(string(kind)+" to "+string(role), func(t *testing.T) {
				t.Parallel()
				data := mail.Example(kind, role, time.UTC)
				data.UnsubscribeURL = "https://rehearse.example.org/stop"
				content, err := templates.Render(kind, data)
				if err != nil || content.Subject == "" {
					t.Fatalf("the subject is %q (%v)", content.Subject, err)
				}
				facts := []string{data.UnsubscribeURL}
				if data.Interview != nil {
					facts = append(facts, data.Interview.With, "Friday, 5 March 2027, 14:00 to 14:45 (UTC)")
				}
				for _, fact := range facts {
					if !strings.Contains(content.Text, fact) || !strings.Contains(content.HTML, fact) {
						t.Errorf("%q is missing in\n%s\n%s", fact, content.Text, content.HTML)
					}
				}
				for _, text := range []string{content.Text, content.HTML} {
					if strings.Contains(text, "no value") || strings.Contains(text, "\n\n\n") {
						t.Errorf("the text is\n%s", text)
					}
				}
			})
		}
	}
}

// A school replaces the files that it wants to, and what people have entered stays text.
func TestTemplatesAreReplaced(t *testing.T) {
	t.Parallel()
	templates, err := mail.LoadTemplates(folder(t, map[string]string{
		"booked.txt":  `{{define "subject"}}Termin mit {{.Interview.With}}{{end}}Am {{.Interview.Start.Format "2.1.2006 um 15:04"}}`,
		"layout.html": `<html><h1>Our school</h1>{{template "content" .}}</html>`,
		"README.md":   "not a template",
	}))
	if err != nil {
		t.Fatal(err)
	}
	data := mail.Example(booking.MailBooked, booking.RoleStudent, time.UTC)
	data.Interview.With = "<script>alert(1)</script>"
	content, err := templates.Render(booking.MailBooked, data)
	if err != nil {
		t.Fatal(err)
	}
	if content.Subject != "Termin mit <script>alert(1)</script>" || !strings.HasPrefix(content.Text, "Am 5.3.2027 um 14:00") {
		t.Errorf("got %q and %q", content.Subject, content.Text)
	}
	if !strings.Contains(content.HTML, "<h1>Our school</h1>") || strings.Contains(content.HTML, "<script>") {
		t.Errorf("the HTML is %s", content.HTML)
	}
	data.Interview.MeetingURL = "javascript:alert(1)"
	if content, err = templates.Render(booking.MailBooked, data); err != nil || strings.Contains(content.HTML, `href="javascript:`) {
		t.Errorf("the HTML is %s (%v)", content.HTML, err)
	}
}

// What a student writes is marked as theirs, line by line, and stays text.
func TestIntakeIsQuoted(t *testing.T) {
	t.Parallel()
	templates, err := mail.LoadTemplates("")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []booking.MailKind{booking.MailBooked, booking.MailMoved, booking.MailReminder} {
		data := mail.Example(kind, booking.RoleInterviewer, time.UTC)
		data.Interview.Intake = "<b>one</b>\r\ntwo\rthree\nfour\u2028five"
		content, err := templates.Render(kind, data)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(content.Text, "\n\nSam Smith writes:\n> <b>one</b>\n> two\n> three\n> four\n> five\n") {
			t.Errorf("the text of %s is\n%s", kind, content.Text)
		}
		if strings.Contains(content.HTML, "<b>one") || !strings.Contains(content.HTML, "&lt;b&gt;one&lt;/b&gt;") {
			t.Errorf("the HTML of %s is\n%s", kind, content.HTML)
		}
	}
}

// An error names the file and what is wrong with it.
func TestWrongTemplates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, content, want string }{
		"a wrong name":                {"book.txt", "", "is not a template; expected layout.txt, layout.html, booked.txt"},
		"no subject":                  {"booked.txt", "Hello", `it has no subject; expected {{define "subject"}}...{{end}}`},
		"an open action":              {"moved.html", "{{if}}", "missing value for if"},
		"an unknown field":            {"cancelled.txt", `{{define "subject"}}x{{end}}{{.Interview.Price}}`, "can't evaluate field Price"},
		"an unknown word":             {"booked.html", "{{price .}}", `function "price" not defined`},
		"a wrong layout":              {"layout.txt", "{{end}}", "unexpected {{end}}"},
		"a wrong field of the layout": {"layout.html", "{{.Price}}", "can't evaluate field Price"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{test.file: test.content})
			_, err := mail.LoadTemplates(dir)
			if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, test.file)) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got the error %v, want %s and %q", err, test.file, test.want)
			}
		})
	}
	if _, err := mail.LoadTemplates(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a folder that does not exist is accepted")
	}
}
