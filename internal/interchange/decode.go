package interchange

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
	"regexp"
	"slices"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// window is how much of a file its encoding and its separator are judged by.
const window = 64 << 10

const byteOrderMark = "\ufeff"

// separators are what stands between two values, the usual one first.
var separators = []rune{',', ';', '\t', '|'}

// decode answers the text of a file in UTF-8, without a byte order mark and with
// line ends that CSV knows. UTF-16 is recognised by its mark, or by the zero
// bytes of its first two characters.
func decode(from io.Reader) *bufio.Reader {
	buffered := bufio.NewReaderSize(from, window)
	start, _ := buffered.Peek(4) // what cannot be read is reported by the first read
	var text io.Reader = buffered
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xfe")), len(start) == 4 && start[0] != 0 && start[1] == 0 && start[3] == 0:
		text = utf16(buffered, unicode.LittleEndian)
	case bytes.HasPrefix(start, []byte("\xfe\xff")), len(start) == 4 && start[0] == 0 && start[1] != 0 && start[2] == 0:
		text = utf16(buffered, unicode.BigEndian)
	case bytes.HasPrefix(start, []byte(byteOrderMark)):
		_, _ = buffered.Discard(len(byteOrderMark)) // it is buffered
	}
	return bufio.NewReaderSize(transform.NewReader(text, &lineEnds{}), window)
}

func utf16(from io.Reader, order unicode.Endianness) io.Reader {
	return transform.NewReader(from, unicode.UTF16(order, unicode.UseBOM).NewDecoder())
}

// lineEnds turns a carriage return that ends a row by itself into a line feed.
// One within quotes belongs to its value.
type lineEnds struct{ quoted bool }

func (l *lineEnds) Reset() { l.quoted = false }

// Transform implements transform.Transformer.
func (l *lineEnds) Transform(dst, src []byte, atEOF bool) (written, read int, err error) {
	for read < len(src) {
		if written == len(dst) {
			return written, read, transform.ErrShortDst
		}
		b := src[read]
		switch {
		case b == '"':
			l.quoted = !l.quoted
		case b == '\r' && !l.quoted:
			if read+1 == len(src) && !atEOF {
				return written, read, transform.ErrShortSrc
			}
			if read+1 == len(src) || src[read+1] != '\n' {
				b = '\n'
			}
		}
		dst[written] = b
		written, read = written+1, read+1
	}
	return written, read, nil
}

// dialect is how the values of a file are told apart.
type dialect struct {
	separator rune
	skipped   int // lines before the first row that name the separator
}

// separatorLine is the line with which a file tells Excel its separator. Excel
// itself may have added more of them when it saved the file.
var separatorLine = regexp.MustCompile(`^(?i:"?sep=)([,;|\t])"?[,;|\t]*\r?\n`)

// dialectOf takes the separator from a line such as `sep=;`, which it skips, or
// else the one by which the header names the most columns.
func dialectOf(file *bufio.Reader, isColumn func(name string) bool) dialect {
	start, _ := file.Peek(window) // a shorter file is there whole
	if line := separatorLine.FindSubmatch(start); line != nil {
		_, _ = file.Discard(len(line[0])) // it is buffered
		return dialect{separator: rune(line[1][0]), skipped: 1}
	}
	best, most := separators[0], -1
	for _, separator := range separators {
		header := csv.NewReader(bytes.NewReader(start))
		header.Comma, header.FieldsPerRecord, header.LazyQuotes = separator, -1, true
		record, err := header.Read()
		for err == nil && isBlank(record) {
			record, err = header.Read()
		}
		named := 0
		for _, name := range record {
			if isColumn(name) {
				named += 2 // outweighs that there are several values
			}
		}
		if len(record) > 1 {
			named++
		}
		if named > most {
			best, most = separator, named
		}
	}
	return dialect{separator: best}
}

func isBlank(record []string) bool {
	return !slices.ContainsFunc(record, func(value string) bool { return trim(value) != "" })
}
