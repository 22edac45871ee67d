package store

import (
	"strconv"

	"rehearse/internal/calendar"
)

// A where is a WHERE clause for pgx. It numbers the parameters as they are added.
type where struct {
	text string
	args []any
}

func (w *where) and(condition string) {
	if w.text != "" {
		condition = w.text + " AND " + condition
	}
	w.text = condition
}

// arg adds a parameter and returns its number, such as $3.
func (w *where) arg(value any) string {
	w.args = append(w.args, value)
	if n := len(w.args); n < len(parameterNumbers) {
		return parameterNumbers[n]
	}
	return "$" + strconv.Itoa(len(w.args))
}

// overlapsAny returns the condition that a slot overlaps one of the spans, which are given
// as two parameters: the array of their starts and that of their ends. It is
// calendar.Span.Overlaps in SQL.
func overlapsAny(starts, ends string) string {
	return "EXISTS (SELECT FROM unnest(" + starts + "::timestamptz[], " + ends + `::timestamptz[]) AS span (s, e)
		WHERE slots.starts_at < span.e AND span.s < slots.ends_at)`
}

// overlapsAny is the same for the spans as parameters of the clause.
func (w *where) overlapsAny(spans []calendar.Span) string {
	starts, ends := bounds(spans)
	return overlapsAny(w.arg(starts), w.arg(ends))
}

// parameterNumbers saves an allocation for each parameter of a list of slots.
var parameterNumbers = [...]string{
	"$0", "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16", "$17", "$18", "$19",
}
