package interchange

import (
	"strings"
	"unicode"
)

// guard is the prefix that keeps a spreadsheet from evaluating a value as a
// formula.
const guard = "'"

// guarded returns the value as written to a file: a formula gets a guard. A
// formula that has guards already gets another, so that unguarded is the exact
// inverse.
func guarded(text string) string {
	if isFormula(strings.TrimLeft(text, guard)) {
		return guard + text
	}
	return text
}

// unguarded removes the guard that guarded adds.
func unguarded(text string) string {
	rest, found := strings.CutPrefix(text, guard)
	if found && isFormula(strings.TrimLeft(rest, guard)) {
		return rest
	}
	return text
}

// isFormula reports whether a spreadsheet may evaluate the value. Some ignore
// leading space, some accept full-width signs, and some drop a leading tab or line
// end and evaluate the rest.
func isFormula(text string) bool {
	if text != "" && strings.ContainsRune("\t\r\n", rune(text[0])) {
		return true
	}
	text = strings.TrimLeftFunc(text, unicode.IsSpace)
	for _, first := range text {
		return strings.ContainsRune("=+-@＝＋－＠", first)
	}
	return false
}
