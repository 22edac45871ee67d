// Package resave saves a table again as a spreadsheet or a data frame would,
// for tests of what comes back.
package resave

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// Program is how one program writes the values that it has read.
type Program struct {
	Name      string
	separator rune
	lineEnd   string
	encoding  encoding.Encoding
	first     string // a line before the header
	boolean   func(string) string
	date      string // the form of a date; empty: as it was
	clock     string // the form of a time of day
	instant   string // the form of a time with its date
	number    string // the form of a whole number
	trailing  int    // empty columns after the last
	short     bool   // separators after the last value of a row are left out
	blank     bool   // rows of separators follow the last row
}

// Programs are the programs that a school's office has.
func Programs() []Program {
	title := func(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
	return []Program{
		{
			Name: "Excel, CSV UTF-8", separator: ',', lineEnd: "\r\n", encoding: unicode.UTF8BOM, boolean: strings.ToUpper,
			clock: "15:04:05", short: true, blank: true,
		},
		{
			Name: "Excel with a semicolon", separator: ';', lineEnd: "\r\n", encoding: unicode.UTF8BOM, boolean: strings.ToUpper,
			date: "02.01.2006", trailing: 2, blank: true,
		},
		{
			Name: "Excel, Unicode text", separator: '\t', lineEnd: "\r\n", encoding: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
			boolean: strings.ToUpper, clock: "3:04 PM", date: "2006/01/02",
		},
		{
			Name: "Excel on an old Mac", separator: ';', lineEnd: "\r", encoding: unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
			first: "sep=;", boolean: strings.ToUpper, trailing: 1,
		},
		{Name: "Numbers", separator: ';', lineEnd: "\n", encoding: unicode.UTF8, boolean: strings.ToUpper},
		{
			Name: "pandas", separator: ',', lineEnd: "\n", encoding: unicode.UTF8, boolean: title,
			date: "2006-01-02 15:04:05", instant: "2006-01-02 15:04:05-07:00", number: "%s.0",
		},
		{Name: "a database", separator: '|', lineEnd: "\n", encoding: unicode.UTF8, boolean: strings.ToUpper, instant: "2006-01-02T15:04:05.000Z"},
	}
}

// Save answers the bytes of the file that the program saves after opening the
// table.
func (p Program) Save(table string) (string, error) {
	text, err := p.Text(table)
	if err != nil {
		return "", err
	}
	return p.encoding.NewEncoder().String(text)
}

// Text is the file that Save answers, as a request holds it.
func (p Program) Text(table string) (string, error) {
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		return "", err
	}
	var file strings.Builder
	file.WriteString(p.first)
	if p.first != "" {
		file.WriteString(p.lineEnd)
	}
	width := len(rows[0])
	for n, row := range rows {
		for i, value := range row {
			row[i] = p.quote(p.value(value))
		}
		for p.short && n > 0 && row[len(row)-1] == "" {
			row = row[:len(row)-1]
		}
		row = append(row, make([]string, p.trailing)...)
		file.WriteString(strings.Join(row, string(p.separator)) + p.lineEnd)
	}
	if p.blank {
		file.WriteString(strings.Repeat(string(p.separator), width) + p.lineEnd + p.lineEnd)
	}
	return file.String(), nil
}

var wholeNumber = regexp.MustCompile(`^\d+$`)

func (p Program) value(text string) string {
	forms := []struct{ from, to string }{{time.DateOnly, p.date}, {"15:04", p.clock}, {time.RFC3339, p.instant}}
	for _, form := range forms {
		if t, err := time.Parse(form.from, text); err == nil && form.to != "" {
			return t.Format(form.to)
		}
	}
	switch {
	case text == "true" || text == "false":
		return p.boolean(text)
	case p.number != "" && wholeNumber.MatchString(text):
		return fmt.Sprintf(p.number, text)
	}
	return text
}

func (p Program) quote(text string) string {
	if strings.ContainsAny(text, "\"\r\n"+string(p.separator)) {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}
