package store

import (
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// conditions is the text and arguments of a WHERE clause, with a ? for each argument and
// slices for arrays. GORM takes it through on; numbered converts the text for pgx.
type conditions struct {
	text string
	args []any
}

func (c *conditions) and(text string, args ...any) {
	if c.text != "" {
		c.text += " AND "
	}
	c.text += text
	c.args = append(c.args, args...)
}

// on adds the conditions to a GORM query. It converts slices to arrays, which GORM would
// expand to lists of parameters.
func (c conditions) on(db *gorm.DB) *gorm.DB {
	args := make([]any, len(c.args))
	for i, arg := range c.args {
		switch arg := arg.(type) {
		case []int64:
			args[i] = ids[int64](arg)
		case []string:
			args[i] = texts(arg)
		case []time.Time:
			args[i] = instants(arg)
		default:
			args[i] = arg
		}
	}
	return db.Where(c.text, args...)
}

// numbered replaces the question marks of a statement with $1, $2 and so on.
func numbered(text string) string {
	var out strings.Builder
	out.Grow(len(text) + 16)
	for n := 1; ; n++ {
		before, after, found := strings.Cut(text, "?")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		out.WriteByte('$')
		out.WriteString(strconv.Itoa(n))
		text = after
	}
}
