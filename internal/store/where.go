package store

import "strconv"

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

// parameterNumbers saves an allocation for each parameter of a list of slots.
var parameterNumbers = [...]string{
	"$0", "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16", "$17", "$18", "$19",
}
