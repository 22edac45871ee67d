package interchange

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"rehearse/internal/booking"
)

// text returns a column whose values are stored unchanged.
func text[T any](name string, field func(*T) *string) column[T] {
	return column[T]{
		name:  name,
		read:  func(text string, row *T) booking.Refused { *field(row) = text; return nil },
		write: func(row T) string { return *field(&row) },
	}
}

// optional returns the column as one that may be omitted. Empty values are not
// read.
func optional[T any](c column[T]) column[T] {
	read := c.read
	c.optional, c.read = true, func(text string, row *T) booking.Refused {
		if text == "" {
			return nil
		}
		return read(text, row)
	}
	return c
}

// integer returns an optional column of integers. An empty value keeps the row's
// default.
func integer[T any](name string, field func(*T) *int) column[T] {
	return optional(column[T]{
		name: name,
		read: func(text string, row *T) booking.Refused {
			n, refused := readInt(name, text)
			if n != nil {
				*field(row) = *n
			}
			return refused
		},
		write: func(row T) string { return strconv.Itoa(*field(&row)) },
	})
}

// parsed returns a column of calendar values such as dates.
func parsed[T any, V fmt.Stringer](name, expected string, parse func(string) (V, error), field func(*T) *V) column[T] {
	return column[T]{
		name: name,
		read: func(text string, row *T) booking.Refused {
			value, err := parse(text)
			if err != nil {
				return wrongSince(name, text, expected, dateHint(text))
			}
			*field(row) = value
			return nil
		},
		write: func(row T) string { return (*field(&row)).String() },
	}
}

// maybeText returns an optional column of texts. An empty value is nil.
func maybeText[T any](name string, field func(*T) **string) column[T] {
	return optional(column[T]{
		name: name,
		read: func(text string, row *T) booking.Refused { *field(row) = &text; return nil },
		write: func(row T) string {
			if text := *field(&row); text != nil {
				return *text
			}
			return ""
		},
	})
}

// maybeInt returns an optional column of integers. An empty value is nil.
func maybeInt[T any](name string, field func(*T) **int) column[T] {
	return column[T]{
		name: name, optional: true,
		read: func(text string, row *T) (refused booking.Refused) {
			*field(row), refused = readInt(name, text)
			return refused
		},
		write: func(row T) string { return writeInt(*field(&row)) },
	}
}

// boolean returns an optional column of TRUE or FALSE. An empty value keeps the
// row's default.
func boolean[T any](name string, field func(*T) *bool) column[T] {
	return optional(column[T]{
		name: name,
		read: func(text string, row *T) booking.Refused {
			is, err := parseBool(text)
			if err != nil {
				return wrongSince(name, text, "TRUE or FALSE", "Words in other languages are not allowed.")
			}
			*field(row) = is
			return nil
		},
		write: func(row T) string { return strconv.FormatBool(*field(&row)) },
	})
}

func readInt(column, text string) (*int, booking.Refused) {
	if text == "" {
		return nil, nil
	}
	n, err := parseInt(text)
	if err != nil {
		return nil, wrong(column, text, "a whole number")
	}
	return &n, nil
}

func writeInt(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// list returns an optional column of lists of texts.
func list[T any](name string, field func(*T) *[]string) column[T] {
	return column[T]{
		name: name, optional: true,
		read: func(text string, row *T) (refused booking.Refused) {
			*field(row), refused = readList(name, text)
			return refused
		},
		write: func(row T) string { return writeList(*field(&row)) },
	}
}

// separator separates the texts of a list within a value. The value is itself a
// line of CSV, so a text that contains a separator is quoted.
const separator = ';'

func readList(column, text string) ([]string, booking.Refused) {
	line := csv.NewReader(strings.NewReader(text))
	line.Comma, line.TrimLeadingSpace = separator, true
	texts, err := line.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if _, more := line.Read(); err != nil || !errors.Is(more, io.EOF) {
		return nil, wrong(column, text, `a list separated by ;, with "..." around an element that contains a ; or a quote`)
	}
	return texts, nil
}

func writeList(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	var line strings.Builder
	w := csv.NewWriter(&line)
	w.Comma = separator
	_ = w.Write(texts) // errors are kept until Flush, and a Builder returns none
	w.Flush()
	return strings.TrimSuffix(line.String(), "\n")
}
