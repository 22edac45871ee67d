package scalar

import (
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// These write a value at the end of a buffer, where many are written into one.

// AppendID writes an id.
func AppendID[T ~int64](b []byte, id T) []byte {
	return append(strconv.AppendInt(append(b, '"'), int64(id), 10), '"')
}

// AppendDateTime writes an instant as MarshalDateTime does.
func AppendDateTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	// This layout is written without being read first.
	return append(t.UTC().Truncate(time.Microsecond).AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

// AppendInt writes a whole number.
func AppendInt(b []byte, i int) []byte { return strconv.AppendInt(b, int64(i), 10) }

// AppendBool writes true or false.
func AppendBool(b []byte, is bool) []byte { return strconv.AppendBool(b, is) }

// AppendString writes a string. What has to be escaped, the library escapes.
func AppendString[T ~string](b []byte, text T) []byte {
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c == '"' || c == '\\' {
			end := buffer(b)
			graphql.MarshalString(string(text)).MarshalGQL(&end)
			return end
		}
	}
	return append(append(append(b, '"'), text...), '"')
}

// buffer is written to at its end.
type buffer []byte

func (b *buffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}
