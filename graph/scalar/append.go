package scalar

import (
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// The Append functions append a value to a buffer.

// AppendID appends an id.
func AppendID[T ~int64](b []byte, id T) []byte {
	return append(strconv.AppendInt(append(b, '"'), int64(id), 10), '"')
}

// AppendDateTime appends an instant in the format of MarshalDateTime.
func AppendDateTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	// AppendFormat has a fast path for this layout.
	return append(t.UTC().Truncate(time.Microsecond).AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

// AppendInt appends an integer.
func AppendInt(b []byte, i int) []byte { return strconv.AppendInt(b, int64(i), 10) }

// AppendBoolean appends a boolean.
func AppendBoolean(b []byte, is bool) []byte { return strconv.AppendBool(b, is) }

// AppendString appends a string. gqlgen encodes strings that need escaping.
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

// buffer is an io.Writer that appends.
type buffer []byte

func (b *buffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}
