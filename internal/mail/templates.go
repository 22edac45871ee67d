package mail

import (
	"embed"
	"errors"
	"fmt"
	html "html/template"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	text "text/template"
	"time"

	"rehearse/internal/booking"
)

//go:embed templates
var builtIn embed.FS

// Templates make the texts of messages. A message has a template for its text, which also
// makes its subject, and one for its HTML; each is the content of a layout.
type Templates struct {
	texts map[booking.MailKind]*text.Template
	htmls map[booking.MailKind]*html.Template
}

// Names of templates that are not files.
const (
	contentTemplate = "content"
	subjectTemplate = "subject"
)

// functions are what templates can call.
var functions = map[string]any{
	"date": func(at time.Time) string { return at.Format("Monday, 2 January 2006") },
	"at":   func(at time.Time) string { return at.Format("Monday, 2 January 2006, 15:04") + " (" + zoneOf(at) + ")" },
	"when": when,
	// quote marks each line of what a person wrote, so that it cannot pass for a part of the message.
	"quote": func(words string) string { return "> " + lineEnds.Replace(words) },
}

// lineEnds marks the lines after the first one as a quotation.
var lineEnds = strings.NewReplacer("\r\n", "\n> ", "\r", "\n> ", "\n", "\n> ", "\u2028", "\n> ", "\u2029", "\n> ")

// when returns a period with its weekday and its time zone.
func when(start, end time.Time) string {
	until := end.Format("15:04")
	if start.YearDay() != end.YearDay() {
		until = end.Format("Monday, 2 January 2006, 15:04")
	}
	return start.Format("Monday, 2 January 2006, 15:04") + " to " + until + " (" + zoneOf(start) + ")"
}

// zoneOf returns the time zone of a time with its offset then, such as
// Europe/Berlin, UTC+01:00.
func zoneOf(at time.Time) string {
	if name := at.Location().String(); name != "UTC" {
		return name + ", UTC" + at.Format("-07:00")
	}
	return "UTC"
}

// LoadTemplates returns the built-in templates. The files in the folder replace those with the
// same name; an empty folder replaces none. The error names every file that is not valid.
func LoadTemplates(folder string) (Templates, error) {
	names := templateNames()
	files := map[string]string{}
	for _, name := range names {
		content, err := builtIn.ReadFile("templates/" + name)
		if err != nil {
			return Templates{}, err
		}
		files[name] = string(content)
	}
	if folder == "" {
		return parse(files, func(name string) string { return name })
	}
	if err := replace(files, folder); err != nil {
		return Templates{}, err
	}
	return parse(files, func(name string) string { return filepath.Join(folder, name) })
}

// templateNames returns the names of all templates.
func templateNames() []string {
	names := []string{"layout.txt", "layout.html"}
	for _, kind := range booking.MailKinds() {
		names = append(names, string(kind)+".txt", string(kind)+".html")
	}
	return names
}

// replace reads the templates in a folder. It refuses a file with another name that looks
// like a template, because it would have no effect.
func replace(files map[string]string, folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	var errs []error
	for _, entry := range entries {
		name := entry.Name()
		if extension := filepath.Ext(name); extension != ".txt" && extension != ".html" || entry.IsDir() {
			continue
		}
		if _, known := files[name]; !known {
			errs = append(errs, fmt.Errorf("%s is not a template; expected %s", filepath.Join(folder, name), strings.Join(templateNames(), ", ")))
			continue
		}
		content, err := fs.ReadFile(os.DirFS(folder), name)
		errs = append(errs, err)
		files[name] = string(content)
	}
	return errors.Join(errs...)
}

// parse parses all templates and executes each with invented data. pathOf names a file in an
// error.
func parse(files map[string]string, pathOf func(string) string) (Templates, error) {
	t := Templates{texts: map[booking.MailKind]*text.Template{}, htmls: map[booking.MailKind]*html.Template{}}
	var errs []error
	for _, kind := range booking.MailKinds() {
		name := string(kind)
		var err error
		t.texts[kind], err = parseText(files["layout.txt"], files[name+".txt"])
		errs = append(errs, in(name+".txt", err, pathOf))
		t.htmls[kind], err = parseHTML(files["layout.html"], files[name+".html"])
		errs = append(errs, in(name+".html", err, pathOf))
	}
	if err := distinct(errs); err != nil {
		return Templates{}, err
	}
	errs = nil
	for _, kind := range booking.MailKinds() {
		for _, role := range []booking.Role{booking.RoleStudent, booking.RoleInterviewer} {
			_, err := t.render(kind, Example(kind, role, time.UTC), pathOf)
			errs = append(errs, err)
			if err != nil {
				break
			}
		}
	}
	return t, distinct(errs)
}

// distinct joins the errors that differ. A wrong layout causes the same one for each message.
func distinct(errs []error) error {
	return errors.Join(slices.CompactFunc(errs, func(a, b error) bool { return a != nil && b != nil && a.Error() == b.Error() })...)
}

func parseText(layout, content string) (*text.Template, error) {
	t, err := text.New("layout.txt").Funcs(functions).Parse(layout)
	if err != nil {
		return nil, err
	}
	if _, err := t.New(contentTemplate).Parse(content); err != nil {
		return nil, err
	}
	if t.Lookup(subjectTemplate) == nil {
		return nil, errors.New(`it has no subject; expected {{define "subject"}}...{{end}}`)
	}
	return t, nil
}

func parseHTML(layout, content string) (*html.Template, error) {
	t, err := html.New("layout.html").Funcs(functions).Parse(layout)
	if err != nil {
		return nil, err
	}
	_, err = t.New(contentTemplate).Parse(content)
	return t, err
}

// in returns the error of a template with the path of its file, which may be that of a layout.
func in(name string, err error, pathOf func(string) string) error {
	if err == nil {
		return nil
	}
	if layout := "layout" + filepath.Ext(name); strings.Contains(err.Error(), "template: "+layout+":") {
		name = layout
	}
	return fmt.Errorf("%s: %w", pathOf(name), err)
}

// Render returns the content of a message.
func (t Templates) Render(kind booking.MailKind, d Data) (Content, error) {
	return t.render(kind, d, func(name string) string { return name })
}

func (t Templates) render(kind booking.MailKind, d Data, pathOf func(string) string) (Content, error) {
	if t.texts[kind] == nil {
		return Content{}, fmt.Errorf("there is no template for %q", kind)
	}
	var subject, plain, rich strings.Builder
	if err := t.texts[kind].ExecuteTemplate(&subject, subjectTemplate, d); err != nil {
		return Content{}, in(string(kind)+".txt", err, pathOf)
	}
	d.Subject = Line(subject.String())
	if err := t.texts[kind].Execute(&plain, d); err != nil {
		return Content{}, in(string(kind)+".txt", err, pathOf)
	}
	if err := t.htmls[kind].Execute(&rich, d); err != nil {
		return Content{}, in(string(kind)+".html", err, pathOf)
	}
	return Content{Subject: d.Subject, Text: plain.String(), HTML: rich.String()}, nil
}
