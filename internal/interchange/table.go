// Package interchange reads and writes the files in which a school brings its
// data along: tables as CSV, and calendars. It is pure but for the reader and
// the writer it is given: it says what stands in a file, line by line, and
// knows nothing of what is in the school already.
package interchange

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rehearse/internal/booking"
	"rehearse/internal/spelling"
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

// text is what the cell of a file says.
func (c column[T]) text(cell string) string {
	if !c.raw {
		cell = trim(cell)
	}
	return unguarded(cell)
}

// trim removes space around a value, and what looks like none at all: a zero
// width space, a word joiner, a byte order mark.
func trim(text string) string {
	return strings.TrimFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff'
	})
}

// Format is the columns of a table, in the order in which they are written.
type Format[T any] struct {
	columns []column[T]
	// start is a row before its values are read; nil means the zero value.
	start func() T
	// check looks at a row whole, and at which columns are blank. What it says of a
	// value that could not be read is left out.
	check func(row *T, blank []string) booking.Refused
}

// table is a file that is being read.
type table[T any] struct {
	Format[T]
	csv     *csv.Reader
	skipped int // lines before those that csv counts
	// order is the column of each value of a row; nil for one that has no name.
	order []*column[T]
}

// Read reads a table: a header, which names the columns in any order, and at
// most `most` rows. It detects the encoding, the separator and the line ends,
// and passes over rows without a value and columns without a name and a value.
// Refused is what keeps the file from being read at all; the error is the
// reader's.
func (f Format[T]) Read(from io.Reader, most int) ([]Row[T], booking.Refused, error) {
	file := decode(from)
	d := dialectOf(file, func(name string) bool { return f.column(name) != nil })
	t := table[T]{Format: f, csv: csv.NewReader(file), skipped: d.skipped}
	t.csv.Comma = d.separator
	t.csv.FieldsPerRecord = -1 // a row of another length is an error of that row
	t.csv.ReuseRecord = true
	header, line, err := t.next()
	if errors.Is(err, io.EOF) {
		return nil, badFile("The file is empty; the first line must name the columns: " + f.names() + "."), nil
	}
	if err != nil {
		refused, err := t.badCSV(err)
		return nil, refused, err
	}
	if refused := t.readHeader(header, line); len(refused) > 0 {
		return nil, refused, nil
	}
	return t.rows(most)
}

// next reads the next row that has a value, and the line on which it begins.
func (t *table[T]) next() ([]string, int, error) {
	for {
		record, err := t.csv.Read()
		if err != nil {
			return nil, 0, err
		}
		if !isBlank(record) {
			line, _ := t.csv.FieldPos(0)
			return record, t.skipped + line, nil
		}
	}
}

func (t *table[T]) rows(most int) ([]Row[T], booking.Refused, error) {
	rows := []Row[T]{}
	for {
		record, line, err := t.next()
		if errors.Is(err, io.EOF) {
			return rows, nil, nil
		}
		if err != nil {
			refused, err := t.badCSV(err)
			return nil, refused, err
		}
		if len(rows) == most {
			return nil, badFile(fmt.Sprintf("The file has too many rows; at most %d are allowed.", most)), nil
		}
		rows = append(rows, t.row(line, record))
	}
}

func (t *table[T]) row(line int, record []string) Row[T] {
	row := Row[T]{Line: line, Blank: t.blank(record)}
	if t.start != nil {
		row.Value = t.start()
	}
	if row.Refused = t.checkShape(record); len(row.Refused) > 0 {
		return row
	}
	for i, cell := range record {
		if i >= len(t.order) || t.order[i] == nil {
			continue
		}
		c := t.order[i]
		if refused := checkCell(c.name, cell); len(refused) > 0 {
			row.Refused = append(row.Refused, refused...)
			continue
		}
		row.Refused = append(row.Refused, c.read(strings.Clone(c.text(cell)), &row.Value)...)
	}
	if t.check != nil {
		row.Refused = append(row.Refused, row.besides(t.check(&row.Value, row.Blank))...)
	}
	return row
}

// besides returns the refusals of the columns that no refusal of the row names yet:
// a value that could not be read says nothing more.
func (r Row[T]) besides(refused booking.Refused) booking.Refused {
	return slices.DeleteFunc(refused, func(more booking.Refusal) bool {
		return slices.ContainsFunc(r.Refused, func(first booking.Refusal) bool { return first.Field == more.Field })
	})
}

// checkShape refuses a row whose values do not belong to the columns. Excel
// leaves out the separators after the last value of a row, so a short row is
// one whose last columns are empty.
func (t *table[T]) checkShape(record []string) booking.Refused {
	wrongLength := booking.Refuse(booking.InvalidInput, "", fmt.Sprintf(
		"The row has %d values; the header has %d columns.", len(record), len(t.order)))
	for i := len(record); i < len(t.order); i++ {
		if t.order[i] != nil && !t.order[i].optional {
			return wrongLength
		}
	}
	for i, cell := range record {
		switch {
		case trim(cell) == "":
		case i >= len(t.order):
			return wrongLength
		case t.order[i] == nil:
			return booking.Refuse(booking.InvalidInput, "", fmt.Sprintf(
				"The %s value of the row is %q, but that column has no name in the header; name the column or remove it.", ordinal(i+1), clip(cell)))
		}
	}
	return nil
}

// checkCell refuses a value that a program has damaged or that no text has.
func checkCell(column, cell string) booking.Refused {
	if !utf8.ValidString(cell) {
		return wrongSince(column, cell, "text in UTF-8", `Save the file as "CSV UTF-8".`)
	}
	if problem := spelling.Problem(cell); problem != "" {
		return wrongSince(column, cell, "text in UTF-8", "The value contains "+problem+", which is not allowed.")
	}
	return nil
}

func (t *table[T]) blank(record []string) []string {
	var blank []string
	for _, c := range t.columns {
		at := slices.IndexFunc(t.order, func(o *column[T]) bool { return o != nil && o.name == c.name })
		if at < 0 || at >= len(record) || c.text(record[at]) == "" {
			blank = append(blank, c.name)
		}
	}
	return blank
}

// column is the column of the name; nil when there is none.
func (f Format[T]) column(name string) *column[T] {
	name = trim(name)
	for i := range f.columns {
		if strings.EqualFold(f.columns[i].name, name) {
			return &f.columns[i]
		}
	}
	return nil
}

// maxColumns bounds the columns of a table, and so the errors of its header.
const maxColumns = 100

// readHeader finds the column of each name in the header.
func (t *table[T]) readHeader(header []string, line int) (refused booking.Refused) {
	bad := func(format string, args ...any) {
		refused = append(refused, badFile(fmt.Sprintf("Line %d: ", line)+fmt.Sprintf(format, args...))...)
	}
	if len(header) > maxColumns {
		bad("the header has %d columns; at most %d are allowed.", len(header), maxColumns)
		return refused
	}
	seen := map[string]bool{}
	for i, name := range header {
		c := t.column(name)
		switch {
		case trim(name) == "":
		case c == nil:
			bad("the %[2]s column has the unknown name %[1]q; the columns are %[3]s.", clip(trim(name)), ordinal(i+1), t.names())
		case seen[c.name]:
			bad("the column %s occurs twice; it is allowed once.", c.name)
		default:
			seen[c.name] = true
		}
		t.order = append(t.order, c)
	}
	for _, c := range t.columns {
		if !c.optional && !seen[c.name] {
			bad("the column %s is missing; the columns are %s.", c.name, t.names())
		}
	}
	return refused
}

func (f Format[T]) names() string {
	var names []string
	for _, c := range f.columns {
		name := c.name
		if c.optional {
			name += " (optional)"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// badCSV tells what is no CSV from a reader that failed.
func (t *table[T]) badCSV(err error) (booking.Refused, error) {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	return badFile(fmt.Sprintf("Line %d, character %d: invalid CSV: %v.", t.skipped+parse.Line, parse.Column, parse.Err)), nil
}

// File is the Field of what is wrong with a file as a whole.
const File = "csv"

func badFile(message string) booking.Refused {
	return booking.Refuse(booking.InvalidInput, File, message)
}

func wrong(column, text, expected string) booking.Refused {
	return wrongSince(column, text, expected, "")
}

// wrongSince is wrong with a sentence on what to do about it; there may be none.
func wrongSince(column, text, expected, hint string) booking.Refused {
	message := fmt.Sprintf("%s is %q; %s is expected.", column, clip(text), expected)
	if hint != "" {
		message += " " + hint
	}
	return booking.Refuse(booking.InvalidInput, column, message)
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
			w.record[i] = guarded(c.write(row))
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
