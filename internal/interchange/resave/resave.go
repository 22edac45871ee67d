// Package resave saves a table as a spreadsheet or data frame would. Tests import
// the result.
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

// Program describes how a program writes the values that it has read.
type Program struct {
	Name      string
	separator rune
	lineEnd   string
	encoding  encoding.Encoding
	first     string // a line before the header
	boolean   func(string) string
	date      string // the date format; empty keeps the original
	clock     string // the time of day format
	instant   string // the format of a time with a date
	number    string // the integer format
	trailing  int    // number of empty columns after the last
	short     bool   // omit separators after the last value of a row
	blank     bool   // add rows of separators after the last row
}

// Programs returns the supported programs.
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

// Save returns the bytes of the file that the program saves after it opens the
// table.
func (p Program) Save(table string) (string, error) {
	text, err := p.Text(table)
	if err != nil {
		return "", err
	}
	return p.encoding.NewEncoder().String(text)
}

// Text returns the file of Save as a string for a request.
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
