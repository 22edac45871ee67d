// Package interchange reads and writes the files in which a school brings its
// data along: tables as CSV, and calendars. It is pure but for the reader and
// the writer it is given: it says what stands in a file, line by line, and
// knows nothing of what is in the school already.
package interchange

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"rehearse/internal/booking"
)

// Row is one row of a file. Refused says what is wrong with it; the Field of a
// refusal is the name of a column.
type Row[T any] struct {
	Line    int // where the row begins, from 1
	Value   T
	Blank   []string // the columns that were left out or empty: nothing is said of them
	Refused booking.Refused
}

// column is one column of a table: how its text is read into a row, and how it
// is written.
type column[T any] struct {
	name     string
	optional bool // the whole column may be left out
	raw      bool // space around the text belongs to it
	read     func(text string, into *T) booking.Refused
	write    func(T) string
}

func (c column[T]) trim(text string) string {
	if c.raw {
		return text
	}
	return strings.TrimSpace(text)
}

// Format is the columns of a table, in the order in which they are written.
type Format[T any] struct {
	columns []column[T]
	// start is a row before its values are read; nil means the zero value.
	start func() T
	// check looks at a row whole, once each of its values could be read, and at
	// which columns are blank.
	check func(row *T, blank []string) booking.Refused
}

const byteOrderMark = "\ufeff"

// Read reads a table: a header, which names the columns in any order, and at
// most `most` rows. Refused is what keeps the file from being read at all; the
// error is the reader's.
func (f Format[T]) Read(from io.Reader, most int) ([]Row[T], booking.Refused, error) {
	buffered := bufio.NewReader(from)
	if mark, _ := buffered.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		_, _ = buffered.Discard(len(byteOrderMark)) // it is buffered
	}
	lines := csv.NewReader(buffered)
	lines.FieldsPerRecord = -1 // a row of another length is an error of that row
	lines.ReuseRecord = true
	header, err := lines.Read()
	if errors.Is(err, io.EOF) {
		return nil, badFile("the file is empty; its first line must name the columns: " + f.names()), nil
	}
	if err != nil {
		refused, err := badCSV(err)
		return nil, refused, err
	}
	order, refused := f.order(header)
	if len(refused) > 0 {
		return nil, refused, nil
	}
	return f.rows(lines, order, most)
}

func (f Format[T]) rows(lines *csv.Reader, order []column[T], most int) ([]Row[T], booking.Refused, error) {
	rows := []Row[T]{}
	for {
		record, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil, nil
		}
		if err != nil {
			refused, err := badCSV(err)
			return nil, refused, err
		}
		if len(rows) == most {
			return nil, badFile(fmt.Sprintf("the file has more than the %d rows allowed", most)), nil
		}
		line, _ := lines.FieldPos(0)
		rows = append(rows, f.row(line, record, order))
	}
}

func (f Format[T]) row(line int, record []string, order []column[T]) Row[T] {
	row := Row[T]{Line: line, Blank: f.blank(record, order)}
	if f.start != nil {
		row.Value = f.start()
	}
	if len(record) != len(order) {
		row.Refused = booking.Refuse(booking.InvalidInput, "", fmt.Sprintf(
			"the row has %d values; the header names %d columns", len(record), len(order)))
		return row
	}
	for i, text := range record {
		if !utf8.ValidString(text) {
			row.Refused = append(row.Refused, wrong(order[i].name, text, "text in UTF-8")...)
			continue
		}
		row.Refused = append(row.Refused, order[i].read(strings.Clone(order[i].trim(text)), &row.Value)...)
	}
	if len(row.Refused) == 0 && f.check != nil {
		row.Refused = f.check(&row.Value, row.Blank)
	}
	return row
}

func (f Format[T]) blank(record []string, order []column[T]) []string {
	var blank []string
	for _, c := range f.columns {
		at := slices.IndexFunc(order, func(o column[T]) bool { return o.name == c.name })
		if at < 0 || at >= len(record) || c.trim(record[at]) == "" {
			blank = append(blank, c.name)
		}
	}
	return blank
}

// order finds the column of each name in the header.
func (f Format[T]) order(header []string) ([]column[T], booking.Refused) {
	var order []column[T]
	var refused booking.Refused
	seen := map[string]bool{}
	for i, text := range header {
		name := strings.TrimSpace(text)
		at := slices.IndexFunc(f.columns, func(c column[T]) bool { return strings.EqualFold(c.name, name) })
		switch {
		case at < 0:
			refused = append(refused, badFile(fmt.Sprintf(
				"line 1 names a column %q, the %s; the columns are %s", clip(name), ordinal(i+1), f.names()))...)
			continue
		case seen[f.columns[at].name]:
			refused = append(refused, badFile(fmt.Sprintf("line 1 names the column %s twice", f.columns[at].name))...)
		}
		seen[f.columns[at].name] = true
		order = append(order, f.columns[at])
	}
	for _, c := range f.columns {
		if !c.optional && !seen[c.name] {
			refused = append(refused, badFile(fmt.Sprintf(
				"line 1 does not name the column %s; the columns are %s", c.name, f.names()))...)
		}
	}
	return order, refused
}

func (f Format[T]) names() string {
	var names []string
	for _, c := range f.columns {
		name := c.name
		if c.optional {
			name += " (may be left out)"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// badCSV tells what is no CSV from a reader that failed.
func badCSV(err error) (booking.Refused, error) {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	return badFile(fmt.Sprintf("line %d, character %d, is not CSV: %v", parse.Line, parse.Column, parse.Err)), nil
}

// File is the Field of what is wrong with a file as a whole.
const File = "csv"

func badFile(message string) booking.Refused {
	return booking.Refuse(booking.InvalidInput, File, message)
}

func wrong(column, text, expected string) booking.Refused {
	return booking.Refuse(booking.InvalidInput, column, fmt.Sprintf("%s is %q; %s is expected", column, clip(text), expected))
}

// clip keeps an error readable, and small, when the value is not.
func clip(text string) string {
	const most = 80
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

func ordinal(n int) string {
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			return fmt.Sprintf("%dst", n)
		case 2:
			return fmt.Sprintf("%dnd", n)
		case 3:
			return fmt.Sprintf("%drd", n)
		}
	}
	return fmt.Sprintf("%dth", n)
}

// Writer writes a table.
type Writer[T any] struct {
	format Format[T]
	csv    *csv.Writer
	record []string
}

// Write begins a table with its header.
func (f Format[T]) Write(to io.Writer) *Writer[T] {
	w := &Writer[T]{format: f, csv: csv.NewWriter(to)}
	for _, c := range f.columns {
		w.record = append(w.record, c.name)
	}
	_ = w.csv.Write(w.record) // kept until Flush asks for it
	return w
}

// Rows writes rows, and reports what could not be written.
func (w *Writer[T]) Rows(rows []T) error {
	for _, row := range rows {
		for i, c := range w.format.columns {
			w.record[i] = c.write(row)
		}
		_ = w.csv.Write(w.record) // kept until Flush asks for it
	}
	return w.Flush()
}

// Flush writes what is buffered.
func (w *Writer[T]) Flush() error {
	w.csv.Flush()
	if err := w.csv.Error(); err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	return nil
}
