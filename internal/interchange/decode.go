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

// window is the number of bytes inspected to detect a file's encoding and
// separator.
const window = 64 << 10

const byteOrderMark = "\ufeff"

// separators are the possible value separators, the default first.
var separators = []rune{',', ';', '\t', '|'}

// decode returns a reader of the file as UTF-8, without a byte order mark and with
// line ends that package csv accepts. It recognises UTF-16 by its byte order mark,
// or by the zero bytes in its first two characters.
func decode(from io.Reader) *bufio.Reader {
	buffered := bufio.NewReaderSize(from, window)
	start, _ := buffered.Peek(4) // the first read reports an error
	var text io.Reader = buffered
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xfe")), len(start) == 4 && start[0] != 0 && start[1] == 0 && start[3] == 0:
		text = utf16(buffered, unicode.LittleEndian)
	case bytes.HasPrefix(start, []byte("\xfe\xff")), len(start) == 4 && start[0] == 0 && start[1] != 0 && start[2] == 0:
		text = utf16(buffered, unicode.BigEndian)
	case bytes.HasPrefix(start, []byte(byteOrderMark)):
		_, _ = buffered.Discard(len(byteOrderMark)) // the bytes are buffered
	}
	return bufio.NewReaderSize(transform.NewReader(text, &lineEnds{}), window)
}

func utf16(from io.Reader, order unicode.Endianness) io.Reader {
	return transform.NewReader(from, unicode.UTF16(order, unicode.UseBOM).NewDecoder())
}

// lineEnds replaces carriage returns that end a row on their own with line feeds.
// Carriage returns within quotes are part of the value.
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

// dialect is the CSV dialect of a file.
type dialect struct {
	separator rune
	skipped   int // number of leading lines that only declare the separator
}

// separatorLine is the line that tells Excel a file's separator. Excel may have
// appended separators to it when it saved the file.
var separatorLine = regexp.MustCompile(`^(?i:"?sep=)([,;|\t])"?[,;|\t]*\r?\n`)

// dialectOf returns the separator declared by a line such as `sep=;`, which it
// skips, or else the one with which the header names the most columns.
func dialectOf(file *bufio.Reader, isColumn func(name string) bool) dialect {
	start, _ := file.Peek(window) // shorter files are buffered whole
	if line := separatorLine.FindSubmatch(start); line != nil {
		_, _ = file.Discard(len(line[0])) // the line is buffered
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
				named += 2 // a known name outweighs having several values
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
