// Package interchange reads and writes the files for import and export: CSV tables
// and calendars. It performs no I/O except on the given readers and writers. It
// reports the contents of a file row by row and does not compare them with
// existing data.
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

// Row is a row of a file. Refused lists its errors; the Field of a refusal is a
// column name.
type Row[T any] struct {
	Line    int // first line of the row, starting at 1
	Value   T
	Blank   []string // columns that are missing or empty
	Refused booking.Refused
}

// column describes how to read and write a column of a table.
type column[T any] struct {
	name     string
	optional bool // the column may be missing
	raw      bool // keep the space around values
	read     func(text string, into *T) booking.Refused
	write    func(T) string
}

// text returns the value in a cell.
func (c column[T]) text(cell string) string {
	if !c.raw {
		cell = trim(cell)
	}
	return unguarded(cell)
}

// trim removes surrounding space and invisible characters: zero width spaces, word
// joiners and byte order marks.
func trim(text string) string {
	return strings.TrimFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff'
	})
}

// Format describes a table. Its columns are in writing order.
type Format[T any] struct {
	columns []column[T]
	// start returns a row with its defaults; nil means the zero value.
	start func() T
	// check validates a whole row; blank lists its blank columns. Refusals of
	// values that could not be read are dropped.
	check func(row *T, blank []string) booking.Refused
}

// table is the state of reading a file.
type table[T any] struct {
	Format[T]
	csv     *csv.Reader
	skipped int // lines before the first line that csv counts
	// order holds the column of each value in a row; nil for columns without a
	// name.
	order []*column[T]
}

// Read reads a table: a header with the column names in any order, and at most
// `most` rows. It detects the encoding, the separator and the line ends. It skips
// rows without values and columns without a name and values. The refusals describe
// a file that cannot be read as a table; the error is the reader's.
func (f Format[T]) Read(from io.Reader, most int) ([]Row[T], booking.Refused, error) {
	file := decode(from)
	d := dialectOf(file, func(name string) bool { return f.column(name) != nil })
	t := table[T]{Format: f, csv: csv.NewReader(file), skipped: d.skipped}
	t.csv.Comma = d.separator
	t.csv.FieldsPerRecord = -1 // each row checks its own length
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

// next returns the next row that has a value, and its first line.
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

// besides returns the refusals for columns that the row does not refuse already.
// Further errors of a value that could not be read are meaningless.
func (r Row[T]) besides(refused booking.Refused) booking.Refused {
	return slices.DeleteFunc(refused, func(more booking.Refusal) bool {
		return slices.ContainsFunc(r.Refused, func(first booking.Refusal) bool { return first.Field == more.Field })
	})
}

// checkShape refuses a row that does not match the columns. Excel omits the
// separators after the last value of a row, so missing trailing values are empty.
func (t *table[T]) checkShape(record []string) booking.Refused {
	wrongLength := booking.RefuseRequest(booking.InvalidInput, fmt.Sprintf(
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
			return booking.RefuseRequest(booking.InvalidInput, fmt.Sprintf(
				"The %s value of the row is %q, but that column has no name in the header; name the column or remove it.", ordinal(i+1), clip(cell)))
		}
	}
	return nil
}

// checkCell refuses a value that a program has corrupted or that contains
// forbidden characters.
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

// column returns the column with the name, or nil.
func (f Format[T]) column(name string) *column[T] {
	name = trim(name)
	for i := range f.columns {
		if strings.EqualFold(f.columns[i].name, name) {
			return &f.columns[i]
		}
	}
	return nil
}

// MaxColumns is the maximum number of columns of a table. It limits the errors of a header.
const MaxColumns = 100

// readHeader finds the column of each name in the header.
func (t *table[T]) readHeader(header []string, line int) (refused booking.Refused) {
	bad := func(format string, args ...any) {
		refused = append(refused, badFile(fmt.Sprintf("Line %d: ", line)+fmt.Sprintf(format, args...))...)
	}
	if len(header) > MaxColumns {
		bad("the header has %d columns; at most %d are allowed.", len(header), MaxColumns)
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

// badCSV returns invalid CSV as a refusal and a failed read as an error.
func (t *table[T]) badCSV(err error) (booking.Refused, error) {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	return badFile(fmt.Sprintf("Line %d, character %d: invalid CSV: %v.", t.skipped+parse.Line, parse.Column, parse.Err)), nil
}

// File is the Field of refusals of a whole file.
const File = "csv"

func badFile(message string) booking.Refused {
	return booking.Refuse(booking.InvalidInput, File, message)
}

func wrong(column, text, expected string) booking.Refused {
	return wrongSince(column, text, expected, "")
}

// wrongSince is like wrong, with an optional hint after the message.
func wrongSince(column, text, expected, hint string) booking.Refused {
	message := fmt.Sprintf("%s is %q; %s is expected.", column, clip(text), expected)
	if hint != "" {
		message += " " + hint
	}
	return booking.Refuse(booking.InvalidInput, column, message)
}

// clip shortens a value for an error message.
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

// Write returns a writer of the table and writes the header.
func (f Format[T]) Write(to io.Writer) *Writer[T] {
	w := &Writer[T]{format: f, csv: csv.NewWriter(to)}
	for _, c := range f.columns {
		w.record = append(w.record, c.name)
	}
	_ = w.csv.Write(w.record) // Flush returns the error
	return w
}

// Rows writes rows and flushes them.
func (w *Writer[T]) Rows(rows []T) error {
	for _, row := range rows {
		for i, c := range w.format.columns {
			w.record[i] = guarded(c.write(row))
		}
		_ = w.csv.Write(w.record) // Flush returns the error
	}
	return w.Flush()
}

// Flush writes buffered rows.
func (w *Writer[T]) Flush() error {
	w.csv.Flush()
	if err := w.csv.Error(); err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	return nil
}
